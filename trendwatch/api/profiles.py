"""Making and changing a business, and what its digest would look like before anything is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from trendwatch.advice.answers import Answers, profile_of
from trendwatch.api.asked import Key
from trendwatch.api.businesses import BusinessShape, business_shape
from trendwatch.config.businesses import values_of
from trendwatch.errors import InputError, NotFound
from trendwatch.pipeline.changing import change_business, free_key, judged, new_business, new_key
from trendwatch.pipeline.outgoing import check_address
from trendwatch.pipeline.preview import preview
from trendwatch.render.feeds import as_json
from trendwatch.types.advice import Business
from trendwatch.types.weeks import DAYS
from trendwatch.web.parts import Given, Parts
from trendwatch.web.profiles import invite_to

router = APIRouter(tags=["businesses"])

_Text = Annotated[str, Field(max_length=300)]
_Keys = Annotated[list[_Text], Field(max_length=100)]


def _minutes(written: str) -> str:
    """Return "07:00" for "07:00:00", as answers said it before."""
    return written.removesuffix(":00") if written.count(":") == 2 else written  # noqa: PLR2004


class ProfileChange(BaseModel):
    """What may be changed of a business; what is left out stays. What was read may be sent back."""

    model_config = ConfigDict(extra="forbid")

    #: as it was read: a key never changes
    key: Annotated[str, Field(max_length=64)] = ""
    #: as it was read: addresses must agree first, see /recipients
    has_email: bool = False

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
    digest_day: Annotated[_Text, AfterValidator(str.lower)] = "monday"
    #: such as 07:00, in its time zone
    digest_time: Annotated[_Text, AfterValidator(_minutes)] = "07:00"
    timezone: _Text = "UTC"
    frequency: Literal["weekly", "two_weekly", "monthly", "paused"] = "weekly"
    quiet_week: Literal["none", "note", "general"] = "none"

    @model_validator(mode="before")
    @classmethod
    def _by_number(cls, given: Any) -> Any:
        """Accept digest_weekday, Monday is 0, as answers said it before."""
        if not isinstance(given, dict) or "digest_weekday" not in given:
            return given
        day = given["digest_weekday"]
        if not isinstance(day, int) or not 0 <= day < len(DAYS):
            raise ValueError("digest_weekday must be 0 for Monday to 6; say digest_day instead")
        rest = {name: value for name, value in given.items() if name != "digest_weekday"}
        return {"digest_day": DAYS[day].lower(), **rest}

    def said(self, *but: str) -> dict[str, object]:
        """Return what was said outright, in the words of the files."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={"key", "has_email", *but})


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
    #: asked whether it wants the digest, as POST .../recipients does; nothing else is sent before it agrees
    email: Annotated[str, Field(max_length=320)] = ""


@router.post("/businesses", status_code=201)
def add_business(body: NewBusiness, parts: Given, response: Response) -> BusinessShape:
    """Add a business from answers to three questions; its welcome digest comes with the next tick."""
    config = parts.config()
    if body.email:
        check_address(body.email)
    key = body.key or new_key(body.name, body.sector, config)
    given = _answered(body, parts, key)
    made = new_business(parts.store, config, key, given=given, by="api", now=parts.clock())
    if body.email:
        invite_to(parts, made, body.email)
    response.headers["Location"] = f"/api/v1/businesses/{made.key}"
    return business_shape(made)


@router.patch("/businesses/{key}")
def change_profile(key: Key, body: ProfileChange, parts: Given) -> BusinessShape:
    """Change what is given of a business."""
    if body.key not in {"", key}:
        raise InputError(f"key: {body.key!r} is not {key!r}, and a key never changes")
    config, given = parts.config(), body.said()
    found = change_business(parts.store, config, key, given=given, by="api", now=parts.clock())
    return business_shape(found)


@router.post(
    "/businesses/{key}/preview",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
def preview_change(key: Key, body: ProfileChange, parts: Given) -> Response:
    """Show the latest digest as a change of the profile would have made it; nothing is kept."""
    parts.config().business(key)
    return _previewed(parts, judged(parts.config(), key, body.said(), now=parts.clock()))


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
    said = body.said("wants", "effort", "goals", "email")
    if "areas" in said:
        del said["areas"]
        found = replace(found, areas=tuple(dict.fromkeys([*body.areas, *found.areas])))
    return {**values_of(found), **said}


def _previewed(parts: Parts, business: Business) -> Response:
    digest = preview(parts.store, business)
    if digest is None:
        raise NotFound("edition", "latest", hint="the first one is drawn up once news was read")
    return Response(as_json(digest), media_type="application/json")
