"""Mail through a server.

The protocol is driven verb by verb, because the one question that matters afterwards is *where* it broke:

    before the final dot left        nothing was accepted: try again
    a 4xx reply                      not now: try again
    a 5xx reply to the recipient     never: permanent; it speaks of the address
    a 5xx reply after that           never: permanent
    a 5xx reply before that          our login, name or sender: the operator must act, no reader is at fault
    after the final dot, no reply    in doubt: it may have arrived; a repeat carries the same Message-ID

smtplib's ``sendmail`` reports the first and the last alike. Encryption is what was asked for or nothing: a
server that stops offering STARTTLS gets no mail, whoever removed it.

A socket's timeout starts anew with every byte, so a peer that drips one now and then would never end. A
watch cuts the line when the whole conversation has lasted too long, whatever it is doing then.
"""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from trendwatch.deliver.message import envelope_address, message_bytes
from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Mail

Security = Literal["starttls", "tls", "none"]

#: Seconds for every step but the last.
STEP_TIMEOUT = 30.0
#: Seconds for the reply to the whole message: servers scan it. RFC 5321 asks for ten minutes, which no
#: lease on a delivery lasts; beyond this it is in doubt.
FINAL_TIMEOUT = 120.0
#: Seconds for the whole conversation, however busy it looks.
WHOLE_TIMEOUT = 300.0

_GO_AHEAD = 354
_LEADING_DOT = re.compile(rb"(?m)^\.")
# RFC 4954: what a server says to a login that it does not take.
_LOGIN = frozenset({530, 534, 535, 538})
# Replies to a recipient that speak of its box or of our standing, not of its address (RFC 3463).
_NOT_THE_ADDRESS = re.compile(r"^552 |^5\d\d 5\.(2\.2|3|7)")


class _Line(smtplib.SMTP):
    """A conversation that can be cut from outside, and encrypts from the first byte if asked to."""

    def __init__(self, host: str, port: int, *, timeout: float, tls: ssl.SSLContext | None) -> None:
        self._first_tls = tls
        self._handle: socket.socket | None = None
        self._cut = threading.Event()
        super().__init__(timeout=timeout)
        self._host = host  # what STARTTLS checks the certificate against
        self._port = port

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        line = socket.create_connection((host, port), timeout)
        # A second handle: wrapping a socket takes the first one away while the handshake lasts.
        self._handle = socket.socket(fileno=os.dup(line.fileno()))
        if self._cut.is_set():
            self.cut()
        return self._first_tls.wrap_socket(line, server_hostname=host) if self._first_tls else line

    def greet(self) -> None:
        """Connect and read the greeting.

        Raises:
            smtplib.SMTPConnectError: the server does not want us.
        """
        code, words = self.connect(self._host, self._port)
        if not _is_fine(code):
            raise smtplib.SMTPConnectError(code, words)
        self.ehlo_or_helo_if_needed()

    def cut(self) -> None:
        """End the conversation now, from any thread."""
        self._cut.set()
        if self._handle is not None:
            try:
                self._handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it is over already

    @property
    def was_cut(self) -> bool:
        """Tell whether the line was cut from outside."""
        return self._cut.is_set()

    def close(self) -> None:
        """Give both handles back."""
        super().close()
        if self._handle is not None:
            self._handle.close()
            self._handle = None


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
        whole_timeout: float = WHOLE_TIMEOUT,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._security = security
        self._timeout = timeout
        self._final_timeout = final_timeout
        self._whole_timeout = whole_timeout
        # A house with its own authority passes a context; certificates are always checked.
        self._context = context

    def send(self, mail: Mail) -> str:
        """Hand a mail over and return the server's reply.

        Raises:
            DeliveryError: refused or broken off; says whether to try again, whether it is in doubt, and
                whether address or operator are at fault.
        """
        content = message_bytes(mail)
        sender = envelope_address(mail.sender, "sender")
        to = envelope_address(mail.to, "recipient")
        with self._session() as server:
            with _ours():
                _expect(server.mail(sender), "the sender")
            _expect(server.rcpt(to), "the recipient", of_address=True)
            _expect(server.docmd("DATA"), "the message", wanted=_GO_AHEAD)
            server.send(_LEADING_DOT.sub(b"..", content) + b".\r\n")
            return self._final_reply(server)

    def check(self) -> None:
        """Connect, greet, encrypt and log in, and send nothing.

        Raises:
            DeliveryError: no mail could leave this way now.
        """
        with self._session() as server:
            self._say_goodbye(server)

    @contextmanager
    def _session(self) -> Iterator[_Line]:
        tls = self._tls() if self._security == "tls" else None
        server = _Line(self._host, self._port, timeout=self._timeout, tls=tls)
        watch = threading.Timer(self._whole_timeout, server.cut)
        watch.daemon = True
        watch.start()
        try:
            with self._translated(server):
                with _ours():
                    self._open(server)
                yield server
        finally:
            watch.cancel()
            server.close()

    def _open(self, server: _Line) -> None:
        """Greet, switch to TLS and log in, as configured.

        Raises:
            DeliveryError: the server does not do what is asked of it.
            smtplib.SMTPException: it refuses us.
        """
        server.greet()
        if self._security == "starttls":
            if not server.has_extn("starttls"):
                raise DeliveryError(
                    f"{self._host} does not offer STARTTLS; nothing is sent in the clear",
                    permanent=False,
                    operator=True,
                )
            _expect(server.starttls(context=self._tls()), "STARTTLS")
            server.ehlo()
        if self._user:
            server.login(self._user, self._password)

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _final_reply(self, server: _Line) -> str:
        """Return what the server said of the message; from here on it may have arrived.

        Raises:
            DeliveryError: it said no, or nothing that can be understood.
        """
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
    def _translated(self, server: _Line) -> Iterator[None]:
        """Translate what smtplib and sockets raise into one error that says whether to try again."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            message = f"{self._host} refused: {_said(error.smtp_code, error.smtp_error)}"
            permanent = _is_permanent(error.smtp_code)
            # smtplib raises these only before the sender is named: what is refused there is how we send.
            raise DeliveryError(message, permanent=False, operator=permanent) from error
        except ssl.SSLCertVerificationError as error:
            message = f"the certificate of {self._host} is not trusted: {error.verify_message}"
            raise DeliveryError(message, permanent=False, operator=True) from error
        except (OSError, smtplib.SMTPException) as error:
            ours = isinstance(error, smtplib.SMTPNotSupportedError | socket.gaierror)
            raise DeliveryError(self._broke(server, error), permanent=False, operator=ours) from error

    def _broke(self, server: _Line, error: Exception) -> str:
        if server.was_cut:
            return f"{self._host} was not done after {self._whole_timeout:g} seconds; the line was cut"
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return f"{self._host} hung up: {error}"
        return f"{self._host}:{self._port} failed: {error}"


@contextmanager
def _ours() -> Iterator[None]:
    """Mark a refusal that comes before any reader is named as the operator's to mend.

    Raises:
        DeliveryError: the refusal, never final.
    """
    try:
        yield
    except DeliveryError as error:
        ours = error.permanent or error.operator
        raise DeliveryError(str(error), permanent=False, operator=ours) from error


def _expect(
    reply: tuple[int, bytes], what: str, *, wanted: int | None = None, of_address: bool = False
) -> str:
    """Return what a server said if that is what was wanted.

    Raises:
        DeliveryError: it said no; whether for good, and whose matter it is, follows from its code.
    """
    code, words = reply
    said = _said(code, words)
    if code == wanted or (wanted is None and _is_fine(code)):
        return said
    message = f"the server refused {what}: {said}"
    if code in _LOGIN:  # also a server that wanted a login and says so late
        raise DeliveryError(message, permanent=False, operator=True)
    permanent = _is_permanent(code)
    hard = permanent and of_address and not _NOT_THE_ADDRESS.match(said)
    raise DeliveryError(message, permanent=permanent, hard=hard)


def _is_fine(code: int) -> bool:
    return 200 <= code < 300  # noqa: PLR2004 - RFC 5321 4.2.1


def _is_permanent(code: int) -> bool:
    return 500 <= code < 600  # noqa: PLR2004 - RFC 5321 4.2.1


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:500]
