"""When a feed may be asked again.

Observations. Publishers block readers that come more often than hourly, or without validators more often than
daily. Most feeds speak a few times a day, many once a week, some in
working hours only; polling all of them hourly is twenty requests in vain for one that brings something.

Method. After a readable answer the wait is the longest of

    the minimum                    1 h, or 24 h for a feed without validators: each poll costs a whole body
    half the feed's own rhythm     (now - t_k) / k over its newest k <= 20 dated entries
    an eighth of its silence       now - the last time its document changed
    what the publisher asks for    Cache-Control or Expires; ttl or sy:updatePeriod

and at most a day. Half of the rhythm, since at the full rhythm every second item would be late; an eighth of
the silence, so that a night costs a daily paper nothing and a feed that fell asleep for eight days is asked
once a day. A feed that speaks again is at its old pace with one poll.

A document reaches back over its own rhythm times its entries: what is older has left it. A feed of 20
entries, one each quarter of an hour, that states a ttl of a day would so lose 76 of 96 items a day. So the
silence of an awake feed makes no wait longer than half its reach, and what the publisher asks for is obeyed
if the document reaches as far; if not, the two contradict each other, and half the reach holds. Cache-Control
and ttl say how long a copy is good, not that nobody may ask; skipHours, skipDays and Retry-After do, and are
always obeyed. Nor is the minimum ever undercut: it is what publishers block readers for.

A failure waits 1 h · 2ⁿ · (1 + 0.4 · jitter), at most a day, so that feeds that fail together do not come
back together; n counts the failures before this one. A server that asks for rest (429, 503) is not broken and
not counted: its n is read off the wait before. What is gone is asked once a month. Retry-After is a lower
bound on all of it, up to 31 days. Only an answer of the server itself makes it rest, or rest longer: a feed
that is sent on to one that rests already waits for its end and leaves that end where it is. Nothing is ever
parked: the first good answer restores the pace.

skipHours and skipDays move any time out of themselves, with its minutes kept: else all would come at the full
hour. A list that skips everything is a mistake and is ignored.

Known failures. A feed whose dates lie (all equal, all of today) is asked once an hour. A document that
changes with every request (a clock in it) is never silent. A feed without dates has no reach. Items are lost
where the reach is below the minimum (a day for a feed without validators; operators lower it with the maximum
interval), and where a busy feed wakes after a week: a poll that finds nothing known is told as a gap
(``news/ledger.py``). A feed that publishes all its entries at once, daily, seems to reach back a few hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trendwatch.types.news import Entry, Failure, FeedState, PollFailure

#: Entries a rhythm is read from.
_NEWEST = 20
#: Share of the rhythm and of the silence that a wait lasts.
_OF_RHYTHM, _OF_SILENCE = 2, 8
#: Share of its reach that a wait lasts, and the silence beyond which it is asleep and its reach says nothing.
_OF_REACH, _ASLEEP = 2, timedelta(days=7)
_HOURS, _DAYS = 24, 7
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often feeds are asked."""

    #: after a readable answer, at least
    minimum: timedelta = timedelta(hours=1)
    #: after a readable answer of a feed without validators, at least; bounded by the maximum
    unconditional: timedelta = timedelta(hours=24)
    #: the longest wait a rhythm, a publisher's max-age or ttl, or a failure leads to
    maximum: timedelta = timedelta(hours=24)
    #: after the first failure; doubles with each further one
    back_off: timedelta = timedelta(hours=1)
    #: a failure's wait is stretched by up to this share
    jitter_share: float = 0.4
    #: after the publisher said that the feed is gone
    gone: timedelta = timedelta(days=30)
    #: the longest Retry-After that is obeyed
    retry_after: timedelta = timedelta(days=31)
    #: a feed that has only said "not modified" for so long is asked for the whole document once
    probe: timedelta = timedelta(days=30)


PACE = Pace()


def mean_gap(entries: Sequence[Entry], now: datetime) -> timedelta | None:
    """Return the mean time between the newest entries, the pause until now included; None without dates."""
    times = _times(entries, now)[:_NEWEST]
    return (now - times[-1]) / len(times) if times else None


def reach_of(entries: Sequence[Entry], now: datetime) -> timedelta | None:
    """Return how long an entry stays in a document, at its present pace; None where its dates do not say.

    Not the age of the oldest entry: one that is pinned would say years.
    """
    times, gap = _times(entries, now), mean_gap(entries, now)
    return None if gap is None or times[0] == times[-1] else gap * len(times)


def _times(entries: Sequence[Entry], now: datetime) -> list[datetime]:
    """Return when entries were published, the newest first."""
    stated = (entry.published_at or entry.updated_at for entry in entries)
    return sorted((time for time in stated if time is not None and time <= now), reverse=True)


def after_success(
    state: FeedState, max_age: timedelta | None, *, now: datetime, pace: Pace = PACE
) -> datetime:
    """Return when to ask again after a readable answer that led to a state."""
    rare = max(pace.minimum, min(pace.unconditional, pace.maximum))
    floor = pace.minimum if state.etag or state.last_modified else rare
    silence = now - state.changed_at if state.changed_at else timedelta(0)
    own = max((state.rhythm or timedelta(0)) / _OF_RHYTHM, silence / _OF_SILENCE)
    stated = min(pace.maximum, max(state.ttl or timedelta(0), max_age or timedelta(0)))
    if state.reach is not None and silence < _ASLEEP:
        part = state.reach / _OF_REACH
        own, stated = min(own, part), stated if stated <= state.reach else part
    return out_of_skips(now + max(floor, min(pace.maximum, max(own, stated))), state)


def after_failure(
    state: FeedState, failure: PollFailure, *, now: datetime, jitter: float, pace: Pace = PACE
) -> datetime:
    """Return when to ask again after a poll that brought nothing; ``state`` is as it was before."""
    wait = pace.gone if failure.failure is Failure.GONE else _back_off(state, failure, jitter, pace=pace)
    if failure.retry_after is not None:
        wait = max(wait, min(failure.retry_after, pace.retry_after))
    return out_of_skips(now + wait, state)


def rest_after(
    state: FeedState, failure: PollFailure, *, now: datetime, jitter: float, pace: Pace = PACE
) -> datetime:
    """Return until when a server is left alone that asked one of its feeds for rest.

    What it states holds for all its feeds. The back-off and the skipped hours of the feed that happened to be
    asked are its own, unless nothing is stated.
    """
    if failure.retry_after is None:
        return now + _back_off(state, failure, jitter, pace=pace)
    return now + max(pace.back_off, min(failure.retry_after, pace.retry_after))


def _back_off(state: FeedState, failure: PollFailure, jitter: float, *, pace: Pace) -> timedelta:
    before = _rests(state, pace) if failure.failure is Failure.RATE_LIMITED else state.failures
    # 2^20 hours are beyond any maximum, and floats stay finite.
    stretch: float = (1 + pace.jitter_share * jitter) * 2 ** min(before, 20)
    return min(pace.maximum, pace.back_off * stretch)


def out_of_skips(when: datetime, state: FeedState) -> datetime:
    """Return a time at which the publisher does not mind a visit: this one, or the next."""
    if not (state.skip_hours or state.skip_days):
        return when
    hours = state.skip_hours if len(set(state.skip_hours)) < _HOURS else ()
    days = state.skip_days if len(set(state.skip_days)) < _DAYS else ()
    while when.hour in hours or when.weekday() in days:
        when += _HOUR
    return when


def _rests(state: FeedState, pace: Pace) -> int:
    """Return how often in a row a server asked for rest before.

    The wait was 2ⁿ back-offs stretched by less than 2, so its logarithm, rounded down, is n.
    """
    if state.failure is not Failure.RATE_LIMITED or not state.polled_at or not state.next_fetch_at:
        return 0
    waited = (state.next_fetch_at - state.polled_at) / pace.back_off
    return math.floor(math.log2(waited)) + 1 if waited >= 1 else 0
