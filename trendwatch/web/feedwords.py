"""Scorecards, ledgers and polls as operators read them, on pages and on the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from trendwatch.advice.words import counted
from trendwatch.news.ledger import DROP_WORDS, OUTCOME_WORDS
from trendwatch.types.fetches import Fetch, Ledger, Outcome, Scorecard
from trendwatch.web.words import stamp

#: A poll as one sign: what is told by colour is told by its shape too.
_SIGNS = {
    Outcome.READ: "\u00b7",
    Outcome.UNCHANGED: "=",
    Outcome.NOT_MODIFIED: "=",
    Outcome.RESTING: "z",
    Outcome.FAILED: "!",
}


def sign(fetch: Fetch) -> str:
    """Return a poll as one sign: + new items, . nothing new, = not changed, z asked to wait, ! failed."""
    return "+" if fetch.ledger.kept else _SIGNS[fetch.outcome]


def tone(fetch: Fetch) -> str:
    """Return what colour a poll has: new, same, wait or bad."""
    if fetch.outcome is Outcome.FAILED:
        return "bad"
    if fetch.outcome is Outcome.RESTING:
        return "wait"
    return "new" if fetch.ledger.kept else "same"


@dataclass(frozen=True, slots=True)
class Run:
    """Polls in a row that came to the same, as a strip shows them."""

    #: one sign for each
    signs: str
    #: what colour they have
    tone: str
    #: when, and what came of them
    title: str


def strip(fetches: Iterable[Fetch]) -> tuple[Run, ...]:
    """Return polls as a strip, the oldest first; equal ones in a row stand together."""
    groups = (list(group) for _, group in groupby(sorted(fetches, key=lambda one: one.at), key=sign))
    return tuple(
        Run(signs=sign(group[0]) * len(group), tone=tone(group[0]), title=_run_words(group))
        for group in groups
    )


def strip_words(fetches: Sequence[Fetch]) -> str:
    """Return polls in a sentence, for those who do not see a strip."""
    counts = Counter(tone(fetch) for fetch in fetches)
    said = [f"{counts[name]} {words}" for name, words in _TONES.items() if counts[name]]
    return f"{counted(len(fetches), 'poll')}: {', '.join(said) or 'none'}"


_TONES = {"new": "with new items", "same": "without", "wait": "asked to wait", "bad": "failed"}


def _run_words(group: Sequence[Fetch]) -> str:
    first, last = group[0], group[-1]
    if first is last:
        return f"{stamp(first.at)}: {fetch_words(first)}"
    failures = sorted({str(one.failure) for one in group if one.failure})
    why = f" ({', '.join(failures)})" if failures else ""
    return f"{stamp(first.at)} to {stamp(last.at)}: {len(group)} polls {_TONES[tone(first)]}{why}"


def fetch_words(fetch: Fetch) -> str:
    """Return what came of a poll, "read, 3 new of 40 entries"."""
    said = OUTCOME_WORDS[fetch.outcome] + (f" ({fetch.failure})" if fetch.failure else "")
    if fetch.outcome is not Outcome.READ:
        return said
    return f"{said}, {fetch.ledger.kept} new of {counted(fetch.ledger.fetched, 'entry', plural='entries')}"


def ledger_rows(ledger: Ledger) -> list[tuple[int, str]]:
    """Return what became of entries as counts and words; the first is the sum of the others."""
    first = [
        (ledger.fetched, "entries fetched in the last polls, of which"),
        (ledger.kept, "kept as new items"),
    ]
    return [*first, *((count, DROP_WORDS[drop]) for drop, count in ledger.drops.items())]


def gap_words(gaps: int) -> str:
    """Return that entries may have been missed, and what to do; "" where none were."""
    if not gaps:
        return ""
    return (
        f"{counted(gaps, 'poll')} brought nothing that was known: entries in between may have been missed. "
        f"The feed moves on faster than it is asked; poll.minimum_interval_minutes, or for a feed without "
        f"validators poll.maximum_interval_minutes, would have to be shorter."
    )


def scorecard_rows(card: Scorecard) -> list[tuple[str, str]]:
    """Return a scorecard as names and values."""
    return [
        ("Items a week", f"{card.per_week:.1f} ({counted(card.items, 'item')} in 90 days)"),
        ("Stories", f"{card.stories:,}"),
        ("Told by nobody else", f"{card.unique_stories:,}"),
        ("Told first", f"{card.first_reports:,} of those that several publishers told"),
        ("Repeats", _of(card.repeated_share, "of its items told what was told before")),
        ("Lateness", "no dated item" if card.lateness is None else length_words(card.lateness)),
        ("Tagged", _of(card.tagged_share, "with a sector or technology")),
    ]


def _of(share: float | None, words: str) -> str:
    return share_words(share) if share is None else f"{share_words(share)} {words}"


def share_words(share: float | None) -> str:
    """Return "34%", or that there is nothing to divide."""
    return "none yet" if share is None else f"{share:.0%}"


def length_words(length: timedelta) -> str:
    """Return "40 min", "3 h" or "2 days"."""
    minutes = length / timedelta(minutes=1)
    if minutes < 90:  # noqa: PLR2004 - from here on in hours
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004 - in days
