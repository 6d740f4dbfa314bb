"""How a fault looks on the wire: AWS's error answers, and bodies that break off or take their time.

Knows not when there is one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from flowtui.demo import lab
from flowtui.demo.api import Answer, error_answer
from flowtui.demo.errors import AwsError
from flowtui.demo.faults import Mishap

_EXPIRED_MESSAGE = "The security token included in the request is expired"
_SKEWED_MESSAGE = (
    "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T001500Z - 5 min.)"
)
_DENIED_MESSAGE = (
    f"User: arn:aws:sts::{lab.ACCOUNT}:assumed-role/demo/demo is not authorized to perform: "
    "logs:FilterLogEvents because no identity-based policy allows the logs:FilterLogEvents action"
)

_ERRORS = {
    Mishap.THROTTLED: AwsError("ThrottlingException", "Rate exceeded"),
    Mishap.ERROR_500: AwsError("InternalFailure", "An internal error occurred", 500),
    Mishap.UNAVAILABLE: AwsError(
        "ServiceUnavailableException", "The service cannot complete the request.", 503
    ),
    Mishap.EXPIRED: AwsError("ExpiredTokenException", _EXPIRED_MESSAGE),
    Mishap.SKEWED: AwsError("InvalidSignatureException", _SKEWED_MESSAGE),
    Mishap.DENIED: AwsError("AccessDeniedException", _DENIED_MESSAGE),
}

_READ_S = 0.02
"""What was sent is given so long to be read: a reset throws away what has not been."""

_STALLED_S = 60.0
"""A body that never ends is given up after so long, which is longer than clients wait."""


def answer(mishap: Mishap, body: bytes, *, is_json: bool) -> Answer:
    """The error that stands for an answer."""
    if is_json:
        return error_answer(_ERRORS[mishap])
    return query_error(_ERRORS[mishap], body)


def spoilt(mishap: Mishap, body: bytes, slow_s: float) -> Iterator[bytes]:
    """A body as it goes out, half of it at once. Raises ConnectionResetError in the middle of one."""
    if not mishap.is_in_body:
        yield body
        return
    half = len(body) // 2
    yield body[:half]
    time.sleep({Mishap.SLOW: slow_s, Mishap.STALLED: _STALLED_S}.get(mishap, _READ_S))
    if mishap is not Mishap.SLOW:
        raise ConnectionResetError
    yield body[half:]


def query_error(error: AwsError, body: bytes) -> Answer:
    """The error in the XML of the query protocol, which EC2 words differently from IAM and STS."""
    is_ec2 = b"Version=2016-11-15" in body
    code, message = error.code.removesuffix("Exception"), error.message
    if is_ec2 and code == "ExpiredToken":
        code, message = "RequestExpired", "Request has expired."
    if code == "InvalidSignature":
        code = "RequestExpired" if is_ec2 else "SignatureDoesNotMatch"
    if is_ec2 and code == "AccessDenied":
        code, message = (
            "UnauthorizedOperation",
            f"You are not authorized to perform this operation. {message}",
        )
    what = f"<Code>{code}</Code><Message>{message}</Message>"
    if is_ec2:
        text = f"<Response><Errors><Error>{what}</Error></Errors><RequestID>demo</RequestID></Response>"
        return Answer(403 if code == "UnauthorizedOperation" else 400, text.encode(), "text/xml")
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type>{what}</Error><RequestId>demo</RequestId></ErrorResponse>"
    )
    return Answer(403, text.encode(), "text/xml")
