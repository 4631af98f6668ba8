from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.test_message import MAIL
from trendwatch.deliver.message import build_message
from trendwatch.deliver.smtp import Security, Smtp
from trendwatch.errors import DeliveryError

#: Made for these tests, for localhost only, trusted by nobody else.
CERTIFICATE = Path(__file__).parent / "data" / "tls" / "localhost.pem"


class Mailbox:
    """A mail server's other side: keeps what arrives, answers as told."""

    def __init__(self, **replies: str) -> None:
        self.received: list[bytes] = []
        self.replies = replies

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.replies.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.replies.get("rcpt", "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        reply = self.replies.get("data", "250 2.0.0 queued as 42")
        if reply.startswith("2"):
            self.received.append(content)
        return reply


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def check_login(
    _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object
) -> AuthResult:
    return AuthResult(success=given == LoginPassword(b"user", b"right"), handled=False)


@contextmanager
def listening(mailbox: Mailbox, **options: object) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port(), **options)  # type: ignore[arg-type]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain(port: int) -> Smtp:
    return Smtp("127.0.0.1", port, security="none", timeout=5, final_timeout=5)


def failed(server: Smtp) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        server.send(MAIL)
    return caught.value


def test_a_real_server_gets_the_bytes_of_the_outbox() -> None:
    mailbox = Mailbox()
    with listening(mailbox) as port:
        assert plain(port).send(MAIL) == "250 2.0.0 queued as 42"
    assert mailbox.received == [bytes(build_message(MAIL))]  # dots at line starts survive
    text = next(message_from_bytes(mailbox.received[0], policy=default).iter_parts())
    assert text.get_content().splitlines() == MAIL.text.splitlines()


def test_starttls_with_login() -> None:
    mailbox = Mailbox()
    login = {"authenticator": check_login, "auth_required": True}
    with listening(mailbox, tls_context=server_tls(), require_starttls=True, **login) as port:
        server = Smtp("localhost", port, user="user", password="right", timeout=5, context=trusting())
        assert server.send(MAIL).startswith("250")
        wrong = failed(Smtp("localhost", port, user="user", password="wrong", timeout=5, context=trusting()))
    assert len(mailbox.received) == 1
    assert (wrong.permanent, wrong.operator, wrong.hard) == (False, True, False)  # no reader is at fault
    assert "535" in str(wrong)
    assert "wrong" not in str(wrong)


def test_tls_from_the_first_byte() -> None:
    mailbox = Mailbox()
    with listening(mailbox, ssl_context=server_tls()) as port:
        server = Smtp("localhost", port, security="tls", timeout=5, context=trusting())
        assert server.send(MAIL).startswith("250")
    assert len(mailbox.received) == 1


def test_d2_tls_is_never_silently_downgraded() -> None:
    mailbox = Mailbox()
    with listening(mailbox) as port:  # STARTTLS not offered, or stripped on the way
        error = failed(Smtp("127.0.0.1", port, timeout=5, user="user", password="secret"))
    assert not error.permanent
    assert "does not offer STARTTLS" in str(error)
    assert mailbox.received == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_d2_an_untrusted_certificate_gets_nothing(security: Security) -> None:
    mailbox = Mailbox()
    options = {"tls_context": server_tls()} if security == "starttls" else {"ssl_context": server_tls()}
    with listening(mailbox, **options) as port:
        error = failed(Smtp("localhost", port, security=security, timeout=5))
    assert not error.permanent
    assert "is not trusted" in str(error)
    assert mailbox.received == []


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        ("421 going down", False),
        ("450 greylisted", False),
        ("451 later", False),
        ("550 no such user", True),
        ("552 too large", True),
    ],
)
def test_d2_replies_say_whether_to_try_again(step: str, reply: str, permanent: bool) -> None:
    mailbox = Mailbox(**{step: reply})
    with listening(mailbox) as port:
        error = failed(plain(port))
    ours = permanent and step == "mail"  # no reader is named yet: it speaks of our sender
    assert (error.permanent, error.operator, error.in_doubt) == (permanent and not ours, ours, False)
    assert reply in str(error)


class Script(threading.Thread):
    """A server that speaks lines and hangs up at a chosen verb: what aiosmtpd is too polite to do."""

    def __init__(self, *, cut_at: str, last_words: bytes = b"", stall: bool = False) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._cut_at = cut_at
        self._last_words = last_words
        self._stall = stall
        self._done = threading.Event()
        self.body = b""

    def run(self) -> None:
        connection, _ = self._listener.accept()
        with self._listener, connection, connection.makefile("rb") as lines:
            self._speak(connection, lines)
            if self._stall:
                self._done.wait(10)

    def _speak(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        if self._answer(connection, "connect", b"220 hello\r\n"):
            return
        for line in lines:
            verb = line.split()[0].decode().lower()
            words = b"354 go\r\n" if verb == "data" else b"250 fine\r\n"
            if self._answer(connection, verb, words):
                return
            if verb == "data":
                for body in lines:
                    if body == b".\r\n":
                        break
                    self.body += body
                if self._answer(connection, "dot", b"250 queued\r\n"):
                    return
            if verb == "quit":
                return

    def _answer(self, connection: socket.socket, verb: str, words: bytes) -> bool:
        if verb == self._cut_at:
            connection.sendall(self._last_words)
            return True
        connection.sendall(words)
        return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join(10)


@pytest.mark.parametrize("verb", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_d2_a_line_cut_before_the_final_dot_is_tried_again(verb: str) -> None:
    with Script(cut_at=verb) as script:
        error = failed(plain(script.port))
    assert (error.permanent, error.in_doubt) == (False, False)
    assert script.body == b""


@pytest.mark.parametrize("last_words", [b"", b"25", b"what?\r\n", b"250-and\r\n"])
def test_d2_a_lost_final_reply_is_in_doubt(last_words: bytes) -> None:
    with Script(cut_at="dot", last_words=last_words) as script:
        error = failed(plain(script.port))
    assert (error.permanent, error.in_doubt) == (False, True)
    assert MAIL.message_id.encode() in script.body


def test_d2_a_final_reply_that_takes_too_long_is_in_doubt() -> None:
    with Script(cut_at="dot", stall=True) as script:
        error = failed(Smtp("127.0.0.1", script.port, security="none", timeout=5, final_timeout=0.1))
    assert error.in_doubt


def test_d2_a_step_that_takes_too_long_is_tried_again() -> None:
    with Script(cut_at="rcpt", stall=True) as script:
        error = failed(Smtp("127.0.0.1", script.port, security="none", timeout=0.1))
    assert (error.permanent, error.in_doubt) == (False, False)


def test_d2_a_goodbye_that_fails_is_still_a_success() -> None:
    with Script(cut_at="quit") as script:
        assert plain(script.port).send(MAIL) == "250 queued"


def test_d2_a_refused_greeting() -> None:
    """Nobody was named yet: the operator must act, or the server is busy."""
    for words, operator in ((b"554 no\r\n", True), (b"421 busy\r\n", False)):
        with Script(cut_at="connect", last_words=words) as script:
            error = failed(plain(script.port))
            assert (error.permanent, error.operator) == (False, operator)


def test_nobody_listens() -> None:
    error = failed(plain(_free_port()))
    assert (error.permanent, error.in_doubt) == (False, False)
