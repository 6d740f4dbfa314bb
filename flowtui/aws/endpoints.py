"""Which endpoints are refused: plain HTTP to another machine shows the requests to all on the way."""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from flowtui.aws.wording import outside_text
from flowtui.monitor.outside import Fault, FaultError, FaultKind

_VARIABLES = ("", "_EC2", "_CLOUDWATCH_LOGS", "_STS", "_SSO", "_SSO_OIDC", "_SIGNIN")
"""Endings of AWS_ENDPOINT_URL for what is called, by the credential chain too."""


def check_endpoint(url: str | None, is_insecure: bool) -> None:
    """Raises FaultError for an `http://` endpoint that is not on this machine, and for what is no URL.

    Also for one with credentials in it, which would be shown wherever the endpoint is.
    """
    if url is None:
        return
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if "@" in parts.netloc:
        sentence = "The endpoint has a user name or a password in it, which no request to AWS bears."
        raise _refused(sentence, "Leave out what stands before the @.")
    if parts.scheme not in ("http", "https") or not host:
        raise _refused("The endpoint is no http:// or https:// URL.", "Say --endpoint-url https://HOST.")
    if parts.scheme == "http" and not is_insecure and not is_loopback(host):
        sentence = f"The endpoint http://{outside_text(host)} is not encrypted and not on this machine."
        raise _refused(sentence, "Use https://, or say --insecure if that is meant.")


def check_environment(is_insecure: bool) -> None:
    """Raises FaultError where an AWS_ENDPOINT_URL variable in use names such an endpoint."""
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return
    for ending in _VARIABLES:
        check_endpoint(os.environ.get(f"AWS_ENDPOINT_URL{ending}") or None, is_insecure)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(sentence: str, cure: str) -> FaultError:
    return FaultError(Fault(FaultKind.INVALID, "", sentence, cure, "Endpoint"))
