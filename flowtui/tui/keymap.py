"""The registry of keys: bindings, footer and help are all made from it.

Keys have ids, so that users can remap them (`App.set_keymap`). A key without a function is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, _character_to_key, key_to_character


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what it does, and how footer and help name it."""

    id: str
    keys: str
    """Textual's key names, separated by commas."""
    action: str
    label: str
    """One or two words for the footer."""
    meaning: str
    """A short sentence for the help."""
    shown: str = ""
    """How the key is written, where its name is not what one reads."""
    is_priority: bool = False

    @property
    def cap(self) -> str:
        """The key as it is written in footer and help, after the user's remapping."""
        remapped = _REMAPPED.get(self.id)
        if remapped is not None:
            return " ".join(each.strip() for each in remapped.split(","))
        return self.shown or self.keys.partition(",")[0]

    @property
    def footer_cap(self) -> str:
        """The key as the footer writes it: only the first way to press it."""
        return self.cap.partition(" ")[0]

    @property
    def binding(self) -> Binding:
        """The binding of this key."""
        return Binding(self.keys, self.action, self.label, id=self.id, show=False, priority=self.is_priority)


@dataclass(frozen=True, slots=True)
class Group:
    """Keys that belong together in the help."""

    title: str
    keys: tuple[Key, ...]


MOVE = Group(
    "Moving",
    (
        Key("row.up", "up,k", "move(-1)", "up", "one row up; leaves following", "↑ k"),
        Key("row.down", "down,j", "move(1)", "down", "one row down", "↓ j"),
        Key("row.left", "left,h", "sideways(-1)", "left", "column to the left; fold", "← h"),
        Key("row.right", "right,l", "sideways(1)", "right", "column to the right; unfold", "→ l"),
        Key("page.up", "pageup,ctrl+u", "page(-1)", "page up", "a page up", "PgUp ^u"),
        Key("page.down", "pagedown,ctrl+d", "page(1)", "page down", "a page down", "PgDn ^d"),
        Key("row.first", "g,home", "first", "top", "to the top"),
        Key(
            "row.enter",
            "enter",
            "enter",
            "drill in",
            "drill into a VPC, subnet, owner, interface; open a record",
        ),
        Key("row.last", "G,end", "last", "newest", "to the newest record, and follow it"),
    ),
)
PANES = Group(
    "Panes",
    (
        Key("pane.topology", "1", "pane('topology')", "topology", "the topology of the VPCs"),
        Key(
            "pane.interfaces", "2", "pane('interfaces')", "interfaces", "the interfaces, one log stream each"
        ),
        Key("pane.records", "3", "pane('records')", "records", "the flow records"),
        Key("pane.next", "tab", "next_pane(1)", "next", "the next pane"),
        Key("pane.previous", "shift+tab", "next_pane(-1)", "previous", "the pane before", "⇧tab"),
        Key("pane.zoom", "z", "zoom", "zoom", "this pane over the whole screen, and back"),
        Key("back", "escape", "back", "back", "close, or back out one level", "esc"),
    ),
)
RECORDS = Group(
    "Records",
    (
        Key("filter", "slash", "filter", "filter", "type a filter; an empty one clears it", "/"),
        Key("filter.rejects", "r", "rejects", "rejects", "add `reject` to the filter, or take it away"),
        Key("reject.next", "e,n", "next_rejected(1)", "next reject", "the next rejected record", "e n"),
        Key(
            "reject.previous",
            "E,N",
            "next_rejected(-1)",
            "previous reject",
            "the rejected record before",
            "E N",
        ),
        Key(
            "why",
            "w",
            "why",
            "why",
            "why was this rejected: by which rule, or by none of today's",
        ),
        Key(
            "triage",
            "T",
            "overview('triage')",
            "causes",
            "rejections by cause: what rejected how many, since when",
        ),
        Key(
            "talkers",
            "t",
            "overview('talkers')",
            "talkers",
            "who talks most: by source, destination, pair, port, interface, protocol, service",
        ),
        Key(
            "conversations",
            "o",
            "overview('conversations')",
            "conversations",
            "both directions of a connection in one line: who began it, what became of it",
        ),
        Key("filter.narrow", "f", "narrow", "narrow", "narrow to this value, the pair or the conversation"),
        Key("filter.mute", "m", "mute", "mute", "hide what looks like this; lists what is muted, to undo it"),
        Key(
            "history", "i", "history", "history", "the filter over any time range, by Logs Insights; and back"
        ),
        Key(
            "history.stop",
            "ctrl+x",
            "stop_history",
            "stop query",
            "stop the query of the history that is under way, at AWS too",
            "^x",
        ),
        Key("pause", "space", "pause", "pause", "hold the screen; reading goes on"),
        Key(
            "sort",
            "s",
            "sort",
            "sort",
            "sort by the column under the cursor; elsewhere the next order or measure",
        ),
        Key("sort.reverse", "S", "reverse", "reverse", "turn the order round"),
        Key("columns", "comma", "columns", "columns", "which columns are shown, and in which order", ","),
        Key("names", "a", "names", "names", "names or addresses"),
        Key("copy", "y", "copy", "copy", "copy the record's line, or the command of Why (OSC 52)"),
    ),
)
SUMS = Group(
    "Talkers and conversations",
    (
        Key("sums.group", "b", "group(1)", "by", "talkers by the next field; conversations by client port"),
        Key("sums.group.previous", "B", "group(-1)", "by", "talkers by the field before"),
    ),
)
APP = Group(
    "flowtui",
    (
        Key(
            "create",
            "c",
            "create",
            "create flow log",
            "create a flow log of the VPC, subnet or interface here",
        ),
        Key(
            "flow_logs",
            "C",
            "flow_logs",
            "flow logs",
            "the flow logs: how each delivers, what has none; undo what was made here",
        ),
        Key("help", "question_mark", "help", "help", "this page", "?"),
        Key("diagnostics", "d", "diagnostics", "diagnostics", "tail figures, faults, unparsed lines"),
        Key(
            "palette",
            "colon,ctrl+p",
            "command_palette",
            "commands",
            "profile, region, VPC, since, theme",
            ": ^p",
        ),
        Key("quit", "q", "quit", "quit", "leave"),
        Key("interrupt", "ctrl+c", "interrupt", "quit", "leave at once (status 130)", "^c", is_priority=True),
    ),
)
CHART = Group(
    "Chart",
    (
        Key("chart", "v", "chart", "chart", "show or hide the time chart; tab goes to it"),
        Key("chart.finer", "plus,equals_sign", "zoom_chart(1)", "finer", "narrower buckets", "+"),
        Key("chart.coarser", "minus", "zoom_chart(-1)", "coarser", "wider buckets, further back", "-"),
        Key(
            "chart.extend_left",
            "shift+left,H",
            "extend(-1)",
            "choose",
            "in the chart: choose buckets to the left",
            "⇧← H",
        ),
        Key(
            "chart.extend_right",
            "shift+right,L",
            "extend(1)",
            "choose",
            "in the chart: choose buckets to the right; enter narrows the table to them",
            "⇧→ L",
        ),
        Key("chart.unit", "u", "unit", "unit", "in the chart: records, packets or bytes"),
        Key("chart.filter", "F", "follow_filter", "filter", "in the chart: with the filter, or all in scope"),
    ),
)
CHART_ANYWHERE = ("chart", "chart.finer", "chart.coarser")
"""The keys of the chart that work wherever the reader is."""
GROUPS = (RECORDS, SUMS, CHART, MOVE, PANES, APP)


def bindings(*groups: Group) -> list[Binding]:
    """The bindings of these groups, for a class's `BINDINGS`."""
    return [key.binding for group in groups for key in group.keys]


def key(key_id: str) -> Key:
    """The key with this id."""
    return _BY_ID[key_id]


def ids() -> tuple[str, ...]:
    """The ids of all keys, in the order of the help."""
    return tuple(_BY_ID)


def named(key_name: str) -> str:
    """A key by its name, as Textual calls it: `/` is `slash`."""
    return _character_to_key(key_name) if len(key_name) == 1 else key_name


def is_key(key_name: str) -> bool:
    """Whether a terminal has such a key: `R`, `f5`, `ctrl+x`, `question_mark`."""
    *modifiers, key = named(key_name).split("+")
    is_known = key in _TERMINAL_KEYS or key_to_character(key) is not None
    return is_known and _MODIFIERS.issuperset(modifiers)


def remap(keys: Mapping[str, str]) -> dict[str, str]:
    """Takes the user's keys by id into footer and help; gives them as `App.set_keymap` takes them."""
    _REMAPPED.clear()
    _REMAPPED.update(keys)
    return {
        key_id: ",".join(named(each.strip()) for each in text.split(",")) for key_id, text in keys.items()
    }


_MODIFIERS = frozenset(("ctrl", "shift", "alt", "super", "hyper", "meta"))
_TERMINAL_KEYS = frozenset((*(each.value for each in Keys), *KEY_NAME_REPLACEMENTS.values()))
_BY_ID = {key.id: key for group in GROUPS for key in group.keys}
_REMAPPED: dict[str, str] = {}
"""The user's keys by id; one terminal has one user."""
