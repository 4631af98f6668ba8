"""The only way out to the network, and what can go wrong on it.

NetError               one GET brought no answer; never leaves the edges (fetch.py makes data of it)
├── BlockedAddress     not a public address, or not a scheme or port we visit
├── NameNotFound       the name has no address
│   └── NameServerFailed   nobody could say whether it has one
├── ConnectionFailed   nobody listens, or the talk broke off or made no sense
├── TlsFailed          the peer could not prove who it is
│   ├── TlsExpired         its certificate is too old
│   └── TlsWrongHost       its certificate is made out to another name
├── FetchTimeout       not finished within the total time
├── BadRedirect        sent on to somewhere we do not go
├── TooManyRedirects   sent on too often, or in a circle
├── BodyTooLarge       more bytes than we take, packed or unpacked
├── BadEncoding        the body is packed in a way we do not know, or cut
└── ServerRests        it asked to be left alone, so it was not asked
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from trendwatch.types.news import Failure


class NetError(Exception):
    """One GET brought no answer; the message says what exactly went wrong, without credentials."""

    #: what an operator knows it as
    failure: ClassVar[Failure] = Failure.CONNECTION_FAILED


class BlockedAddress(NetError):
    """Not a public address, or not a scheme or port we visit."""

    failure = Failure.BLOCKED_ADDRESS


class NameNotFound(NetError):
    """The name has no address."""

    failure = Failure.NAME_NOT_FOUND


class NameServerFailed(NameNotFound):
    """Nobody could say whether the name has an address."""

    failure = Failure.NAME_SERVER_FAILED


class ConnectionFailed(NetError):
    """Nobody listens, or the talk broke off or made no sense."""

    failure = Failure.CONNECTION_FAILED


class TlsFailed(NetError):
    """The peer could not prove who it is."""

    failure = Failure.TLS_FAILED


class TlsExpired(TlsFailed):
    """The peer's certificate is too old."""

    failure = Failure.TLS_EXPIRED


class TlsWrongHost(TlsFailed):
    """The peer's certificate is made out to another name."""

    failure = Failure.TLS_WRONG_HOST


class FetchTimeout(NetError):
    """Not finished within the total time."""

    failure = Failure.FETCH_TIMEOUT


class BadRedirect(NetError):
    """Sent on to somewhere we do not go."""

    failure = Failure.BAD_REDIRECT


class TooManyRedirects(NetError):
    """Sent on too often, or in a circle."""

    failure = Failure.TOO_MANY_REDIRECTS


class BodyTooLarge(NetError):
    """More bytes than we take, packed or unpacked."""

    failure = Failure.BODY_TOO_LARGE


class BadEncoding(NetError):
    """The body is packed in a way we do not know, or cut."""

    failure = Failure.BAD_ENCODING


class ServerRests(NetError):
    """It asked to be left alone, so it was not asked."""

    failure = Failure.RATE_LIMITED

    def __init__(self, server: str, left: timedelta) -> None:
        self.server = server
        #: how long it still rests
        self.left = left
        super().__init__(f"not asked: {server} wants to be left alone")
