"""Records as JSON, CSV and raw lines."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.records import text
from flowtui.records.batch import RecordBatch
from flowtui.records.events import LogEvents
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.parse import parse
from flowtui.records.resolve import FormatBook, read

RECORD = "2 12345 eni-1 10.0.0.1 2001:db8::1 1000 22 6 1 18446744073709551615 1760000000 1760000060 ACCEPT OK"
NODATA = "2 12345 eni-1 - - - - - - - 1760000000 1760000060 - NODATA"
TAGGED = LogFormat.parse("${srcaddr} ${instance-tag}")
SPACED = " 10.0.0.9  =cmd()  "


def batch_of(lines: list[str]) -> RecordBatch:
    places = range(len(lines))
    events = LogEvents(
        ["eni-1-all"] * len(lines), list(places), list(places), [f"e{at}" for at in places], lines
    )
    return read("group", events, FormatBook({}, (DEFAULT_FORMAT, TAGGED)))


def objects(batch: RecordBatch, kept: list[int] | None = None) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.json_lines(batch, kept)]


def meta(row: int) -> dict[str, object]:
    return {"@timestamp": row, "@ingestionTime": row, "@logStream": "eni-1-all", "@eventId": f"e{row}"}


def test_json_is_one_typed_object_per_event_in_their_order() -> None:
    found = objects(batch_of([RECORD, "bogus", NODATA, SPACED]))
    assert found == [
        {
            "version": 2,
            "account-id": "12345",
            "interface-id": "eni-1",
            "srcaddr": "10.0.0.1",
            "dstaddr": "2001:db8::1",
            "srcport": 1000,
            "dstport": 22,
            "protocol": 6,
            "packets": 1,
            "bytes": 18446744073709551615,
            "start": 1760000000,
            "end": 1760000060,
            "action": "ACCEPT",
            "log-status": "OK",
            **meta(0),
        },
        {"@message": "bogus", **meta(1)},
        {
            **dict.fromkeys(DEFAULT_FORMAT.fields),
            "version": 2,
            "account-id": "12345",
            "interface-id": "eni-1",
            "start": 1760000000,
            "end": 1760000060,
            "log-status": "NODATA",
            **meta(2),
        },
        {"srcaddr": "10.0.0.9", "instance-tag": "=cmd()", **meta(3)},
    ]
    assert list(found[0])[:14] == list(DEFAULT_FORMAT.fields)


@pytest.mark.parametrize(
    ("kept", "rows"),
    [
        pytest.param(None, [0, 1, 2, 3], id="all"),
        pytest.param([], [1], id="no record: the unparsed line stays"),
        pytest.param([1], [1, 2], id="one"),
        pytest.param([2, 0], [0, 1, 3], id="in order all the same"),
    ],
)
def test_a_display_filter_takes_some_of_the_records(kept: list[int] | None, rows: list[int]) -> None:
    lines = [RECORD, "bogus", NODATA, SPACED]
    found = batch_of(lines)
    assert [one["@eventId"] for one in objects(found, kept)] == [f"e{row}" for row in rows]
    assert list(text.raw_lines(found, kept)) == [lines[row] for row in rows]
    names = ("@eventId",)
    assert list(text.csv_lines(found, names, kept)) == [f"e{row}" for row in rows]


def table(batch: RecordBatch, formats: list[LogFormat]) -> list[dict[str, str]]:
    names = text.csv_columns(formats)
    lines = [text.csv_header(names), *text.csv_lines(batch, names)]
    return list(csv.DictReader(io.StringIO("\n".join(lines), newline="")))


def test_csv_has_the_fields_of_all_formats_and_the_unparsed_lines() -> None:
    record, bogus, nodata, tagged = table(
        batch_of([RECORD, "bo,gus", NODATA, SPACED]), [DEFAULT_FORMAT, TAGGED]
    )
    assert list(record) == [
        *DEFAULT_FORMAT.fields,
        *("instance-tag", "@timestamp", "@ingestionTime", "@logStream", "@eventId", "@message"),
    ]
    assert (record["dstaddr"], record["bytes"], record["@message"]) == (
        "2001:db8::1",
        "18446744073709551615",
        "",
    )
    assert (nodata["srcaddr"], nodata["start"], nodata["@eventId"]) == ("", "1760000000", "e2")
    assert (bogus["@message"], bogus["srcaddr"], bogus["@timestamp"]) == ("bo,gus", "", "1")
    assert (tagged["srcaddr"], tagged["instance-tag"], tagged["action"]) == ("10.0.0.9", "'=cmd()", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_csv_cells_that_a_spreadsheet_would_run_are_text(start: str) -> None:
    (row,) = table(batch_of([start + "1"]), [DEFAULT_FORMAT])
    assert row["@message"] == "'" + start + "1"


HOSTILE = st.text(st.characters() | st.sampled_from('",=\n\r\0\x1b\ud800'), max_size=12)


@settings(deadline=None, max_examples=100)
@given(st.lists(HOSTILE | st.sampled_from([RECORD, NODATA, SPACED]), max_size=5))
def test_hostile_lines_are_valid_output_and_not_lost(lines: list[str]) -> None:
    found = batch_of(lines)
    assert list(text.raw_lines(found)) == lines
    for row, one in zip(range(len(lines)), text.json_lines(found), strict=True):
        assert one.isascii()
        assert one.isprintable()
        assert json.loads(one)["@eventId"] == f"e{row}"
        assert json.loads(one).get("@message", lines[row]) == lines[row]
    rows = table(found, [DEFAULT_FORMAT, TAGGED])
    assert [row["@eventId"] for row in rows] == [f"e{row}" for row in range(len(lines))]
    for unparsed in found.unparsed:
        cell = rows[unparsed.row]["@message"]
        assert cell.removeprefix("'") == unparsed.message.encode(
            "utf-8", "backslashreplace"
        ).decode().removeprefix("'")


def test_lines_of_a_slice_and_of_nothing() -> None:
    frame = parse([RECORD, NODATA, RECORD + " "], DEFAULT_FORMAT).frame
    assert text.lines(frame[1:]) == [NODATA, RECORD + " "]
    assert text.lines(frame[:0]) == []


def test_values_of_a_column_that_is_not_there() -> None:
    frame = parse([RECORD, NODATA], DEFAULT_FORMAT).frame
    assert text.values(frame, ["dstaddr", "tcp-flags"]) == [["2001:db8::1", None], [None, None]]
