"""A topology as JSON and back, exactly: so that an incident can be explained later, or elsewhere.

Follows the model's own declarations: a field added there is written and read here without a change. Holds no
credentials, since the model has none. Knows no files.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from flowtui.topology.model import Topology
from flowtui.topology.rules import Rules

KIND, VERSION = "flowtui-topology", 1


class TopologyFormatError(ValueError):
    """The text is no saved topology; says in one line what is wrong."""


def to_json(topology: Topology) -> str:
    """One JSON object, ASCII, ending with a line end."""
    whole = {"kind": KIND, "version": VERSION, "topology": _written(topology)}
    return json.dumps(whole, indent=1) + "\n"


def from_json(text: str) -> Topology:
    """The topology that `to_json` wrote. Raises TopologyFormatError.

    Fields that a later version wrote are passed over; those that it lacks have their defaults.
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TopologyFormatError(f"It is no JSON: {error}.") from None
    if not isinstance(whole, dict) or whole.get("kind") != KIND:
        raise TopologyFormatError("It is no topology that `flowtui topology --output json` wrote.")
    if whole.get("version") != VERSION:
        raise TopologyFormatError(f"It is of version {whole.get('version')!r}; this flowtui reads {VERSION}.")
    topology = _read(Topology, whole.get("topology"), "topology")
    assert isinstance(topology, Topology)
    return topology


def _written(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _written(getattr(value, name)) for name in _hints(type(value))}
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """The types of a dataclass's fields, in order."""
    # The model names Rules for the type checker only, since rules build on it.
    hints = typing.get_type_hints(kind, localns={"Rules": Rules})
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _read(kind: Any, value: object, place: str) -> object:
    """A value of this declared type."""
    if isinstance(kind, types.UnionType):
        inner = next(each for each in typing.get_args(kind) if each is not types.NoneType)
        return None if value is None else _read(inner, value, place)
    if typing.get_origin(kind) is tuple:
        return _read_tuple(typing.get_args(kind)[0], value, place)
    if dataclasses.is_dataclass(kind):
        return _read_object(kind, value, place)
    if issubclass(kind, Enum):
        return _read_enum(kind, value, place)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise TopologyFormatError(f"{place} is no {_WORDS[kind]}.")
    return value


_WORDS: Mapping[type, str] = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def _read_tuple(kind: Any, value: object, place: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise TopologyFormatError(f"{place} is no list.")
    return tuple(_read(kind, each, f"{place}[{number}]") for number, each in enumerate(value))


def _read_object(kind: Any, value: object, place: str) -> object:
    if not isinstance(value, dict):
        raise TopologyFormatError(f"{place} is no object.")
    given = {
        name: _read(hint, value[name], f"{place}.{name}")
        for name, hint in _hints(kind).items()
        if name in value
    }
    try:
        return kind(**given)
    except TypeError:
        lacking = [
            field.name
            for field in dataclasses.fields(kind)
            if field.default is dataclasses.MISSING and field.name not in given
        ]
        raise TopologyFormatError(f"{place} lacks {', '.join(lacking)}.") from None


def _read_enum(kind: type[Enum], value: object, place: str) -> Enum:
    try:
        return kind(value)
    except ValueError:
        raise TopologyFormatError(f"{place} is {value!r}, which is unknown.") from None
