"""When news counts, and when it was told."""

from __future__ import annotations

from datetime import datetime, timedelta

#: A date so long before the poll that brought it says nothing of what else was told then.
BELIEVED = timedelta(days=7)


def counted_at(first_seen_at: datetime, *, published_at: datetime | None, backlog: bool) -> datetime:
    """Return when a report counts: see ``Item.counted_at``."""
    return published_at if backlog and published_at is not None else first_seen_at


def credible(published_at: datetime | None, counted_at: datetime, *, believed: timedelta) -> datetime | None:
    """Return when news was published, None where that is not said or lies too long before it counts."""
    if published_at is None or not counted_at - believed <= published_at <= counted_at:
        return None
    return published_at


def told_at(counted_at: datetime, *, published_at: datetime | None) -> datetime:
    """Return when news was told: published, unless that is undated or long before it reached us."""
    return credible(published_at, counted_at, believed=BELIEVED) or counted_at


def hour_of(counted_at: datetime) -> datetime:
    """Return the hour that news counts in."""
    return counted_at.replace(minute=0, second=0, microsecond=0)


def told_order(counted_at: datetime, told: datetime) -> tuple[datetime, datetime]:
    """Return what news is put in order by: what an hour's polls brought, as it was published."""
    return hour_of(counted_at), told
