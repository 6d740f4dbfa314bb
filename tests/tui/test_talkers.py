"""Top talkers and conversations on the screen."""

from __future__ import annotations

import pytest

from flowtui.records.format import LogFormat
from flowtui.topology.model import Interface, Owner, OwnerKind
from flowtui.tui.widgets.talkers import TalkerPane
from tests.tui import lab
from tests.tui.conftest import SIZES, Reader, reading

START = int(lab.NOW) - 600


def lines() -> list[str]:
    """The lab's traffic, a ping whose reply is rejected, SSH that two interfaces saw, a NAT gateway."""
    found = lab.lab_lines(400)
    found.append(lab.line(lab.BASTION, "203.0.113.12", 0, "172.16.0.121", 0, START, protocol=1))
    reply = lab.line(lab.BASTION, "172.16.0.121", 0, "203.0.113.12", 0, START, protocol=1, action="REJECT")
    found.append(reply)
    for port in range(41_000, 41_006):
        for eni in (lab.BASTION, lab.APP_1):
            found.append(lab.line(eni, "172.16.0.121", port, "172.16.1.20", 22, START, size=9_000))
        found.append(lab.line(lab.APP_1, "172.16.1.20", 22, "172.16.0.121", port, START, size=70_000))
    found.append(lab.line(lab.NAT, "172.16.0.8", 2_000, "203.0.113.80", 443, START, size=9_999_999))
    return found


def filled() -> lab.PlayedSession:
    session = lab.PlayedSession(topology=lab.ruled_topology())
    session.back_fill(lines())
    return session


async def opened(reader: Reader, key: str, count: str = "421") -> None:
    """Opens the overview, and waits until something is counted: before that keys have nothing to work on."""
    await reader.sees(f"following · {count}")
    await reader.press(key)
    await reader.until(lambda: row_count(reader) > 0, "rows")


def row_count(reader: Reader) -> int:
    screen = reader.app.overview.screen
    return 0 if screen is None else screen.here.row_count()


@pytest.mark.parametrize("size", SIZES)
async def test_t_shows_who_is_rejected_most_first(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await opened(reader, "t")
        await reader.sees("2 of 2", "by source", "by ✗", "203.0.113.9")
        pane = reader.lines()[20:] if size[1] == 40 else reader.lines()
        first = next(line for line in pane if "203.0.113.9" in line)
        assert "99%" in first
        assert "━" in first
        assert "documentation" in first or "document…" in first


async def test_b_groups_by_other_fields_and_s_by_other_measures() -> None:
    async with reading(filled()) as reader:
        await opened(reader, "t")
        await reader.sees("by source")
        for label, words in (("destination", "bastion"), ("pair", "→ bastion"), ("port", "80 tcp")):
            await reader.press("b")
            await reader.sees(f"by {label}", words)
        await reader.press("B")
        await reader.sees("by pair")
        for measure in ("records", "packets", "bytes"):
            await reader.press("s")
            await reader.sees(f"by {measure}")
        assert "nat-1" in reader.row_with("9,999,999")


async def test_where_nothing_is_rejected_bytes_come_first() -> None:
    session = lab.PlayedSession()
    session.back_fill([lab.line(lab.BASTION, "198.51.100.7", 1, "172.16.0.121", 22, START)])
    async with reading(session) as reader:
        await opened(reader, "t", "1")
        await reader.sees("1 of 1 · by bytes", "198.51.100.7")


@pytest.mark.parametrize("size", SIZES)
async def test_enter_narrows_to_a_talker_and_esc_widens_again(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await opened(reader, "t")
        await reader.sees("by source")
        await reader.press("y")
        assert reader.app.clipboard == "srcaddr = 203.0.113.9"
        await reader.press("enter")
        await reader.sees("100 of 421")
        assert str(reader.app.monitor.request.filter) == "srcaddr = 203.0.113.9"
        await reader.press("escape")
        await reader.sees("following · 421")


@pytest.mark.parametrize("size", SIZES)
async def test_o_shows_conversations_with_what_became_of_them(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await opened(reader, "o")
        await reader.sees("reply rejected", "both ways", "by bytes")
        ping = reader.row_with("reply rejected")
        assert "203.0.113.12" in ping
        assert "icmp" in ping
        assert ping.index("203.0.113.12") < ping.index("bastion")
        # Counted once, though two interfaces saw it: 6 times 9,000 and 70,000.
        hop = reader.row_with("→ app-1")
        assert "474,000" in hop or ("54,000" in hop and "420,000" in hop)
        assert "passed on" in reader.row_with("nat-1 ")
        await reader.press("j", "enter")
        await reader.sees("18 of 421")


async def test_the_foot_says_where_a_conversation_was_seen() -> None:
    async with reading(filled()) as reader:
        await opened(reader, "o")
        await reader.sees("both ways")
        await reader.press("j")
        await reader.sees("also at bastion (counted once)", "6 connections", "client by the ports")
        await reader.press("G")
        await reader.sees("nat-1 passes it on: in no total")


async def test_b_gives_each_client_port_its_line() -> None:
    async with reading(filled()) as reader:
        await opened(reader, "o")
        await reader.sees("both ways")
        await reader.press("b")
        await reader.sees("each client port", "41000 →")


async def test_the_panes_are_reached_from_one_another() -> None:
    async with reading(filled()) as reader:
        await opened(reader, "T")
        await reader.sees("Causes", "Top talkers")
        await reader.press("o")
        await reader.sees("Conversations", "both ways", "lab › conversations")
        await reader.misses("Top talkers")
        await reader.press("t")
        await reader.sees("Top talkers", "by source")
        await reader.press("escape")
        await reader.sees("following · 421")


async def test_the_readers_place_stays_while_records_come_in() -> None:
    session = filled()
    async with reading(session, (80, 24)) as reader:
        await opened(reader, "t")
        await reader.press("s", "s")
        await reader.sees("by packets", "203.0.113.9")
        pane = reader.app.screen.focused
        assert isinstance(pane, TalkerPane)
        await reader.press("j", "j")
        moved_to = pane.current()
        session.arrive(
            lab.line(lab.BASTION, f"198.51.100.{host}", 1, "172.16.0.121", 22, START, packets=9_000)
            for host in range(20, 60)
        )
        await reader.until(lambda: pane.groups > 40)
        assert pane.cursor > 2
        assert pane.current() == moved_to


@pytest.mark.parametrize("key", ["t", "o"])
@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_store_says_so(key: str, size: tuple[int, int]) -> None:
    async with reading(lab.PlayedSession(), size) as reader:
        await reader.sees("following · 0")
        await reader.press(key)
        await reader.sees("Nothing of this here.")
        await reader.press("enter", "b", "s", "y", "j", "G")
        await reader.sees("Nothing of this here.")


@pytest.mark.parametrize("key", ["t", "o"])
async def test_everything_may_be_evicted_meanwhile(key: str) -> None:
    session = lab.PlayedSession(capacity=16)
    session.back_fill(lab.lab_lines(16))
    async with reading(session) as reader:
        await opened(reader, key, "16")
        await reader.sees("198.51.100.7") if key == "o" else await reader.sees("203.0.113.9")
        await reader.press("j")
        session.arrive(
            lab.line(lab.APP_2, "192.0.2.99", port, "172.16.1.31", 25, START, action="REJECT")
            for port in range(40)
        )
        await reader.sees("192.0.2.99")
        await reader.misses("198.51.100.7", "203.0.113.9")


async def test_hostile_names_are_cleaned_and_are_no_markup() -> None:
    name = "[red]\x1b[31m\u202eweb[/]"
    owner = Owner(OwnerKind.INSTANCE, "i-1", name)
    hostile = Interface(lab.BASTION, name, "vpc-lab", "subnet-public", owner, ("172.16.0.121",))
    session = lab.PlayedSession(topology=lab.lab_topology(interfaces=(hostile,)))
    session.back_fill(lab.lab_lines(40))
    async with reading(session) as reader:
        await opened(reader, "o", "40")
        await reader.sees("[red]")
        await reader.press("t")
        await reader.sees("by source")
        await reader.press("b")
        await reader.sees("by destination", "[red]")
        assert not any(mark in reader.text() for mark in ("\x1b", "\u202e"))


async def test_a_format_of_few_fields_is_no_trouble() -> None:
    few = LogFormat.parse("${srcaddr} ${start}")
    session = lab.PlayedSession(format=few)
    session.back_fill([f"10.0.0.{host % 9} {START}" for host in range(40)])
    async with reading(session) as reader:
        await opened(reader, "t", "40")
        await reader.sees("by source", "by records", "10.0.0.1")
        await reader.press("s", "b", "o")
        await reader.sees("Nothing of this here.")


async def test_5_000_interfaces_are_named_at_once() -> None:
    def interface(number: int) -> Interface:
        owner = Owner(OwnerKind.INSTANCE, f"i-{number}", f"web-{number}")
        address = f"10.{number // 60_000}.{number // 250}.{number % 250}"
        return Interface(f"eni-{number:017x}", f"web-{number}", "vpc-lab", "subnet-public", owner, (address,))

    many = tuple(interface(number) for number in range(5_000))
    session = lab.PlayedSession(topology=lab.lab_topology(interfaces=many))
    session.back_fill(
        lab.line(each.id, "203.0.113.9", 1, each.addresses[0], 80, START, action="REJECT") for each in many
    )
    async with reading(session) as reader:
        await opened(reader, "t", "5,000")
        await reader.press("b")
        await reader.sees("by destination", "of 5,000", "web-1 ")
