"""Ends of a flow: addresses, networks, names, and `A:80`, behind a qualifier, behind a key or bare.

Knows what stands behind the word; not the word itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from flowtui.filters import values, vocabulary
from flowtui.filters.lexer import Cursor, Item
from flowtui.filters.ports import TAKES
from flowtui.filters.suggest import guess
from flowtui.filters.tree import And, AnyPort, Key, Named, Net, Or, Side, Tree, Word

_V6_PORT = re.compile(r"\[([^\[\]]*)\](?::(.*))?", re.DOTALL)
_PORT = re.compile(r"([^:\[\]]+):([^:\[\]]*)")
_NEEDS = "needs an address, a network or a name."
_EXAMPLES = "For example 10.0.0.1, 10.0.0.0/8, 2001:db8::/32 or web-1."


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Reads ends of flows."""

    cursor: Cursor

    def read(self, what: str, word: str, side: Side) -> Tree:
        """Read what stands behind these words, of which the last, in lower case, is `word`."""
        if self.cursor.has("!="):
            self.cursor.fail(
                self.cursor.at,
                2,
                f"{what} takes no !=.",
                f"Say not {what} …, or compare a field: srcaddr != 10.0.0.1.",
            )
        self.cursor.take("==") or self.cursor.take("=")
        given = self.cursor.values()
        if not given:
            self.cursor.fail_here(f"{what} {_NEEDS}", _for_ip(word) or _EXAMPLES)
        for item in given:
            if item.lower and vocabulary.is_reserved(item.lower):
                self.cursor.fail_at(
                    item, f"{what} {_NEEDS}", _for_ip(word) or f'Write "{item.text}" if it is a name.'
                )
        return self._any(given, what, side, is_net=word == "net")

    def keyed(self, key: str, side: Side) -> Tree:
        """Read what stands right behind a colon."""
        given = self.cursor.values(is_after_colon=True)
        if not given:
            self.cursor.fail_here(
                f"{key}: needs a value right behind the colon.", f"For example {key}:10.0.0.1."
            )
        return self._any(given, f"{key}:", side, is_net=False)

    def bare(self, item: Item) -> Tree:
        """Tell what a bare value is: an address, a network or, failing that, text."""
        if not item.is_quoted:
            found = self._numeric(item, Side.EITHER)
            if found is not None:
                return found
            self._refuse_colon(item)
        if not item.text:
            self.cursor.fail_at(item, "The empty text is in everything.", "Write some text.")
        return Word(item.text)

    def _any(self, given: list[Item], what: str, side: Side, *, is_net: bool) -> Tree:
        parts = [self._one(item, what, side, is_net=is_net) for item in given]
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _one(self, item: Item, what: str, side: Side, *, is_net: bool) -> Tree:
        if not item.text:
            self.cursor.fail_at(item, f"{what} {_NEEDS}", _EXAMPLES)
        found = None if item.is_quoted else self._numeric(item, side)
        if found is not None:
            return found
        if is_net:
            self.cursor.fail_at(
                item,
                f"{what} takes a network.",
                "For example net 10.0.0.0/8; a subnet by name is subnet:NAME.",
            )
        if not item.is_quoted and values.NUMERIC.fullmatch(item.text):
            self.cursor.fail_at(
                item, f"{what} {_NEEDS}", f"For a port say {side.value} port {item.text}.".replace("  ", " ")
            )
        if not item.is_quoted and ":" in item.text:
            self.cursor.fail_at(item, f"{item.text} is no IPv6 address.", _EXAMPLES)
        return Named(Key.HOST, item.text, side)

    def _numeric(self, item: Item, side: Side) -> Tree | None:
        """Read what is an address, with or without a port, or meant to be one; None for a name."""
        found = values.network(item.text)
        if found is not None:
            return Net(found, side)
        bracketed = _V6_PORT.fullmatch(item.text)
        if bracketed is not None:
            return self._bracketed(item, bracketed, side)
        with_port = _PORT.fullmatch(item.text)
        if with_port is not None and values.network(with_port[1]) is not None:
            return self._with_port(item.text.index(":"), item, side)
        if with_port is not None and values.integer(with_port[2]) is not None:
            return self._with_port(item.text.index(":"), item, side)
        self._refuse_numeric(item)
        return None

    def _refuse_numeric(self, item: Item) -> None:
        is_v4 = values.DOTTED.fullmatch(item.text) is not None and "." in item.text
        is_meant = is_v4 or values.COLONED.fullmatch(item.text) is not None
        head = item.text.partition("/")[0]
        if is_meant or ("/" in item.text and values.ip(head) is not None):
            self.cursor.fail_at(item, f"{item.text} is no address.", _EXAMPLES)

    def _bracketed(self, item: Item, found: re.Match[str], side: Side) -> Tree:
        inner = values.network(found[1])
        if inner is None or inner.version != 6:
            self.cursor.fail_at(
                item, "An IPv6 address belongs in these brackets.", "For example [2001:db8::1]:443."
            )
        if found[2] is None:
            return Net(inner, side)
        return self._with_port(len(found[1]) + 2, item, side)

    def _with_port(self, colon: int, item: Item, side: Side) -> Tree:
        """Make address and port on one side; on either side, both on the same."""
        head = Item(item.text[:colon].strip("[]"), item.offset, colon)
        tail = item.text[colon + 1 :]
        if vocabulary.is_reserved(head.text):
            self._fail_reserved(head, tail)
        ranges = values.ports(tail)
        if ranges is None:
            self.cursor.fail_at(item.after(colon + 1), TAKES, "For example 10.0.0.1:443.")
        sides = (Side.SRC, Side.DST) if side is Side.EITHER else (side,)
        parts = tuple(And((self._end(head, each), AnyPort(ranges, each))) for each in sides)
        return parts[0] if len(parts) == 1 else Or(parts)

    def _end(self, head: Item, side: Side) -> Tree:
        network = values.network(head.text)
        if network is not None:
            return Net(network, side)
        if values.NUMERIC.fullmatch(head.text) or values.DOTTED.fullmatch(head.text):
            self.cursor.fail_at(
                head, f"{head.text} is no address.", "A time goes with a field: start > 12:01."
            )
        return Named(Key.HOST, head.text, side)

    def _refuse_colon(self, item: Item) -> None:
        head, colon, tail = item.text.partition(":")
        if not colon:
            return
        if vocabulary.is_reserved(head):
            self._fail_reserved(Item(head, item.offset, len(head)), tail)
        if not tail:
            hint = guess(head, vocabulary.KEYS) or "Write it in quotes to look for text."
            self.cursor.fail_at(item, f"{head} is no key.", hint)

    def _fail_reserved(self, head: Item, tail: str) -> NoReturn:
        name = vocabulary.FIELD_NAMES.get(head.lower)
        if name is not None:
            self.cursor.fail_at(head, "A field is compared by =, not by a colon.", f"Say {name} = {tail}.")
        if head.lower in vocabulary.QUALIFIERS:
            self.cursor.fail_at(head, f"{head.text} takes no colon.", f"Say {head.lower} {tail}.")
        if head.lower in vocabulary.PROTOCOL_WORDS and tail:
            self.cursor.fail_at(head, f"{head.text} takes no colon.", f"Say {head.lower} port {tail}.")
        keys = " ".join(f"{key}:" for key in vocabulary.KEYS)
        self.cursor.fail_at(head, f"{head.text} takes no colon.", f"The keys are {keys}.")


def _for_ip(word: str) -> str:
    return "For IPv4 traffic say ipv4; for an address ip 10.0.0.1." if word == "ip" else ""
