"""Far sides for tests, on loopback: an HTTP server that answers as told, and SendGrid over it."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

from engine.stack.ports import Wish, choose

Answer = int | Literal["accept-then-drop", "drop-at-once", "hang"]


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


class HttpStandIn:
    """Answers each POST with the next queued answer, else with `ok`."""

    ok = 200
    ok_headers: dict[str, str] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: deque[Answer] = deque()
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def next_answers(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, call: Call) -> None:
        """Note a request that was read to its end."""
        self.calls.append(call)

    def _handler(stand_in) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = stand_in.answers.popleft() if stand_in.answers else stand_in.ok
                if answer == "drop-at-once":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if not isinstance(answer, int) or answer < 300:
                    stand_in.take(Call(self.path, headers, body))
                if answer == "hang":
                    stand_in.released.wait(30)
                if isinstance(answer, int):
                    self.answer(answer)
                else:
                    self.connection.shutdown(socket.SHUT_RDWR)

            def answer(self, status: int) -> None:
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", stand_in.url + "/elsewhere")
                for name, value in stand_in.ok_headers.items():
                    self.send_header(name, value.format(number=len(stand_in.calls)))
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def do_GET(self) -> None:
                self.answer(200)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class SendGridStandIn(HttpStandIn):
    """Takes mail as `POST /v3/mail/send` does: 202 and an X-Message-Id."""

    ok = 202
    ok_headers = {"X-Message-Id": "sg-{number}"}  # noqa: RUF012

    @property
    def accepted(self) -> list[dict[str, Any]]:
        return [json.loads(call.body) for call in self.calls if call.path == "/v3/mail/send"]


def unused_port() -> int:
    """A port of loopback on which nobody listens."""
    (port,) = choose([Wish("nobody", 0, "")])
    return port
