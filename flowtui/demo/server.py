"""One HTTP server on 127.0.0.1: Logs calls go to our own Logs, all others to moto.

moto takes a second and more to load, so it does so in the background; what needs it waits. Knows how a
fault looks on the wire, not when there is one.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from flowtui.demo.api import TARGET_PREFIX, Answer, LogsApi, error_answer
from flowtui.demo.errors import AwsError
from flowtui.demo.faults import FaultPlan, Mishap

HOST = "127.0.0.1"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_EXPIRED_MESSAGE = "The security token included in the request is expired"
_ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER on, with no time: closing sends a reset."""


class Pending:
    """Something that a thread makes while others wait for it."""

    def __init__(self) -> None:
        self._is_there = threading.Event()
        self._value: Any = None
        self._error: Exception | None = None

    def make(self, maker: Callable[[], Any]) -> None:
        """Makes it; whoever waits gets it, or what was raised."""
        try:
            self._value = maker()
        except Exception as error:
            self._error = error
        self._is_there.set()

    def get(self) -> Any:
        """Waits for it. Raises what its maker raised."""
        self._is_there.wait()
        if self._error is not None:
            raise self._error
        return self._value


class Endpoint:
    """The WSGI application."""

    def __init__(self, logs: Pending, moto: Pending, plan: FaultPlan, start: float) -> None:
        self._logs = logs
        self._moto = moto
        self._plan = plan
        self._start = start

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one call."""
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        is_logs = target.startswith(TARGET_PREFIX)
        if self._plan.latency_s:
            time.sleep(self._plan.latency_s)
        mishap = self._plan.decide(time.time() - self._start, is_logs=is_logs)
        if mishap is Mishap.RESET:
            raise ConnectionResetError
        body = _body(environ) if is_logs or mishap else b""
        if mishap is not None:
            return _send(start_response, _mishap_answer(mishap, body, is_json=bool(target)))
        if is_logs:
            api: LogsApi = self._logs.get()
            return _send(start_response, api.answer(target, body))
        app: WsgiApp = self._moto.get()
        return app(environ, start_response)


def listen(port: int, endpoint: Endpoint) -> BaseWSGIServer:
    """A server that listens; `serve_forever` is for the caller. Raises OSError where the port is taken."""
    logging.getLogger("werkzeug").disabled = True
    listener = socket.create_server((HOST, port), backlog=128)
    return make_server(
        HOST, port, endpoint, threaded=True, request_handler=_Handler, fd=listener.detach()
    )  # fmt: skip


class _Handler(WSGIRequestHandler):
    # Header and body are two writes: with Nagle's algorithm the second waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing: the screen has the terminal."""

    def connection_dropped(self, error: BaseException, environ: Environ | None = None) -> None:
        """Resets the connection; without effect where the client was the one to drop it."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        # A mere close() would wait for the files that were made of the socket.
        os.close(self.connection.detach())


def _body(environ: Environ) -> bytes:
    data: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return data


def _send(start_response: StartResponse, answer: Answer) -> Iterable[bytes]:
    headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
    if answer.error_code:
        headers.append(("x-amzn-ErrorType", answer.error_code))
    start_response(f"{answer.status} {'OK' if answer.status == 200 else 'Error'}", headers)
    return [answer.body]


def _mishap_answer(mishap: Mishap, body: bytes, *, is_json: bool) -> Answer:
    if mishap is Mishap.THROTTLED:
        return error_answer(AwsError("ThrottlingException", "Rate exceeded"))
    if mishap is Mishap.ERROR_500:
        return error_answer(AwsError("InternalFailure", "An internal error occurred", 500))
    if is_json:
        return error_answer(AwsError("ExpiredTokenException", _EXPIRED_MESSAGE))
    return _expired_query(body)


def _expired_query(body: bytes) -> Answer:
    """The error in the XML of the query protocol, which EC2 words differently from IAM and STS."""
    if b"Version=2016-11-15" in body:
        text = (
            "<Response><Errors><Error><Code>RequestExpired</Code><Message>Request has expired.</Message>"
            "</Error></Errors><RequestID>demo</RequestID></Response>"
        )
        return Answer(400, text.encode(), "text/xml")
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>{_EXPIRED_MESSAGE}"
        "</Message></Error><RequestId>demo</RequestId></ErrorResponse>"
    )
    return Answer(403, text.encode(), "text/xml")
