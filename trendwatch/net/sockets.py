"""Connections of the event loop as httpcore wants them, without a layer between.

httpcore's own backend goes through anyio. Before each request its pool asks every idle connection whether the
peer has closed it, and there anyio asks the kernel for both addresses of the socket first: measured on a
second poll of 1,000 feeds, half of the processor time of fetching. The event loop has told us already: a
connection on which something came that nobody waits for, or that was closed, is of no use for another
request.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

#: Bytes that may wait for their reader before the peer is made to wait.
_MOST_WAITING = 256 * 1024


class _Conversation(asyncio.Protocol):
    """What came and was not read yet."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._over = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._full = False
        self._transport: asyncio.Transport | None = None

    @property
    def disturbed(self) -> bool:
        """Tell whether something came that nobody asked for, or the end."""
        return self._over or bool(self._received)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _MOST_WAITING and self._transport is not None:
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> bool:
        self._over = True
        _wake(self._reader)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._over, self._error = True, exc
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        _wake(self._writer)

    async def read(self, max_bytes: int) -> bytes:
        """Return what is there, once something is; b"" at the end.

        Raises:
            httpcore.ReadError: the connection broke.
        """
        while not self._received and not self._over:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        if not self._received and self._error is not None:
            raise httpcore.ReadError(str(self._error)) from self._error
        data = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        if self._transport is not None and len(self._received) <= _MOST_WAITING and not self._over:
            self._transport.resume_reading()
        return data

    async def drained(self) -> None:
        """Wait until the peer has taken enough of what was written."""
        while self._full and not self._over:
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


class Stream(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, transport: asyncio.Transport, conversation: _Conversation) -> None:
        self._transport = transport
        self._conversation = conversation

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what the peer sent.

        Raises:
            httpcore.ReadError: the connection broke.
        """
        return await self._conversation.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes.

        Raises:
            httpcore.WriteError: the connection is closed.
        """
        if self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        self._transport.write(buffer)
        await self._conversation.drained()

    async def aclose(self) -> None:
        """Close at once; a peer that is in the middle of something is not waited for."""
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Go on encrypted.

        Raises:
            httpcore.ConnectError: the peer could not prove who it is, or does not speak TLS.
        """
        loop = asyncio.get_running_loop()
        conversation = _Conversation()
        try:
            transport = await loop.start_tls(
                self._transport, conversation, ssl_context, server_hostname=server_hostname
            )
        except (OSError, ssl.SSLError) as error:
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:  # cancelled, too: the deadline of the whole request
            self._transport.abort()
            raise
        if transport is None:
            raise httpcore.ConnectError("the connection broke while it was being secured")
        conversation.connection_made(transport)
        return Stream(transport, conversation)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks: whether something waits to be read, and what TLS agreed on."""
        if info == "is_readable":
            return self._conversation.disturbed or self._transport.is_closing()
        return self._transport.get_extra_info(
            {"client_addr": "sockname", "server_addr": "peername"}.get(info, info)
        )


class Sockets(httpcore.AsyncNetworkBackend):
    """Opens connections to addresses that were checked before."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect.

        Raises:
            httpcore.ConnectError: nobody listens there.
            httpcore.ConnectTimeout: nobody answered in time.
        """
        local = (local_address, 0) if local_address else None
        connecting = asyncio.get_running_loop().create_connection(_Conversation, host, port, local_addr=local)
        try:
            async with asyncio.timeout(timeout):
                transport, conversation = await connecting
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} port {port} does not answer") from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return Stream(transport, conversation)

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between attempts."""
        await asyncio.sleep(seconds)
