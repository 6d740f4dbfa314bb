"""An endpoint on loopback that answers by a script, and an environment without anybody's credentials."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest


@dataclass(frozen=True)
class Asked:
    """One request: the operation and its parameters as they came over the wire."""

    operation: str
    parameters: Mapping[str, object]
    agent: str
    key: str = ""
    """The id of the access key that it was signed with."""


@dataclass(frozen=True)
class Answer:
    body: bytes
    status: int = 200
    content_type: str = "application/x-amz-json-1.1"
    date: str | None = None
    """The HTTP Date; the true one unless given, none where it is empty."""
    cut: int | None = None
    """After so many bytes of the body the connection is reset."""
    is_hanging: bool = False
    """Whether it never comes."""


Script = Callable[[Asked], Answer]


@dataclass
class Endpoint:
    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serving(script: Script) -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            signed = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
            asked = replace(
                _asked(self.command, self.path, self.headers, body),
                key=signed[1] if signed else "",
            )
            endpoint.asked.append(asked)
            answer = script(asked)
            if answer.is_hanging:
                ended.wait(30)
                return
            self._give(answer)

        def _give(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            date = self.date_time_string() if answer.date is None else answer.date
            if date:
                self.send_header("Date", date)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self._reset()

        def _reset(self) -> None:
            # Without lingering a close is a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.wfile.flush()
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    ended = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint = Endpoint(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield endpoint
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def _asked(method: str, path: str, headers: Message, body: bytes) -> Asked:
    target, agent = headers.get("X-Amz-Target"), headers["User-Agent"]
    if target is not None:
        return Asked(target.rpartition(".")[2], json.loads(body), agent)
    address = urlsplit(path)
    form = {key: values[0] for key, values in parse_qs(body.decode() or address.query).items()}
    return Asked(address.path if method == "GET" else form["Action"], form, agent)


def ec2(action: str, inner: str) -> Answer:
    """An answer of EC2 with this XML inside."""
    return Answer(f"<{action}Response>{inner}</{action}Response>".encode(), content_type="text/xml")


def ec2_error(code: str, message: str = "no", status: int = 400) -> Answer:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    body = f"<Response><Errors>{error}</Errors></Response>"
    return Answer(body.encode(), status, "text/xml")


def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str = "") -> None:
    """No AWS variable but made-up keys, and these config files."""
    import os

    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
