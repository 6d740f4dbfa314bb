"""What AWS configuration and the library's own data offer to choose from. Calls nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
import botocore.session

from flowtui.aws.wording import SigningIn

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")


def profiles() -> tuple[str, ...]:
    """The profiles of the config files, sorted; none where these cannot be read."""
    try:
        return tuple(sorted(botocore.session.Session().available_profiles))
    except Exception:
        return ()


_LOGINS = (
    (("sso_session", "sso_start_url"), "aws sso login"),
    (("login_session",), "aws login"),
)
"""Keys of a profile that is signed in to, and by what. Source: AWS CLI user guide, configuration settings."""


def signing_in(profiles: Mapping[str, Mapping[str, Any]], name: str) -> SigningIn | None:
    """The profile that is signed in to for this one, itself or at the end of its source profiles."""
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        profile = profiles.get(name, {})
        for keys, command in _LOGINS:
            if any(key in profile for key in keys):
                return SigningIn(None if name == "default" else name, command)
        name = str(profile.get("source_profile") or "")
    return None


@cache
def regions() -> tuple[str, ...]:
    """The regions of every partition that is open to customers, sorted, as the library knows them."""
    return _regions(PARTITIONS)


@cache
def known_regions() -> tuple[str, ...]:
    """The regions of every partition, those that are closed to most included, sorted."""
    return _regions(tuple(boto3.Session(region_name="us-east-1").get_available_partitions()))


def _regions(partitions: tuple[str, ...]) -> tuple[str, ...]:
    session = boto3.Session(region_name="us-east-1")
    return tuple(
        sorted({region for each in partitions for region in session.get_available_regions("ec2", each)})
    )
