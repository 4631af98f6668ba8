"""Feeds that move for good: permanent redirects are believed once they have proven themselves (F2).

A single 301 proves nothing: hotel networks, expired domains and broken upgrades send them too, and readers
that believed the first one lost feeds for ever. So a new address is adopted only after ten readable polls
that all led there, over at least a week. Another answer in between begins anew; a poll that failed proves
nothing either way, else a reader that is offline now and then would never follow. Until then, and while the
server answers 302 or 307, the old address is asked. The configured address stays on record: when the new one
fails three times in a row, the old one is asked again, and the redirect has to prove itself anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from trendwatch.types.news import Feed, FeedState

#: Readable polls that must all lead to the same new address, over at least so long.
PROOFS, PROVEN_OVER = 10, timedelta(days=7)
#: Failures in a row after which an adopted address is given up.
GIVEN_UP = 3


def address_of(feed: Feed, state: FeedState) -> str:
    """Return where a feed is asked: its configured address, or where it has moved for good."""
    return state.address or feed.url


def after_answer(feed: Feed, state: FeedState, moved_to: str, *, now: datetime) -> FeedState:
    """Return the state after a readable answer that came over permanent redirects to ``moved_to``, or "".

    Args:
        feed: as configured.
        state: with what is remembered of earlier redirects.
        moved_to: where the redirects lead.
        now: when it was asked.
    """
    if not moved_to or moved_to == address_of(feed, state):
        return replace(state, moved_to="", moved_since=None, moved_times=0)
    if moved_to != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=moved_to, moved_since=now, moved_times=1)
    times = state.moved_times + 1
    if times < PROOFS or now - state.moved_since < PROVEN_OVER:
        return replace(state, moved_times=times)
    adopted = "" if moved_to == feed.url else moved_to
    return replace(state, address=adopted, moved_to="", moved_since=None, moved_times=0)


def after_failures(state: FeedState) -> FeedState:
    """Return the state after a failure: an adopted address that fails again and again is given up."""
    if not state.address or state.failures < GIVEN_UP:
        return state
    # What the new address gave is not the old one's to judge.
    return replace(state, address="", etag="", last_modified="", issuer="", failures=0)
