"""Mail through a server.

The protocol is driven verb by verb, because the one question that matters afterwards is *where* it broke:

    before the final dot left        nothing was accepted: try again
    a 4xx reply                      not now: try again
    a 5xx reply                      never: permanent
    after the final dot, no reply    in doubt: it may have arrived; a repeat carries the same Message-ID

smtplib's ``sendmail`` reports the first and the last alike. Encryption is what was asked for or nothing: a
server that stops offering STARTTLS gets no mail, whoever removed it.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from trendwatch.deliver.message import build_message, envelope_address
from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Mail

Security = Literal["starttls", "tls", "none"]

#: Seconds for every step but the last.
STEP_TIMEOUT = 30.0
#: Seconds for the reply to the whole message: servers scan it. RFC 5321 asks for ten minutes, which no
#: lease on a delivery lasts; beyond this it is in doubt.
FINAL_TIMEOUT = 120.0

_GO_AHEAD = 354
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Smtp:
    """A mail server. Every mail is a connection of its own: digests are few and far between."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        user: str = "",
        password: str = "",
        security: Security = "starttls",
        timeout: float = STEP_TIMEOUT,
        final_timeout: float = FINAL_TIMEOUT,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._security = security
        self._timeout = timeout
        self._final_timeout = final_timeout
        # A house with its own authority passes a context; certificates are always checked.
        self._context = context

    def send(self, mail: Mail) -> str:
        """Hand a mail over and return the server's reply.

        Raises:
            DeliveryError: refused or broken off; says whether to try again and whether it is in doubt.
        """
        content = bytes(build_message(mail))
        sender = envelope_address(mail.sender, "sender")
        to = envelope_address(mail.to, "recipient")
        with self._translated(), self._session() as server:
            _expect(server.mail(sender), "the sender")
            _expect(server.rcpt(to), "the recipient")
            _expect(server.docmd("DATA"), "the message", wanted=_GO_AHEAD)
            server.send(_LEADING_DOT.sub(b"..", content) + b".\r\n")
            return self._final_reply(server)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server = self._connect()
        try:
            server.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                if not server.has_extn("starttls"):
                    raise DeliveryError(
                        f"{self._host} does not offer STARTTLS; nothing is sent in the clear", permanent=False
                    )
                _expect(server.starttls(context=self._tls()), "STARTTLS")
                server.ehlo()
            if self._user:
                server.login(self._user, self._password)
            yield server
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        if self._security == "tls":
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=self._tls())
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout)

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _final_reply(self, server: smtplib.SMTP) -> str:
        if server.sock is not None:
            server.sock.settimeout(self._final_timeout)
        try:
            reply = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            message = f"{self._host} took the message and its answer was lost: it may have arrived"
            raise DeliveryError(message, permanent=False, in_doubt=True) from error
        if not 200 <= reply[0] < 600:  # noqa: PLR2004 - no reply of RFC 5321 4.2.1: the line broke within it
            message = f"{self._host} took the message and answered nonsense: it may have arrived"
            raise DeliveryError(message, permanent=False, in_doubt=True)
        said = _expect(reply, "the message")
        self._say_goodbye(server)
        return said

    def _say_goodbye(self, server: smtplib.SMTP) -> None:
        try:
            if server.sock is not None:
                server.sock.settimeout(self._timeout)
            server.quit()
        except (OSError, smtplib.SMTPException):
            return  # the mail is accepted; how the line closes changes nothing

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Translate what smtplib and sockets raise into one error that says whether to try again."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            message = f"{self._host} refused: {_said(error.smtp_code, error.smtp_error)}"
            raise DeliveryError(message, permanent=_is_permanent(error.smtp_code)) from error
        except ssl.SSLCertVerificationError as error:
            message = f"the certificate of {self._host} is not trusted: {error.verify_message}"
            raise DeliveryError(message, permanent=False) from error
        except smtplib.SMTPServerDisconnected as error:
            raise DeliveryError(f"{self._host} hung up: {error}", permanent=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"{self._host}:{self._port} failed: {error}", permanent=False) from error


def _expect(reply: tuple[int, bytes], what: str, *, wanted: int | None = None) -> str:
    code, words = reply
    if code == wanted or (wanted is None and 200 <= code < 300):  # noqa: PLR2004 - RFC 5321 4.2.1
        return _said(code, words)
    raise DeliveryError(f"the server refused {what}: {_said(code, words)}", permanent=_is_permanent(code))


def _is_permanent(code: int) -> bool:
    return 500 <= code < 600  # noqa: PLR2004 - RFC 5321 4.2.1


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:500]
