"""Making and changing a business, and what its digest would look like before anything is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.advice.answers import Answers, profile_of
from trendwatch.api.asked import Key
from trendwatch.api.businesses import BusinessShape, business_shape
from trendwatch.config.businesses import values_of
from trendwatch.errors import NotFound
from trendwatch.pipeline.changing import change_business, free_key, judged, new_business
from trendwatch.pipeline.preview import preview
from trendwatch.render.feeds import as_json
from trendwatch.types.advice import Business
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["businesses"])

_Text = Annotated[str, Field(max_length=300)]
_Keys = Annotated[list[_Text], Field(max_length=100)]


class ProfileChange(BaseModel):
    """What may be changed of a business; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: _Text = ""
    sector: _Text = ""
    size: int = 1
    region: _Text = "world"
    currency: _Text = "EUR"
    language: _Text = "en"
    goals: _Keys = Field(default_factory=list)
    areas: _Keys = Field(default_factory=list)
    tools: _Keys = Field(default_factory=list)
    mutes: _Keys = Field(default_factory=list)
    follows: _Keys = Field(default_factory=list)
    less: _Keys = Field(default_factory=list)
    more: _Keys = Field(default_factory=list)
    budget_per_month: int = 0
    hours_per_week: float = 0.0
    skills: Literal["low", "some", "good"] = "low"
    #: monday to sunday
    digest_day: _Text = "monday"
    digest_time: _Text = "07:00"
    timezone: _Text = "UTC"
    frequency: Literal["weekly", "two_weekly", "monthly", "paused"] = "weekly"
    quiet_week: Literal["none", "note", "general"] = "none"


class NewBusiness(ProfileChange):
    """Answers to the three questions, and whatever else is known; the rest has its default."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    sector: Annotated[str, Field(min_length=1, max_length=100)]
    #: what hurts or what is wanted, in the owner's words: topics and goals are found in it
    wants: Annotated[str, Field(max_length=2000)] = ""
    #: time and money for trying something new
    effort: Literal["none", "little", "some", "plenty"] = "little"
    #: made from the name where it is left out
    key: Annotated[str, Field(max_length=64)] = ""


@router.post("/businesses", status_code=201)
def add_business(body: NewBusiness, parts: Given, response: Response) -> BusinessShape:
    """Add a business from answers to three questions; its welcome digest comes with the next tick."""
    config = parts.config()
    key = body.key or free_key(body.name, config)
    given = _answered(body, parts, key)
    made = new_business(parts.store, config, key, given=given, by="api", now=parts.clock())
    response.headers["Location"] = f"/api/v1/businesses/{made.key}"
    return business_shape(made)


@router.patch("/businesses/{key}")
def change_profile(key: Key, body: ProfileChange, parts: Given) -> BusinessShape:
    """Change what is given of a business."""
    given = body.model_dump(mode="json", exclude_unset=True)
    found = change_business(parts.store, parts.config(), key, given=given, by="api", now=parts.clock())
    return business_shape(found)


@router.post(
    "/businesses/{key}/preview",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
def preview_change(key: Key, body: ProfileChange, parts: Given) -> Response:
    """Show the latest digest as a change of the profile would have made it; nothing is kept."""
    parts.config().business(key)
    given = body.model_dump(mode="json", exclude_unset=True)
    return _previewed(parts, judged(parts.config(), key, given, now=parts.clock()))


@router.post("/preview", response_class=Response, responses={200: {"content": {"application/json": {}}}})
def preview_new(body: NewBusiness, parts: Given) -> Response:
    """Show the digest that a business with these answers would have had; nothing is kept."""
    key = body.key or free_key(body.name, parts.config())
    return _previewed(parts, judged(parts.config(), key, _answered(body, parts, key), now=parts.clock()))


def _answered(body: NewBusiness, parts: Parts, key: str) -> dict[str, object]:
    """Return the values that answers come to, over which stands whatever was said outright."""
    answers = Answers(
        name=body.name, sector=body.sector, goals=tuple(body.goals), wants=body.wants, effort=body.effort
    )
    found = profile_of(answers, parts.config().taxonomy.labels, key=key)
    said = body.model_dump(mode="json", exclude_unset=True, exclude={"wants", "effort", "key", "goals"})
    if "areas" in said:
        found = replace(found, areas=tuple(dict.fromkeys([*said.pop("areas"), *found.areas])))
    return {**values_of(found), **said}


def _previewed(parts: Parts, business: Business) -> Response:
    digest = preview(parts.store, business)
    if digest is None:
        raise NotFound("edition", "latest", hint="the first one is drawn up once news was read")
    return Response(as_json(digest), media_type="application/json")
