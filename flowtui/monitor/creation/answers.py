"""What is asked for when a flow log is created, as values, and whether it can be had.

Source: EC2 API, CreateFlowLogs; CloudWatch Logs API, CreateLogGroup, PutRetentionPolicy; IAM API, CreateRole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from flowtui.monitor.creation import formats
from flowtui.monitor.outside import Identity, LogGroup
from flowtui.records import fields
from flowtui.records.format import LogFormat

INTERVALS_S = (60, 600)
"""What MaxAggregationInterval may be; interfaces of Nitro instances never take longer than 60."""

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What PutRetentionPolicy takes."""

DEFAULT_RETENTION_DAYS = 14
STANDARD = "STANDARD"
"""The log class that can be followed; the class of a group cannot be changed."""

_GROUP_NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_MOST_ROLE_NAME = 64


class AnswerError(ValueError):
    """Something asked for that cannot be had; one sentence says what, and what would do."""


class Kind(Enum):
    """What a flow log is for; the value is the API's ResourceType."""

    VPC = "VPC"
    SUBNET = "Subnet"
    INTERFACE = "NetworkInterface"

    @property
    def prefix(self) -> str:
        """What its ids begin with."""
        return {"VPC": "vpc-", "Subnet": "subnet-", "NetworkInterface": "eni-"}[self.value]

    @property
    def word(self) -> str:
        """`VPC`, `subnet`, `network interface`."""
        return {"VPC": "VPC", "Subnet": "subnet", "NetworkInterface": "network interface"}[self.value]


class Traffic(Enum):
    """Which flows are recorded; the value is the API's TrafficType."""

    ALL = "ALL"
    ACCEPT = "ACCEPT"
    REJECT = "REJECT"

    @property
    def words(self) -> str:
        """`accepted and rejected`."""
        return {"ALL": "accepted and rejected", "ACCEPT": "accepted only", "REJECT": "rejected only"}[
            self.value
        ]


@dataclass(frozen=True, slots=True)
class Target:
    """A VPC, subnet or interface to record."""

    kind: Kind
    id: str
    name: str = ""
    detail: str = ""
    """What tells it from others: its CIDR block or its address."""


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A log group to be made."""

    name: str
    retention_days: int | None = DEFAULT_RETENTION_DAYS


@dataclass(frozen=True, slots=True)
class Role:
    """A role that exists."""

    name: str
    arn: str
    created_at: float | None = None
    """Epoch seconds; a role made moments ago cannot be assumed everywhere yet."""
    unfit: str = ""
    """Why it would not do, as far as that could be read; empty where nothing speaks against it."""
    is_read: bool = True
    """Whether its policies could be read."""


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role to be made."""

    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the calls go, and how the commands to copy get there."""

    account: str
    region: str
    partition: str = "aws"
    profile: str | None = None
    endpoint_url: str | None = None

    @classmethod
    def of(cls, identity: Identity, endpoint_url: str | None) -> Place:
        """Where somebody's calls go; the partition is that of who it is."""
        partition = identity.arn.split(":")[1] if identity.arn.startswith("arn:") else "aws"
        return cls(identity.account, identity.region, partition, identity.profile, endpoint_url)


@dataclass(frozen=True, slots=True)
class Answers:
    """All that is asked for."""

    targets: tuple[Target, ...]
    group: LogGroup | NewGroup
    role: Role | NewRole
    traffic: Traffic = Traffic.ALL
    interval_s: int = 60
    format: LogFormat = formats.TRIAGE
    set_retention_days: int | None = None
    """A retention to give an existing group that has none."""


def days_in_words(count: int | None) -> str:
    """A retention: `14 days`, `for ever`."""
    return "for ever" if count is None else f"{count} day{'' if count == 1 else 's'}"


def check(answers: Answers) -> None:
    """Raises AnswerError for what AWS would refuse, or what could not be followed afterwards."""
    if not answers.targets:
        raise AnswerError("Say what to record: a VPC, a subnet or an interface.")
    for target in answers.targets:
        if not re.fullmatch(rf"{target.kind.prefix}[0-9a-z-]+", target.id):
            raise AnswerError(f"{target.id!r} is no id of a {target.kind.word}.")
    if answers.interval_s not in INTERVALS_S:
        raise AnswerError("The interval is 60 or 600 seconds.")
    _check_format(answers.format)
    _check_group(answers)
    if isinstance(answers.role, NewRole):
        check_role_name(answers.role.name)


def check_role_name(name: str) -> None:
    """Raises AnswerError for what can be no role's name."""
    if not _ROLE_NAME.fullmatch(name):
        raise AnswerError("A role's name has 1 to 64 letters, digits and + = , . @ - _.")


def check_group_name(name: str) -> None:
    """Raises AnswerError for what can be no name of a log group of one's own."""
    if not _GROUP_NAME.fullmatch(name):
        raise AnswerError("A log group's name has 1 to 512 letters, digits and . - _ / #.")
    if name.startswith("aws/"):
        raise AnswerError("Names of log groups that begin with aws/ are AWS's own.")


def _check_format(log_format: LogFormat) -> None:
    for name in log_format.fields:
        if name in formats.TAGS:
            raise AnswerError(f"${{{name}}} needs tag keys, which flowtui does not ask for; leave it out.")
        if fields.field(name).is_transit_gateway:
            raise AnswerError(f"${{{name}}} is a field of transit-gateway records.")
        if name not in fields.FIELDS:
            raise AnswerError(f"${{{name}}} is no field of flow records that flowtui knows.")


def _check_group(answers: Answers) -> None:
    group = answers.group
    if isinstance(group, NewGroup):
        check_group_name(group.name)
    if isinstance(group, LogGroup):
        if group.log_class != STANDARD:
            raise AnswerError(
                f"The log group {group.name} is of the class {group.log_class}, which cannot be followed "
                "and cannot be changed; take one of the Standard class, or a new one."
            )
        wanted = answers.set_retention_days
        if wanted is not None and group.retention_days not in (None, wanted):
            raise AnswerError(
                f"The log group {group.name} keeps its events for {group.retention_days} days; it is left so."
            )
    days = answers.set_retention_days if isinstance(group, LogGroup) else group.retention_days
    if days is not None and days not in RETENTION_DAYS:
        raise AnswerError(f"A retention is one of {', '.join(map(str, RETENTION_DAYS))} days.")


def proposed_group(target: Target) -> str:
    """A name for a new log group: `/flowtui/default`."""
    return f"/flowtui/{_word(target, 400)}"


def proposed_role(target: Target) -> str:
    """A name for a new role: `flowtui-default`."""
    return f"flowtui-{_word(target, _MOST_ROLE_NAME - len('flowtui-'))}"


def _word(target: Target, most: int) -> str:
    """The target's name in characters that every service takes, else its id."""
    word = re.sub(r"[^A-Za-z0-9_.-]+", "-", target.name).strip("-.")
    return word[:most] or target.id
