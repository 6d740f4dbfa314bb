"""What is fetched: how a capture filter is divided between CloudWatch and here, group by group. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowtui.filters import cloudwatch, local
from flowtui.filters.bind import bind
from flowtui.filters.cloudwatch import Pushdown
from flowtui.filters.names import Names
from flowtui.filters.tree import Tree
from flowtui.monitor import groups
from flowtui.monitor.settings import Settings
from flowtui.records.batch import RecordBatch
from flowtui.records.format import LogFormat
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter over batches of records, with its names bound; None selects everything."""

    tree: Tree | None = None

    @classmethod
    def of(cls, tree: Tree | None, index: TopologyIndex | None, history: History) -> Selection:
        """The selection of a filter by the topology as it is known."""
        return cls(None if tree is None else bind(tree, Names(index, history)))

    def of_batch(self, batch: RecordBatch) -> RecordBatch:
        """The records that it selects; lines that are no records stay, for nobody can tell."""
        return batch if self.tree is None else local.selected(batch, self.tree)


def pushdowns(
    settings: Settings, found: Iterable[str], index: TopologyIndex | None
) -> Mapping[str, Pushdown]:
    """What each log group is asked for; nothing where there is no capture filter.

    Names are not pushed: who bears one may change, and what AWS left out does not come back.
    """
    capture = settings.capture
    if capture is None:
        return {}
    return {group: cloudwatch.compile_pattern(capture, _formats(group, settings, index)) for group in found}


def _formats(group: str, settings: Settings, index: TopologyIndex | None) -> tuple[LogFormat, ...]:
    return (*groups.formats_of(group, index), *settings.formats)
