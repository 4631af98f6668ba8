"""Businesses and their digests, each digest in the form a program or reader asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.responses import Response

from trendwatch.api.asked import Key, Limit, exact_week
from trendwatch.errors import InputError
from trendwatch.render.email import text
from trendwatch.render.feeds import ENTRIES, as_json
from trendwatch.types.advice import Business, Digest
from trendwatch.types.delivery import Channel, DeliveryState
from trendwatch.types.weeks import DAYS
from trendwatch.web.digests import ATOM, JSON_FEED, digest_page, feed_of, issues_url, site_url
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["businesses"])

_CONTENT = ("application/json", "text/html", "text/plain", "application/atom+xml", "application/feed+json")
#: Longest first: ``.feed.json`` also ends in ``.json``.
_FORMS = (JSON_FEED, ".json", ".html", ".txt", ATOM)


class BusinessShape(BaseModel):
    """A business as configured; its mail address is not repeated."""

    key: str
    name: str
    sector: str
    size: int
    region: str
    currency: str
    language: str
    goals: tuple[str, ...]
    areas: tuple[str, ...]
    tools: tuple[str, ...]
    mutes: tuple[str, ...]
    follows: tuple[str, ...]
    less: tuple[str, ...]
    more: tuple[str, ...]
    budget_per_month: int
    hours_per_week: float
    skills: str
    #: monday to sunday
    digest_day: str
    #: such as 07:00, in its time zone
    digest_time: str
    timezone: str
    frequency: str
    quiet_week: str
    has_email: bool


class BusinessList(BaseModel):
    """All businesses, by key."""

    businesses: list[BusinessShape]


class DigestEntry(BaseModel):
    """A digest in the list: how it is called and what it holds."""

    period: str
    since: datetime
    cutoff: datetime
    #: of the one thing, "" in a quiet week
    title: str
    stories: int
    quiet: bool
    #: the whole of it
    url: str


class DeliveryShape(BaseModel):
    """A digest on its way."""

    id: str
    period: str
    channel: Channel
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None


class DigestList(BaseModel):
    """Digests of a business, the latest first, and how they left."""

    digests: list[DigestEntry]
    deliveries: list[DeliveryShape]


@router.get("/businesses")
def businesses(parts: Given) -> BusinessList:
    """List the businesses."""
    return BusinessList(businesses=[business_shape(one) for one in parts.config().businesses])


@router.get("/businesses/{key}")
def business(key: Key, parts: Given) -> BusinessShape:
    """Show a business."""
    return business_shape(parts.config().business(key))


@router.get("/businesses/{key}/digests")
def digests(key: Key, parts: Given, limit: Limit = 50) -> DigestList:
    """List the digests of a business, the latest first."""
    parts.config().business(key)
    found = parts.store.digests.of(key, limit=limit)
    names = ("id", "period", "channel", "state", "attempts", "next_attempt_at", "sent_at")
    sent = parts.store.deliveries.of(key, limit=limit)
    return DigestList(
        digests=[_entry(digest) for digest in found],
        deliveries=[DeliveryShape(**{name: getattr(one, name) for name in names}) for one in sent],
    )


@router.get(
    "/businesses/{key}/digests/{period}",
    response_class=Response,
    responses={200: {"content": {form: {} for form in _CONTENT}}},
)
def digest(
    key: Key,
    period: Annotated[
        str,
        Path(
            max_length=40,
            description="2025-W14 or latest, then nothing, .json, .html, .txt, .atom or .feed.json.",
        ),
    ],
    parts: Given,
) -> Response:
    """Show a digest; .atom and .feed.json of latest are the feed to subscribe to."""
    wanted = parts.config().business(key)
    form = next((form for form in _FORMS if period.endswith(form)), "")
    week = period.removesuffix(form)
    if week != "latest":
        _check(week)
    if form in {ATOM, JSON_FEED}:
        return _feed(parts, wanted, week, form=form)
    found = parts.store.digests.get(key, week)
    base_url = issues_url(parts, key)
    if form == ".html":
        return digest_page(found, base_url=base_url)
    if form == ".txt":
        return Response(
            text(found, base_url=base_url, banner=parts.banner), media_type="text/plain; charset=utf-8"
        )
    return Response(as_json(found), media_type="application/json")


def _check(week: str) -> None:
    try:
        exact_week(week)
    except ValueError as error:
        raise InputError(str(error)) from error


def _feed(parts: Parts, business: Business, week: str, *, form: str) -> Response:
    if week == "latest":
        found = parts.store.digests.of(business.key, limit=ENTRIES)
    else:
        found = [parts.store.digests.get(business.key, week)]
    base_url = issues_url(parts, business.key)
    self_url = f"{site_url(parts)}/api/v1/businesses/{business.key}/digests/{week}{form}"
    return feed_of(found, business, base_url=base_url, self_url=self_url)


def _entry(digest: Digest) -> DigestEntry:
    return DigestEntry(
        period=digest.period,
        since=digest.since,
        cutoff=digest.cutoff,
        title=digest.one_thing.title if digest.one_thing else "",
        stories=len(digest.picks),
        quiet=digest.quiet,
        url=f"/api/v1/businesses/{digest.business_key}/digests/{digest.period}",
    )


def business_shape(business: Business) -> BusinessShape:
    """Return a business as programs read it."""
    made = {"digest_day", "digest_time", "has_email"}
    values = {name: getattr(business, name) for name in BusinessShape.model_fields.keys() - made}
    return BusinessShape(
        **values,
        digest_day=DAYS[business.digest_weekday].lower(),
        digest_time=f"{business.digest_time:%H:%M}",
        has_email=bool(business.email),
    )
