"""How an expression that is being typed could go on: words, keys, fields, values, names.

Knows what may stand where, roughly: it never refuses. Knows no widget.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flowtui.filters import vocabulary
from flowtui.filters.names import Names
from flowtui.records import fields, wellknown
from flowtui.topology.model import OwnerKind, Subnet, Topology, Vpc

MAX_COMPLETIONS = 20

_TELLING = 3
"""Characters from which on a part of a name tells something."""

_COMPARED = re.compile(r"([\w-]+)\s*(?:==|!=|<=|>=|=|<|>)\s*$")
_LISTED = re.compile(r"([\w-]+)\s+in\s*\(([^()]*)$", re.IGNORECASE)
_OPERATOR = re.compile(r"==|!=|<=|>=|=|<|>")
_PORT_WORDS = ("port", "sport", "dport")


@dataclass(frozen=True, slots=True)
class Completion:
    """What may replace the text from `start` to the cursor."""

    text: str
    start: int
    meaning: str = ""
    """A line of help; may be empty. Names are as AWS gave them: to be cleaned where they are drawn."""


_Choices = Iterable[tuple[str, str]]
"""Texts with their meanings."""


def completions(text: str, cursor: int, names: Names) -> list[Completion]:
    """List how the word at the cursor could go on, the likeliest first; at most 20.

    What begins as typed comes before names that only have it in them. Nothing where the word is whole.
    """
    head = text[:cursor]
    start, choices = _place(head, names)
    typed = head[start:]
    wanted = _bare(typed)
    meanings: dict[str, str] = {}
    for choice, meaning in choices:
        if choice != typed:
            meanings.setdefault(choice, meaning)
    begun = [choice for choice in meanings if _bare(choice).startswith(wanted)]
    is_telling = len(wanted) >= _TELLING
    inside = [each for each in meanings if is_telling and wanted in _bare(each) and _is_longer(each)]
    found = dict.fromkeys(begun + inside)
    return [Completion(choice, start, meanings[choice]) for choice in list(found)[:MAX_COMPLETIONS]]


def _bare(choice: str) -> str:
    """Make alike what is spelled with - or _, in any case, quoted or not."""
    return choice.lstrip("\"'").lower().replace("-", "").replace("_", "")


def _is_longer(choice: str) -> bool:
    """Whether it is more than a word of the language, so that a part of it may be what is remembered."""
    return choice.rstrip(":") not in vocabulary.RESERVED


def _place(head: str, names: Names) -> tuple[int, _Choices]:
    """Find where the word at the end begins and what may stand there."""
    start = _word_start(head)
    word, before = head[start:], head[:start]
    listed = _LISTED.search(before)
    if listed is not None:
        return start + _after(word, ","), _values(listed[1])
    key, colon, value = word.lstrip("-!").partition(":")
    if colon and key.lower() in vocabulary.KEYS:
        return len(head) - len(value) + _after(value, ","), _of_key(key.lower(), names)
    operators = list(_OPERATOR.finditer(word))
    if operators:
        return start + operators[-1].end(), _values(word[: operators[0].start()])
    compared = _COMPARED.search(before)
    if compared is not None:
        return start, _values(compared[1])
    start += len(word) - len(word.lstrip("-!"))
    previous = before.split()[-1:]
    qualifier = previous[0].lower().lstrip("-!(") if previous else ""
    if qualifier in vocabulary.QUALIFIERS:
        return start + _after(head[start:], ",+" if qualifier == "flags" else ","), _behind(qualifier, names)
    return start, _anything(names, is_first=not before.strip(" (-!"))


def _word_start(head: str) -> int:
    """Find the beginning of the last word; blanks within quotes belong to it."""
    start, quote = 0, ""
    for place, each in enumerate(head):
        if quote:
            quote = "" if each == quote else quote
        elif each in "\"'":
            quote = each
        elif each.isspace() or each in "()":
            start = place + 1
    return start


def _after(word: str, separators: str) -> int:
    return max(word.rfind(each) for each in separators) + 1


def _anything(names: Names, *, is_first: bool) -> Iterator[tuple[str, str]]:
    yield from vocabulary.WORDS.items()
    if is_first:
        yield vocabulary.NOT, vocabulary.KEYWORDS[vocabulary.NOT]
    else:
        yield from ((word, vocabulary.KEYWORDS[word]) for word in ("and", "or", "not"))
    yield from vocabulary.QUALIFIERS.items()
    yield from ((f"{key}:", meaning) for key, meaning in vocabulary.KEYS.items())
    yield from ((name, entry.meaning) for name, entry in fields.FIELDS.items())
    yield from ((vocabulary.quoted(name), "name") for name in _called(names))


def _behind(qualifier: str, names: Names) -> Iterator[tuple[str, str]]:
    if qualifier in _PORT_WORDS:
        yield from _services()
    elif qualifier == "proto":
        yield from wellknown.PROTOCOLS.values()
    elif qualifier == "flags":
        yield from ((flag, "flag") for flag in vocabulary.FLAGS)
    elif qualifier == "net":
        yield from _networks(names)
    else:
        if qualifier in ("src", "dst"):
            yield from ((word, vocabulary.QUALIFIERS[word]) for word in ("host", "net", "port"))
        yield from ((vocabulary.quoted(name), "name") for name in _called(names))


def _values(spelled: str) -> Iterator[tuple[str, str]]:
    """The values that a field is known to have."""
    word = spelled.lower().lstrip("-!(")
    name = vocabulary.FIELD_NAMES.get(word, "")
    if word in _PORT_WORDS or name in (fields.SRCPORT.name, fields.DSTPORT.name):
        yield from _services()
    elif word == "proto" or name == fields.PROTOCOL.name:
        yield from wellknown.PROTOCOLS.values()
    elif name == fields.TCP_FLAGS.name:
        yield from ((flag, "flag") for flag in vocabulary.FLAGS)
    elif name in _CODES:
        yield from ((str(code), meaning) for code, meaning in _CODES[name].items())
    elif name:
        meanings = wellknown.WORDS.get(name, {})
        yield from ((each, meanings.get(each, "")) for each in vocabulary.CHOICES.get(name, ()))


_CODES: Mapping[str, Mapping[int, str]] = {
    fields.TRAFFIC_PATH.name: wellknown.TRAFFIC_PATHS,
    fields.ENCRYPTION_STATUS.name: wellknown.ENCRYPTION_STATUSES,
}


def _services() -> Iterator[tuple[str, str]]:
    for table in (wellknown.TCP_SERVICES, wellknown.UDP_SERVICES):
        yield from ((name, "service") for name in table.values())


def _of_key(key: str, names: Names) -> Iterator[tuple[str, str]]:
    if key in _PORT_WORDS:
        yield from _services()
    elif key == "service":
        yield from wellknown.SERVICES.items()
    else:
        found = _things(key, names)
        yield from ((vocabulary.quoted_value(text), meaning) for text, meaning in found)


def _things(key: str, names: Names) -> Iterator[tuple[str, str]]:
    topology = names.topology
    if topology is None or key in ("src", "dst", "ip", "name"):
        yield from ((name, "name") for name in _called(names))
        return
    match key:
        case "vpc":
            yield from ((name, vpc.id) for vpc in topology.vpcs for name in (vpc.name, vpc.id) if name)
        case "subnet":
            yield from ((name, each.id) for each in topology.subnets for name in (each.name, each.id) if name)
        case "az":
            yield from ((each.zone, "zone") for each in topology.subnets if each.zone)
        case "sg":
            yield from ((group, "group") for each in topology.interfaces for group in each.group_ids)
        case "eni":
            yield from ((text, each.id) for each in topology.interfaces for text in (each.name, each.id))
        case _:
            yield from _instances(topology)


def _instances(topology: Topology) -> Iterator[tuple[str, str]]:
    for each in topology.interfaces:
        if each.owner.kind is OwnerKind.INSTANCE:
            yield from ((text, each.owner.id) for text in (each.owner.name, each.owner.id) if text)


def _networks(names: Names) -> Iterator[tuple[str, str]]:
    for place in _places(names):
        yield from ((cidr, place.name or place.id) for cidr in place.cidrs)


def _called(names: Names) -> list[str]:
    return sorted(names.worn() | {place.name for place in _places(names) if place.name})


def _places(names: Names) -> tuple[Vpc | Subnet, ...]:
    topology = names.topology
    return () if topology is None else (*topology.subnets, *topology.vpcs)
