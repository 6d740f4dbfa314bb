"""A field compared: `bytes > 1M`, `traffic-path in (2, 8)`, `start > -5m`; each type with its own values.

Knows what stands behind a field's name; not what stands before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from flowtui.filters import values, vocabulary
from flowtui.filters.lexer import Cursor, Item
from flowtui.filters.suggest import guess
from flowtui.filters.tree import Compare, Network, OneOf, Op, Or, Tree, Within
from flowtui.records import decode, fields
from flowtui.records.fields import Field, Type

OPS = {op.value: op for op in Op} | {"==": Op.EQ}

_MAX_AMOUNT = fields.BYTES.max_value
_PORTS = (fields.SRCPORT, fields.DSTPORT)

_Value = int | str | Network


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Reads what stands behind a field's name."""

    cursor: Cursor
    now: float
    zone: tzinfo | None

    def read(self, entry: Field) -> Tree:
        """Read the operator and the value, or `in` and the list."""
        operator = self.cursor.operator()
        if operator is None:
            self.cursor.word()
            return self._one_of(entry)
        op = OPS[operator.text]
        item = self.cursor.value()
        if item is None:
            self.cursor.fail_here(f"{entry.name} {op.value} needs a value.", example(entry))
        if op.is_ordering and entry.type not in (Type.INTEGER, Type.TIME):
            self.cursor.fail_at(operator, f"{entry.name} can be compared by = and != only.", example(entry))
        if self.cursor.text.startswith(",", self.cursor.at):
            self.cursor.fail(
                self.cursor.at, 1, "A comparison takes one value.", f"Say {entry.name} in ({item.text}, …)."
            )
        return self._compared(entry, op, item, self._values(entry, item))

    def _compared(self, entry: Field, op: Op, item: Item, found: tuple[_Value, ...]) -> Tree:
        if len(found) > 1:
            numbers = tuple(value for value in found if isinstance(value, int))
            if op is not Op.EQ:
                ports = ", ".join(map(str, numbers))
                self.cursor.fail_at(item, f"{item.text} has several ports: {ports}.", "Say one of them.")
            return OneOf(entry.name, numbers)
        return _single(entry, op, found[0])

    def _one_of(self, entry: Field) -> Tree:
        found: list[_Value] = []
        for item in self.cursor_list(f"{entry.name} in", _example_list(entry)):
            found += self._values(entry, item)
        plain = tuple(value for value in found if isinstance(value, int | str))
        networks = [value for value in found if not isinstance(value, int | str)]
        parts: list[Tree] = [OneOf(entry.name, plain)] if plain else []
        parts += [Within(entry.name, Op.EQ, network) for network in networks]
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def cursor_list(self, what: str, hint: str) -> list[Item]:
        """Read `(a, b)`; commas may be left out."""
        cursor = self.cursor
        cursor.skip()
        start = cursor.at
        if not cursor.take("("):
            cursor.fail_here(f"{what} needs a list in brackets.", hint)
        items: list[Item] = []
        while not cursor.take(")"):
            item = cursor.value()
            if item is None:
                if cursor.is_at_end():
                    cursor.fail(start, len(cursor.text) - start, "This list is not closed.", "Close it by ).")
                cursor.fail_here("A value is missing in the list.", hint)
            items.append(item)
            cursor.take(",")
        if not items:
            cursor.fail(start, cursor.at - start, "The list is empty.", hint)
        return items

    def _values(self, entry: Field, item: Item) -> tuple[_Value, ...]:
        """Read one value: one, or several where it is a service with several ports."""
        if item.text == "-" and not item.is_quoted:
            self.cursor.fail_at(
                item,
                "`-` stands for no value, and no comparison with it is true.",
                f"For records without {entry.name} say not {entry.name} {_anything(entry)}.",
            )
        match entry.type:
            case Type.INTEGER:
                return self._integers(entry, item)
            case Type.TIME:
                return (self._time(entry, item),)
            case Type.ADDRESS:
                return (self._address(entry, item),)
            case _:
                return (self._text(entry, item),)

    def _integers(self, entry: Field, item: Item) -> tuple[int, ...]:
        found = self._named_integers(entry, item.text)
        if found is None or max(found) > entry.max_value:
            self.cursor.fail_at(item, f"{entry.name} takes {_range(entry)}.", example(entry))
        return found

    def _named_integers(self, entry: Field, text: str) -> tuple[int, ...] | None:
        number = values.size(text) if entry.max_value == _MAX_AMOUNT else values.integer(text)
        if number is None and entry == fields.PROTOCOL:
            number = values.protocol(text)
        if number is None and entry == fields.TCP_FLAGS:
            number = values.mask(text)
        if number is None and entry in _PORTS:
            return decode.service_ports(text) or None
        return None if number is None else (number,)

    def _time(self, entry: Field, item: Item) -> int:
        found = values.moment(item.text, self.now, self.zone)
        if found is None:
            ago = f"Say {entry.name} > -{item.text} for that long ago. " if item.text[0].isdigit() else ""
            hint = ago if ago and values.moment(f"-{item.text}", self.now, None) is not None else ""
            self.cursor.fail_at(
                item,
                f"{entry.name} takes a time.",
                f"{hint}Times are 12:01, 2026-01-31T12:01, with Z or +02:00, -5m or epoch seconds.",
            )
        return found

    def _address(self, entry: Field, item: Item) -> str | Network:
        found = values.network(item.text)
        if found is None:
            side = "src" if entry in (fields.SRCADDR, fields.PKT_SRCADDR) else "dst"
            self.cursor.fail_at(
                item,
                f"{entry.name} takes an address or a network.",
                f"For example {entry.name} = 10.0.0.1 or {entry.name} = 10.0.0.0/8; a name goes with {side}.",
            )
        if found.prefixlen == found.max_prefixlen:
            return str(found.network_address)
        return found

    def _text(self, entry: Field, item: Item) -> str:
        choices = vocabulary.CHOICES.get(entry.name, ())
        known = {choice.lower(): choice for choice in choices}
        found = known.get(item.text.lower(), item.text)
        if entry.type is not Type.TEXT and found not in choices:
            self.cursor.fail_at(
                item,
                f"{entry.name} is one of {', '.join(choices)}.",
                guess(item.text, choices),
            )
        return found


def _single(entry: Field, op: Op, value: _Value) -> Tree:
    if isinstance(value, int | str):
        return Compare(entry.name, op, value)
    return Within(entry.name, op, value)


def _range(entry: Field) -> str:
    if entry.max_value == _MAX_AMOUNT:
        return "a whole number, also with k, M, G, Ki, Mi or Gi"
    names = {
        fields.PROTOCOL: " or a protocol's name",
        fields.TCP_FLAGS: " or flags as in syn+ack",
        fields.SRCPORT: " or a service name",
        fields.DSTPORT: " or a service name",
    }
    return f"0–{entry.max_value}{names.get(entry, '')}"


def _sample(entry: Field) -> str:
    samples = {
        fields.PROTOCOL.name: "tcp",
        fields.SRCPORT.name: "443",
        fields.DSTPORT.name: "443",
        fields.TCP_FLAGS.name: "syn",
    }
    choices = vocabulary.CHOICES.get(entry.name)
    by_type = {Type.INTEGER: "2", Type.TIME: "-5m", Type.ADDRESS: "10.0.0.1", Type.TEXT: "TEXT"}
    if entry.max_value == _MAX_AMOUNT:
        return "1M"
    return samples.get(entry.name) or (choices[0] if choices else by_type[entry.type])


def example(entry: Field) -> str:
    """Say how the field is compared."""
    is_amount = entry.type is Type.TIME or entry.max_value == _MAX_AMOUNT
    return f"For example {entry.name} {'>' if is_amount else '='} {_sample(entry)}."


def _example_list(entry: Field) -> str:
    choices = vocabulary.CHOICES.get(entry.name, ())[:2]
    shown = choices if len(choices) > 1 else (_sample(entry), "…")
    return f"For example {entry.name} in ({', '.join(shown)})."


def _anything(entry: Field) -> str:
    """A comparison that is true for every value."""
    if entry.type in (Type.INTEGER, Type.TIME):
        return ">= 0" if entry.type is Type.INTEGER else "> 1970-01-01"
    return "!= 0.0.0.0" if entry.type is Type.ADDRESS else '!= ""'
