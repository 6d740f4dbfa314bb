"""Which format a line is read by, and what becomes of lines that none or several fit."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.records import batch, fields, text
from flowtui.records.batch import RecordBatch
from flowtui.records.events import LogEvents
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.resolve import FormatBook, read, stream_interface

DEFAULT = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1000 22 6 1 40 1760000000 1760000060 ACCEPT OK"
SHORT = LogFormat.parse("${srcaddr} ${dstaddr} ${action}")
SHORT_LINE = "10.0.0.1 10.0.0.2 REJECT"
SWAPPED = LogFormat.parse("${dstaddr} ${srcaddr} ${action}")
SHIFTED = LogFormat.parse("${vpc-id} ${srcaddr} ${action}")
SHIFTED_LINE = "vpc-1 10.0.0.1 REJECT"
PORTS = LogFormat.parse("${srcport} ${dstport}")
AMOUNTS = LogFormat.parse("${packets} ${bytes}")
TIMES = LogFormat.parse("${start} ${end}")
NEW_FIELD = LogFormat.parse("${version} ${srcaddr} ${brand-new}")
TRANSIT = LogFormat.parse("${version} ${tgw-id} ${srcaddr}")


def events(lines: list[str], streams: list[str] | None = None) -> LogEvents:
    places = range(len(lines))
    return LogEvents(
        streams or ["eni-1-all"] * len(lines),
        [1000 + place for place in places],
        [2000 + place for place in places],
        [f"id{place}" for place in places],
        lines,
    )


def formats_of(found: RecordBatch) -> list[str | None]:
    """The format by which each event was read, None where it was not."""
    formats: list[str | None] = [None] * len(found.events)
    for row, name in zip(found.rows, found.frame.get_column(batch.FORMAT).to_list(), strict=True):
        formats[row] = name
    return formats


def one(line: str, book: FormatBook, stream: str = "eni-1-all") -> LogFormat | str:
    """The format by which a line is read, else the reason why by none."""
    found = read("group", events([line], [stream]), book)
    return LogFormat.parse(found.frame.item(0, batch.FORMAT)) if len(found) else found.unparsed[0].reason


@pytest.mark.parametrize(
    ("stream", "interface"),
    [
        pytest.param("eni-0a1-all", "eni-0a1", id="all"),
        pytest.param("eni-0a1-reject", "eni-0a1", id="reject"),
        pytest.param("eni-0A1", "eni-0A1", id="case is kept"),
        pytest.param("my/eni-0a1-all", None, id="not at the start"),
        pytest.param("nat-1", None, id="something else"),
        pytest.param("eni-", None, id="nothing behind"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_interface_of_a_stream(stream: str, interface: str | None) -> None:
    assert stream_interface(stream) == interface


@pytest.mark.parametrize(
    ("line", "book", "expected"),
    [
        pytest.param(DEFAULT, FormatBook(), DEFAULT_FORMAT, id="nothing known: the default"),
        pytest.param(SHORT_LINE, FormatBook({}, (SHORT,)), SHORT, id="candidate"),
        pytest.param(DEFAULT, FormatBook({}, (SHORT,)), DEFAULT_FORMAT, id="default after candidates"),
        pytest.param(
            SHORT_LINE, FormatBook({"eni-1": (SWAPPED,)}, (SHORT, SWAPPED)), SWAPPED, id="covering first"
        ),
        pytest.param(
            SHIFTED_LINE, FormatBook({"eni-1": (SHORT,)}, (SHORT, SHIFTED)), SHIFTED, id="then candidates"
        ),
        pytest.param(
            DEFAULT, FormatBook({"eni-1": (SHORT,)}, (SHORT,)), DEFAULT_FORMAT, id="then the default"
        ),
        pytest.param(SHORT_LINE, FormatBook({"eni-1": (SHORT, SHIFTED)}), SHORT, id="types tell apart"),
        pytest.param(
            SHIFTED_LINE, FormatBook({"eni-1": (SHORT, SHIFTED)}), SHIFTED, id="types tell apart, other"
        ),
        pytest.param("1 2", FormatBook({}, (PORTS, TIMES)), PORTS, id="small numbers are no times"),
        pytest.param("1760000000 1760000060", FormatBook({}, (PORTS, TIMES)), TIMES, id="times are no ports"),
        pytest.param(
            SHORT_LINE, FormatBook({}, (SHORT, LogFormat(SHORT.fields))), SHORT, id="same fields twice"
        ),
        pytest.param(SHORT_LINE, FormatBook({"eni-2": (SWAPPED,)}, (SHORT,)), SHORT, id="another's format"),
        pytest.param(
            "2 10.0.0.1 x", FormatBook({}, (NEW_FIELD,)), NEW_FIELD, id="unknown field, low version"
        ),
        pytest.param(
            "12 10.0.0.1 x", FormatBook({}, (NEW_FIELD,)), NEW_FIELD, id="unknown field, new version"
        ),
        pytest.param("6 tgw-1 10.0.0.1", FormatBook({}, (TRANSIT,)), TRANSIT, id="transit gateway"),
        pytest.param("5 tgw-1 10.0.0.1", FormatBook({}, (TRANSIT,)), TRANSIT, id="its versions are its own"),
    ],
)
def test_which_format_reads_a_line(line: str, book: FormatBook, expected: LogFormat) -> None:
    assert one(line, book) == expected


AMBIGUOUS = "ambiguous: fits several of the 2 formats; --format tells which"


@pytest.mark.parametrize(
    ("line", "book", "reason"),
    [
        pytest.param(SHORT_LINE, FormatBook({}, (SHORT, SWAPPED)), AMBIGUOUS, id="several candidates"),
        pytest.param(SHORT_LINE, FormatBook({"eni-1": (SHORT, SWAPPED)}), AMBIGUOUS, id="several covering"),
        pytest.param("1 2", FormatBook({}, (PORTS, AMOUNTS)), AMBIGUOUS, id="numbers"),
        pytest.param("- - -", FormatBook({}, (SHORT, SHIFTED)), AMBIGUOUS, id="no values"),
        pytest.param("bogus line", FormatBook(), "2 fields where the format has 14", id="count"),
        pytest.param("a b", FormatBook({}, (SHORT,)), "2 fields where the formats have 3 or 14", id="counts"),
        pytest.param("", FormatBook({}, (SHORT,)), "empty line", id="empty"),
        pytest.param(
            "10.0.0.1 x REJECT", FormatBook({}, (SHORT,)), "dstaddr: 'x' is no IP address", id="value"
        ),
        pytest.param(
            "a b c", FormatBook({}, (SHORT, SHIFTED)), "fits none of the 2 formats of 3 fields", id="none"
        ),
        pytest.param(
            "eni-1 10.0.0.1 ACCEPT", FormatBook({}, (SHIFTED,)), "vpc-id does not begin with vpc-", id="id"
        ),
        pytest.param("3" + DEFAULT[1:], FormatBook(), "version is not the format's, 2", id="version"),
        pytest.param(
            DEFAULT.replace("1760000000", "17"),
            FormatBook(),
            "start is too small for epoch seconds",
            id="time",
        ),
        pytest.param(
            "1 10.0.0.1 x", FormatBook({}, (NEW_FIELD,)), "version is not the format's, 2", id="old version"
        ),
        pytest.param("\ud800", FormatBook(), "not valid Unicode text", id="lone surrogate"),
    ],
)
def test_why_a_line_is_unparsed(line: str, book: FormatBook, reason: str) -> None:
    assert one(line, book) == reason


def test_unparsed_lines_are_kept_whole_with_their_events() -> None:
    found = read("group", events([DEFAULT, "bogus", DEFAULT]), FormatBook())
    assert found.unparsed == (
        batch.Unparsed(
            "group", "eni-1-all", 1001, 2001, "id1", "bogus", "1 field where the format has 14", 1
        ),
    )
    assert list(found.rows) == [0, 2]


def test_streams_of_different_formats_keep_the_order_of_the_events() -> None:
    lines = [SHORT_LINE, SHORT_LINE, DEFAULT, SHORT_LINE]
    book = FormatBook({"eni-1": (SHORT,), "eni-2": (SWAPPED,)}, (SHORT, SWAPPED))
    found = read("group", events(lines, ["eni-2-all", "eni-1-all", "eni-2-all", "eni-3-all"]), book)
    assert formats_of(found) == [str(SWAPPED), str(SHORT), str(DEFAULT_FORMAT), None]
    assert text.lines(found.frame) == lines[:3]
    assert [one.reason for one in found.unparsed] == [AMBIGUOUS]
    assert text.values(found.frame, [fields.SRCADDR.name])[0] == ["10.0.0.2", "10.0.0.1", "10.0.0.1"]


def test_formats_that_alternate_in_one_stream() -> None:
    lines = [DEFAULT, SHIFTED_LINE] * 3
    found = read("group", events(lines), FormatBook({"eni-1": (DEFAULT_FORMAT, SHIFTED)}))
    assert formats_of(found) == [str(DEFAULT_FORMAT), str(SHIFTED)] * 3
    assert text.lines(found.frame) == lines


def test_the_meta_columns() -> None:
    frame = read("group", events(["bogus", DEFAULT]), FormatBook()).frame
    names = [batch.TIMESTAMP, batch.INGESTION, batch.GROUP, batch.STREAM]
    assert frame.select(names).rows() == [(1001, 2001, "group", "eni-1-all")]
    assert batch.INTERFACE not in frame.columns


def test_the_interface_comes_from_the_record_else_from_the_stream() -> None:
    lines = [SHORT_LINE, DEFAULT.replace("eni-1", "eni-7"), SHORT_LINE]
    found = read("group", events(lines, ["eni-1-all", "eni-2-all", "nat"]), FormatBook({}, (SHORT,))).frame
    assert found.select(batch.interface(found.columns).alias("i")).get_column("i").to_list() == [
        "eni-1",
        "eni-7",
        None,
    ]
    own = read("group", events([DEFAULT]), FormatBook()).frame
    assert own.select(batch.interface(own.columns).alias("i")).get_column("i").to_list() == ["eni-1"]


def test_no_events() -> None:
    found = read("group", LogEvents(), FormatBook({}, (SHORT,)))
    assert (len(found), list(found.rows), found.unparsed) == (0, [], ())
    assert {batch.FORMAT, batch.TIMESTAMP, batch.STREAM} <= set(found.frame.columns)


def test_hostile_streams_and_times_do_not_raise() -> None:
    hostile = LogEvents(["\ud800", "\x1b]"], [2**70, -(2**70)], [0, 1], ["a", "b"], [DEFAULT, DEFAULT])
    frame = read("g\udfff", hostile, FormatBook()).frame
    assert frame.get_column(batch.STREAM).to_list() == ["\\ud800", "\x1b]"]
    assert frame.get_column(batch.TIMESTAMP).to_list() == [2**63 - 1, 1 - 2**63]


LINES = st.sampled_from([DEFAULT, SHORT_LINE, SHIFTED_LINE, "1 2", "- - -", " 1  2 ", "", "bogus"]) | st.text(
    st.characters(), max_size=20
)
FORMATS = st.lists(st.sampled_from([DEFAULT_FORMAT, SHORT, SWAPPED, SHIFTED, PORTS, TIMES]), max_size=3).map(
    tuple
)
STREAMS = st.sampled_from(["eni-1-all", "eni-2-all", "other"])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(LINES, STREAMS), max_size=6), FORMATS, FORMATS)
def test_every_event_is_a_record_or_unparsed_and_is_given_back(
    pairs: list[tuple[str, str]], covering: tuple[LogFormat, ...], candidates: tuple[LogFormat, ...]
) -> None:
    lines, streams = [line for line, _ in pairs], [stream for _, stream in pairs]
    book = FormatBook({"eni-1": covering}, candidates)
    found = read("group", events(lines, streams), book)
    kept = dict(zip(found.rows, text.lines(found.frame), strict=True))
    unparsed = {one.row: one.message for one in found.unparsed}
    assert not kept.keys() & unparsed.keys()
    assert kept | unparsed == dict(enumerate(lines))
    assert list(kept) == sorted(kept)
    assert list(unparsed) == sorted(unparsed)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(LINES, STREAMS), max_size=5), FORMATS, FORMATS)
def test_a_line_is_read_the_same_in_any_company(
    pairs: list[tuple[str, str]], covering: tuple[LogFormat, ...], candidates: tuple[LogFormat, ...]
) -> None:
    book = FormatBook({"eni-1": covering}, candidates)
    lines, streams = [line for line, _ in pairs], [stream for _, stream in pairs]
    together = formats_of(read("group", events(lines, streams), book))
    alone = [formats_of(read("group", events([line], [stream]), book)) for line, stream in pairs]
    assert together == list(itertools.chain.from_iterable(alone))
