"""An API on loopback that answers as a test says, and writes down what arrived."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SUCCESS = {
    "success": True,
    "data": {"message_id": "550e8400-e29b-41d4-a716-446655440000", "status": "sent"},
    "meta": {
        "request_id": "req_abc123def456",
        "rate_limit": {"limit": 60, "remaining": 58, "reset_at": "2025-12-23T14:30:00.000Z"},
    },
}


def error(code: str, message: str = "", **meta: Any) -> dict[str, Any]:
    return {
        "success": False,
        "error": {"code": code, "message": message},
        "meta": {"request_id": "req_xyz789", **meta},
    }


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer. A dict is sent as JSON; `promised` bytes are announced, whatever comes."""

    status: int = 200
    body: dict[str, Any] | str = field(default_factory=lambda: SUCCESS)
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None


class Api:
    """A server at `url`; `reply` is what it answers, or a function that is asked each time.

    A function may return None: then the connection is closed without an answer.
    """

    def __init__(self) -> None:
        self.received: list[Request] = []
        self.reply: Reply | Callable[[Request], Reply | None] = Reply()
        # Set at the end of a test, so that what hangs on purpose lets go.
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/v1/external"

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.body) for request in self.received]

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: Request) -> Reply | None:
        self.received.append(request)
        return self.reply(request) if callable(self.reply) else self.reply

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                reply = api._answer(Request(self.path, dict(self.headers.items()), body))
                if reply is None:
                    self.close_connection = True
                    return
                content = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                raw = content.encode()
                self.send_response(reply.status)
                if not isinstance(reply.body, str):
                    self.send_header("Content-Type", "application/json")
                for name, value in reply.headers.items():
                    if name != "Date":
                        self.send_header(name, value)
                self.send_header("Content-Length", str(reply.promised or len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def date_time_string(self, timestamp: float | None = None) -> str:
                """The Date that the test gives, if it does."""
                reply = api.reply
                given = reply.headers.get("Date") if isinstance(reply, Reply) else None
                return given or super().date_time_string(timestamp)

            def log_message(self, format: str, *args: Any) -> None:
                """Not to stderr."""

        return Handler
