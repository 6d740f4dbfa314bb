"""What an explanation says, as values: the verdict, what each layer decided, and what would help.

Every text in here is one line, safe for a terminal; ids and names are AWS's own, and are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Direction = Literal["ingress", "egress", "unknown"]

SERVICE = "\0"
"""Stands for the service in `Explanation.common_cause`; cleaned text has no such character."""
REPLIES = f"replies of {SERVICE}"
"""Stands there where it is replies, whose service is the one that they come from."""


class Verdict(Enum):
    """The layers known to deny, or why none is named; the values are those of the JSON output."""

    SECURITY_GROUP = "security-group"
    NETWORK_ACL = "network-acl"
    BOTH = "security-group-and-network-acl"
    BLOCK_PUBLIC_ACCESS = "block-public-access"
    ENCRYPTION_CONTROLS = "encryption-controls"
    ALLOWED = "allowed-by-current-rules"
    UNKNOWN = "unknown"
    NOT_REJECTED = "not-rejected"
    NO_FLOW = "no-flow"
    UNPARSED = "unparsed"


class Layer(Enum):
    """Where a packet can be stopped."""

    SECURITY_GROUP = "security-group"
    NETWORK_ACL = "network-acl"
    BLOCK_PUBLIC_ACCESS = "block-public-access"
    ENCRYPTION_CONTROLS = "encryption-controls"


class Decision(Enum):
    """What a layer does with the packet by the rules that were read."""

    ALLOW = "allow"
    DENY = "deny"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LayerDecision:
    """What one layer decided, and by which rule."""

    layer: Layer
    decision: Decision
    id: str | None = None
    """The network ACL, or the security group that allows; of several that do not, the first."""
    name: str = ""
    rule: str | None = None
    """`sgr-…`, or the number of an entry, `100` or `*`; None where no rule decided."""
    code: str | None = None
    """In the vocabulary of Reachability Analyzer's explanation codes; None where it has no word."""
    text: str = ""
    """Why, in a clause without a full stop: `rule 100 denies icmp to 0.0.0.0/0 in acl-01 public`."""
    action: str = ""
    """The IAM action that would have told, where the decision is unknown for want of it."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The rule that came closest to allowing the flow."""

    layer: Layer
    rule: str
    """As in LayerDecision."""
    off: Literal["port", "source", "destination", "protocol", "order"]
    """The one dimension that did not fit; `order`: it fits, but comes after the rule that denies."""
    text: str
    """`sgr-07 allows tcp/22 from 0.0.0.0/0`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one record says REJECT."""

    verdict: Verdict
    direction: Direction
    text: str
    """What happened and by which rule: a sentence, and what belongs to it."""
    layers: tuple[LayerDecision, ...] = ()
    """In the order in which the packet meets them."""
    cause: str = ""
    """The same for all flows that are rejected alike, whatever their source: `sg-01 web has no inbound rule
    for tcp/80`."""
    common_cause: str = ""
    """`cause` with SERVICE in place of `tcp/80`: the same for all services that are rejected alike."""
    is_reply: bool = False
    """Whether it is known to answer something that was accepted."""
    nearest: Nearest | None = None
    command: str | None = None
    """AWS CLI, one line, quoted for a shell: allows this flow and no more."""
    warning: str = ""
    """What to think of before running the command; empty where there is nothing."""
    reasons: tuple[str, ...] = ()
    """Why it may have been rejected although the rules allow it, the likeliest first."""
    actions: tuple[str, ...] = ()
    """The IAM actions that would make known what is unknown."""
    rules_read_at: float | None = None
    """Epoch seconds; None where no rules were read."""
