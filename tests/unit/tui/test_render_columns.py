from __future__ import annotations

import pytest

from flowtui.records import fields
from flowtui.records.format import DEFAULT_FORMAT
from flowtui.tui.render import columns
from flowtui.tui.render.columns import Column

PRESENT = (*DEFAULT_FORMAT.fields, "@timestamp", "@logStream")


def headings(shown: tuple[Column, ...]) -> list[str]:
    return [column.heading for column in shown]


def used(shown: tuple[Column, ...]) -> int:
    return columns.GUTTER + sum(column.gap + column.width for column in shown)


def fitted(
    width: int, cursor: int = 0, left: int = 1, present: tuple[str, ...] = PRESENT
) -> tuple[Column, ...]:
    chosen = columns.widened(columns.columns_for(present, width), width, has_ipv6=False)
    return columns.laid_out(chosen, width, cursor, left)[0].drawn


def test_the_columns_of_a_wide_and_of_a_narrow_screen() -> None:
    wide = [
        "TIME",
        "INTERFACE",
        "DIR",
        "SOURCE",
        "PORT",
        "DESTINATION",
        "PORT",
        "PROTO",
        "PKTS",
        "BYTES",
        "ACTION",
    ]
    assert headings(fitted(98)) == wide
    assert headings(fitted(78)) == [
        "TIME",
        "INTERFACE",
        "SOURCE",
        "PORT",
        "DESTINATION",
        "PORT",
        "PROTO",
        "BYTES",
    ]


@pytest.mark.parametrize("width", [30, 50, 78, 98, 136, 200])
def test_what_is_drawn_fits(width: int) -> None:
    assert used(fitted(width)) <= width


@pytest.mark.parametrize("width", [40, 78, 98])
def test_every_field_of_the_format_can_be_reached_by_the_column_cursor(width: int) -> None:
    chosen = columns.columns_for(PRESENT, width)
    reached, left = set(), 1
    for cursor in range(len(chosen)):
        layout, left = columns.laid_out(chosen, width, cursor, left)
        assert cursor in layout.shown
        reached |= {column.field.name for column in layout.drawn}
    assert reached >= set(DEFAULT_FORMAT.fields)


def test_going_back_left_brings_the_first_columns_back() -> None:
    chosen = columns.columns_for(PRESENT, 78)
    layout, left = columns.laid_out(chosen, 78, len(chosen) - 1, 1)
    assert "SOURCE" not in headings(layout.drawn)
    layout, left = columns.laid_out(chosen, 78, 0, left)
    assert headings(layout.drawn)[:3] == ["TIME", "INTERFACE", "SOURCE"]


def test_ipv6_widens_both_address_columns_alike_where_there_is_room() -> None:
    chosen = columns.columns_for((*PRESENT, fields.v6("srcaddr")), 200)
    wide = columns.widened(chosen, 200, has_ipv6=True)
    by_heading = {column.heading: column.width for column in wide}
    assert by_heading["SOURCE"] == by_heading["DESTINATION"] == 39
    assert fields.v6("srcaddr") not in {column.field.name for column in wide}


def test_an_unknown_future_field_has_a_column() -> None:
    chosen = columns.columns_for((*PRESENT, "quantum-state"), 98)
    assert chosen[-1].field.name == "quantum-state"


def test_a_format_without_ports_has_no_columns_for_them() -> None:
    chosen = columns.columns_for(("interface-id", "srcaddr", "dstaddr", "action"), 98)
    assert headings(chosen) == ["TIME", "INTERFACE", "DIR", "SOURCE", "DESTINATION", "ACTION"]
