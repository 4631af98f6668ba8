"""New words: what rose and nobody has named yet, with its history, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Limit, TrendCursor, next_page
from trendwatch.pipeline.vocabulary import Reach, accept_term, dismiss_term, reach_of, take_back, waiting
from trendwatch.trends.ngrams import fold
from trendwatch.types.places import trend_place
from trendwatch.types.trends import Stage, TermVerdict
from trendwatch.types.weeks import parse_week, week_name
from trendwatch.web.condition import current_version
from trendwatch.web.parts import Given

router = APIRouter(tags=["trends"])

#: Weeks of history that back a word.
_HISTORY = 26

Term = Annotated[str, Path(min_length=1, max_length=100, description="As it is written.")]


class Verdict(BaseModel):
    """What somebody decided about a word."""

    term: str
    #: full key; empty where it was dismissed
    label: str
    decided_at: datetime
    decided_by: str


class OtherLabel(BaseModel):
    """Another label that has a word among its terms."""

    #: full key
    label: str
    #: strong, weak, or anti where it is a term against
    strength: str


class ReachShape(BaseModel):
    """What a word does as a term of its label, on the latest 5,000 items."""

    #: other labels that have the term
    others: list[OtherLabel]
    #: items looked at, those in languages not covered left out
    items: int
    #: of these: say the word
    saying: int
    #: have the label now
    before: int
    #: would have it with the term
    after: int
    #: stories among the items that get it
    stories: int


class Decided(Verdict):
    """A decision just made, and what it does."""

    #: null where the word was dismissed
    reach: ReachShape | None
    #: what it does begins with the next training
    waits: bool


class Decision(BaseModel):
    """What becomes of a word."""

    model_config = ConfigDict(extra="forbid")

    #: full key of the label it becomes a term of, such as area:drones; empty to dismiss it
    label: Annotated[str, Field(max_length=100)] = ""


class History(BaseModel):
    """Stories that used a word, week by week: half a year, or from when they are known."""

    first_week: str
    #: null: of a week in which nothing was read
    stories: tuple[int | None, ...]


class TermShape(BaseModel):
    """A word that rose, as of the week it was told last."""

    term: str
    week: str
    strength: float
    observed: float
    expected: float
    stories: int
    sources: int
    owners: int
    since: str
    stage: Stage
    #: full key of the area its reports are mostly about, empty for none
    area: str
    #: words that rose in the same reports, itself first
    group: tuple[str, ...]
    #: ids of items that show it, newest first
    evidence: tuple[str, ...]
    history: History
    verdict: Verdict | None


class TermList(BaseModel):
    """New words, the latest told first."""

    terms: list[TermShape]
    #: pass it as cursor to go on; null at the end
    next_cursor: str | None


@router.get("/terms")
def terms(
    *, request: Request, response: Response, parts: Given, limit: Limit = 50, cursor: TrendCursor = ""
) -> TermList:
    """List the new words told last."""
    version = current_version(parts)
    after = trend_place(cursor) if cursor else None
    told = parts.store.terms.latest(version, limit=limit, after=after) if version else ([], None)
    found, goes_on = told
    decided = {one.term: _shape(one) for one in parts.store.terms.verdicts()}
    shapes = []
    for one in found:
        last = parse_week(one.week)
        weeks = {"first_week": last - _HISTORY + 1, "last_week": last}
        first = parts.store.series.known_from(version, [one.key], **weeks)
        [series] = parts.store.series.series(version, [one.key], first_week=first, last_week=last)
        unread = parts.store.series.unread(version, first_week=first, last_week=last)
        history = History(first_week=week_name(first), stories=series.known(unread))
        names = TermShape.model_fields.keys() - {"term", "history", "verdict"}
        values = {name: getattr(one, name) for name in names}
        verdict = decided.get(fold(one.key))
        shapes.append(TermShape(term=one.key, history=history, verdict=verdict, **values))
    return TermList(terms=shapes, next_cursor=next_page(request, response, str(goes_on) if goes_on else None))


@router.put("/terms/{term}")
def decide(term: Term, body: Decision, parts: Given) -> Decided:
    """Make a word a term of a label, or dismiss it; an earlier decision on it is taken back."""
    now, store, config = parts.clock(), parts.store, parts.config()
    if not body.label:
        verdict, reach = dismiss_term(store, config, term, by="api", now=now), None
    else:
        verdict = accept_term(store, config, term, label=body.label, by="api", now=now)
        reach = _reach(reach_of(store, config, verdict.form, label=body.label))
    return Decided(**_shape(verdict).model_dump(), reach=reach, waits=bool(waiting(store, [verdict])))


@router.delete("/terms/{term}", status_code=204)
def undo(term: Term, parts: Given) -> None:
    """Take a decision on a word back."""
    take_back(parts.store, parts.config(), term, by="api", now=parts.clock())


def _reach(found: Reach) -> ReachShape:
    return ReachShape(
        others=[OtherLabel(label=label, strength=strength) for label, strength in found.others],
        items=found.items,
        saying=found.saying,
        before=found.before,
        after=found.after,
        stories=found.stories,
    )


def _shape(verdict: TermVerdict) -> Verdict:
    return Verdict(
        term=verdict.form,
        label=verdict.label,
        decided_at=verdict.decided_at,
        decided_by=verdict.decided_by,
    )
