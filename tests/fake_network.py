"""A network without sockets: whoever is dialled is answered by a function, over real HTTP in memory.

Everything above the socket is the real code: guard, connections, client, pacing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpcore


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    #: from the Host header
    host: str
    #: with its query
    path: str
    #: names in lower case
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """What to answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        """Return it as it goes over the wire."""
        lines = [f"HTTP/1.1 {self.status} Whatever"]
        lines += [f"{name}: {text}" for name, text in self.headers.items()]
        if self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + (self.body if self.status != 304 else b"")


class FakeNetwork(httpcore.AsyncNetworkBackend):
    """Dials nobody; remembers whom it should have."""

    def __init__(self, respond: Callable[[Asked], Said]) -> None:
        self.respond = respond
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        return _Talk(self)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Talk(httpcore.AsyncNetworkStream):
    def __init__(self, network: FakeNetwork) -> None:
        self._network = network
        self._sent = b""
        self._answers = b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._sent += buffer
        while b"\r\n\r\n" in self._sent:
            head, _, self._sent = self._sent.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}
            said = self._network.respond(Asked(method, headers["host"], path, headers))
            self._answers += said.raw()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data, self._answers = self._answers[:max_bytes], self._answers[max_bytes:]
        return data

    async def aclose(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return bool(self._answers) if info == "is_readable" else None
