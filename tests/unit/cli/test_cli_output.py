from __future__ import annotations

import json

import pytest

from flowtui.cli.output import Books, Counts, CsvPrinter, JsonPrinter, RawPrinter, TextPrinter
from flowtui.records.events import LogEvents
from flowtui.records.format import LogFormat
from flowtui.records.resolve import FormatBook

GOOD = "2 123456789012 eni-0a 203.0.113.9 172.16.0.10 50000 80 6 3 180 1700000000 1700000010 REJECT OK"
IPV6 = "2 123456789012 eni-0a 2001:db8::1 2001:db8::2 50000 443 6 3 180 1700000000 1700000010 ACCEPT OK"
NODATA = "2 123456789012 eni-0a - - - - - - - 1700000000 1700000060 - NODATA"
BAD = "\x1b[31mnot a record\u202e"


def events(*messages: str) -> LogEvents:
    count = len(messages)
    ids = [str(number) for number in range(count)]
    return LogEvents(
        ["eni-0a-all"] * count, [1_700_000_000_000] * count, [1_700_000_060_000] * count, ids, messages
    )


def text_printer(*, has_colour: bool = False, counts: Counts | None = None) -> TextPrinter:
    names = {"eni-0a": "web"}
    return TextPrinter(Books(), counts or Counts(), names.get, utc=True, has_colour=has_colour)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (GOOD, "web 203.0.113.9:50000 → 172.16.0.10:80 tcp 3 180 REJECT"),
        (IPV6, "web [2001:db8::1]:50000 → [2001:db8::2]:443 tcp 3 180 ACCEPT"),
        (NODATA, "web - → - - - - NODATA"),
    ],
    ids=["rejected", "IPv6", "no data"],
)
def test_text(message: str, words: str) -> None:
    line = text_printer().lines("g", events(message))[0]
    assert " ".join(line.split()) == f"2023-11-14 22:13:20 {words}"


def test_only_rejected_lines_are_coloured_and_only_where_wanted() -> None:
    first, second = text_printer(has_colour=True).lines("g", events(GOOD, IPV6))
    assert first.startswith("\x1b[1;31m")
    assert "\x1b" not in second
    assert "\x1b" not in "".join(text_printer().lines("g", events(GOOD, IPV6)))


def test_text_of_what_is_no_record_is_shown_and_harmless() -> None:
    counts = Counts()
    (line,) = text_printer(counts=counts).lines("g", events(BAD))
    assert "unparsed" in line
    assert "not a record" in line
    assert not {"\x1b", "\u202e"} & set(line)
    assert counts.unparsed == 1


def test_raw_is_byte_for_byte_unless_it_goes_to_a_terminal() -> None:
    assert list(RawPrinter(is_terminal=False).lines("g", events(GOOD, BAD))) == [GOOD, BAD]
    _, shown = RawPrinter(is_terminal=True).lines("g", events(GOOD, BAD))
    assert not {"\x1b", "\u202e"} & set(shown)


def test_json_is_an_object_for_each_event_in_their_order() -> None:
    counts = Counts()
    lines = JsonPrinter(Books(), counts).lines("g", events(BAD, GOOD))
    bad, good = (json.loads(line) for line in lines)
    assert (bad["@message"], bad["@eventId"]) == (BAD, "0")
    assert (good["dstport"], good["action"], good["@eventId"]) == (80, "REJECT", "1")
    assert counts.unparsed == 1


def test_csv_has_a_head_with_the_columns_of_all_formats_and_as_many_cells_in_each_row() -> None:
    fmt = LogFormat.parse("${interface-id} ${start} ${tcp-flags}")
    printer = CsvPrinter(Books({"g": FormatBook({}, (fmt,))}), Counts(), is_terminal=False)
    head = printer.head()
    assert head is not None
    assert "tcp-flags" in head.split(",")
    for row in printer.lines("g", events(GOOD, "eni-0a 1700000000 2")):
        assert len(row.split(",")) == len(head.split(","))
