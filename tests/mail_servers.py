"""Mail servers for tests: one that keeps what it gets, and one that goes wrong at a chosen verb.

with Sink() as sink:          # a real conversation over a real socket, as fast as it can be
    ...
assert sink.received == {"<id@trendwatch>": 1}

with faulty("rcpt", Fault.DROP) as server:   # aiosmtpd, with a fault at one verb
"""

from __future__ import annotations

import random
import re
import socketserver
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

_MESSAGE_ID = re.compile(rb"(?mi)^Message-ID: *(<[^>]+>)")


class Sink:
    """Takes every mail and counts it by Message-ID.

    ``gap`` is how long it keeps the answer to a whole message back, in seconds, at most: whoever is killed
    then has handed a mail over and does not know it.
    """

    def __init__(self, *, gap: float = 0.0, seed: int = 1) -> None:
        self.received: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.gap = gap
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    outer._converse(self)
                except OSError:
                    return  # the other side was killed: what some tests are about

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])

    def _converse(self, handler: socketserver.StreamRequestHandler) -> None:
        say, lines = handler.wfile.write, handler.rfile
        say(b"220 sink\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                say(b"354 go\r\n")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    piece = lines.readline()
                    if not piece:
                        return
                    body += piece
                self._take(body, say)
            elif verb == b"QUIT":
                say(b"221 bye\r\n")
                return
            else:
                say(b"250 fine\r\n")

    def _take(self, body: bytes, say: object) -> None:
        found = _MESSAGE_ID.search(body)
        assert found is not None
        name = found[1].decode()
        with self._lock:
            self.received[name] += 1
            wait = self._chance.uniform(0, self.gap)
        time.sleep(wait)
        say(b"250 taken\r\n")  # type: ignore[operator]
        with self._lock:
            self.answered[name] += 1

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
