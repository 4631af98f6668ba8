"""What a business can do: the catalogue of practices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from trendwatch.api.asked import Key, check_labels
from trendwatch.types.practices import RiskKind
from trendwatch.web.parts import Given

router = APIRouter(tags=["practices"])

Label = Annotated[str, Query(max_length=64, description="Key without its facet; empty is all.")]


class RangeShape(BaseModel):
    """An estimate of the team: never a measured figure."""

    low: float
    #: what to plan with
    base: float
    high: float


class RiskShape(BaseModel):
    """One thing to watch."""

    kind: RiskKind
    sentence: str


class PracticeEntry(BaseModel):
    """A practice in the list: what it is, for whom and what it takes."""

    key: str
    name: str
    plain: str
    #: function keys: what gets better
    functions: tuple[str, ...]
    #: area keys of the technologies it rests on
    areas: tuple[str, ...]
    #: key of the sector that does this already
    inspired_by: str
    #: keys of the sectors it is for; empty is all
    fits: tuple[str, ...]
    #: EUR, before it works
    cost_once: RangeShape
    #: EUR, while it is used
    cost_per_month: RangeShape
    hours_first_month: RangeShape
    #: low, some or good
    skills: str


class PracticeShape(PracticeEntry):
    """The whole of a practice."""

    adapt: str
    integration: tuple[str, ...]
    ask: tuple[str, ...]
    vendor_questions: tuple[str, ...]
    objections: tuple[str, ...]
    trained: tuple[str, ...]
    first_week: tuple[str, ...]
    experiment: str
    measure: str
    passes: str
    fails: str
    risks: list[RiskShape]
    #: "" where nobody can start without money or special skills
    free_way: str
    #: that recognise it in news
    terms: tuple[str, ...]


class PracticeList(BaseModel):
    """Practices, in the order of the file."""

    practices: list[PracticeEntry]


@router.get("/practices")
def practices(parts: Given, sector: Label = "", function: Label = "") -> PracticeList:
    """List practices, for a sector or for what should get better."""
    config = parts.config()
    asked = (("sector", sector), ("function", function))
    check_labels(config, [f"{facet}:{key}" for facet, key in asked if key])
    return PracticeList(
        practices=[
            PracticeEntry.model_validate(one, from_attributes=True)
            for one in config.practices
            if (not sector or one.is_for(sector)) and (not function or function in one.functions)
        ]
    )


@router.get("/practices/{key}")
def practice(key: Key, parts: Given) -> PracticeShape:
    """Show a practice."""
    return PracticeShape.model_validate(parts.config().practice(key), from_attributes=True)
