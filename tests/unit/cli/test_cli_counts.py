"""How counts of flows are printed, and sizes and fields read."""

from __future__ import annotations

import shlex

import click
import pytest

from flowtui.cli.count_output import CountPrinter
from flowtui.cli.history import command
from flowtui.cli.values import Fields, Size
from flowtui.monitor.sizes import scale
from flowtui.store.talkers import Sums, Talker, Talkers

FOUND = Talkers(
    (
        Talker(("203.0.113.9", 6), Sums(1200, 3600, 216_000, 1200), 1_700_000_000, 1_700_003_600),
        Talker((None, None), Sums(3, 0, 0, 0), 1_700_000_060, 1_700_000_060),
        Talker(("=x,\x1b[31m", 250), Sums(1, 0, 0, 0), 0, 10**12),
    ),
    3,
    Sums(1204, 3600, 216_000, 1200),
)


def lines(output: str, *, is_terminal: bool = False) -> list[str]:
    return list(CountPrinter(("srcaddr", "protocol"), output, utc=True, is_terminal=is_terminal).lines(FOUND))


def test_a_table_lines_up_and_ends_with_all() -> None:
    assert [line.replace("2023-11-14 ", "") for line in lines("text")] == [
        "srcaddr      protocol  records  packets    bytes  rejected  first                last",
        "203.0.113.9  tcp         1,200    3,600  216,000     1,200  22:13:20  23:13:20",
        "-            -               3        0        0         0  22:14:20  22:14:20",
        r"=x,\x1b[31m  250             1        0        0         0  1970-01-01 00:00:00  1000000000000",
        "all                      1,204    3,600  216,000     1,200",
    ]


def test_json_is_one_object_a_group() -> None:
    assert lines("json")[:2] == [
        (
            '{"srcaddr": "203.0.113.9", "protocol": 6, "records": 1200, "packets": 3600, "bytes": 216000,'
            ' "rejected": 1200, "first": 1700000000, "last": 1700003600}'
        ),
        (
            '{"srcaddr": null, "protocol": null, "records": 3, "packets": 0, "bytes": 0,'
            ' "rejected": 0, "first": 1700000060, "last": 1700000060}'
        ),
    ]


def test_csv_is_safe_in_spreadsheets_and_on_terminals() -> None:
    head, first, second, third = lines("csv")
    assert head == "srcaddr,protocol,records,packets,bytes,rejected,first,last"
    assert first == "203.0.113.9,6,1200,3600,216000,1200,1700000000,1700003600"
    assert second.startswith(",,3,")
    assert third.startswith('"\'=x,\x1b[31m",250,')
    assert lines("csv", is_terminal=True)[3].startswith(r'"' + "'" + r'=x,\x1b[31m",250,')


@pytest.mark.parametrize(
    ("text", "size"),
    [("500", 500), ("1k", 1000), ("1.5G", 1_500_000_000), ("2Ti", 2 * 1024**4), ("10M", 10_000_000)],
)
def test_sizes(text: str, size: int) -> None:
    assert Size().convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "G", "-1", "1X", "1e9", "1 G"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no size"):
        Size().convert(text, None, None)


def test_fields_are_known_by_all_their_names_and_counted_by_once() -> None:
    assert Fields().convert("srcAddr, dstport,SRCADDR,tcp_flags", None, None) == (
        "srcaddr",
        "dstport",
        "tcp-flags",
    )


@pytest.mark.parametrize(
    ("text", "said"), [("srcadr", "srcaddr"), ("", "is no field"), ("bytes", "summed up")], ids=str
)
def test_what_cannot_be_counted_by(text: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=said):
        Fields().convert(text, None, None)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (1_499_000, "1.5 MB"), (10**16, "10.0 PB")],
)
def test_sizes_as_people_write_them(size: int, text: str) -> None:
    assert scale(size) == text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--by nonsense", "is no field"),
        ("--limit 200k", "100,000 at most"),
        ("--max-bytes lots", "is no size"),
        ("--filter 'port 800000'", "65535"),
    ],
)
def test_wrong_usage_is_refused_before_anything_is_asked(arguments: str, said: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        command.main(shlex.split(arguments), standalone_mode=False)
    assert said in caught.value.message
