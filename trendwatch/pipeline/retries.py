"""When a delivery is tried again, and when it is given up. Pure.

mail, 4xx or a broken line        5 min, 15 min, 1 h, 3 h, 6 h, 12 h, 24 h, 24 h: within 72 hours
mail, 5xx                         never: shown, counted as a bounce
mail, our own login or name       the same waits, at most 6 h, for a week: no reader is at fault
webhook, anything but 2xx         5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: ten tries in
                                  75.6 hours, as Standard Webhooks says; then it is switched off
webhook, 410                      never: it is switched off at once
a longer Retry-After              holds, up to a day
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Channel, Delivery, DeliveryState

#: Waits between attempts of a mail.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360, 720, 1440, 1440))
#: No attempt of a mail comes later than this after the first.
MAIL_DAYS = timedelta(hours=72)
#: Waits between attempts of a webhook.
HOOK_RETRIES = (
    timedelta(seconds=5),
    *(timedelta(minutes=minutes) for minutes in (5, 30, 120, 300, 600, 840, 1200, 1440)),
)
#: Waits while the operator has to act are no longer than this, so that a mended login is noticed soon.
OPERATOR_WAIT = timedelta(hours=6)
#: Then a digest is old, and the next one is there.
OPERATOR_DAYS = timedelta(days=7)
LONGEST_WAIT = timedelta(days=1)


def after_failure(delivery: Delivery, error: DeliveryError, *, now: datetime) -> Delivery:
    """Return what a refused or lost attempt leaves: another try, or the end."""
    wait = _wait(delivery, error, now=now)
    doubts = delivery.doubts + error.in_doubt
    if error.permanent or wait is None:
        return replace(
            delivery, state=DeliveryState.FAILED, next_attempt_at=None, detail=str(error), doubts=doubts
        )
    state = DeliveryState.IN_DOUBT if error.in_doubt else DeliveryState.WAITING
    return replace(delivery, state=state, next_attempt_at=now + wait, detail=str(error), doubts=doubts)


def _wait(delivery: Delivery, error: DeliveryError, *, now: datetime) -> timedelta | None:
    """Return how long to wait before the next attempt, None to give up."""
    waits = HOOK_RETRIES if delivery.channel is Channel.WEBHOOK else RETRIES
    tried = delivery.attempts - 1
    asked = min(error.wait or timedelta(0), LONGEST_WAIT)
    started = delivery.first_attempt_at or now
    if error.operator:
        wait = min(waits[min(tried, len(waits) - 1)], OPERATOR_WAIT)
        return wait if now + wait - started <= OPERATOR_DAYS else None
    if tried >= len(waits):
        return None
    wait = max(waits[tried], asked)
    if delivery.channel is not Channel.WEBHOOK and now + wait - started > MAIL_DAYS:
        return None
    return wait
