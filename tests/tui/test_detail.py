from __future__ import annotations

import pytest

from tests.tui import lab
from tests.tui.conftest import SIZES, reading


def filled() -> lab.PlayedSession:
    session = lab.PlayedSession(topology=lab.ruled_topology())
    session.back_fill(lab.lab_lines(400))
    return session


@pytest.mark.parametrize("size", SIZES)
async def test_a_rejected_record_says_why_and_gives_the_command(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "enter")
        await reader.sees("Record on bastion", "Rejected by the security group", "To allow")
        await reader.sees("y copies the command")
        await reader.press("y")
        assert reader.app.clipboard.startswith("aws ec2 authorize-security-group-ingress")


async def test_an_accepted_record_is_not_explained() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "k", "enter")
        await reader.sees("Record on", "ACCEPT")
        await reader.settle()
        assert "rejected" not in reader.row_with("Record on")
        assert "LAYER" not in reader.text()
        await reader.press("y")
        assert reader.app.clipboard.startswith("2 123456789012 eni-0")


async def test_the_fields_read_stay_in_place_when_the_explanation_comes() -> None:
    async with reading(filled(), (80, 24)) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "enter", "G")
        await reader.sees("log stream")
        await reader.settle()
        await reader.sees("log stream")
