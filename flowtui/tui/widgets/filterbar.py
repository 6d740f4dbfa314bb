"""The filter bar: one line to type in, one that says what is wrong with it or how much it finds.

```
 / reject and port 800000
                   ^^^^^^ port takes 0–65535, a range or a service name
```
Knows no filter syntax: who opens it says what a text is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from flowtui.tui.render import text
from flowtui.tui.theme import DARK, PALETTES, Palette

if TYPE_CHECKING:
    from flowtui.filters.complete import Completion

PROMPT = " / "
_LEAST_ROOM = 30
"""Cells behind the place under which the words stand before it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text is worth: an error with its place, or how much it finds; and how it could go on."""

    error: str = ""
    offset: int = 0
    length: int = 0
    found: str = ""
    """`229 of 18,204`; empty while it is being counted."""
    note: str = ""
    """A warning about a filter that is right, but perhaps not what was meant."""


class VerdictLine(Widget):
    """The line under the input."""

    DEFAULT_CSS = "VerdictLine { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.palette: Palette = PALETTES[DARK]
        self.verdict = Verdict()
        self.completions: Sequence[Completion] = ()
        self.shift = 0
        """Cells by which the input is scrolled."""

    def render_line(self, y: int) -> Strip:
        """Error under its place, or completions and the number found."""
        width, palette, verdict = self.size.width, self.palette, self.verdict
        line = text.Line()
        if verdict.error:
            at = max(1, min(len(PROMPT) + verdict.offset - self.shift, width - 2))
            mark = "^" * max(1, min(verdict.length, width - 1 - at))
            after = width - 2 - at - len(mark)
            if after >= min(len(verdict.error), _LEAST_ROOM):
                line.to(at, palette.mute).add(mark, palette.attention)
                line.add(f" {text.fitted(verdict.error, after)}", palette.text)
            else:
                line.add(f" {text.fitted(verdict.error, at - 2)}", palette.text)
                line.to(at, palette.mute).add(mark, palette.attention)
        else:
            found = f"{verdict.found} " if verdict.found else ""
            line.to(len(PROMPT), palette.mute)
            if verdict.note:
                line.add(text.fitted(verdict.note, width - line.width - len(found) - 2), palette.attention)
            elif self.completions:
                words = "  ".join(each.text for each in self.completions)
                line.add("tab ", palette.focus)
                line.add(text.fitted(words, width - line.width - len(found) - 2), palette.mute)
            line.to(max(line.width, width - len(found)), palette.mute).add(found, palette.text)
        return Strip(line.segments).adjust_cell_length(width).apply_style(palette.ground)


class FilterInput(Input):
    """The line to type in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "past(-1)", show=False, id="filter.older"),
        Binding("down", "past(1)", show=False, id="filter.newer"),
        Binding("tab", "complete", show=False, id="filter.complete"),
        Binding("escape", "cancel", show=False, id="filter.cancel"),
    ]

    class Left(Message):
        """The reader wants the filter as it was before."""

    class Completed(Message):
        """The first completion is to be taken."""

    class Recalled(Message):
        """An older (-1) or newer (1) filter is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def action_past(self, step: int) -> None:
        """An older or newer filter."""
        self.post_message(self.Recalled(step))

    def action_complete(self) -> None:
        """The first completion."""
        self.post_message(self.Completed())

    def action_cancel(self) -> None:
        """As it was before."""
        self.post_message(self.Left())


class FilterBar(Widget):
    """The bar; hidden until it is opened."""

    DEFAULT_CSS = """
    FilterBar { height: 2; display: none; layout: vertical; }
    FilterBar.-open { display: block; }
    FilterBar Horizontal { height: 1; }
    FilterBar #prompt { width: 3; color: $accent; text-style: bold; background: $panel; }
    FilterBar FilterInput { width: 1fr; background: $panel; color: $foreground; border: none; padding: 0; }
    """

    class Typed(Message):
        """The text has changed."""

        def __init__(self, value: str, cursor: int) -> None:
            super().__init__()
            self.value = value
            self.cursor = cursor

    class Applied(Message):
        """The text is to be applied."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    class Closed(Message):
        """The bar was left without a change."""

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.line = VerdictLine()
        self._input = FilterInput(compact=True, select_on_focus=False)
        self._past: list[str] = []
        self._at = 0

    def compose(self) -> ComposeResult:
        """Prompt and input, and the line under them."""
        with Horizontal():
            yield Static(PROMPT, id="prompt", markup=False)
            yield self._input
        yield self.line

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    @property
    def value(self) -> str:
        """What stands in it."""
        return self._input.value

    def open(self, value: str, past: Sequence[str]) -> None:
        """Shows it with a text, and the filters of the past behind `up`."""
        self._past = [*past, value]
        self._at = len(past)
        self.line.verdict, self.line.completions = Verdict(), ()
        self.add_class("-open")
        self._put(value)
        self._input.focus()

    def close(self) -> None:
        """Hides it."""
        self.remove_class("-open")

    def show(self, verdict: Verdict, completions: Sequence[Completion]) -> None:
        """Says what the text is worth, and how it could go on."""
        self.line.verdict, self.line.completions = verdict, completions
        self.line.shift = int(self._input.scroll_offset.x)
        self.line.refresh()

    def _put(self, value: str) -> None:
        self._input.value = value
        self._input.cursor_position = len(value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value, self._input.cursor_position))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Applied(event.value.strip()))

    @on(FilterInput.Left)
    def _left(self) -> None:
        self.close()
        self.post_message(self.Closed())

    @on(FilterInput.Recalled)
    def _recalled(self, event: FilterInput.Recalled) -> None:
        self._at = max(0, min(self._at + event.step, len(self._past) - 1))
        self._put(self._past[self._at])

    @on(FilterInput.Completed)
    def _completed(self) -> None:
        if not self.line.completions:
            return
        first, cursor = self.line.completions[0], self._input.cursor_position
        before, after = self.value[: first.start], self.value[cursor:]
        self._input.value = f"{before}{first.text}{after}"
        self._input.cursor_position = len(before) + len(first.text)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """A bar that is no longer typed in goes away with its text."""
        if self.is_open and self.app.focused is not None and self.app.focused is not self._input:
            self.close()
            self.post_message(self.Closed())
