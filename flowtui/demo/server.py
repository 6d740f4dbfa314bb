"""One HTTP server on 127.0.0.1: Logs calls go to our own Logs, a judge's to the ledger, all others to moto.

moto takes a second and more to load, so it does so in the background; what needs it waits. Knows neither
what the calls mean nor when there is a fault.
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

from flowtui.demo import ledger, mishaps
from flowtui.demo.api import TARGET_PREFIX, Answer, LogsApi
from flowtui.demo.faults import FaultPlan, Mishap
from flowtui.demo.ledger import Call, Ledger
from flowtui.demo.timeline import Timeline
from flowtui.demo.write_mishaps import WriteMishaps

HOST = "127.0.0.1"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

READING = "FilterLogEvents"

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

    def __init__(
        self,
        logs: Pending,
        moto: Pending,
        plan: FaultPlan,
        timeline: Timeline,
        book: Ledger | None,
        write_mishaps: WriteMishaps,
    ) -> None:
        """With a `book`, which is a judge's, every Logs call is written down."""
        self._logs = logs
        self._moto = moto
        self._plan = plan
        self._timeline = timeline
        self._book = book
        self._mishaps = write_mishaps

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one call."""
        path = environ.get("PATH_INFO", "")
        if self._book is not None and path.startswith(ledger.PREFIX):
            return _send(start_response, _told(self._book.answer(path)))
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        operation = target.removeprefix(TARGET_PREFIX) if target.startswith(TARGET_PREFIX) else ""
        if operation == READING:
            self._timeline.begin()
        at = time.time()
        if self._plan.latency_s:
            time.sleep(self._plan.latency_s)
        mishap = self._plan.decide(
            self._timeline.after_s(), is_logs=bool(operation), operation=operation
        )  # fmt: skip
        if not operation:
            return self._moto_answer(environ, start_response, mishap, is_json=bool(target))
        return self._logs_answer(environ, start_response, mishap, at, operation)

    def _moto_answer(
        self, environ: Environ, start_response: StartResponse, mishap: Mishap | None, *, is_json: bool
    ) -> Iterable[bytes]:
        if mishap is Mishap.RESET:
            raise ConnectionResetError
        if mishap is not None:
            return _send(start_response, mishaps.answer(mishap, _body(environ), is_json=is_json))
        app: WsgiApp = self._moto.get()
        return app(environ, start_response)

    def _logs_answer(
        self,
        environ: Environ,
        start_response: StartResponse,
        mishap: Mishap | None,
        at: float,
        operation: str,
    ) -> Iterable[bytes]:
        body = _body(environ)
        answer: Answer | None = None
        if mishap is None or mishap.is_in_body:
            api: LogsApi = self._logs.get()
            answer = self._mishaps.logs_answer(operation, lambda: api.answer(TARGET_PREFIX + operation, body))
        elif mishap is not Mishap.RESET:
            answer = mishaps.answer(mishap, body, is_json=True)
        if self._book is not None:
            self._book.called(_call(at, operation, mishap, answer))
        if answer is None:
            raise ConnectionResetError
        chunks = _send(start_response, answer)
        return chunks if mishap is None else mishaps.spoilt(mishap, answer.body, self._plan.slow_s)


def listen(port: int, endpoint: Endpoint, skew_s: float = 0.0) -> BaseWSGIServer:
    """A server that listens; `serve_forever` is for the caller. Raises OSError where the port is taken.

    `skew_s`: by how much its Date header is ahead.
    """
    logging.getLogger("werkzeug").disabled = True
    handler = type("_Skewed", (_Handler,), {"skew_s": skew_s})
    listener = socket.create_server((HOST, port), backlog=128)
    return make_server(
        HOST, port, endpoint, threaded=True, request_handler=handler, fd=listener.detach()
    )  # fmt: skip


class _Handler(WSGIRequestHandler):
    # Header and body are two writes: with Nagle's algorithm the second waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True

    skew_s = 0.0

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, by AWS's clock."""
        return super().date_time_string((time.time() if timestamp is None else timestamp) + self.skew_s)

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


def _told(text: str | None) -> Answer:
    return Answer(404 if text is None else 200, (text or "").encode(), ledger.CONTENT_TYPE)


def _call(at: float, operation: str, mishap: Mishap | None, answer: Answer | None) -> Call:
    size = 0 if answer is None else len(answer.body)
    if mishap is not None and mishap is not Mishap.SLOW:
        return Call(at, operation, mishap.value, 0, size)
    said, events = ("", 0) if answer is None else (answer.error_code, answer.body.count(b'"eventId":"'))
    return Call(at, operation, said or "ok", events, size)
