"""Lines to typed columns: what is a record and what is none, exactly, and every line back byte for byte."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.records import address, fields, text
from flowtui.records.batch import FORMAT, MESSAGE
from flowtui.records.fields import Field, Type
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.parse import Parsed, parse

GOOD = (
    "2 123456789 eni-1235b8ca 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
)
V6 = "2 123456789 eni-1235b8ca 2001:db8::1 2001:db8::2 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
NODATA = "2 123456789 eni-1235b8ca - - - - - - - 1431280876 1431280934 - NODATA"


def changed(name: str, token: str, line: str = GOOD) -> str:
    tokens = line.split()
    tokens[DEFAULT_FORMAT.fields.index(name)] = token
    return " ".join(tokens)


def given_back(lines: list[str], parsed: Parsed) -> list[str | None]:
    """What a parse keeps of lines, in their places."""
    found: list[str | None] = [None] * len(lines)
    for row, line in zip(parsed.rows, text.lines(parsed.frame), strict=True):
        found[row] = line
    for malformed in parsed.malformed:
        assert found[malformed.row] is None
        found[malformed.row] = malformed.line
    return found


def value(line: str, name: str) -> text.Value:
    parsed = parse([line], DEFAULT_FORMAT)
    assert [one.reason for one in parsed.malformed] == []
    return text.values(parsed.frame, [name])[0][0]


TOKENS: dict[Type, st.SearchStrategy[str]] = {
    Type.TEXT: st.text(
        st.characters(exclude_characters=" \t\n\v\f\r", exclude_categories=["Cs"]), min_size=1, max_size=8
    ),
    Type.TIME: st.integers(0, 2**32 - 1).map(str),
    Type.ACTION: st.sampled_from(fields.ACTIONS),
    Type.STATUS: st.sampled_from(fields.STATUSES),
    Type.ADDRESS: st.integers(0, 2**32 - 1).map(lambda number: address.to_text(number, False))
    | st.integers(0, 2**128 - 1).map(lambda number: address.to_text(number, True)),
}


def tokens_of(entry: Field) -> st.SearchStrategy[str]:
    own = st.integers(0, entry.max_value).map(str) if entry.type is Type.INTEGER else TOKENS[entry.type]
    return own | st.just("-")


@st.composite
def formats_and_lines(draw: st.DrawFn) -> tuple[LogFormat, list[str]]:
    names = draw(
        st.lists(st.sampled_from([*fields.FIELDS, "unknown-1", "unknown-2"]), min_size=1, unique=True)
    )
    row = st.tuples(*(tokens_of(fields.field(name)) for name in names)).map(" ".join)
    return LogFormat(tuple(names)), draw(st.lists(row, max_size=5))


@settings(deadline=None, max_examples=100)
@given(formats_and_lines())
def test_a_record_printed_and_parsed_is_the_record_in_any_format(case: tuple[LogFormat, list[str]]) -> None:
    fmt, lines = case
    parsed = parse(lines, fmt)
    assert parsed.malformed == ()
    assert MESSAGE not in parsed.frame.columns
    assert text.lines(parsed.frame) == lines
    again = parse(text.lines(parsed.frame), fmt)
    assert again.frame.equals(parsed.frame)


NEARLY = st.lists(
    st.sampled_from(
        [
            *GOOD.split(),
            *V6.split(),
            "-",
            "+80",
            "080",
            "99999",
            "",
            "\t",
            "\0",
            "\ud800",
            "::0",
            "é",
            "1.2.3",
        ]
    ),
    min_size=12,
    max_size=16,
).map(" ".join)
MUTATED = st.builds(
    lambda line, place, piece: line[:place] + piece + line[place:],
    st.sampled_from([GOOD, V6, NODATA]),
    st.integers(0, 110),
    st.text(max_size=2) | st.sampled_from([" ", "  ", "\t", "0", "+", "-", ":", ".", "000"]),
)
ANY_LINE = st.sampled_from([GOOD, V6, NODATA]) | MUTATED | NEARLY | st.text(st.characters())


@settings(deadline=None, max_examples=100)
@given(st.lists(ANY_LINE, max_size=8))
def test_every_line_comes_back_byte_for_byte(lines: list[str]) -> None:
    assert given_back(lines, parse(lines, DEFAULT_FORMAT)) == lines


def is_record(line: str) -> bool:
    """The grammar of a line in the default format, spelled out one token at a time."""
    for blank in "\t\n\v\f\r":
        line = line.replace(blank, " ")
    tokens = [token for token in line.split(" ") if token]
    return len(tokens) == 14 and all(
        token == "-" or is_value(fields.field(name), token)
        for name, token in zip(DEFAULT_FORMAT.fields, tokens, strict=True)
    )


def is_value(entry: Field, token: str) -> bool:
    is_number = token.isascii() and token.isdigit()
    match entry.type:
        case Type.TEXT:
            return not any("\ud800" <= char <= "\udfff" for char in token)
        case Type.INTEGER:
            return is_number and int(token) <= entry.max_value
        case Type.TIME:
            return is_number and int(token) <= entry.max_value * 1000 + 999
        case Type.ADDRESS:
            return address.parse_text(token) is not None
        case Type.ACTION:
            return token in ("ACCEPT", "REJECT")
        case Type.STATUS:
            return token in ("OK", "NODATA", "SKIPDATA")


@settings(deadline=None, max_examples=100)
@given(st.lists(ANY_LINE, max_size=8))
def test_malformed_lines_are_found_exactly(lines: list[str]) -> None:
    parsed = parse(lines, DEFAULT_FORMAT)
    assert list(parsed.rows) == [row for row, line in enumerate(lines) if is_record(line)]
    assert [one.row for one in parsed.malformed] == [
        row for row, line in enumerate(lines) if not is_record(line)
    ]


@settings(deadline=None, max_examples=100)
@given(st.lists(ANY_LINE, max_size=8))
def test_lines_do_not_depend_on_their_company(lines: list[str]) -> None:
    together = parse(lines, DEFAULT_FORMAT)
    alone = [parse([lines[row]], DEFAULT_FORMAT).frame for row in together.rows]
    for row, frame in enumerate(alone):
        names = frame.columns
        assert text.values(together.frame[row], names) == text.values(frame, names)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("", "empty line", id="empty"),
        pytest.param(" \t ", "empty line", id="blank"),
        pytest.param("bogus", "1 field where the format has 14", id="one word"),
        pytest.param(GOOD + " 1", "15 fields where the format has 14", id="one too many"),
        pytest.param(GOOD[:-3], "13 fields where the format has 14", id="one too few"),
        pytest.param(
            changed("version", "256"), "version: '256' is no integer up to 255", id="version too great"
        ),
        pytest.param(
            changed("srcport", "65536"), "srcport: '65536' is no integer up to 65535", id="port too great"
        ),
        pytest.param(changed("dstport", "+80"), "dstport: '+80' is no integer up to 65535", id="plus"),
        pytest.param(changed("protocol", "tcp"), "protocol: 'tcp' is no integer up to 255", id="letters"),
        pytest.param(changed("packets", "-1"), f"packets: '-1' is no integer up to {2**64 - 1}", id="minus"),
        pytest.param(changed("bytes", "1.5"), f"bytes: '1.5' is no integer up to {2**64 - 1}", id="fraction"),
        pytest.param(
            changed("bytes", str(2**64)), f"bytes: '{2**64}' is no integer up to {2**64 - 1}", id="2^64"
        ),
        pytest.param(changed("bytes", "٣"), f"bytes: '٣' is no integer up to {2**64 - 1}", id="other digits"),
        pytest.param(changed("start", "noon"), "start: 'noon' is no time in epoch seconds", id="time"),
        pytest.param(
            changed("end", "9" * 20), f"end: '{'9' * 20}' is no time in epoch seconds", id="far time"
        ),
        pytest.param(changed("srcaddr", "10.0.0"), "srcaddr: '10.0.0' is no IP address", id="short address"),
        pytest.param(changed("srcaddr", "10.0.0.256"), "srcaddr: '10.0.0.256' is no IP address", id="octet"),
        pytest.param(changed("srcaddr", "10.0.0.010"), "srcaddr: '10.0.0.010' is no IP address", id="octal"),
        pytest.param(
            changed("srcaddr", "1.2.3.4.5"), "srcaddr: '1.2.3.4.5' is no IP address", id="five octets"
        ),
        pytest.param(changed("dstaddr", "2001:db8::g"), "dstaddr: '2001:db8::g' is no IP address", id="IPv6"),
        pytest.param(
            changed("action", "accept"), "action: 'accept' is neither ACCEPT nor REJECT", id="action"
        ),
        pytest.param(
            changed("log-status", "ok"), "log-status: 'ok' is none of OK, NODATA and SKIPDATA", id="status"
        ),
        pytest.param(changed("account-id", "\ud800"), "not valid Unicode text", id="lone surrogate"),
        pytest.param(
            changed("start", "x" * 99), f"start: '{'x' * 39}…' is no time in epoch seconds", id="long"
        ),
        pytest.param("x" * 1_000_000, "1 field where the format has 14", id="1 MB in one word"),
        pytest.param("x " * 500_000, "500,000 fields where the format has 14", id="1 MB in words"),
    ],
)
def test_malformed_lines_say_why(line: str, reason: str) -> None:
    parsed = parse([GOOD, line, GOOD], DEFAULT_FORMAT)
    assert [(one.row, one.line, one.reason) for one in parsed.malformed] == [(1, line, reason)]
    assert list(parsed.rows) == [0, 2]


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        pytest.param(changed("srcport", "080"), "srcport", 80, id="leading zero"),
        pytest.param(changed("bytes", "0" * 30 + "7"), "bytes", 7, id="many zeros"),
        pytest.param(changed("start", "1760000000999"), "start", 1760000000, id="ms"),
        pytest.param(changed("srcaddr", "2001:DB8:0::1"), "srcaddr", "2001:db8::1", id="IPv6 spelling"),
        pytest.param(GOOD.replace(" ", "  "), "dstport", 22, id="two blanks"),
        pytest.param(GOOD.replace(" ", "\t"), "dstport", 22, id="tabs"),
        pytest.param(f"  {GOOD} ", "dstport", 22, id="blanks around"),
        pytest.param(f"{GOOD}\r\n", "log-status", "OK", id="line end"),
    ],
)
def test_other_spellings_mean_the_same_and_keep_their_text(
    line: str, name: str, expected: text.Value
) -> None:
    assert value(line, name) == expected
    frame = parse([GOOD, line], DEFAULT_FORMAT).frame
    assert frame.get_column(MESSAGE).to_list() == [None, line]


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        pytest.param(changed("bytes", str(2**64 - 1)), "bytes", 2**64 - 1, id="greatest amount"),
        pytest.param(changed("start", "4294967295"), "start", 2**32 - 1, id="greatest time"),
        pytest.param(changed("srcport", "0"), "srcport", 0, id="zero"),
        pytest.param(changed("account-id", "000000000012"), "account-id", "000000000012", id="account"),
        pytest.param(changed("account-id", "a\0b"), "account-id", "a\0b", id="NUL"),
        pytest.param(changed("srcaddr", "255.255.255.255"), "srcaddr", "255.255.255.255", id="IPv4"),
        pytest.param(V6, "dstaddr", "2001:db8::2", id="IPv6"),
        pytest.param(NODATA, "srcaddr", None, id="no value"),
    ],
)
def test_values(line: str, name: str, expected: text.Value) -> None:
    assert value(line, name) == expected


def test_columns_have_their_types() -> None:
    schema = parse([GOOD], DEFAULT_FORMAT).frame.schema
    assert schema == {
        "version": pl.UInt8(),
        "account-id": pl.Categorical(),
        "interface-id": pl.Categorical(),
        "srcaddr": pl.UInt32(),
        "dstaddr": pl.UInt32(),
        "srcport": pl.UInt16(),
        "dstport": pl.UInt16(),
        "protocol": pl.UInt8(),
        "packets": pl.UInt64(),
        "bytes": pl.UInt64(),
        "start": pl.UInt32(),
        "end": pl.UInt32(),
        "action": pl.Enum(["ACCEPT", "REJECT"]),
        "log-status": pl.Enum(["OK", "NODATA", "SKIPDATA"]),
        FORMAT: pl.Categorical(),
    }
    assert parse([], DEFAULT_FORMAT).frame.schema == schema
    assert parse(["bogus"], DEFAULT_FORMAT).frame.schema == schema


def test_only_frames_with_ipv6_have_its_columns() -> None:
    frame = parse([GOOD, V6], DEFAULT_FORMAT).frame
    assert frame.schema[fields.v6("srcaddr")] == pl.UInt128()
    assert frame.get_column("srcaddr").to_list() == [0xAC1F108B, None]
    assert frame.get_column(fields.v6("srcaddr")).to_list() == [None, 0x20010DB8 << 96 | 1]


WORDS = LogFormat.parse("${vpc-id} ${instance-tag}")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("vpc-1 web", ("vpc-1", "web"), id="two words"),
        pytest.param("vpc-1\tweb", ("vpc-1", "web"), id="tab"),
        pytest.param("vpc-1  web", ("vpc-1", "web"), id="two blanks"),
        pytest.param("vpc-1 web\n", ("vpc-1", "web"), id="line end"),
        pytest.param("vpc-1 - ", ("vpc-1", None), id="no value and a blank"),
        pytest.param("vpc-1 a\u3000b", ("vpc-1", "a\u3000b"), id="no white space of AWS's"),
        pytest.param("vpc-1 ", None, id="one word and a blank"),
        pytest.param(" web", None, id="a blank and one word"),
        pytest.param("vpc-1 web\tx", None, id="three words"),
    ],
)
def test_a_format_of_words_alone(line: str, expected: tuple[str | None, ...] | None) -> None:
    parsed = parse([line], WORDS)
    found = text.values(parsed.frame, WORDS.fields)
    assert [tuple(row) for row in zip(*found, strict=True)] == ([] if expected is None else [expected])
    assert given_back([line], parsed) == [line]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(st.sampled_from("ab- \t\r\0é:+0"), max_size=8), max_size=6))
def test_lines_of_words_come_back_byte_for_byte(lines: list[str]) -> None:
    assert given_back(lines, parse(lines, WORDS)) == lines
