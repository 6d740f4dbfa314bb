"""AWS's error codes and what each means for the user: data, no logic.

Source: common errors of the EC2 and CloudWatch Logs API references, and codes seen on their wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowtui.monitor.outside import FaultKind


@dataclass(frozen=True, slots=True)
class Said:
    """A fault in words; `{action} {message} {because} {again} {region} {code} {class} {skew}` to fill in."""

    kind: FaultKind
    sentence: str
    cure: str


_THROTTLED = Said(
    FaultKind.THROTTLED,
    "AWS throttles {action}",
    "The quota is shared by the account; it is asked for again, more slowly.",
)
_UNAVAILABLE = Said(
    FaultKind.UNAVAILABLE,
    "AWS cannot answer {action} now ({code})",
    "It is asked for again.",
)
_EXPIRED = Said(FaultKind.EXPIRED, "The AWS sign-in has expired", "{again}")
_UNKNOWN_KEY = Said(
    FaultKind.NO_CREDENTIALS,
    "AWS does not accept these credentials in {region} ({code})",
    "Check the access key, the profile and that the account has this region enabled; "
    "`flowtui demo` needs no account.",
)
_CLOCK = Said(
    FaultKind.OTHER,
    "This machine's clock is wrong: AWS refuses the request",
    "Set the clock (NTP).",
)
_CLOCK_APART = Said(
    FaultKind.OTHER,
    "This machine's clock is {skew} AWS's, which refuses the request",
    "Set the clock (NTP).",
)
_DENIED = Said(FaultKind.DENIED, "{action} is denied{because}", "Allow {action} to this user or role.")
_NOT_FOUND = Said(
    FaultKind.NOT_FOUND, "AWS does not find it: {message}", "Check the name, the account and the region."
)
_INVALID = Said(FaultKind.INVALID, "AWS refuses the request: {message}", "Check the options that were given.")
_UNSUPPORTED = Said(
    FaultKind.UNSUPPORTED, "{action} is not supported here: {message}", "Check the endpoint and the region."
)
_STANDARD = "a flow log that delivers into a group of the Standard class can be followed."
_LOG_CLASS = Said(
    FaultKind.UNSUPPORTED,
    "The log group is {class}: {action} cannot read it",
    "`flowtui history` can, by CloudWatch Logs Insights; " + _STANDARD,
)
_DELIVERY_CLASS = Said(
    FaultKind.UNSUPPORTED,
    "The log group is {class}: nothing in CloudWatch can read it",
    _STANDARD[0].upper() + _STANDARD[1:],
)
_OPT_IN = Said(
    FaultKind.NO_CREDENTIALS,
    "This account is not enabled for {region}",
    "Enable the region for the account, or name another --region.",
)
_NOT_AWS = Said(
    FaultKind.UNREADABLE,
    "Something between here and AWS refuses the request ({code})",
    "It is asked for again; check the network's sign-in page, the proxy, the VPN and the endpoint.",
)
_EXISTS = Said(FaultKind.INVALID, "It exists already: {message}", "Take what is there, or another name.")
_FLOW_LOG_EXISTS = Said(
    FaultKind.INVALID,
    "There is such a flow log already: {message}",
    "Look at the flow logs that there are; another one needs another log group or other traffic.",
)
_FLOW_LOG_LIMIT = Said(
    FaultKind.INVALID,
    "The account has as many flow logs there as it may: {message}",
    "Delete one that is not needed, or ask AWS for a higher quota.",
)
_OTHER = Said(FaultKind.OTHER, "{action} failed: {message}", "")


def _table(*rows: tuple[Said, str]) -> dict[str, Said]:
    return {code: said for said, codes in rows for code in codes.split()}


BY_CODE: Mapping[str, Said] = _table(
    (
        _THROTTLED,
        (
            "Throttling ThrottlingException ThrottledException RequestLimitExceeded RequestThrottled "
            "RequestThrottledException TooManyRequestsException LimitExceededException "
            "BandwidthLimitExceeded EC2ThrottledException PriorRequestNotComplete SlowDown"
        ),
    ),
    (
        _UNAVAILABLE,
        (
            "ServiceUnavailable ServiceUnavailableException Unavailable InternalError InternalFailure "
            "InternalServerError InternalServerException InternalServiceError ServiceInternalError "
            "RequestTimeout RequestTimeoutException InsufficientCapacity"
        ),
    ),
    (
        _EXPIRED,
        (
            "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired InvalidGrantException "
            "InvalidIdentityToken IDPRejectedClaim"
        ),
    ),
    (
        _UNKNOWN_KEY,
        (
            "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId AuthFailure InvalidToken "
            "SignatureDoesNotMatch InvalidSignatureException IncompleteSignature "
            "IncompleteSignatureException MissingAuthenticationToken MissingAuthenticationTokenException"
        ),
    ),
    (
        _OPT_IN,
        "OptInRequired NotSignedUp PendingVerification RegionDisabledException",
    ),
    (_CLOCK, "RequestTimeTooSkewed RequestInTheFuture"),
    (_CLOCK_APART, "ClockApart"),
    (_NOT_AWS, "NotAws"),
    (
        _DENIED,
        (
            "AccessDenied AccessDeniedException UnauthorizedOperation UnauthorizedException "
            "UnauthorizedAccess NotAuthorized NotAuthorizedException Forbidden ForbiddenException Blocked"
        ),
    ),
    (_NOT_FOUND, "ResourceNotFoundException ResourceNotFound NotFoundException NoSuchEntity"),
    (
        _INVALID,
        (
            "InvalidParameterException InvalidParameter InvalidParameterValue InvalidParameterCombination "
            "ValidationException ValidationError SerializationException MissingParameter UnknownParameter "
            "MalformedQueryString InvalidFilter InvalidNextToken InvalidPaginationToken InvalidRequest "
            "InvalidRequestException InvalidOperationException MalformedQueryException"
        ),
    ),
    (
        _UNSUPPORTED,
        (
            "UnknownOperationException UnknownOperation InvalidAction UnsupportedOperation NotImplemented "
            "UnsupportedOperationException OperationNotPermitted NotImplementedException"
        ),
    ),
    (_EXISTS, "EntityAlreadyExists ResourceAlreadyExistsException"),
    (_FLOW_LOG_EXISTS, "FlowLogAlreadyExists"),
    (_FLOW_LOG_LIMIT, "FlowLogsLimitExceeded"),
    (_LOG_CLASS, "LogClass"),
    (_DELIVERY_CLASS, "DeliveryClass"),
)
"""By AWS's error code; ours are `ClockApart`, `NotAws` and the last two, told by the rest of the answer."""

SKEW_CODES = (
    "RequestTimeTooSkewed",
    "RequestInTheFuture",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
)
"""Codes that a wrong clock here may be behind, among other things; the Date of the answer tells."""

BY_STATUS: Mapping[int, Said] = {
    401: _DENIED,
    403: _DENIED,
    404: _NOT_FOUND,
    408: _UNAVAILABLE,
    429: _THROTTLED,
    400: _INVALID,
    500: _UNAVAILABLE,
    501: _UNSUPPORTED,
    0: _OTHER,
}
"""By HTTP status, where the code is not in the table; 400 and 500 for their hundreds, 0 for the rest."""
