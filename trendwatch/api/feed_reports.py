"""How feeds do and what they are worth; addresses on trial; subscription lists in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Key
from trendwatch.types.fetches import Drop, Episode, Fetch, Ledger, Outcome, Rhythm, Scorecard
from trendwatch.types.news import Failure
from trendwatch.types.trials import FoundFeed, Skipped, Trial
from trendwatch.web.condition import one_feed
from trendwatch.web.parts import Given

router = APIRouter(tags=["feeds"])

OPML = "text/x-opml"


class LedgerShape(BaseModel):
    """What became of entries: fetched is kept plus all drops."""

    fetched: int
    kept: int
    drops: Mapping[Drop, int]


class FetchShape(BaseModel):
    """One poll."""

    at: datetime
    outcome: Outcome
    failure: Failure | None
    bytes: int
    milliseconds: int | None
    ledger: LedgerShape


class EpisodeShape(BaseModel):
    """A time in which the feed was broken."""

    began_at: datetime
    ended_at: datetime | None
    #: when operators were told
    told_at: datetime | None
    failure: Failure
    detail: str


class RhythmShape(BaseModel):
    """How often the feed speaks."""

    median_gap_seconds: int | None
    newest_at: datetime | None
    #: quieter than usual since this time
    quiet_since_at: datetime | None


class ScorecardShape(BaseModel):
    """What a feed was worth in a window."""

    feed: str
    since_at: datetime
    until_at: datetime
    items: int
    items_per_week: float
    stories: int
    #: told by nobody but its owner
    unique_stories: int
    #: told first, of those that several owners told
    first_reports: int
    repeated_share: float | None
    lateness_seconds: int | None
    tagged_share: float | None


class ScorecardList(BaseModel):
    """What each feed that is polled was worth, those with most unique stories first."""

    scorecards: list[ScorecardShape]


class FeedReportShape(BaseModel):
    """How a feed does."""

    #: the latest first
    history: list[FetchShape]
    #: of the polls in the history together
    ledger: LedgerShape
    #: polls in the history that brought nothing known: entries in between may have been missed
    gaps: int
    scorecard: ScorecardShape | None
    rhythm: RhythmShape | None
    #: the latest first
    episodes: list[EpisodeShape]


class Address(BaseModel):
    """What to try."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=2000)]


class FoundShape(BaseModel):
    """A feed that a page offers."""

    url: str
    title: str
    #: False: a link that only looks like a feed
    declared: bool


class SampleShape(BaseModel):
    """An item of a feed under trial."""

    title: str
    url: str
    published_at: datetime | None
    #: full label keys with confidence and the terms that caused them
    tags: dict[str, tuple[float, tuple[str, ...]]]


class TrialShape(BaseModel):
    """What is at an address; nothing of it was kept."""

    asked: str
    #: of the feed that was read, "" where none was
    url: str
    failure: Failure | None
    failure_detail: str
    offered: list[FoundShape]
    format: str
    title: str
    language: str
    entries: int
    sample: list[SampleShape]
    rhythm: RhythmShape | None
    #: key of the configured feed with this address
    known_as: str
    #: a free key to add it under
    key: str


class SkippedShape(BaseModel):
    """A line that was not taken."""

    what: str
    why: str


class ImportShape(BaseModel):
    """What became of a subscription list."""

    added: list[str]
    skipped: list[SkippedShape]


@router.get("/feeds/scorecards")
def scorecards(parts: Given) -> ScorecardList:
    """Tell what each feed that is polled was worth in the last 90 days."""
    return ScorecardList(scorecards=[_scorecard(card) for card in parts.desk.scorecards()])


@router.get("/feeds/opml", response_class=Response, responses={200: {"content": {OPML: {}}}})
def export_feeds(parts: Given) -> Response:
    """Write the feeds as a subscription list (OPML)."""
    headers = {"Content-Disposition": 'attachment; filename="trendwatch.opml"'}
    return Response(parts.desk.export_list(), media_type=OPML, headers=headers)


@router.post("/feeds/opml")
def import_feeds(body: Annotated[bytes, Body(media_type=OPML)], parts: Given) -> ImportShape:
    """Add the feeds of a subscription list (OPML) that are not there yet."""
    done = parts.desk.import_list(body, by="api")
    return ImportShape(added=list(done.added), skipped=[_skipped(one) for one in done.skipped])


@router.post("/feeds/test")
def try_feed(body: Address, parts: Given) -> TrialShape:
    """Look what is at an address, a feed or a page that offers some, without keeping anything."""
    return _trial(parts.desk.try_address(body.url))


@router.get("/feeds/{key}/report")
def report(key: Key, parts: Given) -> FeedReportShape:
    """Tell how a feed does: its last polls, what became of its entries, its worth, when it was broken."""
    one_feed(parts, key)
    found = parts.desk.report(key)
    return FeedReportShape(
        history=[_fetch(one) for one in found.history],
        ledger=_ledger(found.ledger),
        gaps=found.gaps,
        scorecard=_scorecard(found.scorecard) if found.scorecard else None,
        rhythm=_rhythm(found.rhythm),
        episodes=[_episode(one) for one in found.episodes],
    )


def _fetch(one: Fetch) -> FetchShape:
    values = {"at": one.at, "outcome": one.outcome, "failure": one.failure}
    return FetchShape(**values, bytes=one.size, milliseconds=one.milliseconds, ledger=_ledger(one.ledger))


def _ledger(one: Ledger) -> LedgerShape:
    return LedgerShape(fetched=one.fetched, kept=one.kept, drops=one.drops)


def _episode(one: Episode) -> EpisodeShape:
    times = {"began_at": one.began_at, "ended_at": one.ended_at, "told_at": one.told_at}
    return EpisodeShape(**times, failure=one.failure, detail=one.detail)


def _rhythm(one: Rhythm | None) -> RhythmShape | None:
    if one is None:
        return None
    gap = None if one.median_gap is None else round(one.median_gap.total_seconds())
    return RhythmShape(median_gap_seconds=gap, newest_at=one.newest_at, quiet_since_at=one.quiet_since)


def _scorecard(one: Scorecard) -> ScorecardShape:
    return ScorecardShape(
        feed=one.feed_key,
        since_at=one.since,
        until_at=one.until,
        items=one.items,
        items_per_week=round(one.per_week, 2),
        stories=one.stories,
        unique_stories=one.unique_stories,
        first_reports=one.first_reports,
        repeated_share=one.repeated_share,
        lateness_seconds=None if one.lateness is None else round(one.lateness.total_seconds()),
        tagged_share=one.tagged_share,
    )


def _trial(one: Trial) -> TrialShape:
    return TrialShape(
        asked=one.asked,
        url=one.url,
        failure=one.failure.failure if one.failure else None,
        failure_detail=one.failure.detail if one.failure else "",
        offered=[_found(found) for found in one.offered],
        format=one.format,
        title=one.title,
        language=one.language,
        entries=one.entries,
        sample=[
            SampleShape(
                title=item.title,
                url=item.url,
                published_at=item.published_at,
                tags={tag.full_key: (tag.confidence, tag.terms) for tag in item.tags},
            )
            for item in one.sample
        ],
        rhythm=_rhythm(one.rhythm),
        known_as=one.known_as,
        key=one.key,
    )


def _found(one: FoundFeed) -> FoundShape:
    return FoundShape(url=one.url, title=one.title, declared=one.declared)


def _skipped(one: Skipped) -> SkippedShape:
    return SkippedShape(what=one.what, why=one.why)
