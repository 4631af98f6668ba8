"""A story as an edition may show it: one headline, and only what holds for it.

What is shown is the headline that the most publishers vouch for (``vouching``); of equals one of the first
publisher, its fullest report. Publishers, links, dates and labels are those of the reports that vouch for it.
A label must stand in the report that is shown, or in half of those that vouch for it: one of five reports
that speaks of drones is no reason to show a story to who asked about drones. What a feed puts before each of
its headlines is left out of it (``kickers``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np

from trendwatch.news.firsttold import shown_at
from trendwatch.news.kickers import Kickers
from trendwatch.news.vouching import CERTAIN, VOUCHES, Matrix, Usage, points
from trendwatch.news.wordings import Wording, wording
from trendwatch.types.advice import Candidate
from trendwatch.types.sources import Source
from trendwatch.types.stories import Telling, Told
from trendwatch.types.tags import Tag
from trendwatch.types.telling import counted_at

#: Share of the vouching reports that carry a label which the shown one does not.
MOST = 0.5


def candidates(
    stories: Sequence[Told], before: Iterable[tuple[str, str]] = (), *, language: str
) -> tuple[Candidate, ...]:
    """Return stories as an edition may show them, in their order.

    Args:
        stories: of its window
        before: (title, text) of the news before the window, by which words are rare or not
        language: a report in it tells the story where there is one
    """
    month = list(before)
    kickers = Kickers(
        [*month, *((one.source.title, one.summary) for told in stories for one in told.reports)]
    )
    said = [[wording(one.source.title, one.summary) for one in story.reports] for story in stories]
    past = (wording(title, text) for title, text in month)
    usage = Usage([*past, *(one for wordings in said for one in wordings)])
    return tuple(
        _candidate(story, _worth(story, wordings, usage), language=language, kickers=kickers)
        for story, wordings in zip(stories, said, strict=True)
    )


def _worth(story: Told, wordings: Sequence[Wording], usage: Usage) -> Matrix:
    if len({one.source.owner for one in story.reports}) == 1:
        return np.full((len(wordings), len(wordings)), CERTAIN)  # one voice, whatever it tells
    return points(wordings, usage)


def _candidate(story: Told, worth: Matrix, *, language: str, kickers: Kickers) -> Candidate:
    at = _shown(story.reports, worth, language)
    lead = story.reports[at]
    behind = {one: float(found) for one, found in enumerate(worth[at]) if found >= VOUCHES}
    reports = [story.reports[one] for one in behind]
    dates = [report.published_at for report in reports if report.published_at is not None]
    return Candidate(
        story_id=story.story_id,
        title=kickers.without(lead.source.title),
        summary=lead.summary,
        url=lead.source.url,
        first_seen_at=min(report.first_seen_at for report in reports),
        published_at=min(dates, default=None),
        backlog=all(report.backlog for report in reports),
        tags=tuple(_tags(lead, reports)),
        sources=tuple(_sources(lead, [(story.reports[one], nearness) for one, nearness in behind.items()])),
        items=len(reports),
        first_told_at=min(map(_told_at, reports)),
    )


def _told_at(report: Telling) -> datetime:
    published = report.published_at
    return shown_at(
        published, counted_at(report.first_seen_at, published_at=published, backlog=report.backlog)
    )


def _shown(reports: Sequence[Telling], worth: Matrix, language: str) -> int:
    """Return which report is shown: the one most publishers vouch for."""
    readable = [at for at, one in enumerate(reports) if one.language in {"", language}]
    among = readable or range(len(reports))
    first = reports[among[0]].source.owner

    def rank(at: int) -> tuple[int, bool, int]:
        behind = {one.source.owner for one, found in zip(reports, worth[at], strict=True) if found >= VOUCHES}
        return len(behind), reports[at].source.owner == first, len(reports[at].summary)

    return max(among, key=rank)


def _tags(lead: Telling, reports: Sequence[Telling]) -> Iterator[Tag]:
    """Yield the labels that hold for what is shown, each as the surest of the reports has it."""
    own = {tag.full_key for tag in lead.tags}
    found: dict[str, list[Tag]] = {}
    for report in reports:
        for tag in report.tags:
            found.setdefault(tag.full_key, []).append(tag)
    for key, tags in sorted(found.items()):
        if key in own or len(tags) >= MOST * len(reports):
            yield max(tags, key=lambda tag: tag.confidence)


def _sources(lead: Telling, behind: Iterable[tuple[Telling, float]]) -> list[Source]:
    """Return of each publisher the report that is nearest to the one shown, that one first."""
    nearest: dict[str, tuple[float, Source]] = {}
    for report, nearness in ((lead, CERTAIN), *behind):
        source = report.source
        if source.url and (source.owner not in nearest or nearness > nearest[source.owner][0]):
            nearest[source.owner] = nearness, source
    return [source for _, source in nearest.values()]
