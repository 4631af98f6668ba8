"""What one poll leaves in a feed's history, and what each reason means in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from trendwatch.types.fetches import Drop, FeedUpdate, Fetch, Ledger, Outcome
from trendwatch.types.news import Answer, Document, Failure, NotModified, ParsedFeed, PollFailure

DROP_WORDS: dict[Drop, str] = {
    Drop.KNOWN: "known from an earlier poll",
    Drop.UPDATED: "known, with new text, which replaced the old one",
    Drop.RESTLESS: "known, and changed so often that its text stays now",
    Drop.CHURNED: "known under another guid",
    Drop.DUPLICATE: "in the document twice",
    Drop.LEFT_OUT: "beyond the newest 2,000 entries",
}

OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.READ: "read",
    Outcome.UNCHANGED: "the same document as before",
    Outcome.NOT_MODIFIED: "not modified, says the server",
    Outcome.RESTING: "asked to wait",
    Outcome.FAILED: "failed",
}


def recorded(
    update: FeedUpdate, answer: Answer, *, parsed: ParsedFeed | PollFailure | None, now: datetime
) -> FeedUpdate:
    """Return what a poll leaves to be written, with its line for the feed's history if the feed was asked.

    Its ledger says what the document alone shows; which of its items are known is for the store to add.
    """
    if isinstance(answer, PollFailure) and not answer.asked:
        return update
    fetch = Fetch(
        at=now,
        outcome=_outcome(update.state.failure, answer, parsed),
        failure=update.state.failure,
        size=len(answer.body) if isinstance(answer, Document) else 0,
        milliseconds=answer.milliseconds,
        ledger=_ledger(parsed, kept=len(update.items)),
    )
    return replace(update, fetch=fetch)


def settled(ledger: Ledger, *, kept: int, drops: Mapping[Drop, int]) -> Ledger:
    """Return a document's ledger with what is known of its items."""
    return Ledger(fetched=ledger.fetched, kept=kept, drops=ledger.drops) + Ledger(drops=drops)


def gaps(fetches: Iterable[Fetch], *, read_since: datetime | None) -> int:
    """Return how many polls brought nothing that was known: entries in between may have been missed.

    Args:
        fetches: of one feed.
        read_since: its first readable poll, which knows nothing; None before it.
    """
    return sum(
        read_since is not None and fetch.at > read_since and _is_all_new(fetch.ledger) for fetch in fetches
    )


def _is_all_new(ledger: Ledger) -> bool:
    return ledger.kept > 0 and not _MET_BEFORE & ledger.drops.keys()


_MET_BEFORE = {Drop.KNOWN, Drop.UPDATED, Drop.RESTLESS, Drop.CHURNED}


def _outcome(failure: Failure | None, answer: Answer, parsed: object) -> Outcome:
    if failure is not None:
        return Outcome.RESTING if failure is Failure.RATE_LIMITED else Outcome.FAILED
    if isinstance(answer, NotModified):
        return Outcome.NOT_MODIFIED
    return Outcome.UNCHANGED if parsed is None else Outcome.READ


def _ledger(parsed: ParsedFeed | PollFailure | None, *, kept: int) -> Ledger:
    """Return what became of a document's entries as if all its items were new."""
    if not isinstance(parsed, ParsedFeed):
        return Ledger()
    counted = {Drop.DUPLICATE: len(parsed.entries) - kept, Drop.LEFT_OUT: parsed.left_out}
    drops = {drop: count for drop, count in counted.items() if count}
    return Ledger(fetched=len(parsed.entries) + parsed.left_out, kept=kept, drops=drops)
