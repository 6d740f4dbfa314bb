"""Continuation tokens: opaque, signed, bound to their request, good for a day."""

from __future__ import annotations

import pytest

from flowtui.demo.errors import AwsError
from flowtui.demo.tokens import LIFETIME_S, seal, unseal


def test_a_token_gives_its_values_back() -> None:
    assert unseal("pass", seal("pass", [1, 2, -3])) == [1, 2, -3]


def test_a_token_lasts_a_day() -> None:
    token = seal("pass", [1], now_s=1_000)
    assert unseal("pass", token, now_s=1_000 + LIFETIME_S) == [1]
    with pytest.raises(AwsError):
        unseal("pass", token, now_s=1_001 + LIFETIME_S)


@pytest.mark.parametrize("place", [0, 5, 20, -5])
def test_an_altered_token_is_refused(place: int) -> None:
    token = seal("pass", [7])
    other = "A" if token[place] != "A" else "B"
    altered = token[:place] + other + token[place:][1:]
    with pytest.raises(AwsError):
        unseal("pass", altered)


def test_a_token_of_another_purpose_is_refused() -> None:
    with pytest.raises(AwsError):
        unseal("another", seal("pass", [7]))
