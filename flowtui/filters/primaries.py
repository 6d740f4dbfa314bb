"""One condition: a word, a qualifier with its value, `key:value`, a compared field, or a bare value.

Refuses what another tool would read otherwise. Knows neither brackets nor `and`, `or` and `not`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import tzinfo
from typing import NoReturn

from flowtui.filters import values, vocabulary
from flowtui.filters.comparisons import Comparisons, example
from flowtui.filters.endpoints import Endpoints
from flowtui.filters.lexer import Cursor, Item
from flowtui.filters.ports import Ports
from flowtui.filters.suggest import guess, guess_field
from flowtui.filters.tree import (
    Compare,
    Directed,
    Flags,
    Key,
    Named,
    Net,
    OneOf,
    OnInterfaces,
    Op,
    Or,
    Side,
    Tree,
    Way,
    Word,
)
from flowtui.records import fields
from flowtui.records.fields import FIELDS, Field

_SIDES = {"src": Side.SRC, "dst": Side.DST}
_PORT_WORDS = {"port": Side.EITHER, "sport": Side.SRC, "dport": Side.DST}
_NAME_KEYS = {key.value: key for key in Key if key is not Key.HOST}
_INTERFACE_PREFIX = "eni-"


class Primaries:
    """Reads conditions, and remembers what a bare value behind one of them would be taken for elsewhere."""

    def __init__(self, cursor: Cursor, now: float, zone: tzinfo | None, extra: Collection[str]) -> None:
        self.cursor = cursor
        self._extra = {name.lower(): name for name in extra}
        self._comparisons = Comparisons(cursor, now, zone)
        self._endpoints = Endpoints(cursor)
        self._ports = Ports(cursor, self._comparisons)
        self._qualified: tuple[str, str] | None = None
        """The qualifier of the condition before, and its value."""
        self._trap: tuple[str, str, str] | None = None
        """With the word between: what a bare value now stands behind."""

    def connect(self, word: str) -> None:
        """Take note that `and` or `or` stands before the next condition."""
        self._trap = None if self._qualified is None else (*self._qualified, word)

    def forget(self) -> None:
        """Take note of a bracket."""
        self._qualified = self._trap = None

    def read(self) -> Tree:
        """Read the condition that comes next."""
        cursor = self.cursor
        trap, self._trap, self._qualified = self._trap, None, None
        if cursor.has('"') or cursor.has("'"):
            return self._quoted()
        item = cursor.word()
        if item is None:
            self._fail_without_word()
        key, colon, _ = item.text.partition(":")
        if colon and key.lower() in vocabulary.KEYS:
            cursor.at = item.offset + len(key) + 1
            return self._keyed(key.lower())
        entry = self._field(item)
        if entry is not None and (cursor.has_operator() or cursor.peeked() == vocabulary.IN):
            return self._comparisons.read(entry)
        if item.lower in vocabulary.QUALIFIERS:
            return self._qualifier(item)
        if cursor.has_operator():
            self._fail_compared(item)
        if item.lower in vocabulary.WORDS:
            return _word(item.lower)
        if entry is not None:
            cursor.fail_at(item, f"{item.text} is a field and needs a comparison.", example(entry))
        return self._bare(item, trap)

    def _quoted(self) -> Tree:
        item = self.cursor.value()
        if item is None or not item.text:
            self.cursor.fail(self.cursor.at - 2, 2, "The empty text is in everything.", "Write some text.")
        return Word(item.text)

    def _fail_without_word(self) -> NoReturn:
        cursor = self.cursor
        if cursor.is_at_end():
            cursor.fail_here("A condition is missing at the end.", "For example: reject and port 80.")
        if cursor.has_operator():
            cursor.fail_here("A field belongs before the comparison.", "For example bytes > 1M.")
        if cursor.has("&&") or cursor.has("||"):
            cursor.fail(cursor.at, 2, "A condition is missing here.", "For example: reject && port 80.")
        cursor.fail(cursor.at, 1, "A condition belongs here.", "For example: reject and port 80.")

    def _field(self, item: Item) -> Field | None:
        if item.lower in vocabulary.FIELD_NAMES:
            return FIELDS[vocabulary.FIELD_NAMES[item.lower]]
        return fields.field(self._extra[item.lower]) if item.lower in self._extra else None

    def _qualifier(self, item: Item) -> Tree:
        tree = self._qualified_by(item)
        spelled = self.cursor.text[item.offset : self.cursor.at].split()
        if item.lower in vocabulary.STICKY:
            self._qualified = (" ".join(spelled[:-1]), spelled[-1])
        return tree

    def _qualified_by(self, item: Item) -> Tree:
        word = item.lower
        if word in _SIDES:
            return self._side(item, _SIDES[word])
        if word in _PORT_WORDS:
            return self._ports.read(item.text, _PORT_WORDS[word])
        if word == "proto":
            return self._protocols(item)
        if word == "flags":
            return self._flags(item)
        return self._endpoints.read(item.text, word, Side.EITHER)

    def _side(self, item: Item, side: Side) -> Tree:
        cursor = self.cursor
        following = cursor.peeked()
        if following in (vocabulary.OR, vocabulary.AND):
            cursor.fail_here(
                f"{item.text} needs an address, a network or a name.",
                "For either side leave out src and dst: host 10.0.0.1, port 80.",
            )
        if following not in ("host", "net", "port"):
            return self._endpoints.read(item.text, item.lower, side)
        cursor.word()
        what = f"{item.text} {following}"
        if following == "port":
            return self._ports.read(what, side)
        return self._endpoints.read(what, following, side)

    def _protocols(self, item: Item) -> Tree:
        self.cursor.take("=")
        given = self.cursor.values()
        if not given:
            self.cursor.fail_here("proto needs a protocol.", "For example proto gre or proto 47.")
        numbers: list[int] = []
        for each in given:
            number = values.protocol(each.text)
            if number is None:
                close = guess(each.text, vocabulary.PROTOCOLS)
                self.cursor.fail_at(each, "proto takes a protocol's name or 0–255.", close)
            numbers.append(number)
        name = fields.PROTOCOL.name
        return Compare(name, Op.EQ, numbers[0]) if len(numbers) == 1 else OneOf(name, tuple(numbers))

    def _flags(self, item: Item) -> Tree:
        known = " ".join(vocabulary.FLAGS)
        given = self.cursor.values()
        if not given:
            self.cursor.fail_here("flags needs TCP flags.", f"They are {known}: a,b any of them, a+b all.")
        masks: list[int] = []
        for each in given:
            mask = values.mask(each.text)
            if mask is None:
                self.cursor.fail_at(
                    each, f"flags takes {known}.", "a,b means any of them, a+b all of them: flags syn+ack."
                )
            masks.append(mask)
        return Flags(tuple(masks))

    def _keyed(self, key: str) -> Tree:
        if key in _PORT_WORDS:
            return self._ports.keyed(key, _PORT_WORDS[key])
        if key in ("src", "dst", "ip"):
            return self._endpoints.keyed(key, _SIDES.get(key, Side.EITHER))
        given = self.cursor.values(is_after_colon=True)
        if not given or not all(item.text for item in given):
            self.cursor.fail_here(f"{key}: needs a value right behind the colon.", _KEY_EXAMPLES[key])
        if key == "service":
            return self._services(given)
        return self._names(_NAME_KEYS[key], given)

    def _names(self, key: Key, given: list[Item]) -> Tree:
        parts: list[Tree] = []
        interfaces = [
            item.text for item in given if key is Key.ENI and item.text.startswith(_INTERFACE_PREFIX)
        ]
        if interfaces:
            parts.append(OnInterfaces(frozenset(interfaces)))
        parts += [Named(key, item.text) for item in given if item.text not in interfaces]
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _services(self, given: list[Item]) -> Tree:
        codes = {code.lower(): code for code in vocabulary.CHOICES[vocabulary.SERVICE_FIELDS[0]]}
        wanted = tuple(codes.get(item.text.lower(), item.text) for item in given)
        if len(wanted) == 1:
            return Or(tuple(Compare(name, Op.EQ, wanted[0]) for name in vocabulary.SERVICE_FIELDS))
        return Or(tuple(OneOf(name, wanted) for name in vocabulary.SERVICE_FIELDS))

    def _fail_compared(self, item: Item) -> NoReturn:
        word = item.lower
        if word in vocabulary.WORDS:
            self.cursor.fail_at(item, f"{item.text} stands by itself and cannot be compared.", "")
        if word in vocabulary.KEYS:
            self.cursor.fail_at(item, f"{item.text} is followed by a colon.", _KEY_EXAMPLES[word])
        self.cursor.fail_at(
            item, f"There is no field {item.text}.", guess_field(item.text, self._extra.values())
        )

    def _bare(self, item: Item, trap: tuple[str, str, str] | None) -> Tree:
        cursor, word = self.cursor, item.lower
        if word in vocabulary.ELSEWHERE:
            cursor.fail_at(
                item, f"{item.text} is called otherwise here.", f"Say {vocabulary.ELSEWHERE[word]}."
            )
        if word in (vocabulary.AND, vocabulary.OR):
            cursor.fail_at(
                item, f"A condition is missing before {item.text}.", "For example: reject and port 80."
            )
        if word in ("&", "|"):
            cursor.fail_at(item, f"{item.text} is no word.", f"Say {2 * item.text}.")
        if word == vocabulary.IN:
            cursor.fail_at(item, "A field belongs before in.", "For example traffic-path in (2, 8).")
        if word in vocabulary.KEYS:
            cursor.fail_at(item, f"{item.text} needs a colon and a value.", _KEY_EXAMPLES[word])
        cursor.at = item.offset
        given = self.cursor.values()
        if trap is not None:
            self._fail_trapped(item, given, trap)
        if values.NUMERIC.fullmatch(item.text):
            cursor.fail_at(_whole(given), "A number needs to be told what it is.", self._for_number(given))
        parts = [self._endpoints.bare(each) for each in given]
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _for_number(self, given: list[Item]) -> str:
        text = ",".join(each.text for each in given)
        if all(values.ports(each.text) for each in given):
            return f'Say port {text}, bytes > {given[0].text}, or "{text}" for text.'
        return f'Say bytes > {given[0].text}, or "{text}" for text.'

    def _fail_trapped(self, item: Item, given: list[Item], trap: tuple[str, str, str]) -> NoReturn:
        qualifier, before, word = trap
        bare = ",".join(each.text for each in given)
        is_number = bool(values.NUMERIC.fullmatch(item.text))
        together = f"{before},{bare}" if word == vocabulary.OR else bare
        alone = "" if is_number else f", or host {bare} if not"
        self.cursor.fail_at(
            _whole(given),
            f"Behind {word} it is not clear whether {bare} is meant as {qualifier}, as in tcpdump.",
            f"Say {qualifier} {together}{alone}.",
        )


def _whole(given: list[Item]) -> Item:
    first, last = given[0], given[-1]
    return Item(first.text, first.offset, last.offset + last.length - first.offset)


def _word(word: str) -> Tree:
    if word in vocabulary.PROTOCOL_WORDS:
        return Compare(fields.PROTOCOL.name, Op.EQ, vocabulary.PROTOCOL_WORDS[word])
    if word in ("ipv4", "ipv6"):
        found = values.network("0.0.0.0/0" if word == "ipv4" else "::/0")
        assert found is not None
        return Net(found)
    if word in (Way.INGRESS.value, Way.EGRESS.value):
        return Directed(Way(word))
    name = fields.ACTION.name if word.upper() in fields.ACTIONS else fields.LOG_STATUS.name
    return Compare(name, Op.EQ, word.upper())


_KEY_EXAMPLES = {
    "src": "For example src:10.0.0.1.",
    "dst": "For example dst:10.0.0.0/8.",
    "sport": "For example sport:1024-65535.",
    "dport": "For example dport:443,8443.",
    "port": "For example port:https.",
    "ip": "For example ip:10.0.0.1.",
    "eni": "For example eni:eni-0123456789abcdef0.",
    "instance": "For example instance:web-1.",
    "name": "For example name:web-1.",
    "subnet": "For example subnet:private.",
    "vpc": "For example vpc:vpc-0123456789abcdef0.",
    "sg": "For example sg:sg-0123456789abcdef0.",
    "az": "For example az:eu-west-1a.",
    "service": "For example service:S3.",
}
