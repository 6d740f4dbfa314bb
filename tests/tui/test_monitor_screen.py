from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor.outside import Fault, FaultKind
from flowtui.monitor.state import StandingFault, Status, StatusKind
from flowtui.records.decode import clean
from flowtui.topology.model import Missing, Topology
from tests.tui import lab
from tests.tui.conftest import SIZES, reading


def filled(count: int = 400) -> lab.PlayedSession:
    session = lab.PlayedSession()
    session.back_fill(lab.lab_lines(count))
    return session


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_picture_has_records_and_says_where_and_how_it_stands(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("REJECT" if size[0] > 100 else "✗", "203.0.113.9", "following")
        header = reader.lines()[0]
        assert "LIVE" in header
        assert "lag 1m34s" in header
        assert "25.0%" in header
        assert "lab" in header


async def test_three_panes_stand_side_by_side_on_a_wide_screen() -> None:
    async with reading(filled()) as reader:
        await reader.sees("1 Topology", "2 Interfaces", "3 Records", "public 1a", "bastion", "no flow log")


async def test_under_100_columns_the_panes_are_tabs() -> None:
    async with reading(filled(), (80, 24)) as reader:
        await reader.sees("SOURCE", "203.0.113.9")
        await reader.press("1")
        await reader.sees("172.16.0.0/16", "public 1a")
        await reader.misses("SOURCE")
        await reader.press("2")
        await reader.sees("REC/S", "bastion")
        await reader.press("tab")
        await reader.sees("SOURCE")


@pytest.mark.parametrize("size", SIZES)
async def test_r_shows_only_rejected_records_and_back(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("198.51.100.7")
        await reader.press("r")
        await reader.sees("100 of 400")
        assert "198.51.100.7" not in reader.text()
        await reader.press("r")
        await reader.sees("198.51.100.7", "· 400")


@pytest.mark.parametrize("size", SIZES)
async def test_drilling_down_from_vpc_to_interface_and_out_again(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following")
        await reader.press("1")
        await reader.until(lambda: reader.app.monitor.topology.row_count() > 5, "the tree is there")
        await reader.press("enter")
        await reader.until(lambda: "lab" in reader.lines()[0])
        await reader.press("1")
        await reader.walk_to("bastion")
        await reader.press("enter")
        await reader.sees("lab › bastion")
        await reader.until(
            lambda: len(reader.app.monitor.records.view or ()) == 300, "only bastion's records"
        )
        await reader.press("escape")
        await reader.misses("› bastion")
        await reader.until(lambda: len(reader.app.monitor.records.view or ()) == 400, "all of the VPC again")


async def test_enter_on_an_interface_shows_its_records_alone() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following")
        await reader.press("2")
        await reader.until(lambda: reader.app.monitor.interfaces.row_count() == 2, "both streams")
        await reader.press("j", "enter")
        await reader.until(lambda: len(reader.app.monitor.records.view or ()) == 100, "only app-1's records")


async def test_new_records_are_followed_until_the_reader_moves_up_and_g_resumes_it() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        reader.session.arrive(
            [lab.line(lab.NAT, "172.16.0.8", 31902, "203.0.113.80", 443, int(lab.NOW) - 70)]
        )
        await reader.sees("following · 401")
        assert "31902" in reader.text()
        await reader.press("k")
        await reader.sees("held")
        held = reader.row_with("31902")
        reader.session.arrive(
            [
                lab.line(lab.NAT, "172.16.0.8", 32000 + n, "203.0.113.80", 443, int(lab.NOW) - 60)
                for n in range(5)
            ]
        )
        await reader.sees("5 new below")
        assert reader.row_with("31902") == held
        await reader.press("G")
        await reader.sees("following · 406", "32004")


async def test_back_fill_above_does_not_move_what_is_read() -> None:
    async with reading(filled(200)) as reader:
        await reader.sees("following · 200")
        await reader.press("k", "k", "k")
        await reader.sees("held")
        table = reader.app.monitor.records
        before = (table.current(), table.cursor - table.top)
        reader.session.back_fill(lab.lab_lines(300, until=lab.NOW - 1000))
        await reader.sees("500")
        after = (table.current(), table.cursor - table.top)
        assert before[0] is not None
        assert after[0] is not None
        assert after[0].id == before[0].id
        assert after[1] == before[1]


async def test_eviction_under_the_cursor_keeps_the_screen_in_bounds() -> None:
    session = lab.PlayedSession(capacity=800)
    session.arrive(lab.lab_lines(700))
    async with reading(session) as reader:
        await reader.sees("following · 700")
        await reader.press("g")
        await reader.sees("held")
        session.arrive(lab.lab_lines(600, until=lab.NOW - 30))
        await reader.sees("evicted")
        table = reader.app.monitor.records
        assert 0 <= table.cursor < table.row_count() <= 800
        assert table.current() is not None


async def test_e_goes_to_the_next_rejected_record() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("g")
        await reader.sees("held")
        table = reader.app.monitor.records
        await reader.press("e")
        first = table.current()
        await reader.press("n")
        second = table.current()
        assert first is not None
        assert second is not None
        assert first.is_rejected
        assert second.is_rejected
        assert table.cursor == 7
        await reader.press("E")
        assert table.cursor == 3


async def test_space_holds_the_screen_while_reading_goes_on() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("space")
        await reader.sees("PAUSED")
        reader.session.arrive(lab.lab_lines(10, until=lab.NOW - 30))
        await reader.pilot.pause(0.5)
        assert "· 400" in reader.text()
        await reader.press("space")
        await reader.sees("LIVE", "· 410")


async def test_s_sorts_by_the_column_under_the_cursor_and_capital_s_reverses() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following")
        table = reader.app.monitor.records
        while table.column is None or table.column.heading != "BYTES":
            await reader.press("l")
        await reader.press("s")
        await reader.sees("by bytes ↓")
        await reader.until(lambda: "28,914" in reader.line_under("SOURCE"), "the largest first")
        await reader.press("S")
        await reader.sees("by bytes ↑")
        await reader.until(lambda: "28,914" not in reader.line_under("SOURCE"), "the smallest first")
        await reader.press("escape")
        await reader.sees("following")


async def test_a_shows_names_instead_of_addresses() -> None:
    async with reading(filled()) as reader:
        await reader.sees("172.16.0.121")
        rows = [line for line in reader.lines() if "REJECT" in line]
        assert any("172.16.0.121" in row for row in rows)
        await reader.press("a")
        await reader.until(
            lambda: not any("172.16.0.121" in line for line in reader.lines() if "REJECT" in line),
            "names only",
        )


@pytest.mark.parametrize("size", SIZES)
async def test_enter_on_a_record_names_decodes_and_explains_every_field(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "enter")
        await reader.sees("interface-id", "srcaddr", "tcp", "203.0.113.9")
        await reader.press("y")
        assert reader.app.clipboard.startswith("2 123456789012 eni-0")
        await reader.press("escape")
        await reader.misses("interface-id")


async def test_y_copies_the_line_as_aws_delivered_it() -> None:
    session = lab.PlayedSession()
    odd = lab.line(lab.BASTION, "203.0.113.9", 5, "172.16.0.121", 80, int(lab.NOW) - 100).replace(
        " 80 ", "  080 "
    )
    session.arrive([odd])
    async with reading(session) as reader:
        await reader.sees("following · 1")
        await reader.press("y")
        assert reader.app.clipboard == odd


@pytest.mark.parametrize("size", SIZES)
async def test_help_is_made_from_the_keys_there_are(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following")
        await reader.press("question_mark")
        await reader.sees("Help", "add `reject`")
        await reader.press("escape")
        await reader.sees("following")


async def test_z_zooms_a_pane_and_esc_unzooms_it() -> None:
    async with reading(filled()) as reader:
        await reader.sees("1 Topology", "3 Records")
        await reader.press("z")
        await reader.misses("1 Topology")
        await reader.press("escape")
        await reader.sees("1 Topology", "3 Records")


async def test_resizing_goes_from_panes_to_tabs_and_back() -> None:
    async with reading(filled()) as reader:
        await reader.sees("3 Records")
        await reader.pilot.resize_terminal(80, 24)
        await reader.misses("ACTION")
        await reader.sees("following")
        await reader.pilot.resize_terminal(140, 40)
        await reader.sees("ACTION", "1 Topology")


async def test_late_records_are_marked() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        reader.session.arrive(
            [lab.line(lab.APP_2, "172.16.1.31", 49920, "198.51.100.53", 53, int(lab.NOW) - 700)], late="late"
        )
        await reader.sees("49920")
        assert "«" in reader.row_with("49920")


async def test_unparsed_lines_are_counted_and_can_be_seen() -> None:
    session = filled(10)
    async with reading(session) as reader:
        await reader.sees("· 10")
        session.arrive(["bogus line", lab.line(lab.NAT, "172.16.0.8", 7, "203.0.113.80", 443, int(lab.NOW))])
        await reader.sees("1 unparsed")
        await reader.press("d")
        await reader.sees("Unparsed lines: 1")
        await reader.press("G")
        await reader.sees("bogus line")


async def test_a_denied_part_of_the_topology_names_the_action_that_would_give_it() -> None:
    missing = Missing("route tables", "ec2:DescribeRouteTables", "Access was denied.")
    session = lab.PlayedSession(topology=lab.lab_topology(missing=(missing,)))
    async with reading(session) as reader:
        await reader.sees("no route tables", "ec2:DescribeRouteTables")


@pytest.mark.parametrize("size", SIZES)
async def test_no_credentials_is_one_clear_sentence_with_what_to_do(size: tuple[int, int]) -> None:
    fault = Fault(
        FaultKind.NO_CREDENTIALS, "", "There are no AWS credentials.", "Or try flowtui demo: no account."
    )
    session = lab.PlayedSession(topology=None, status=Status(StatusKind.FAILED))
    session.faults = (StandingFault("connection", fault, lab.NOW),)
    async with reading(session, size) as reader:
        await reader.sees("There are no AWS credentials.", "flowtui demo")


async def test_a_retry_is_counted_down_in_the_header() -> None:
    session = filled()
    session.status = Status(StatusKind.RETRYING, "throttled", lab.NOW + 4)
    async with reading(session) as reader:
        await reader.sees("RETRYING in 4s: throttled")


HOSTILE = "\x1b[31mred\x1b]0;owned\x07 [red]markup[/] \u202egnp.exe\u2066"


async def test_names_from_aws_are_neither_markup_nor_escapes() -> None:
    topology = lab.lab_topology()
    vpc, *others = topology.vpcs
    interfaces = tuple(
        replace(each, name=HOSTILE, owner=replace(each.owner, name=HOSTILE)) for each in topology.interfaces
    )
    hostile = replace(topology, vpcs=(replace(vpc, name=HOSTILE), *others), interfaces=interfaces)
    session = lab.PlayedSession(topology=hostile)
    session.back_fill(lab.lab_lines(40))
    async with reading(session) as reader:
        await reader.sees("following", "[red]")
        for key in ("a", "enter", "escape", "2", "enter", "d", "escape", "colon"):
            await reader.press(key)
            await reader.pilot.pause(0.05)
            seen = reader.text()
            assert not any(ord(letter) < 32 and letter != "\n" for letter in seen)
            assert not set(seen) & set("\x7f\x9b\u202e\u2066")


async def test_an_empty_account_says_so() -> None:
    session = lab.PlayedSession(topology=Topology("123456789012", "eu-west-1", lab.NOW))
    session.status = Status(StatusKind.NO_FLOW_LOGS, "No flow log covers any VPC in eu-west-1.")
    async with reading(session) as reader:
        await reader.sees("No flow log covers any VPC", "c creates one")


async def test_the_palette_changes_vpc_since_and_theme() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following")
        await reader.press("colon")
        await reader.press(*"since 45m")
        await reader.sees("Since: since 45m")
        await reader.press("enter")
        await reader.until(lambda: reader.session.settings.since.seconds == 2700, "opened anew")
        reader.app.theme = "light"
        await reader.sees("following")
        assert not reader.app.palette.is_dark


@pytest.mark.parametrize("name", ["a[/b] x", "[red]evil[/red]", "[@click=app.quit]x", "[", "\x1b[31mz\u202e"])
async def test_names_are_no_markup_in_the_palette_either(name: str) -> None:
    topology = lab.lab_topology()
    session = lab.PlayedSession(topology=replace(topology, vpcs=(replace(topology.vpcs[0], name=name),)))
    async with reading(session) as reader:
        await reader.until(lambda: reader.app.monitor.topology.row_count() > 10)
        await reader.press("colon")
        await reader.sees(f"VPC: {clean(name)}")
        await reader.press(*"vpc")
        await reader.sees(f"VPC: {clean(name)}")


async def test_leaving_stops_the_session() -> None:
    session = filled()
    async with reading(session) as reader:
        await reader.sees("following")
        await reader.press("q")
    assert session.is_stopped
    assert reader.app.return_code == 0


async def test_interrupting_has_status_130() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following")
        await reader.press("ctrl+c")
    assert reader.app.return_code == 130


async def test_five_thousand_interfaces_are_drawn_as_quickly_as_four() -> None:
    base = lab.lab_topology()
    template = base.interfaces[0]
    many = tuple(
        replace(
            template,
            id=f"eni-{number:017x}",
            name=f"web-{number}",
            subnet_id=f"subnet-{number % 200}",
            owner=replace(template.owner, id=f"i-{number:017x}", name=f"web-{number}"),
            addresses=(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",),
        )
        for number in range(5000)
    )
    subnets = tuple(
        replace(base.subnets[0], id=f"subnet-{number}", name=f"net-{number}") for number in range(200)
    )
    session = lab.PlayedSession(topology=replace(base, interfaces=many, subnets=subnets))
    session.arrive(
        [
            lab.line(each.id, "203.0.113.9", 5, each.addresses[0], 80, int(lab.NOW) - 200, action="REJECT")
            for each in many
        ]
    )
    async with reading(session) as reader:
        await reader.sees("following · 5,000", "net-0")
        await reader.press("2")
        await reader.until(lambda: reader.app.monitor.interfaces.row_count() == 5000, "all streams")
        await reader.press("G")
        await reader.sees("web-")


async def test_the_interfaces_tab_takes_the_whole_screen() -> None:
    async with reading(filled(), (80, 24)) as reader:
        await reader.sees("following · 400")
        await reader.press("2")
        await reader.sees("REC/S")
        await reader.until(lambda: reader.app.monitor.interfaces.size.height >= 18, "as high as the screen")


async def test_both_panes_count_the_same_rejections() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("2")
        await reader.until(lambda: reader.app.monitor.interfaces.row_count() == 2)
        picture = reader.app.monitor.picture
        assert picture is not None
        assert {row.id: row.rejected for row in picture.interfaces if row.rejected} == dict(picture.rejected)
