"""Every error of botocore, of its transport and of AWS itself as a Fault: what happened, and what to do now.

What AWS says is passed on as one clean line without secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from flowtui.aws.codes import BY_CODE, BY_STATUS, SKEW_CODES, Said
from flowtui.aws.exceptions import RULES
from flowtui.aws.values import date_of
from flowtui.aws.wording import DEMO_HINT, Caller, Case, line, outside_text, sentence_of, span
from flowtui.monitor.outside import Fault, FaultError, FaultKind


def fault_of(error: BaseException, action: str = "", caller: Caller | None = None) -> Fault:
    """The Fault for any exception that a call to AWS can end with.

    `action` is the IAM action that was asked for. The kinds are those that the tail and the screen decide by.
    """
    if isinstance(error, FaultError):
        return error.fault
    case = Case(error, action, caller or Caller())
    if isinstance(error, ClientError):
        return _client_fault(case, error)
    for types, kind, said in RULES:
        if isinstance(error, types):
            sentence, cure = said(case)
            return Fault(kind, action, sentence, cure, type(error).__name__)
    what = type(error).__name__
    return Fault(FaultKind.OTHER, action, sentence_of(f"The request failed: {what}", case.reason), "", what)


_SIGN_IN_ACTIONS = {
    "AssumeRole": "sts:AssumeRole",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
    "GetRoleCredentials": "sso:GetRoleCredentials",
    "CreateToken": "sso-oauth:CreateToken",
    "CreateOAuth2Token": "signin:CreateOAuth2Token",
}
"""Operations that botocore calls by itself to get credentials."""


def _client_fault(case: Case, error: ClientError) -> Fault:
    """The fault for an error that AWS answered with: by its code, else by its HTTP status."""
    details: Mapping[str, Any] = error.response.get("Error") or {}
    code = outside_text(str(details.get("Code") or "")).removeprefix("Client.").removeprefix("Server.")
    message = str(details.get("Message") or details.get("message") or "")
    metadata: Mapping[str, Any] = error.response.get("ResponseMetadata") or {}
    status = metadata.get("HTTPStatusCode", 0)
    skew_s = _skew_s(metadata, case.caller)
    said = _told_apart(_said(code, status), code, message)
    may_be_the_clock = code in SKEW_CODES or said is BY_CODE["RequestTimeTooSkewed"]
    if may_be_the_clock and skew_s is not None and abs(skew_s) > _TOLERATED_S:
        said = BY_CODE["ClockApart"]
    action = _action(case.action, message)
    is_bare = not code or code.isdigit()
    words = {
        "action": action or outside_text(error.operation_name),
        "message": outside_text(message) or code or f"HTTP status {status}",
        "because": _because(message),
        "login": case.caller.login,
        "again": case.caller.again,
        "region": line(case.caller.region) or "this region",
        "code": f"HTTP status {code or status}" if is_bare else code,
        "class": _log_class(message),
        "skew": _skew(skew_s),
    }
    if error.operation_name in _SIGN_IN_ACTIONS:
        return _sign_in_fault(said, _SIGN_IN_ACTIONS[error.operation_name], words)
    sentence = sentence_of(said.sentence.format_map(words))
    return Fault(said.kind, action, sentence, said.cure.format_map(words), words["code"])


def _sign_in_fault(said: Said, action: str, words: Mapping[str, str]) -> Fault:
    """No credentials came from a role or from SSO; only what passes by itself keeps its kind."""
    kind = (
        said.kind if said.kind is FaultKind.EXPIRED or not said.kind.is_lasting else FaultKind.NO_CREDENTIALS
    )
    if kind is not FaultKind.NO_CREDENTIALS:
        sentence = sentence_of(said.sentence.format_map({**words, "action": action}))
        return Fault(kind, action, sentence, said.cure.format_map(words), words["code"])
    sentence = sentence_of(f"The credentials could not be had by {action}", words["message"])
    cure = f"Check the profile's role, its trust policy and your sign-in ({words['login']}); {DEMO_HINT}."
    return Fault(kind, action, sentence, cure, words["code"])


def _said(code: str, status: int) -> Said:
    # Where an answer has no code of AWS's, botocore puts the status in its place.
    if code.isdigit() and status in range(400, 500) and status not in (408, 429):
        return BY_CODE["NotAws"]
    if code in BY_CODE:
        return BY_CODE[code]
    if code.endswith(".NotFound"):
        return BY_CODE["ResourceNotFoundException"]
    return BY_STATUS.get(status) or BY_STATUS[status // 100 * 100 if status in range(400, 600) else 0]


def _told_apart(said: Said, code: str, message: str) -> Said:
    """Where one code stands for several things, the message decides."""
    is_refusal = said.kind in (FaultKind.INVALID, FaultKind.UNSUPPORTED)
    if is_refusal and re.search(r"(?i)infrequent.?access|log.(group.)?class", message):
        return BY_CODE["DeliveryClass" if _class_name(message) == "DELIVERY" else "LogClass"]
    if re.search(r"(?i)signature expired|signature not yet current", message):
        return BY_CODE["RequestTimeTooSkewed"]
    if said.kind is FaultKind.DENIED and re.search(r"(?i)token.* (is|has) expired", message):
        return BY_CODE["ExpiredToken"]
    if code == "OperationAborted":
        return BY_CODE["ThrottlingException"]
    return said


def _class_name(message: str) -> str:
    """The log class that a refusal names: AWS's word for it, in upper case; empty where it names none."""
    found = re.search(r"(?i)log.(?:group.)?class:? ([A-Z]+(?:_[A-Z]+)*)", message)
    named = found[1].upper() if found else ""
    return "INFREQUENT_ACCESS" if re.search(r"(?i)infrequent.?access", message) else named


def _log_class(message: str) -> str:
    name = _class_name(message)
    if name in _CLASSES:
        return f"of the {_CLASSES[name]} class"
    return "not of the Standard class"


_CLASSES = {
    "INFREQUENT_ACCESS": "Infrequent Access",
    "DELIVERY": "Delivery",
    "ESSENTIALS": "Essentials",
}
"""Log classes by the API's `LogGroupClass`; what is not listed is told as not Standard."""

_TOLERATED_S = 240.0
"""Less than the five minutes by which AWS lets a signature's time be off."""


def _skew_s(metadata: Mapping[str, Any], caller: Caller) -> float | None:
    """How far this machine's clock is ahead of AWS's, by the Date of its answer."""
    date_s = date_of(metadata.get("HTTPHeaders") or {})
    return None if date_s is None or caller.now is None else caller.now - date_s


def _skew(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{span(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'}"


def _action(action: str, message: str) -> str:
    """The action that was denied, which may be another than the one asked for (`kms:Decrypt`)."""
    found = re.search(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)", message)
    return found[1] if found else action


def _because(message: str) -> str:
    found = re.search(r"because (.+?)(?:\.|$| Encoded)", " ".join(message.split()))
    return f" because {outside_text(found[1])}" if found else ""
