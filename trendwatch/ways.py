"""The ways in and out, made as the settings say: what fetches, what reads, what carries mail away.

Imports are lazy: a verb pays for the way it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Channel

if TYPE_CHECKING:
    from trendwatch.config import Settings
    from trendwatch.config.settings import MailSettings, ParseSettings
    from trendwatch.deliver.outbox import Outbox
    from trendwatch.deliver.smtp import Smtp
    from trendwatch.deliver.webhook import Webhook
    from trendwatch.fetch import Fetcher
    from trendwatch.net.guard import Guard
    from trendwatch.net.post import Poster
    from trendwatch.sandbox import Sandbox
    from trendwatch.types.news import Document
    from trendwatch.types.work import Clock


def user_agent(settings: Settings, *, subscribers: int | None = None) -> str:
    """Return what others read of us: program, version, whom to ask, and for how many we read feeds."""
    from trendwatch.fetch import USER_AGENT

    readers = "" if subscribers is None else f"{subscribers} subscriber{'' if subscribers == 1 else 's'}"
    said = "; ".join(
        one for one in (f"+{settings.poll.contact}" * bool(settings.poll.contact), readers) if one
    )
    return f"{USER_AGENT} ({said})" if said else USER_AGENT


def make_fetcher(settings: Settings, *, subscribers: int, clock: Clock) -> Fetcher:
    """Return the way to feeds.

    Args:
        settings: how fast and where to.
        subscribers: businesses that are read for.
        clock: tells the time.
    """
    from trendwatch.fetch import Fetcher

    return Fetcher(
        _guard(settings),
        user_agent=user_agent(settings, subscribers=subscribers),
        timeout=timedelta(seconds=settings.poll.timeout_seconds),
        max_bytes=settings.poll.max_body_mb * 1024 * 1024,
        concurrency=settings.poll.concurrency,
        spacing=timedelta(seconds=settings.net.spacing_seconds),
        clock=clock,
    )


def make_sandbox(
    limits: ParseSettings, *, read: Callable[[Document], Any] | None = None, workers: int = 0
) -> Sandbox:
    """Return child processes that read what others publish; closing it ends them.

    Args:
        limits: on their time and memory.
        read: what they make of a document; None: they parse feeds.
        workers: how many; 0: as many as the settings say.
    """
    from trendwatch.sandbox import Sandbox

    size = {"workers": workers or limits.workers, "cpu_seconds": limits.cpu_seconds}
    return Sandbox(**size, memory_mb=limits.memory_mb, read=read)


def make_carrier(channel: Channel, mail: MailSettings) -> Outbox | Smtp:
    """Return the way out for a channel.

    Raises:
        DeliveryError: the mail was to leave by a server, and none is named any more.
    """
    if channel is Channel.OUTBOX:
        return make_outbox(mail)
    if not mail.smtp_host:
        raise DeliveryError(
            "no mail server is named any more, so what waits for one stays; name one in mail.smtp_host",
            permanent=False,
            operator=True,
        )
    return make_smtp(mail)


def make_smtp(mail: MailSettings, *, timeout: float | None = None) -> Smtp:
    """Return the mail server, waited for as long as is usual or for some seconds an answer."""
    from trendwatch.deliver.smtp import STEP_TIMEOUT, Smtp

    return Smtp(
        mail.smtp_host,
        mail.smtp_port,
        user=mail.smtp_user,
        password=mail.smtp_password.get_secret_value(),
        security=mail.smtp_security,
        timeout=STEP_TIMEOUT if timeout is None else timeout,
    )


def make_outbox(mail: MailSettings) -> Outbox:
    """Return the folder that keeps mails as files."""
    from trendwatch.deliver.outbox import Outbox

    return Outbox(Path(mail.outbox))


def make_caller(settings: Settings, *, clock: Clock) -> Webhook:
    """Return the way to businesses' own software."""
    from trendwatch.deliver.webhook import Webhook

    return Webhook(make_poster(settings), clock=clock)


def make_poster(settings: Settings) -> Poster:
    """Return what posts to addresses that strangers name."""
    from trendwatch.net.post import Poster

    return Poster(_guard(settings), user_agent=user_agent(settings))


def _guard(settings: Settings) -> Guard:
    from trendwatch.net.guard import Allowed, Guard

    return Guard(
        [
            Allowed.parse(one.address, per_host=one.per_host, spacing_seconds=one.spacing_seconds)
            for one in settings.net.allow
        ]
    )
