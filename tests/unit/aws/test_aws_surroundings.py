"""What there is to choose from, and which profile is signed in to for another."""

from __future__ import annotations

import pytest

from flowtui.aws import surroundings
from flowtui.aws.wording import SigningIn

PROFILES = {
    "default": {"sso_session": "corp"},
    "old": {"sso_start_url": "https://example.awsapps.com/start"},
    "console": {"login_session": "arn:aws:iam::123456789012:user/me"},
    "role": {"role_arn": "r", "source_profile": "old"},
    "far": {"role_arn": "r", "source_profile": "role"},
    "of-default": {"role_arn": "r", "source_profile": "default"},
    "keys": {"aws_access_key_id": "x"},
    "round": {"source_profile": "about"},
    "about": {"source_profile": "round"},
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("default", SigningIn(None)),
        ("old", SigningIn("old")),
        ("console", SigningIn("console", "aws login")),
        ("role", SigningIn("old")),
        ("far", SigningIn("old")),
        ("of-default", SigningIn(None)),
        ("keys", None),
        ("round", None),
        ("nobody", None),
    ],
)
def test_the_profile_that_is_signed_in_to(name: str, expected: SigningIn | None) -> None:
    assert surroundings.signing_in(PROFILES, name) == expected


def test_regions_of_china_and_of_the_government_are_offered_and_closed_ones_are_known() -> None:
    offered = surroundings.regions()
    assert {"eu-west-1", "cn-north-1", "us-gov-west-1"} <= set(offered)
    assert set(surroundings.known_regions()) - set(offered) >= {"us-iso-east-1"}
    assert list(offered) == sorted(offered)
