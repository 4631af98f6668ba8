"""Feeds on this machine: a server with validators, and a service configured to read it."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import PROJECT
from trendwatch.wiring import Service, make_clock

#: Models trained in tests stay out of the user's cache, and are trained once for all of them.
ENVIRON = {"TRENDWATCH_CACHE": str(PROJECT / ".pytest_cache" / "models")}


class FeedServer:
    """A loopback server of documents with ETags; what it serves may change while it runs."""

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[bytes, str]] = {}
        #: requests so far
        self.answered = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answered += 1
                body, etag = outer._bodies.get(self.path, (b"", ""))
                unchanged = bool(etag) and self.headers.get("If-None-Match") == etag
                self.send_response(304 if unchanged else 200 if etag else 404)
                self.send_header("ETag", etag)
                self.send_header("Content-Length", "0" if unchanged else str(len(body)))
                self.end_headers()
                if not unchanged:
                    self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that was killed is what some tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def serve(self, path: str, body: bytes) -> None:
        """Serve a document at a path from now on."""
        self._bodies[path] = body, f'"{sha256(body).hexdigest()[:16]}"'

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def write_feeds(
    folder: Path, feeds: Mapping[str, str], *, port: int, languages: Mapping[str, str] | None = None
) -> Path:
    """Write a configuration of its own for feeds by key and address; return its directory."""
    directory = folder / "config"
    shutil.copytree(PROJECT / "config", directory)
    lines = [
        f"[feeds.{key}]\nurl = {json.dumps(url)}\n"
        f"title = {json.dumps(key.title())}\nowner = {json.dumps(key)}\n"
        f"language = {json.dumps((languages or {}).get(key, 'en'))}\n"
        for key, url in feeds.items()
    ]
    (directory / "feeds.toml").write_text("\n".join(lines), "utf-8")
    (directory / "packs.toml").unlink()  # they name the feeds that were just replaced
    (directory / "trendwatch.toml").write_text(
        f"""
        [store]
        url = "sqlite:///{folder / "trendwatch.db"}"
        [poll]
        timeout_seconds = 10.0
        lease_seconds = 11
        [net]
        allow = [{{ address = "127.0.0.0/8:{port}", per_host = 16, spacing_seconds = 0.0 }}]
        [mail]
        outbox = "{folder / "outbox"}"
        """,
        "utf-8",
    )
    return directory


@contextmanager
def a_service(directory: Path, *, now: datetime) -> Iterator[Service]:
    """Yield a service whose clock runs on from a time."""
    service = Service(directory=directory, environ=ENVIRON, clock=make_clock(now))
    try:
        yield service
    finally:
        service.close()


class Calendar:
    """A clock that stands still until it is told; leases never end by themselves under it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)  # what happens later has a later time
        return self.now
