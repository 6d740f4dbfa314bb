"""What to ask of the past: the time range, the query in words that can be changed, and what it costs.

```
╭ History ─────────────────────────────────────────────────╮
│ Filter  reject and port 80                                │
│ Groups  /vpc/lab/flow-logs                                │
│                                                           │
│ Time    ● 1 h   ○ 6 h   ○ 24 h   ○ 7 d   ○ own            │
│         2026-01-31 10:57:00 – 11:57:00 UTC                │
│                                                           │
│ Query   fields @timestamp, @ingestionTime …               │
│         | filter action = "REJECT"                        │
│ Cost    About 3.1 MB will be scanned …                    │
│ enter run   ← → 1–5 time   tab query   esc leave          │
╰───────────────────────────────────────────────────────────╯
```
Knows neither queries' language nor how they are run: who opens it says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from typing import ClassVar

from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from flowtui.filters.values import moment
from flowtui.monitor.outside import FaultError
from flowtui.monitor.recall import Recall, Weight
from flowtui.monitor.sources.history import Extent
from flowtui.monitor.sources.querying import QueryStopped
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import past, text
from flowtui.tui.screens.page import WIDEST
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.lines import LABEL, Hints, Lines

SPANS: tuple[tuple[str, int], ...] = (("1 h", 3600), ("6 h", 21_600), ("24 h", 86_400), ("7 d", 604_800))
"""Time ranges up to now, and their seconds."""
OWN = "own"
EXAMPLES = "6h   or   10:00 11:00   or   2026-01-31 2026-02-01"
QUERY_LINES = (4, 14)
"""The least and the most lines of the query that are seen at once."""
OTHERS = 16
"""Lines of everything else."""
PAUSE_S = 0.4
"""How long a time range must rest before AWS is asked what it costs."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader asks for."""

    recall: Recall
    extent: Extent
    text: str | None = None
    """The query in the reader's own words; None: as it was made."""


def extent_of(words: str, now: float, zone: tzinfo | None) -> Extent | None:
    """Read `FROM` or `FROM TO`: `6h`, `-6h -3h`, `10:00 11:00`, `2026-01-31T10:00 2026-01-31`."""
    parts = words.split()
    if not 1 <= len(parts) <= 2:
        return None
    begin, end = (_moment(part, now, zone) for part in (parts[0], *(parts[1:] or [str(int(now))])))
    return None if begin is None or end is None or begin >= end else Extent(begin, end)


def _moment(word: str, now: float, zone: tzinfo | None) -> int | None:
    found = moment(word, now, zone)
    return moment(f"-{word}", now, zone) if found is None else found


_HINTS: dict[str, tuple[tuple[str, str], ...]] = {
    "span": (("enter", "run"), ("← → 1–5", "time"), ("tab", "query"), ("esc", "leave")),
    "own": (("enter", "run"), ("tab", "query"), ("esc", "back to the ranges")),
    "query": (("tab", "on"), ("esc", "back to the ranges")),
}
"""What keys do, by where the reader is."""


class SpanChoice(Widget, can_focus=True):
    """The time ranges, one of which is chosen."""

    DEFAULT_CSS = "SpanChoice { height: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,up,k", "step(-1)", show=False, id="history.shorter"),
        Binding("right,l,down,j", "step(1)", show=False, id="history.longer"),
    ]

    class Changed(Message):
        """Another one was chosen."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="span")
        self.palette = palette
        self.names = (*(name for name, _ in SPANS), OWN)
        self.chosen = 0

    def action_step(self, step: int) -> None:
        """The one beside it."""
        self.choose(self.chosen + step)

    def on_key(self, event: events.Key) -> None:
        """A number chooses at once."""
        if event.character is not None and event.character.isdecimal() and event.character.isascii():
            event.stop()
            self.choose(int(event.character) - 1)

    def choose(self, place: int) -> None:
        """Chooses, where there is such a one."""
        if 0 <= place < len(self.names) and place != self.chosen:
            self.chosen = place
            self.refresh()
            self.post_message(self.Changed())

    def render_line(self, y: int) -> Strip:
        """The line."""
        palette, line = self.palette, text.Line()
        line.cell("Time", LABEL, palette.mute)
        for place, name in enumerate(self.names):
            is_chosen = place == self.chosen
            ink = palette.focus + Style(bold=True) if is_chosen and self.has_focus else palette.text
            line.add("● " if is_chosen else "○ ", ink).add(name, ink).add("   ", palette.text)
        return Strip(line.segments).adjust_cell_length(self.size.width).apply_style(palette.ground)


class HistoryScreen(ModalScreen[Wish | None]):
    """Closes with what is wished, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keymap.key("back").binding,
        Binding("enter", "run", show=False, id="history.run"),
    ]
    DEFAULT_CSS = """
    HistoryScreen { align: center middle; }
    HistoryScreen #sheet {
        height: auto; max-height: 100%; padding: 0 1; background: $background;
        border: round $accent; border-title-color: $foreground; border-title-style: bold;
    }
    HistoryScreen #own { display: none; height: 1; margin-left: 9; border: none; padding: 0;
        background: $panel; color: $foreground; }
    HistoryScreen #own.-open { display: block; }
    HistoryScreen #question { height: auto; margin-top: 1; }
    HistoryScreen #label { width: 9; height: 1; }
    HistoryScreen #query { height: auto; min-height: 4; width: 1fr; border: none;
        padding: 0; background: $background; color: $foreground; scrollbar-size-vertical: 1; }
    HistoryScreen #query:focus { background: $panel; border: none; }
    HistoryScreen #cost { margin-top: 1; }
    HistoryScreen #span { margin-top: 1; }
    """

    def __init__(
        self,
        subject: Sequence[tuple[str, str]],
        prepare: Callable[[], Recall],
        now: Callable[[], float],
        palette: Palette,
        *,
        utc: bool,
    ) -> None:
        """`subject`: what is asked about, as labels and words. `prepare` makes calls, on a thread."""
        super().__init__()
        self._subject = subject
        self._prepare = prepare
        self._now = now
        self._utc = utc
        self._palette = palette
        self._recall: Recall | None = None
        self._weighed = 0
        self._timer: Timer | None = None
        self.about = Lines(palette, id="about")
        self.spans = SpanChoice(palette)
        self.own = Input(
            id="own", compact=True, placeholder="6h   or   10:00 11:00   or   2026-01-31 2026-02-01"
        )
        self.when = Lines(palette, id="when")
        self.query_text = TextArea(id="query", compact=True, highlight_cursor_line=False, read_only=True)
        self.costs = Lines(palette, id="cost")
        self.hints = Hints(palette)

    def compose(self) -> ComposeResult:
        """The sheet."""
        with Vertical(id="sheet"):
            yield self.about
            yield self.spans
            yield self.own
            yield self.when
            with Horizontal(id="question"):
                yield Lines(self._palette, id="label")
                yield self.query_text
            yield self.costs
            yield self.hints

    def on_mount(self) -> None:
        """Asks what the query will be, off the event loop."""
        sheet = self.query_one("#sheet")
        sheet.border_title = "History"
        self.about.show(*((label, clean(words), "text") for label, words in self._subject))
        self.query_one("#label", Lines).show(("Query", "", "mute"))
        self.costs.show(("Cost", "Asking AWS …", "mute"))
        self._show_when()
        self._fit()
        self.spans.focus()
        self.run_worker(self._look, thread=True, group="recall")

    def on_resize(self) -> None:
        """Fits again."""
        self._fit()

    def _fit(self) -> None:
        self.query_one("#sheet").styles.width = min(self.app.size.width, WIDEST)
        self.query_text.styles.max_height = max(
            QUERY_LINES[0], min(QUERY_LINES[1], self.app.size.height - OTHERS)
        )

    # The query

    def _look(self) -> None:
        try:
            recall = self._prepare()
        except FaultError as error:
            self.app.call_later(self._failed, error)
        else:
            self.app.call_later(self._found, recall)

    def _found(self, recall: Recall) -> None:
        if not self.is_attached:
            return
        self._recall = recall
        texts = recall.texts
        self.query_text.load_text("\n\n".join(texts))
        # Several queries are one for each format: they are shown, and not to be changed all at once.
        self.query_text.read_only = len(texts) != 1
        self._weigh_soon()

    def _failed(self, error: FaultError) -> None:
        if self.is_attached:
            fault = error.fault
            self.costs.show(
                ("", clean(fault.sentence), "attention"), ("", clean(fault.cure), "text")
            )  # fmt: skip

    @property
    def _edited(self) -> str | None:
        """The reader's own query; None where it is as it was made."""
        recall, words = self._recall, self.query_text.text
        return None if recall is None or len(recall.texts) != 1 or words == recall.texts[0] else words

    # The time

    @property
    def extent(self) -> Extent | None:
        """The time range that is chosen; None where it cannot be understood."""
        now = self._now()
        if self.spans.names[self.spans.chosen] == OWN:
            return extent_of(self.own.value, now, UTC if self._utc else None)
        _, seconds = SPANS[self.spans.chosen]
        return Extent(-int(-(now - seconds) // 1), int(now))

    def _show_when(self) -> None:
        extent = self.extent
        words = (
            "from, and to where it is not now" if extent is None else past.whole_span(extent, utc=self._utc)
        )
        self.when.show(("", words, "soft"))
        self._show_hints()

    @on(SpanChoice.Changed)
    def _span_changed(self) -> None:
        is_own = self.spans.names[self.spans.chosen] == OWN
        self.own.set_class(is_own, "-open")
        if is_own:
            self.own.focus()
        self._show_when()
        self._weigh_soon()

    @on(Input.Changed)
    def _own_changed(self) -> None:
        self._show_when()
        self._weigh_soon()

    # The cost

    def _weigh_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        if self._recall is not None:
            self._timer = self.set_timer(PAUSE_S, self._weigh)

    def _weigh(self) -> None:
        recall, extent = self._recall, self.extent
        if recall is None or extent is None:
            return
        self._weighed += 1
        self.costs.show(("Cost", "Asking AWS …", "mute"))
        self.run_worker(partial(self._weigh_off, recall, extent, self._weighed), thread=True, group="weigh")

    def _weigh_off(self, recall: Recall, extent: Extent, number: int) -> None:
        try:
            weight = recall.weigh(extent)
        except QueryStopped:
            return
        except FaultError as error:
            self.app.call_later(self._failed, error)
        else:
            self.app.call_later(self._show_cost, weight, number)

    def _show_cost(self, weight: Weight, number: int) -> None:
        if self.is_attached and number == self._weighed:
            self.costs.show(("Cost", past.cost(weight), "text"))

    # Keys

    def on_descendant_focus(self) -> None:
        """Says which keys do something here."""
        self._show_hints()

    def _show_hints(self) -> None:
        hints = _HINTS["query" if self.query_text.has_focus else "own" if self.own.has_focus else "span"]
        note = "" if self._edited is None else "changed: shown without the filter"
        if self.query_text.has_focus and len(self.query_text.text) and self.query_text.read_only:
            note = "several formats: a query for each"
        self.hints.show(hints, note)

    @on(TextArea.Changed)
    def _query_changed(self) -> None:
        self._show_hints()

    @on(Input.Submitted)
    def action_run(self) -> None:
        """Closes with what is asked for."""
        recall, extent = self._recall, self.extent
        if recall is None or extent is None:
            self.app.bell()
            return
        self.dismiss(Wish(recall, extent, self._edited))

    def action_back(self) -> None:
        """Back to the time ranges, then out."""
        if not self.spans.has_focus:
            if self.own.has_focus:
                self.spans.choose(0)
            self.spans.focus()
            return
        if self._recall is not None:
            self._recall.stop()
        self.dismiss(None)
