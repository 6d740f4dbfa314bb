"""What each exception of botocore and of its transport means for the user: data, and words to fill in."""

from __future__ import annotations

import difflib
import json
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from xml.etree.ElementTree import ParseError as XmlParseError

import urllib3.exceptions
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from flowtui.aws.surroundings import known_regions
from flowtui.aws.wording import DEMO_HINT, Case, MfaPromptError, line, outside_text, sentence_of
from flowtui.monitor.outside import FaultKind


def _no_credentials(case: Case) -> tuple[str, str]:
    profiles = [name for name in case.caller.profiles if name != "default"]
    others = f" ({_some(profiles)})" if profiles else ""
    sign_in = f"Sign in (`{case.caller.login}`), set AWS_PROFILE or --profile{others}, or run `aws configure`"
    return "There are no AWS credentials.", f"{sign_in}; {DEMO_HINT}."


def _unknown_profile(case: Case) -> tuple[str, str]:
    wanted, profiles = case.part("profile"), list(case.caller.profiles)
    close = difflib.get_close_matches(wanted, profiles, 1)
    there = f"There are: {_some(profiles)}" if profiles else "There are none: run `aws configure sso`"
    there = f"Did you mean {line(close[0])}?" if close else f"{there}; {DEMO_HINT}."
    return f"There is no AWS profile {wanted!r}.", there


_SHOWN = 8
"""Names of profiles that are listed; there are companies with hundreds."""


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(line(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _partial(case: Case) -> tuple[str, str]:
    sentence = f"The AWS credentials from {case.part('provider')} are incomplete"
    return sentence_of(
        sentence, f"{case.part('cred_var')} is missing"
    ), f"Set it, or use a --profile; {DEMO_HINT}."


def _expired(case: Case) -> tuple[str, str]:
    return "The AWS sign-in has expired, or there was none.", case.caller.again


def _login_expired(case: Case) -> tuple[str, str]:
    caller = case.caller
    return _expired(replace(case, caller=replace(caller, signing=caller.signing or caller.aws_login)))


def _file(case: Case) -> tuple[str, str]:
    error = case.error
    reason = error.strerror if isinstance(error, OSError) else None
    name = outside_text(str(getattr(error, "filename", None) or "a file"))
    sentence = sentence_of(f"What the sign-in needs cannot be read: {name}", reason or "")
    return sentence, f"Check the profile's credential_process or web identity token file; {DEMO_HINT}."


def _fixed(sentence: str, cure: str) -> Callable[[Case], tuple[str, str]]:
    return lambda case: (sentence, cure)


def _with_reason(beginning: str, cure: str) -> Callable[[Case], tuple[str, str]]:
    return lambda case: (sentence_of(beginning, case.reason), cure)


def _at_host(sentence: str, cure: str) -> Callable[[Case], tuple[str, str]]:
    return lambda case: (sentence.format(host=case.host), cure)


_CHECK_NETWORK = "Check the network, VPN and proxy, and the endpoint and region that were given."
_CHECK_CONFIG = "Correct ~/.aws/config and ~/.aws/credentials, or name another --profile."
_GOES_ON = "It is asked for again; if it lasts, check the proxy and the endpoint."
_MFA = _fixed(
    "A new MFA code is needed for this profile.",
    "Enter it by `Sign in again` in the palette (:), or start flowtui again.",
)


def _unreached(case: Case) -> tuple[str, str]:
    region, known = case.caller.region, known_regions()
    cure = _CHECK_NETWORK
    if region and region not in known:
        close = difflib.get_close_matches(region, known, 1)
        meant = f"did you mean --region {close[0]}?" if close else "name another --region."
        cure = f"{line(region)} is no region that is known: {meant}"
    return f"{case.host} cannot be reached.", cure


_Rule = tuple[tuple[type[BaseException], ...], FaultKind, Callable[[Case], tuple[str, str]]]

RULES: tuple[_Rule, ...] = (
    ((boto.NoCredentialsError, boto.NoAuthTokenError), FaultKind.NO_CREDENTIALS, _no_credentials),
    (
        (boto.PartialCredentialsError,),
        FaultKind.NO_CREDENTIALS,
        _partial,
    ),
    ((boto.RefreshWithMFAUnsupportedError, MfaPromptError), FaultKind.EXPIRED, _MFA),
    ((boto.SSOError, boto.TokenRetrievalError), FaultKind.EXPIRED, _expired),
    ((boto.LoginRefreshRequired, boto.LoginTokenLoadError), FaultKind.EXPIRED, _login_expired),
    (
        (boto.LoginError, boto.CredentialRetrievalError, boto.MetadataRetrievalError),
        FaultKind.NO_CREDENTIALS,
        _with_reason("The AWS credentials could not be had", f"Check the profile's set-up; {DEMO_HINT}."),
    ),
    ((boto.ProfileNotFound,), FaultKind.UNKNOWN_PROFILE, _unknown_profile),
    (
        (boto.NoRegionError,),
        FaultKind.NO_REGION,
        _fixed("No AWS region is set.", f"Say --region eu-west-1, or set AWS_REGION; {DEMO_HINT}."),
    ),
    (
        (boto.InvalidRegionError, boto.UnknownRegionError),
        FaultKind.NO_REGION,
        _with_reason("This is no AWS region", "Say --region eu-west-1, or set AWS_REGION."),
    ),
    (
        (boto.ConfigParseError, boto.ConfigNotFound, boto.InvalidConfigError, boto.UnknownCredentialError),
        FaultKind.INVALID,
        _with_reason("The AWS configuration cannot be used", _CHECK_CONFIG),
    ),
    (
        (boto.MissingDependencyException,),
        FaultKind.UNSUPPORTED,
        _with_reason(
            "This way of signing in needs a package that is not installed", "Run `pip install 'boto3[crt]'`."
        ),
    ),
    (
        (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError),
        FaultKind.NO_CREDENTIALS,
        _file,
    ),
    (
        (boto.ProxyConnectionError, boto.InvalidProxiesConfigError),
        FaultKind.NETWORK,
        _at_host("The proxy {host} does not let us through.", "Check HTTPS_PROXY and NO_PROXY."),
    ),
    (
        (boto.SSLError, ssl.SSLError),
        FaultKind.NETWORK,
        _with_reason("The TLS certificate could not be verified", "Behind a TLS proxy set AWS_CA_BUNDLE."),
    ),
    ((boto.ConnectTimeoutError, boto.EndpointConnectionError), FaultKind.NETWORK, _unreached),
    (
        (boto.ReadTimeoutError, TimeoutError),
        FaultKind.NETWORK,
        _at_host("{host} did not answer in time.", _GOES_ON),
    ),
    (
        (boto.ConnectionClosedError, boto.ResponseStreamingError, boto.IncompleteReadError),
        FaultKind.NETWORK,
        _at_host("The connection to {host} broke off.", _GOES_ON),
    ),
    (
        (boto.HTTPClientError, boto.ConnectionError, urllib3.exceptions.HTTPError),
        FaultKind.NETWORK,
        _with_reason("The request did not get through", _CHECK_NETWORK),
    ),
    (
        (ConnectionError, socket.gaierror, socket.herror),
        FaultKind.NETWORK,
        _with_reason("The connection failed", _CHECK_NETWORK),
    ),
    (
        (ResponseParserError, boto.ChecksumError, boto.FlexibleChecksumError, boto.PaginationError),
        FaultKind.UNREADABLE,
        _fixed("The answer could not be read: it is not what AWS would send.", _GOES_ON),
    ),
    (
        # Two of them are ValueErrors, which further down mean a wrong request.
        (UnicodeDecodeError, json.JSONDecodeError, XmlParseError),
        FaultKind.UNREADABLE,
        _fixed("The answer could not be read: it is not what AWS would send.", _GOES_ON),
    ),
    (
        (
            boto.UnknownEndpointError,
            boto.EndpointVariantError,
            boto.UnknownServiceError,
            boto.ServiceNotInRegionError,
        ),
        FaultKind.UNSUPPORTED,
        _with_reason("The service is not known in this region", "Name another --region, or update boto3."),
    ),
    ((boto.CapacityNotAvailableError,), FaultKind.THROTTLED, _fixed("Too many calls are waiting.", "")),
    (
        (boto.EndpointProviderError, boto.InvalidEndpointConfigurationError),
        FaultKind.INVALID,
        _with_reason("The endpoint cannot be used", "Check --endpoint-url, the region and AWS_ENDPOINT_URL."),
    ),
    (
        (boto.ParamValidationError, boto.ValidationError, boto.AliasConflictParameterError),
        FaultKind.INVALID,
        _with_reason("The request is not valid", "Update boto3, or report this."),
    ),
    (
        (ValueError,),
        FaultKind.INVALID,
        _with_reason("The request is not valid", "Check --endpoint-url and --region."),
    ),
)
"""Exceptions in the order in which they are tried: the particular before the general."""
