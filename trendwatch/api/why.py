"""Why a story is in a digest, or what kept it out."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from trendwatch.advice.whynot import Verdict, unknown
from trendwatch.api.asked import Key, Limit
from trendwatch.pipeline.compose import explain
from trendwatch.web.parts import Given

router = APIRouter(tags=["businesses"])


class PartShape(BaseModel):
    """One additive part of a score."""

    reason: str
    points: float


class VerdictShape(BaseModel):
    """What became of a story in one digest."""

    story_id: str
    title: str
    #: ``chosen``, ``not_in_edition``, or the first gate that kept it out
    gate: str
    words: str
    points: float
    parts: list[PartShape]


class VerdictList(BaseModel):
    """What became of the stories a digest could have shown, the nearest to it first."""

    #: stories by gate, of all that were considered
    gates: dict[str, int]
    stories: list[VerdictShape]


@router.get("/businesses/{key}/digests/{period}/why")
def why(
    key: Key,
    period: Annotated[str, Path(max_length=10, description="2025-W14 or latest.")],
    parts: Given,
    story: Annotated[str, Query(max_length=40, description="Only this story's id.")] = "",
    limit: Limit = 50,
) -> VerdictList:
    """Say why stories are in a digest or not."""
    parts.config().business(key)
    found = explain(parts.store, key, period)
    asked = [one for one in found if one.story_id == story]
    if story and not asked:
        asked = [unknown(parts.store.stories.get(story).id)]  # a story of other days, or none at all
    return VerdictList(
        gates=dict(Counter(one.gate for one in found)),
        stories=[_shape(one) for one in (asked if story else found[:limit])],
    )


def _shape(one: Verdict) -> VerdictShape:
    parts = [PartShape(reason=part.reason, points=part.points) for part in one.parts]
    return VerdictShape(
        story_id=one.story_id, title=one.title, gate=one.gate, words=one.words, points=one.points, parts=parts
    )
