"""Published, community and made-up record lines with the values that a parser must find in them."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flowtui.records import decode, fields, resolve, text
from flowtui.records.events import LogEvents
from flowtui.records.format import LogFormat
from flowtui.records.parse import parse

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "record-vectors.json").read_text(encoding="utf-8")
)
RECORDS = [vector for vector in VECTORS if vector["expect"] is not None]
BROKEN = [vector for vector in VECTORS if vector["expect"] is None]


def named(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in vectors])


def as_record(vector: dict[str, Any]) -> dict[str, text.Value]:
    names = vector["format"]
    frame = parse([vector["line"]], LogFormat(tuple(names))).frame
    return {name: column[0] for name, column in zip(names, text.values(frame, names), strict=True)}


def test_the_vectors_are_all_there() -> None:
    assert (len(RECORDS), len(BROKEN)) == (51, 3)


@named(RECORDS)
def test_values_and_the_line_back(vector: dict[str, Any]) -> None:
    assert as_record(vector) == vector["expect"]
    assert text.lines(parse([vector["line"]], LogFormat(tuple(vector["format"]))).frame) == [vector["line"]]


@named(BROKEN)
def test_broken_lines_are_counted_and_kept(vector: dict[str, Any]) -> None:
    parsed = parse([vector["line"]], LogFormat(tuple(vector["format"])))
    count, wanted = re.findall(r"\d+", vector["expect_error"])
    assert len(parsed.frame) == 0
    assert [(one.row, one.line) for one in parsed.malformed] == [(0, vector["line"])]
    assert parsed.malformed[0].reason == f"{count} fields where the format has {wanted}"


@named(RECORDS)
def test_records_look_like_their_format(vector: dict[str, Any]) -> None:
    events = LogEvents(["stream"], [0], [0], ["1"], [vector["line"]])
    book = resolve.FormatBook({}, (LogFormat(tuple(vector["format"])),))
    batch = resolve.read("group", events, book)
    assert [one.reason for one in batch.unparsed] == []
    assert text.lines(batch.frame) == [vector["line"]]


@named([vector for vector in RECORDS if "flags" in vector.get("derived", {})])
def test_flags(vector: dict[str, Any]) -> None:
    flags = as_record(vector)[fields.TCP_FLAGS.name]
    assert isinstance(flags, int)
    assert sorted(decode.flag_names(flags).split("|")) == sorted(vector["derived"]["flags"])


@named([vector for vector in RECORDS if "start_utc" in vector.get("derived", {})])
def test_times(vector: dict[str, Any]) -> None:
    for name in ("start", "end"):
        seconds = as_record(vector)[name]
        assert isinstance(seconds, int)
        expected = datetime.fromisoformat(vector["derived"][f"{name}_utc"])
        assert datetime.fromtimestamp(seconds, UTC) == expected


@named([vector for vector in RECORDS if "start_seconds" in vector.get("derived", {})])
def test_times_in_ms(vector: dict[str, Any]) -> None:
    record = as_record(vector)
    assert (record["start"], record["end"]) == (
        vector["derived"]["start_seconds"],
        vector["derived"]["end_seconds"],
    )


@named([vector for vector in RECORDS if "instance-tag decoded" in vector.get("derived", {})])
def test_tags(vector: dict[str, Any]) -> None:
    tag = as_record(vector)["instance-tag"]
    assert decode.describe(fields.INSTANCE_TAG, tag) == vector["derived"]["instance-tag decoded"]
