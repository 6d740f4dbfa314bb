"""How a question about the past is divided into queries: groups that one query can be over, and its filter.

Calls nothing but for the fields that AWS discovers.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from flowtui.filters.insights import compile_query
from flowtui.filters.insights_fields import DISCOVERED
from flowtui.filters.tree import Tree
from flowtui.monitor.groups import bare_name
from flowtui.monitor.outside import FaultError, HistoryConnection, Insights, LogGroup
from flowtui.monitor.sources.history import MAX_GROUPS, Extent, Portion
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

Formats = Callable[[str], tuple[LogFormat, ...]]
"""Gives the formats of a log group, as far as they are known."""

_DAY_S = 86_400


def portions(
    groups: Iterable[str], formats: Formats, tree: Tree | None, asked: Insights, described: Iterable[LogGroup]
) -> tuple[Portion, ...]:
    """Divide a filter, with its names bound, over log groups: by formats and, where it is known, by class.

    A group that is known not to exist is left out: it comes with the first traffic, and would end the query.
    """
    classes = {group.name: group.log_class for group in described}
    alike: dict[tuple[tuple[LogFormat, ...], bool, str | None], list[str]] = defaultdict(list)
    for group in _existing(tuple(groups), classes):
        known = tuple(dict.fromkeys(formats(group)))
        is_discovered = known in ((), (DEFAULT_FORMAT,)) and _has_fields(asked, group)
        alike[known, is_discovered, classes.get(bare_name(group))].append(group)
    found: list[Portion] = []
    for (known, is_discovered, _), some in alike.items():
        pushed = compile_query(tree, known, is_discovered=is_discovered)
        batches = (some[at : at + MAX_GROUPS] for at in range(0, len(some), MAX_GROUPS))
        found += (Portion(tuple(batch), pushed) for batch in batches)
    return tuple(found)


def described(connection: HistoryConnection, groups: tuple[str, ...]) -> tuple[LogGroup, ...]:
    """What the log groups are; nothing where that may not be known."""
    with contextlib.suppress(FaultError):
        return connection.log_groups(groups)
    return ()


def stored_share(groups: Sequence[LogGroup], extent: Extent) -> int | None:
    """The share of what the groups store that the extent has, in bytes; None where they keep it for ever.

    AWS stores compressed, so that a query scans a multiple of it.
    """
    kept_s = [_DAY_S * group.retention_days for group in groups if group.retention_days is not None]
    if not groups or len(kept_s) < len(groups):
        return None
    asked_s = extent.end_s - extent.begin_s
    return sum(
        int(group.stored_bytes * min(1.0, asked_s / held_s))
        for group, held_s in zip(groups, kept_s, strict=True)
    )


def _existing(groups: tuple[str, ...], described: Collection[str]) -> tuple[str, ...]:
    # Where nothing is described, AWS itself says what is wrong with each.
    found = tuple(group for group in groups if group.startswith("arn:") or group in described)
    return found if described else groups


def _has_fields(asked: Insights, group: str) -> bool:
    """Whether AWS says that it discovers the default format's fields in a group."""
    with contextlib.suppress(FaultError):
        return asked.field_names(group) >= DISCOVERED
    return False
