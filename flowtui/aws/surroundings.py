"""What AWS configuration and the library's own data offer to choose from. Calls nothing."""

from __future__ import annotations

import boto3
import botocore.session


def profiles() -> tuple[str, ...]:
    """The profiles of the config files, sorted; none where these cannot be read."""
    try:
        return tuple(sorted(botocore.session.Session().available_profiles))
    except Exception:
        return ()


def regions() -> tuple[str, ...]:
    """The regions of the commercial partition, sorted, as the library knows them."""
    return tuple(sorted(boto3.Session(region_name="us-east-1").get_available_regions("ec2")))
