"""A story as it is shown: headline, what happened, why it matters, on what evidence.

Headlines are never rewritten. Of one of more than twenty words (3 % of 848 real ones) what stands before a
stop or a dash is shown where that says something, in every channel alike, so that mail, page and feeds cannot
disagree; the report itself has the rest, and so have JSON and webhook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from trendwatch.render.inline import SOURCES_SHOWN, LinkView, link, source_link, text
from trendwatch.types.advice import Digest, Pick
from trendwatch.types.weeks import SHORT_MONTHS

#: Words of a headline that are taken in at a glance: three lines on a phone.
HEADLINE_WORDS = 20
#: Fewer words before a stop are a lead-in.
LEAST_WORDS = 5
_STOP = re.compile(r"(?<=[?!])\s|(?<=\w\w)\.\s|;\s|\s[–—|-]\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class PickView:
    """A story as it is shown."""

    title: str
    url: str
    what: str
    why: str
    #: "4 independent sources, first seen 3 Mar"
    evidence: str
    sources: tuple[LinkView, ...]
    #: "and 2 more", or ""
    more: str
    #: technologies and sectors, then doubts
    topics: tuple[str, ...]
    marks: tuple[str, ...]
    #: what made its score: points with sign, reason
    parts: tuple[tuple[str, str], ...]
    score: str
    #: where to say what it was worth, "" for nowhere
    votes_url: str = ""


def pick_view(pick: Pick, digest: Digest, *, votes_url: str = "") -> PickView:
    """Return a story as it is shown.

    Args:
        pick: the story.
        digest: it is of.
        votes_url: where its readers say what stories were worth, "" for nowhere.
    """
    linked = tuple(source_link(source) for source in pick.sources if link(source.url))
    left = len(pick.sources) - len(linked[:SOURCES_SHOWN])
    return PickView(
        title=headline_words(text(pick.title)),
        url=link(pick.url),
        what=text(pick.what),
        why=text(pick.why),
        # the world's first sight of it, not ours: the links below are dated likewise
        evidence=f"{_independent(pick)}, first seen "
        f"{date_words(pick.first_told_at or pick.first_seen_at, digest.timezone)}",
        sources=linked[:SOURCES_SHOWN],
        more=f"and {left} more" if left else "",
        topics=tuple(text(topic) for topic in pick.topics),
        marks=tuple(text(mark) for mark in pick.marks),
        parts=tuple((f"{part.points:+.1f}".replace("-", "−"), text(part.reason)) for part in pick.parts),
        score=f"{pick.score:.1f}",
        votes_url=link(f"{votes_url}#s-{quote(text(pick.story_id), safe='')}") if votes_url else "",
    )


def headline_words(title: str) -> str:
    """Return a headline, of a long one what stands before its last stop within twenty words."""
    if len(title.split()) <= HEADLINE_WORDS:
        return title
    parts = [title[: stop.start()] for stop in _STOP.finditer(title)]
    return next(
        (part for part in reversed(parts) if LEAST_WORDS <= len(part.split()) <= HEADLINE_WORDS), title
    )


def date_words(when: datetime, timezone: str) -> str:
    """Return "3 Mar", the local day."""
    local = when.astimezone(ZoneInfo(timezone))
    return f"{local.day} {SHORT_MONTHS[local.month - 1]}"


def _independent(pick: Pick) -> str:
    owners = len({source.owner for source in pick.sources})
    return f"{owners} independent sources" if owners > 1 else "1 source"
