"""The ways in and out, made as the settings say: what fetches, what reads, what carries mail away.

Imports are lazy: a verb pays for the way it takes.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

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
    from trendwatch.types.work import Clock


def make_fetcher(settings: Settings, *, clock: Clock) -> Fetcher:
    """Return the way to feeds."""
    from trendwatch.fetch import Fetcher

    return Fetcher(
        _guard(settings),
        user_agent=_user_agent(settings),
        timeout=timedelta(seconds=settings.poll.timeout_seconds),
        max_bytes=settings.poll.max_body_mb * 1024 * 1024,
        concurrency=settings.poll.concurrency,
        spacing=timedelta(seconds=settings.net.spacing_seconds),
        clock=clock,
    )


def make_sandbox(limits: ParseSettings) -> Sandbox:
    """Return child processes that read what others publish; closing it ends them."""
    from trendwatch.sandbox import Sandbox

    return Sandbox(workers=limits.workers, cpu_seconds=limits.cpu_seconds, memory_mb=limits.memory_mb)


def make_carrier(channel: Channel, mail: MailSettings) -> Outbox | Smtp:
    """Return the way out for a channel."""
    from trendwatch.deliver.smtp import Smtp

    if channel is Channel.OUTBOX:
        return make_outbox(mail)
    return Smtp(
        mail.smtp_host,
        mail.smtp_port,
        user=mail.smtp_user,
        password=mail.smtp_password.get_secret_value(),
        security=mail.smtp_security,
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

    return Poster(_guard(settings), user_agent=_user_agent(settings))


def _guard(settings: Settings) -> Guard:
    from trendwatch.net.guard import Allowed, Guard

    return Guard(
        [
            Allowed.parse(one.address, per_host=one.per_host, spacing_seconds=one.spacing_seconds)
            for one in settings.net.allow
        ]
    )


def _user_agent(settings: Settings) -> str:
    from trendwatch.fetch import USER_AGENT

    return USER_AGENT + (f" (+{settings.poll.contact})" if settings.poll.contact else "")
