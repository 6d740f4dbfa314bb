"""The questions of the creation dialog: what is answered, what else there is, what an answer means. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from flowtui.monitor.creation import formats, report
from flowtui.monitor.creation.answers import (
    DEFAULT_RETENTION_DAYS,
    INTERVALS_S,
    RETENTION_DAYS,
    AnswerError,
    Target,
    Traffic,
    check_group_name,
    check_role_name,
    days_in_words,
    proposed_group,
    proposed_role,
)
from flowtui.monitor.creation.prepare import FOR_EVER, NEW_ROLE, Wishes
from flowtui.monitor.outside import LogGroup
from flowtui.records.format import LogFormat

T = TypeVar("T")
_FORMATS = (formats.TRIAGE, formats.Choice.DEFAULT.format, formats.EVERYTHING)


class Ask(Enum):
    """The questions, in their order; the value is the label."""

    TARGETS = "For"
    TRAFFIC = "Traffic"
    INTERVAL = "Interval"
    FIELDS = "Fields"
    GROUP = "Log group"
    KEPT = "Kept for"
    ROLE = "Role"

    @property
    def editing(self) -> str:
        """What `e` does there; empty where the arrows give every answer."""
        return _EDITING.get(self, "")


_EDITING = {
    Ask.TARGETS: "choose several",
    Ask.FIELDS: "choose fields",
    Ask.GROUP: "type a name",
    Ask.ROLE: "type a name",
}
ASKS = tuple(Ask)


@dataclass(frozen=True, slots=True)
class Offers:
    """What there is in the account to choose from."""

    groups: tuple[LogGroup, ...] = ()
    """Log groups that can be followed."""
    roles: tuple[str, ...] = ()
    """Names of roles that fit"""
    judged_for: str = ""
    """this log group."""


@dataclass(frozen=True, slots=True)
class Questions:
    """The answers so far, and the question that the reader is at."""

    wishes: Wishes
    offers: Offers = Offers()
    at: int = 1
    own: LogFormat | None = None
    """The format chosen by field, and the names that were typed, to come back to."""
    typed_group: str | None = None
    typed_role: str | None = None

    @property
    def ask(self) -> Ask:
        """The question under the cursor."""
        return ASKS[self.at]

    def moved(self, step: int) -> Questions:
        """At another question."""
        return replace(self, at=max(0, min(self.at + step, len(ASKS) - 1)))

    # What is shown

    def row(self, ask: Ask) -> tuple[str, str]:
        """The answer, and what it means."""
        wishes = self.wishes
        match ask:
            case Ask.TARGETS:
                return self._targets()
            case Ask.TRAFFIC:
                return wishes.traffic.words, ""
            case Ask.INTERVAL:
                return f"{wishes.interval_s} s", "the longest window of a record"
            case Ask.FIELDS:
                choice = formats.choice_of(wishes.format)
                return choice.value, choice.meaning
            case Ask.GROUP:
                return self.group, "new, of the Standard class" if self._there is None else "exists"
            case Ask.KEPT:
                return self._kept()
            case Ask.ROLE:
                return self._role()

    def _targets(self) -> tuple[str, str]:
        targets = self.wishes.targets
        if len(targets) == 1:
            return report.target_words(targets[0]), ""
        return f"{len(targets)} chosen", "; ".join(target.name or target.id for target in targets)

    def _kept(self) -> tuple[str, str]:
        there, days = self._there, self.wishes.retention_days
        if there is not None and days is None:
            return days_in_words(there.retention_days), "as it is"
        days = DEFAULT_RETENTION_DAYS if days is None else days
        meaning = "" if there is None else "what is older is deleted from it"
        return days_in_words(days or None), meaning

    def _role(self) -> tuple[str, str]:
        role, roles = self.wishes.role, self.offers.roles
        if role == NEW_ROLE:
            return "a new one", "for this log group only"
        name = role or self._proposed_role
        if name in roles:
            return name, "exists, and fits" if self.group == self.offers.judged_for else "exists"
        if role is not None:
            return name, "made where it is not there"
        fitting = ", ".join(roles[:2])
        return name, f"new; {fitting} would do too" if fitting else "new, for this log group only"

    @property
    def _proposed_role(self) -> str:
        return proposed_role(self.wishes.targets[0])

    # What there is to answer

    @property
    def group(self) -> str:
        """The log group's name."""
        return self.wishes.group or proposed_group(self.wishes.targets[0])

    @property
    def _there(self) -> LogGroup | None:
        """The log group, where it exists."""
        return next((each for each in self.offers.groups if each.name == self.group), None)

    def answered(self, step: int) -> Questions:
        """The next answer to the question, round and round."""
        wishes = self.wishes
        match self.ask:
            case Ask.TRAFFIC:
                return self._with(traffic=_next(tuple(Traffic), wishes.traffic, step))
            case Ask.INTERVAL:
                return self._with(interval_s=_next(INTERVALS_S, wishes.interval_s, step))
            case Ask.FIELDS:
                known = (*_FORMATS, *(() if self.own is None else (self.own,)))
                return self._with(format=_next(known, wishes.format, step))
            case Ask.GROUP:
                there = (each.name for each in self.offers.groups)
                proposed = proposed_group(wishes.targets[0])
                return self.in_group(_next(_each(proposed, self.typed_group, *there), self.group, step))
            case Ask.KEPT:
                days = wishes.retention_days
                if days is None and self._there is None:
                    days = DEFAULT_RETENTION_DAYS
                return self._with(retention_days=_next(self._retentions(), days, step))
            case Ask.ROLE:
                return self._with(role=_next(self._roles(), wishes.role, step))
            case Ask.TARGETS:
                return self

    def _roles(self) -> tuple[str | None, ...]:
        """The one proposed, a new one where that exists, what was typed, and those that fit."""
        proposed, roles = self._proposed_role, self.offers.roles
        others = _each(self.typed_role, *(role for role in roles if role != proposed))
        return (None, *((NEW_ROLE,) if proposed in roles else ()), *others)

    def _retentions(self) -> tuple[int | None, ...]:
        there = self._there
        if there is None:
            return (*RETENTION_DAYS, FOR_EVER)
        return (None,) if there.retention_days is not None else (None, *RETENTION_DAYS)

    def _with(self, **changes: object) -> Questions:
        return replace(self, wishes=replace(self.wishes, **changes))  # type: ignore[arg-type]

    # What is typed or chosen elsewhere

    def in_group(self, name: str) -> Questions:
        """With this log group, kept as long as it is, or as is usual."""
        group = None if name == proposed_group(self.wishes.targets[0]) else name
        there = any(each.name == name for each in self.offers.groups)
        return self._with(group=group, retention_days=None if there else self.wishes.retention_days)

    def typing_group(self, name: str) -> Questions:
        """With the log group of a name that was typed."""
        return replace(self.in_group(name), typed_group=name)

    def typing_role(self, name: str) -> Questions:
        """With the role of a name that was typed; an empty name is the one proposed."""
        return replace(self._with(role=name or None), typed_role=name or None)

    def of(self, targets: Sequence[Target]) -> Questions:
        """For these; names that were proposed follow them."""
        changed = self._with(targets=tuple(targets))
        return changed.in_group(changed.group) if self.wishes.group is None else changed

    def with_fields(self, log_format: LogFormat) -> Questions:
        """With this format."""
        is_own = formats.choice_of(log_format) is formats.Choice.OWN
        return replace(self._with(format=log_format), own=log_format if is_own else self.own)

    def offered(self, offers: Offers) -> Questions:
        """The account has been looked at: the log group that was proposed may be there."""
        found = replace(self, offers=offers)
        return found.in_group(found.group)

    def judge_group(self, name: str) -> tuple[str, bool]:
        """What is said of a log group's name, and whether it can be taken."""
        there = next((each for each in self.offers.groups if each.name == name), None)
        if there is not None:
            return f"exists, kept {days_in_words(there.retention_days)}", True
        return _judged(check_group_name, name)

    def judge_role(self, name: str) -> tuple[str, bool]:
        """What is said of a role's name or ARN, and whether it can be taken."""
        if name in self.offers.roles:
            return "exists", True
        if name.startswith("arn:") or not name:
            return "an ARN: it must exist" if name else "empty: the one proposed", True
        return _judged(check_role_name, name)


def _judged(check: Callable[[str], None], name: str) -> tuple[str, bool]:
    try:
        check(name)
    except AnswerError as error:
        return str(error), False
    return "made where it is not there", True


def _each(*names: str | None) -> tuple[str, ...]:
    """Each name once."""
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _next(values: tuple[T, ...], value: T, step: int) -> T:
    """The value after or before this one, round and round."""
    at = values.index(value) if value in values else 0
    return values[(at + step) % len(values)]
