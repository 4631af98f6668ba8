"""What both ways out to the network share: which port is meant, and what a failure is in our words."""

from __future__ import annotations

import ssl

from trendwatch.net import ConnectionFailed, NetError, TlsExpired, TlsFailed, TlsWrongHost

_PORTS = {"http": 80, "https": 443}
# OpenSSL's numbers of reasons why a certificate is refused.
_EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 10, 62, 64


def port_of(scheme: str, port: int | None) -> int:
    """Return the port of an http or https address; None stands for the scheme's own."""
    return port or _PORTS[scheme]


def translated(error: BaseException, *, broken: type[ConnectionFailed] = ConnectionFailed) -> NetError:
    """Return a connection's failure in our words; a TLS failure hides in the causes.

    Args:
        error: what httpcore or the socket raised.
        broken: what it is called if it is no matter of trust.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return _untrusted(cause)
        cause = cause.__cause__ or cause.__context__
    return broken(str(error) or type(error).__name__)


def _untrusted(error: ssl.SSLError) -> TlsFailed:
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    if code == _EXPIRED:
        return TlsExpired(str(error))
    return TlsWrongHost(str(error)) if code in (_OTHER_NAME, _OTHER_ADDRESS) else TlsFailed(str(error))
