"""What AWS configuration and the library's own data offer to choose from. Calls nothing."""

from __future__ import annotations

import boto3
import botocore.session

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")


def profiles() -> tuple[str, ...]:
    """The profiles of the config files, sorted; none where these cannot be read."""
    try:
        return tuple(sorted(botocore.session.Session().available_profiles))
    except Exception:
        return ()


def regions() -> tuple[str, ...]:
    """The regions of every partition that is open to customers, sorted, as the library knows them."""
    session = boto3.Session(region_name="us-east-1")
    return tuple(
        sorted(
            region
            for partition in PARTITIONS
            for region in session.get_available_regions("ec2", partition_name=partition)
        )
    )
