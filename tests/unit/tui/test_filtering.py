from __future__ import annotations

import pytest

from flowtui.filters.parse import parse
from flowtui.filters.tree import REJECT, Tree
from flowtui.tui import filtering

ROW = {
    "interface-id": "eni-0aaaaaaaaaaaaaaaa",
    "srcaddr": "203.0.113.9",
    "dstaddr": "172.16.0.121",
    "srcport": "51144",
    "dstport": "80",
    "protocol": "6",
    "bytes": "180",
    "action": "REJECT",
}
PING = {"srcaddr": "203.0.113.12", "dstaddr": "172.16.0.121", "srcport": "0", "dstport": "0", "protocol": "1"}


def parsed(text: str) -> Tree:
    return parse(text, 0.0)


def test_reject_is_added_in_front_and_taken_away_again() -> None:
    assert str(filtering.toggled_rejects(None)) == "reject"
    assert filtering.toggled_rejects(REJECT) is None
    both = filtering.toggled_rejects(parsed("port 80 and tcp"))
    assert str(both) == "reject and port 80 and tcp"
    assert filtering.toggled_rejects(both) == parsed("port 80 and tcp")


def test_reject_inside_an_or_is_not_what_r_takes_away() -> None:
    tree = parsed("reject or port 80")
    assert not filtering.has_rejects_only(tree)
    assert str(filtering.toggled_rejects(tree)) == "reject and (reject or port 80)"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("srcaddr", "src host 203.0.113.9", id="source"),
        pytest.param("dstport", "dst port 80", id="port"),
        pytest.param("protocol", "tcp", id="protocol"),
        pytest.param("action", "reject", id="action"),
        pytest.param("interface-id", "eni:eni-0aaaaaaaaaaaaaaaa", id="interface"),
        pytest.param("bytes", "bytes = 180", id="any field"),
    ],
)
def test_f_narrows_to_the_value_under_the_cursor(field: str, expected: str) -> None:
    first = filtering.narrowings(ROW, field)[0]
    assert first.label == "this value"
    assert str(first.tree) == expected


def test_f_narrows_to_the_pair_and_to_the_conversation_both_ways() -> None:
    by_label = {choice.label: choice.tree for choice in filtering.narrowings(ROW, "start")}
    assert set(by_label) == {"the pair", "the conversation"}
    assert str(by_label["the pair"]) == (
        "(src host 203.0.113.9 and dst host 172.16.0.121) or (dst host 203.0.113.9 and src host 172.16.0.121)"
    )
    conversation = str(by_label["the conversation"])
    assert "src port 51144 and dst port 80" in conversation
    assert "dst port 51144 and src port 80" in conversation


def test_a_ping_has_a_conversation_without_ports() -> None:
    conversation = next(
        each.tree for each in filtering.narrowings(PING, None) if each.label == "the conversation"
    )
    assert "port" not in str(conversation)
    assert "icmp" in str(conversation)


def test_every_choice_can_be_read_and_edited_as_text() -> None:
    for values in (ROW, PING):
        for choice in (*filtering.narrowings(values, "srcaddr"), *filtering.mutings(values)):
            assert parsed(str(choice.tree)) == choice.tree


def test_m_offers_source_pair_and_port() -> None:
    assert [str(choice.tree) for choice in filtering.mutings(ROW)] == [
        "src host 203.0.113.9",
        "src host 203.0.113.9 and dst host 172.16.0.121",
        "tcp and dst port 80",
    ]
    assert [choice.label for choice in filtering.mutings(PING)] == ["the source", "the pair", "the protocol"]


def test_mutes_hide_and_leave_the_filter_as_it_was() -> None:
    mutes = [choice.tree for choice in filtering.mutings(ROW)[:2]]
    assert str(filtering.muting(REJECT, mutes)) == (
        "reject and not src host 203.0.113.9 and not (src host 203.0.113.9 and dst host 172.16.0.121)"
    )
    assert filtering.muting(None, ()) is None


@pytest.mark.parametrize(
    "values", [{}, {"interface-id": "eni-1", "log-status": "NODATA"}], ids=["empty", "NODATA"]
)
def test_a_record_without_values_offers_nothing_wrong(values: dict[str, str]) -> None:
    assert filtering.mutings(values) == []
    assert filtering.narrowings(values, "srcaddr") == []


@pytest.mark.parametrize(
    ("keys", "values", "expected"),
    [
        pytest.param(["srcaddr"], ["203.0.113.9"], "srcaddr = 203.0.113.9", id="address"),
        pytest.param(["dstport", "protocol"], [80, 6], "dstport = 80 and tcp", id="port"),
        pytest.param(["interface-id"], ["eni-1"], "eni:eni-1", id="interface"),
        pytest.param(["reject-reason"], [None], 'not reject-reason != ""', id="no text"),
        pytest.param(["dstport"], [None], "not dstport >= 0", id="no number"),
        pytest.param(["srcaddr"], [None], "not srcaddr = 0.0.0.0/0 and not srcaddr = ::/0", id="no address"),
    ],
)
def test_a_group_is_a_filter(keys: list[str], values: list[str | int | None], expected: str) -> None:
    tree = filtering.group_condition(keys, values)
    assert tree is not None
    assert str(tree) == expected
    assert str(parsed(expected)) == expected


def test_what_no_interface_is_known_of_cannot_be_said() -> None:
    assert filtering.group_condition(["interface-id"], [None]) is None


def test_a_conversation_without_its_clients_port_is_all_of_the_clients() -> None:
    values = {name: value for name, value in ROW.items() if name != "srcport"}
    assert str(filtering.conversation_condition(values)) == (
        "(src host 203.0.113.9 and dst host 172.16.0.121 and tcp and dst port 80) or "
        "(dst host 203.0.113.9 and src host 172.16.0.121 and tcp and src port 80)"
    )
