"""The monitor: header, three panes, footer.

```
 flowtui  123456789012 · eu-west-1 · lab            ● LIVE  lag 1m34s  6.2 rec/s
╭─ 1 Topology ──────╮╭─ 3 Records ──────────────────────────── following · 18,204 ─╮
│                   ││                                                             │
├─ 2 Interfaces ────┤│                                                             │
╰───────────────────╯╰─────────────────────────────────────────────────────────────╯
 r rejects   e next reject   enter drill in   ? help
```
Under 100 columns the panes are tabs. Shows pictures and turns keys into requests for others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.screen import Screen

from flowtui.explain.answer import Explanation
from flowtui.filters.tree import Tree
from flowtui.monitor.chart import ChartWish
from flowtui.monitor.scope import Scope, interface_ids
from flowtui.monitor.status import is_hopeless
from flowtui.tui import keymap
from flowtui.tui.filtering import Choice, mutings, narrowed, narrowings, toggled_rejects
from flowtui.tui.picture import Picture, Request
from flowtui.tui.presenter import filter_title
from flowtui.tui.render.header import HeaderState
from flowtui.tui.screens.choice import ChoiceScreen, Option
from flowtui.tui.screens.columns import Arrangement, ColumnsScreen
from flowtui.tui.screens.hints import HINTS
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.bars import FooterBar, HeaderBar, TabLine
from flowtui.tui.widgets.chart import TimeChart
from flowtui.tui.widgets.filterbar import FilterBar
from flowtui.tui.widgets.interfaces import InterfacePane
from flowtui.tui.widgets.records import RecordTable
from flowtui.tui.widgets.rows import RowList
from flowtui.tui.widgets.topology import TopologyPane
from flowtui.tui.widgets.why import WhyPane

if TYPE_CHECKING:
    from flowtui.topology.lookup import TopologyIndex

TABS_UNDER = 100
"""Columns under which the panes become tabs."""
_LEFT, _LEFT_LEAST, _RIGHT = 38, 27, 73
"""Columns of the left panes, the least they have, and what they leave the records before they have more."""
_PANES = ("topology", "interfaces", "records")
_TABS = (("topology", "1", "Topology"), ("interfaces", "2", "Interfaces"), ("records", "3", "Records"))


class MonitorScreen(Screen[None]):
    """The three panes."""

    AUTO_FOCUS = "#records"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings(keymap.PANES),
        *(key.binding for key in keymap.RECORDS.keys if key.id not in ("sort", "sort.reverse")),
        *(keymap.key(each).binding for each in keymap.CHART_ANYWHERE),
    ]
    DEFAULT_CSS = """
    MonitorScreen { layout: vertical; }
    #panes { layout: horizontal; height: 1fr; }
    #left { height: 100%; }
    #right { width: 1fr; height: 100%; }
    #records { width: 1fr; height: 1fr; }
    #why { height: 50%; display: none; }
    #why.-open { display: block; }
    #interfaces { height: 6; }
    TabLine { display: none; }
    MonitorScreen.-narrow TabLine { display: block; }
    MonitorScreen.-narrow RowList, MonitorScreen.-zoomed RowList { display: none; }
    MonitorScreen.-narrow TimeChart { margin: 0 1; }
    MonitorScreen.-narrow #left, MonitorScreen.-zoomed #left { display: none; }
    MonitorScreen.-narrow #right, MonitorScreen.-zoomed #right { display: none; }
    MonitorScreen.-narrow #left.-here, MonitorScreen.-zoomed #left.-here { display: block; }
    MonitorScreen.-narrow #right.-here, MonitorScreen.-zoomed #right.-here { display: block; }
    MonitorScreen.-narrow RowList.-here, MonitorScreen.-zoomed RowList.-here { display: block; height: 1fr; }
    MonitorScreen.-narrow #interfaces.-here, MonitorScreen.-zoomed #interfaces.-here { height: 1fr; }
    MonitorScreen.-narrow #why.-open, MonitorScreen.-zoomed #why.-open { display: block; }
    """

    class Asked(Message):
        """The reader wants to see something else."""

        def __init__(self, request: Request) -> None:
            super().__init__()
            self.request = request

    class RecordOpened(Message):
        """The record under the cursor is to be shown in full."""

        def __init__(self, record_id: int) -> None:
            super().__init__()
            self.record_id = record_id

    class FilterWanted(Message):
        """The filter bar is to be opened."""

    class WhyWanted(Message):
        """Why the record under the cursor was rejected is to be told."""

        def __init__(self, record_id: int) -> None:
            super().__init__()
            self.record_id = record_id

    class OverviewWanted(Message):
        """The overview is to be opened in the pane of a key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class PauseToggled(Message):
        """The screen is to be held, or to go on."""

    class HistoryToggled(Message):
        """Into the past, or back."""

    class HistoryLeft(Message):
        """The query is to be stopped, or the past to be left."""

    class NamesToggled(Message):
        """Names instead of addresses, or the other way round."""

    def __init__(
        self, filter: Tree | None = None, mutes: tuple[Tree, ...] = (), columns: tuple[str, ...] = ()
    ) -> None:
        """Begins with this filter, these mutes, and these columns (AWS's field names) first."""
        super().__init__()
        self.request = Request(filter=filter, mutes=mutes, chart=ChartWish())
        self.header = HeaderBar()
        self.tabs = TabLine(_TABS)
        self.topology = TopologyPane(id="topology")
        self.interfaces = InterfacePane(id="interfaces")
        self.records = RecordTable(id="records")
        self.records.wanted = columns
        self.why = WhyPane(id="why")
        self.filter = FilterBar()
        self.footer = FooterBar()
        self.picture: Picture | None = None
        self._asked_why: int | None = None
        self._wider: tuple[Tree | None, Tree | None] = (None, None)
        """The filter that a cause was narrowed to, and the one before."""
        self._wanted_id: int | None = None
        self._chart_wish = ChartWish()
        self._floor: Request | None = None
        """What was asked for when the past was entered: `esc` leaves it from there."""
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """Header, tabs, panes, footer."""
        yield self.header
        yield self.tabs
        with Container(id="panes"):
            with Vertical(id="left"):
                yield self.topology
                yield self.interfaces
            with Vertical(id="right"):
                yield self.records
                yield self.why
        yield self.filter
        yield self.footer

    @property
    def panes(self) -> tuple[RowList, ...]:
        """The three panes, in the order of their numbers."""
        return self.topology, self.interfaces, self.records

    def on_mount(self) -> None:
        """Starts in the records."""
        self._arrange(self.size.width)
        self.records.focus()

    # Drawing

    def repaint(self, palette: Palette, *, utc: bool, has_names: bool, generation: int) -> None:
        """Takes another palette, other names or another zone."""
        drawn: tuple[HeaderBar | TabLine | FooterBar | RowList, ...]
        drawn = (self.header, self.tabs, self.footer, *self.panes, self.why)
        for widget in drawn:
            widget.palette = palette
            widget.refresh()
        self.filter.line.palette = palette
        self.records.utc, self.records.has_names = utc, has_names
        self.records.chart.restyle(palette, utc=utc)
        self.records.restyle(generation=generation)

    def show_header(self, state: HeaderState) -> None:
        """Draws the header."""
        self.header.show(state)

    def show_topology(self, index: TopologyIndex | None, rejected: dict[str, int]) -> None:
        """Draws the topology before there is a picture."""
        self.topology.show(index, rejected)

    def show(self, picture: Picture, now: float) -> None:
        """Draws a picture."""
        if self.picture is None or self.picture.request.filter != picture.request.filter:
            self.records.mark(picture.request.filter)
        self.picture = picture
        state = picture.state
        self.topology.show(state.index, picture.rejected, state.overlaps)
        self.interfaces.show(picture.interfaces, now)
        request = picture.request
        self.records.filter_text = filter_title(request, now, utc=self.records.utc)
        self.records.show(picture.view, state.snapshot.columns, len(state.snapshot))
        self._go_to_wanted(picture)
        if picture.chart is not None:
            has_filter = request.timeless is not None
            self.records.chart.show(picture.chart.course, request.span, has_filter=has_filter)
        self._size_left()
        self._show_tabs()
        self._show_hints()
        self._ask_why()

    def _size_left(self) -> None:
        """Interfaces takes its rows and 4 lines, a third at most; the topology the rest."""
        if not self.has_class("-narrow") and not self.has_class("-zoomed"):
            wanted = max(6, self.interfaces.row_count() + 4)
            height = min(wanted, max(6, (self.size.height - 2) // 3))
            if self.interfaces.styles.height is None or self.interfaces.styles.height.value != height:
                self.interfaces.styles.height = height

    def _show_tabs(self) -> None:
        here = self.here
        _, right = here.title()
        self.tabs.show(here.id or "", right, self.records.filter_text)

    # Panes

    @property
    def here(self) -> RowList:
        """The pane that the reader is in."""
        return next((pane for pane in self.panes if pane.has_class("-here")), self.records)

    def on_resize(self, event: events.Resize) -> None:
        """Panes side by side, or tabs."""
        self._arrange(event.size.width)

    def _arrange(self, width: int) -> None:
        is_narrow = width < TABS_UNDER
        self.set_class(is_narrow, "-narrow")
        for pane in self.panes:
            pane.set_class(is_narrow, "-bare")
        self.query_one("#left").styles.width = (
            "1fr" if is_narrow or self.has_class("-zoomed") else max(_LEFT_LEAST, min(width - _RIGHT, _LEFT))
        )
        if is_narrow or self.has_class("-zoomed"):
            self.interfaces.styles.height = None
        self._size_left()
        self._show_tabs()

    def on_descendant_focus(self) -> None:
        """The focused pane is where the reader is."""
        if isinstance(self.focused, RowList | TimeChart):
            self._mark_here(self._pane_of(self.focused))

    def _pane_of(self, part: RowList | TimeChart) -> RowList:
        """The pane that a part of the screen belongs to."""
        return self.records if isinstance(part, TimeChart | WhyPane) else part

    def _mark_here(self, here: RowList) -> None:
        for pane in self.panes:
            pane.set_class(pane is here, "-here")
            pane.refresh()
        self.query_one("#left").set_class(here is not self.records, "-here")
        self.query_one("#right").set_class(here is self.records, "-here")
        self._show_hints()
        self._show_tabs()

    def _show_hints(self) -> None:
        place = "why" if self.why.is_open else self.here.id or "records"
        if self.picture is not None and is_hopeless(self.picture.state):
            place = "nothing"
        hints = HINTS["chart" if self.records.chart.has_focus else place]
        if self._is_asking:
            hints = (("back", "stop the query"), *hints)
        elif self._floor is not None:
            hints = (("history", "back to live"), *(hint for hint in hints if hint != "history"))
        self.footer.show(*hints)

    def set_past(self, floor: Request | None, *, is_asking: bool) -> None:
        """Takes up that past records are shown, since this was asked for; or that they are being fetched."""
        self._floor, self._is_asking = floor, is_asking
        self._asked_why = None
        self._show_hints()

    def action_pane(self, name: str) -> None:
        """Goes to a pane."""
        part = self.records.chart if name == "chart" else self.query_one(f"#{name}", RowList)
        self._mark_here(self._pane_of(part))
        part.focus()

    def action_next_pane(self, step: int) -> None:
        """Goes to the next pane."""
        parts = {"why": self.why, "chart": self.records.chart}
        is_there = {"why": self.why.is_open, "chart": self.records.chart.is_shown}
        panes = (*_PANES, *(name for name in parts if is_there[name]))
        focused = next((name for name, part in parts.items() if part.has_focus), None)
        at = panes.index(focused or self.here.id or "records")
        self.action_pane(panes[(at + step) % len(panes)])

    def action_zoom(self) -> None:
        """This pane over the whole screen, and back."""
        self.toggle_class("-zoomed")
        self._arrange(self.size.width)

    @on(TabLine.Chosen)
    def _tab_chosen(self, message: TabLine.Chosen) -> None:
        self.action_pane(message.pane)

    # What the reader wants to see

    def ask(self, **changes: object) -> None:
        """Asks for another request that differs in these parts."""
        self.request = replace(self.request, **changes)  # type: ignore[arg-type]
        self.post_message(self.Asked(self.request))

    def here_scope(self) -> Scope | None:
        """What the reader is at: a node of the tree, an interface, else what was drilled into."""
        if isinstance(self.here, InterfacePane):
            return self.here.current_scope()
        is_elsewhere = self.here is not self.topology and self.request.scopes
        return self.request.scopes[-1] if is_elsewhere else self.topology.holding_scope()

    def action_rejects(self) -> None:
        """Only rejected records, and back."""
        self.ask(filter=toggled_rejects(self.request.filter))

    @on(RecordTable.OrderChosen)
    def _order_chosen(self, message: RecordTable.OrderChosen) -> None:
        self.ask(order=None if message.field is None else (message.field, message.is_descending))

    @on(RowList.Entered)
    def _entered(self, message: RowList.Entered) -> None:
        if isinstance(message.rows, RecordTable):
            row = message.rows.current()
            if row is not None:
                self.post_message(self.RecordOpened(row.id))
            return
        scope = (
            message.rows.current_scope() if isinstance(message.rows, TopologyPane | InterfacePane) else None
        )
        if scope is not None:
            self.drill(scope)

    def drill(self, scope: Scope) -> None:
        """Into a VPC, subnet, owner or interface; what it lies in stays in the breadcrumb."""
        index = self.topology.index
        outer: tuple[Scope, ...] = ()
        if index is not None:
            inside = interface_ids((scope,), index.topology) or frozenset()
            outer = tuple(
                each
                for each in self.request.scopes
                if each != scope and inside < (interface_ids((each,), index.topology) or frozenset())
            )
        self.ask(scopes=(*outer, scope))
        if self.has_class("-narrow") or self.has_class("-zoomed"):
            self.action_pane("records")

    def narrow_to(self, tree: Tree, record_id: int | None = None) -> None:
        """Narrows to some records and goes to one of them; `esc` shows what was shown before."""
        wide = self.request
        narrow = narrowed(wide.filter, tree)
        if narrow != wide.filter:
            self._wider = (narrow, wide.filter)
        self._wanted_id = record_id
        self.action_pane("records")
        self.ask(filter=narrow, order=None)

    def _go_to_wanted(self, picture: Picture) -> None:
        if self._wanted_id is not None and picture.request == self.request:
            self.records.go_to(self._wanted_id)
            self._wanted_id = None

    def action_back(self) -> None:
        """Out of Why, zoom, order, range, past, scope, filter: one level each time."""
        narrow, wide = self._wider
        if self._is_asking:
            self.post_message(self.HistoryLeft())
        elif self.why.is_open:
            self.action_why()
        elif self.has_class("-zoomed"):
            self.action_zoom()
        elif self.request.order is not None:
            self.records.action_last()
        elif self.request.span is not None:
            self.ask(span=None)
        elif self._floor is not None:
            self._back_in_past(self._floor)
        elif narrow is not None and self.request.filter == narrow:
            self.ask(filter=wide)
        elif self.request.scopes:
            self.ask(scopes=self.request.scopes[:-1])
        elif self.request.filter is not None:
            self.ask(filter=None)

    def _back_in_past(self, floor: Request) -> None:
        """To what was asked for when the past was entered, then out of it."""
        if (self.request.scopes, self.request.filter) == (floor.scopes, floor.filter):
            self.post_message(self.HistoryLeft())
        else:
            self.ask(scopes=floor.scopes, filter=floor.filter)

    def action_history(self) -> None:
        """Into the past, or back."""
        self.post_message(self.HistoryToggled())

    def action_stop_history(self) -> None:
        """Stops the query under way."""
        if self._is_asking:
            self.post_message(self.HistoryLeft())

    # The chart

    def action_chart(self) -> None:
        """Shows or hides the chart."""
        is_shown = not self.records.chart.is_shown
        if self.records.chart.has_focus:
            self.action_pane("records")
        self.records.show_chart(is_shown=is_shown)
        self.ask(chart=self._chart_wish if is_shown else None)

    def action_zoom_chart(self, step: int) -> None:
        """Finer or coarser buckets."""
        if self.records.chart.is_shown:
            self._wish_chart(self._chart_wish.zoomed(step))

    @on(TimeChart.Wished)
    def _chart_wished(self, message: TimeChart.Wished) -> None:
        self._wish_chart(message.wish)

    def _wish_chart(self, wish: ChartWish) -> None:
        self._chart_wish = wish
        self.ask(chart=wish)

    @on(TimeChart.RangeTaken)
    def _range_taken(self, message: TimeChart.RangeTaken) -> None:
        self.ask(span=message.span)

    @on(TimeChart.Left)
    def _chart_left(self) -> None:
        self.action_pane("records")

    # The record under the cursor

    def action_next_rejected(self, step: int) -> None:
        """To the next or previous rejected record."""
        table = self.records
        if table.view is None:
            return
        current = table.current()
        found = table.view.next_rejected(None if current is None else current.id, step)
        if found is None:
            self.notify("No further rejected record that way.", timeout=2)
            return
        self.action_pane("records")
        table.go_to(found)
        self._ask_why()

    def action_filter(self) -> None:
        """Opens the filter bar."""
        self.post_message(self.FilterWanted())

    def end_filter(self) -> None:
        """The bar goes away, and the reader is back in the pane."""
        self.filter.close()
        self.here.focus()

    def action_columns(self) -> None:
        """Which columns are shown, and in which order."""
        table = self.records
        if names := table.column_names():
            self.app.push_screen(ColumnsScreen(names, table.hidden, table.palette), self._arrange_columns)

    def _arrange_columns(self, arrangement: Arrangement | None) -> None:
        if arrangement is not None:
            self.records.take_columns(arrangement.wanted, arrangement.hidden)

    def action_narrow(self) -> None:
        """Narrows to what the reader chooses of the record under the cursor."""
        column = self.records.column
        values = self.records.current_values()
        if values:
            self._choose(
                "Narrow to", narrowings(values, None if column is None else column.field.name), self._narrow
            )

    def _narrow(self, tree: Tree) -> None:
        self.ask(filter=narrowed(self.request.filter, tree))

    def action_mute(self) -> None:
        """Mutes what the reader chooses, or undoes a mute."""
        muted = [Choice("muted: undo", tree) for tree in self.request.mutes]
        self._choose("Mute", [*mutings(self.records.current_values()), *muted], self._mute)

    def _mute(self, tree: Tree) -> None:
        mutes = self.request.mutes
        kept = tuple(each for each in mutes if each != tree)
        self.ask(mutes=kept if tree in mutes else (*mutes, tree))

    def _choose(self, title: str, choices: Sequence[Choice], chosen: Callable[[Tree], None]) -> None:
        options = [Option(choice.label, str(choice.tree), choice.tree) for choice in choices]
        if not options:
            self.app.bell()
            return

        def done(tree: Tree | None) -> None:
            if tree is not None:
                chosen(tree)

        self.app.push_screen(ChoiceScreen(title, options, self.records.palette), done)

    def action_why(self) -> None:
        """Opens or closes the Why pane."""
        self.why.toggle_class("-open")
        self.action_pane("records")
        if self.why.is_open:
            self._asked_why = None
            self._ask_why()

    def _ask_why(self) -> None:
        """Asks about the record under the cursor, where that is another one than before."""
        row = self.records.current() if self.why.is_open else None
        if row is not None and row.id != self._asked_why:
            self._asked_why = row.id
            self.post_message(self.WhyWanted(row.id))

    def show_why(self, record_id: int, explanation: Explanation | None, now: float) -> None:
        """Shows an explanation, where it is still the one that was asked for."""
        row = self.records.current()
        if row is not None and row.id == record_id == self._asked_why and explanation is not None:
            self.why.explain(explanation, self.records.about(row), now)

    def action_copy(self) -> None:
        """Copies the command of the Why pane, else the line of the record."""
        if self.why.is_open and self.why.command is not None:
            self.app.copy_to_clipboard(self.why.command)
            self.notify("Copied the command. Read it before you run it.", timeout=3)
        else:
            self.records.copy_line()

    def action_overview(self, key: str) -> None:
        """Opens the overview in the pane of this key."""
        self.post_message(self.OverviewWanted(key))

    def action_pause(self) -> None:
        """Holds the screen; reading goes on."""
        self.post_message(self.PauseToggled())

    def action_names(self) -> None:
        """Names or addresses."""
        self.post_message(self.NamesToggled())

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._show_tabs()
        self._ask_why()
