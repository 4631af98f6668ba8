"""A web server of feeds for benchmarks, in a process of its own: it must not share our interpreter's lock.

with FeedProcess(files) as server:
    ...  # GET server.url(n) answers the n-th document, with validators; 304 to whoever has them;
        ...  # numbers beyond the last are never answered

python -m tests.benchmarks.feed_server LIST     # what FeedProcess starts; LIST names a file a line
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

PROJECT = Path(__file__).resolve().parents[2]


class FeedProcess:
    """The server's process; several feeds may be the same document."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self.port = 0

    def url(self, number: int) -> str:
        """Return where a feed is."""
        return f"http://127.0.0.1:{self.port}/{number}"

    def __enter__(self) -> Self:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as listed:
            listed.write("\n".join(str(file) for file in self._files))
        command = [sys.executable, "-m", "tests.benchmarks.feed_server", listed.name]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        Path(listed.name).unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()


class _Connection(asyncio.Protocol):
    """One connection, kept alive; answers whatever is asked in order."""

    def __init__(self, answers: Sequence[tuple[bytes, bytes, bytes]]) -> None:
        self._answers = answers
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            number = int(head.split(b" ", 2)[1].lstrip(b"/"))
            if number >= len(self._answers):
                return  # a stuck peer: it accepts and says nothing
            etag, unchanged, whole = self._answers[number]
            self._transport.write(unchanged if etag in head else whole)


def _answer(file: Path, number: int) -> tuple[bytes, bytes, bytes]:
    """Return a feed's validator, the answer to whoever has it, and the whole one."""
    body = file.read_bytes()
    etag = b'"%s-%d"' % (blake2b(body, digest_size=8).hexdigest().encode(), number)
    validators = b"ETag: " + etag + b"\r\nLast-Modified: Mon, 02 Feb 2026 08:00:00 GMT\r\n"
    unchanged = b"HTTP/1.1 304 Not Modified\r\n" + validators + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n" % len(body)
    return etag, unchanged, head + validators + b"\r\n" + body


async def _serve(files: Sequence[Path]) -> None:
    answers = [_answer(file, number) for number, file in enumerate(files)]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve([Path(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]))
