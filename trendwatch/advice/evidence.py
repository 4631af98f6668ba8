"""The parts of a score that are the same for every business: how well a story is told, and how fresh."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import numpy as np

from trendwatch.advice.aspects import Aspect, Said
from trendwatch.advice.columns import POINT, Columns, Mask
from trendwatch.advice.profile import Profile
from trendwatch.advice.weights import (
    BREADTH,
    FRESH,
    FRESH_HALF_LIFE,
    MOMENTUM,
    OFFICIAL,
    RARE,
    SINGLE_SOURCE,
    VENDOR_WRITTEN,
)
from trendwatch.advice.words import counted, in_words
from trendwatch.types.advice import Candidate, Edition
from trendwatch.types.news import FeedKind

# What editors put before a headline or into an address to keep views apart from news.
_OPINION = re.compile(
    r"\s*(opinion|comment|commentary|column|editorial|op-ed|viewpoint|guest post)\s*[:|–—-]\s", re.IGNORECASE
)
_PAID = re.compile(
    r"\s*(sponsored(?: content| post)?|promoted|advertorial|advertisement|paid post|partner content)"
    r"\s*[:|–—-]\s+(?=\S)",
    re.IGNORECASE,
)
_OPINION_PLACE = re.compile(
    r"^https?://[^/]+/(.*/)?(opinions?|commentisfree|editorials?|op-ed|columnists?)/", re.IGNORECASE
)


def official(candidate: Candidate) -> bool:
    """Return whether somebody who speaks for the thing itself reports a story."""
    return any(source.kind in OFFICIAL for source in candidate.sources)


def vendor_written(candidate: Candidate) -> bool:
    """Return whether nobody but sellers reports a story, or it says itself that it was paid for."""
    sellers = bool(candidate.sources) and all(source.kind == FeedKind.VENDOR for source in candidate.sources)
    return sellers or bool(_PAID.match(candidate.title))


def unpaid(title: str) -> str:
    """Return a headline without the word that it was paid for, which its mark says."""
    return _PAID.sub("", title, count=1)


def opinion(candidate: Candidate) -> bool:
    """Return whether a story calls itself somebody's view, or every report of it stands among those."""
    reports = candidate.sources
    return bool(_OPINION.match(candidate.title)) or (
        bool(reports) and all(_OPINION_PLACE.search(source.url) for source in reports)
    )


def officials(columns: Columns) -> Mask:
    """Return which stories somebody reports who speaks for the thing itself."""
    return columns.once(
        "official", lambda: np.array([official(one) for one in columns.candidates], dtype=bool)
    )


def evidence(held: Profile) -> Iterator[Aspect]:
    """Return the parts that speak for or against a story whoever reads it; momentum is that of a sector."""
    columns = held.columns
    yield columns.once("breadth", partial(_breadth, columns))
    yield columns.once("vendor", partial(_vendor, columns))
    yield columns.once(("momentum", held.own), partial(_momentum, held))
    yield columns.once("fresh", partial(_freshness, columns))
    yield columns.once("rare", partial(_rarity, columns))


def _breadth(columns: Columns) -> Aspect:
    worth = np.rint(BREADTH * (1 - np.exp(-(columns.owners - 1) / 3)) * POINT)
    alone = np.where(officials(columns), 0, SINGLE_SOURCE * POINT)
    points = np.where(columns.owners > 1, worth, alone).astype(np.int16)

    def says(at: int) -> Said:
        independent = int(columns.owners[at])
        if independent > 1:
            return Said(f"reported by {counted(independent, 'independent publisher')}")
        return Said("only one publisher so far")

    return Aspect(points, says, personal=False)


def _vendor(columns: Columns) -> Aspect:
    sellers = np.array([vendor_written(one) for one in columns.candidates], dtype=bool)
    points = np.where(sellers, np.int16(VENDOR_WRITTEN * POINT), columns.nothing)
    return Aspect(points, lambda _: Said("written by those who sell it"), personal=False)


def _momentum(held: Profile) -> Aspect:
    columns, rising = held.columns, held.rising
    points = columns.nothing
    for key, bits in rising.items():
        worth = round(MOMENTUM * min(bits, 2.0) / 2 * POINT)
        points = np.maximum(points, np.where(columns.carry([key]), np.int16(worth), np.int16(0)))

    def says(at: int) -> Said:
        risen = max((key for key in columns.tags[at] if key in rising), key=lambda key: rising[key])
        return Said(f"more reports than usual about {in_words(risen, held.edition.names)}")

    return Aspect(points, says, personal=False)


def _rarity(columns: Columns) -> Aspect:
    points = np.where(columns.rare, np.int16(RARE * POINT), columns.nothing)
    return Aspect(points, lambda _: Said("from a source that reports seldom"), personal=False)


def _freshness(columns: Columns) -> Aspect:
    edition = columns.edition
    ages = [_age(one, edition) for one in columns.candidates]
    worth = [round(FRESH * 2.0 ** -(age / FRESH_HALF_LIFE) * POINT) for age in ages]

    def says(at: int) -> Said:
        days = counted(ages[at].days, "day") + " ago" if ages[at].days else "today"
        verb = "published" if columns.candidates[at].published_at else "first seen"
        return Said(f"{verb} {days}")

    return Aspect(np.array(worth, dtype=np.int16), says, personal=False)


def _age(candidate: Candidate, edition: Edition) -> timedelta:
    since = candidate.published_at or candidate.first_seen_at
    return max(edition.cutoff - since, timedelta(0))
