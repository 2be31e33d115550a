"""A slow network: a server that passes requests on, and their answers back, after a while."""

import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import httpx

PASSED_ON = ("Content-Type", "X-API-Key")


class SlowNetwork:
    """Stands at `url` between a client and the server at `target`.

    A request that came in is passed on whether or not its sender still lives, as a network does.
    It takes up to `longest` seconds there, and as long again for the answer.
    """

    def __init__(self, target: str, longest: float, chance: random.Random) -> None:
        self._target, self._longest, self._chance = target, longest, chance
        self._lock, self._under_way = threading.Lock(), 0
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> "SlowNetwork":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def under_way(self) -> int:
        """How many requests it holds, there or on the way back."""
        return self._under_way

    def _count(self, change: int) -> None:
        with self._lock:
            self._under_way += change

    def _wait(self) -> None:
        time.sleep(self._chance.uniform(0, self._longest))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        network = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: self.headers[name] for name in PASSED_ON}
                network._count(+1)
                try:
                    network._wait()
                    url = network._target + self.path
                    answer = httpx.post(
                        url, content=body, headers=headers, timeout=60, trust_env=False
                    )
                    network._wait()
                finally:
                    network._count(-1)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, format: str, *args: object) -> None:
                """Not to stderr."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked is gone: killed, that is what this is for."""
