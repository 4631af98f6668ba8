"""A real HTTP server on loopback that answers by script and remembers what it was asked.

    with ScriptedServer({"/feed": [Reply(503), Reply(body=b"<rss/>")]}) as server:
        ...  # GET server.url + "/feed" answers 503 once, then 200
    assert [seen.path for seen in server.requests] == ["/feed", "/feed"]

Paths without a script answer 404. Leaving the context ends replies that are still being dripped.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    path: str
    #: names in lower case
    headers: Mapping[str, str]
    #: monotonic seconds
    at: float


@dataclass(frozen=True)
class Reply:
    """What to answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: seconds before the status line
    delay: float = 0.0
    #: sent one by one instead of the body, each after a pause, without Content-Length; may be endless
    drip: Iterable[bytes] | None = None
    #: seconds before each drip
    pause: float = 0.0
    #: sent as it stands instead of everything else, then the connection is closed
    raw: bytes | None = None


Script = Reply | Sequence[Reply] | Callable[[Seen], Reply]


class ScriptedServer:
    """Answers each path by its script: one reply, one per request (the last repeats), or a function."""

    def __init__(
        self,
        script: Mapping[str, Script] | None = None,
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        #: may be changed while the server runs
        self.script: dict[str, Script] = dict(script or {})
        self.requests: list[Seen] = []
        #: connections accepted, spoken on or not
        self.connections = 0
        #: the most requests that were being answered at one time
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server((host, 0), self)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.host, self.port = host, int(self._server.server_address[1])
        #: without a slash at the end
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def asked(self, path: str) -> list[Seen]:
        """Return the requests for one path, in order."""
        return [seen for seen in self.requests if seen.path == path]

    def reply_to(self, seen: Seen) -> Reply:
        """Record a request and return its reply."""
        with self._lock:
            self.requests.append(seen)
            count = len(self.asked(seen.path))
        script = self.script.get(seen.path, Reply(404))
        if isinstance(script, Reply):
            return script
        return script(seen) if callable(script) else script[min(count, len(script)) - 1]

    def sleep(self, seconds: float) -> bool:
        """Wait, and tell whether to go on."""
        return not self._closing.wait(seconds) if seconds else not self._closing.is_set()

    def count(self, step: int) -> None:
        """Count a request in (1) or out (-1)."""
        with self._lock:
            self._at_once += step
            self.most_at_once = max(self.most_at_once, self._at_once)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], scripted: ScriptedServer) -> None:
        self.scripted = scripted
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: clients that hang up are what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        self.server.scripted.connections += 1
        super().setup()

    def do_GET(self) -> None:
        headers = {name.lower(): text for name, text in self.headers.items()}
        seen = Seen(self.path, headers, time.monotonic())
        self.server.scripted.count(1)
        try:
            self._answer(self.server.scripted.reply_to(seen))
        finally:
            self.server.scripted.count(-1)

    def _answer(self, reply: Reply) -> None:
        if not self.server.scripted.sleep(reply.delay):
            self.close_connection = True
        elif reply.raw is not None:
            self.wfile.write(reply.raw)
            self.close_connection = True
        else:
            self._head(reply)
            self._body(reply)

    def _head(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        names = {name.lower() for name in reply.headers}
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        if reply.drip is not None:
            self.close_connection = True
        elif "content-length" not in names and reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(reply.body)))
        for name, text in reply.headers.items():
            self.send_header(name, text)
        self.end_headers()

    def _body(self, reply: Reply) -> None:
        for chunk in reply.drip or ():
            self.wfile.flush()
            if not self.server.scripted.sleep(reply.pause):
                return
            self.wfile.write(chunk)
        if reply.drip is None:
            self.wfile.write(reply.body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass
