"""Trees print themselves in the filter language and refuse what has no meaning."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from flowtui.filters.tree import (
    REJECT,
    And,
    AnyPort,
    Compare,
    Net,
    Not,
    OneOf,
    OnInterfaces,
    Op,
    Or,
    Side,
    Tree,
    conjunction,
    host,
)

PORT_80 = AnyPort(((80, 80),))
NODATA = Compare("log-status", Op.EQ, "NODATA")

PRINTED: list[tuple[str, Tree]] = [
    ("reject", REJECT),
    ("nodata", NODATA),
    ("action != REJECT", Compare("action", Op.NE, "REJECT")),
    ("reject and port 80", And((REJECT, PORT_80))),
    ("reject or port 80", Or((REJECT, PORT_80))),
    ("reject and (port 80 or nodata)", And((REJECT, Or((PORT_80, NODATA))))),
    ("not (reject and port 80)", Not(And((REJECT, PORT_80)))),
    ("not reject", Not(REJECT)),
    ("dst port 443,8000-8080", AnyPort(((443, 443), (8000, 8080)), Side.DST)),
    ("src net 10.0.0.0/8", Net(ip_network("10.0.0.0/8"), Side.SRC)),
    ("host 10.0.0.1", host("10.0.0.1")),
    ("dst host 2001:db8::1", host("2001:db8::1", Side.DST)),
    ("bytes > 1000", Compare("bytes", Op.GT, 1000)),
    ("traffic-path in (2, 8)", OneOf("traffic-path", (2, 8))),
    ("eni:eni-1,eni-2", OnInterfaces(frozenset({"eni-2", "eni-1"}))),
]


@pytest.mark.parametrize(("text", "tree"), PRINTED, ids=[text for text, _ in PRINTED])
def test_a_tree_prints_itself(text: str, tree: Tree) -> None:
    assert str(tree) == text


REFUSED: list[tuple[str, str, Op, str | int]] = [
    ("order of addresses", "srcaddr", Op.LT, "10.0.0.1"),
    ("order of texts", "vpc-id", Op.GE, "vpc-1"),
    ("text for a number", "dstport", Op.EQ, "http"),
    ("number for a text", "vpc-id", Op.EQ, 1),
    ("no address", "srcaddr", Op.EQ, "10.0.0"),
]


@pytest.mark.parametrize(
    ("name", "op", "value"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_a_comparison_without_meaning_is_refused(name: str, op: Op, value: str | int) -> None:
    with pytest.raises(ValueError, match=rf"{name}|{value}"):
        Compare(name, op, value)


def test_a_list_with_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="dstport"):
        OneOf("dstport", (80, "http"))


JOINED: list[tuple[str, tuple[Tree | None, ...], Tree | None]] = [
    ("nothing", (), None),
    ("no condition", (None, None), None),
    ("one", (None, REJECT), REJECT),
    ("two", (REJECT, None, PORT_80), And((REJECT, PORT_80))),
    ("flattened", (And((REJECT, PORT_80)), NODATA), And((REJECT, PORT_80, NODATA))),
]


@pytest.mark.parametrize(("parts", "joined"), [each[1:] for each in JOINED], ids=[each[0] for each in JOINED])
def test_conditions_are_joined(parts: tuple[Tree | None, ...], joined: Tree | None) -> None:
    assert conjunction(parts) == joined
