"""What goes wrong on purpose with single operations: so many times, or for good. Thread-safe.

Knows operations by name, and neither Logs nor moto.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from flowtui.demo.api import Answer, error_answer
from flowtui.demo.errors import AwsError
from flowtui.demo.lab import ACCOUNT
from flowtui.demo.mishaps import query_error
from flowtui.demo.scenario import WriteHabits


class WriteMishaps:
    """Counts them down; what the account's policies deny stays denied."""

    def __init__(self, habits: WriteHabits, denied: tuple[str, ...] = ()) -> None:
        """`denied`: IAM actions, `*` and `?` in them as in policies."""
        self._denied = denied
        self._lock = threading.Lock()
        self._refused = dict(habits.refused)
        self._lost = dict(habits.lost)

    def error(self, operation: str, *, service: str = "") -> AwsError | None:
        """The refusal of this call, where it is denied or its turn has come."""
        action = f"{service}:{operation}" if service else operation
        is_denied = any(fnmatchcase(action, pattern) for pattern in self._denied)
        if not is_denied and not self._takes(self._refused, operation):
            return None
        message = f"User: {_CALLER} is not authorized to perform: {action}"
        because = f" because no identity-based policy allows the {action} action" if is_denied else ""
        return AwsError("AccessDeniedException", message + because)

    def takes_loss(self, operation: str) -> bool:
        """Whether the answer to this call, which was carried out, is lost."""
        return self._takes(self._lost, operation)

    def _takes(self, left: dict[str, int], operation: str) -> bool:
        with self._lock:
            count = left.get(operation, 0)
            left[operation] = max(0, count - 1)
            return count > 0

    def logs_answer(self, operation: str, answer: Callable[[], Answer]) -> Answer:
        """The answer of Logs, or what becomes of it. Raises ConnectionResetError."""
        error = self.error(operation, service="logs")
        if error is not None:
            return error_answer(error)
        given = answer()
        if self.takes_loss(operation):
            raise ConnectionResetError
        return given

    def around(self, application: Any) -> Any:
        """The WSGI application with these mishaps at its calls of the query protocol."""

        def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            operation = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
            error = self.error(operation, service=_service(environ))
            if error is not None:
                answer = query_error(error, body)
                headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
                start_response(f"{answer.status} Error", headers)
                return [answer.body]
            chunks: Iterable[bytes] = application(environ, start_response)
            if self.takes_loss(operation):
                raise ConnectionResetError
            return chunks

        return guarded


_CALLER = f"arn:aws:iam::{ACCOUNT}:user/moto"


def _service(environ: dict[str, Any]) -> str:
    """The service that a call was signed for; empty where it was not."""
    signed = re.search(r"Credential=[^,]*/([a-z0-9-]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
    return signed[1] if signed else ""
