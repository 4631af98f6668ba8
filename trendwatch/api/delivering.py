"""Deliveries of a business, what somebody must know; everything about a business, handed out or forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from trendwatch.api.asked import Key, Limit
from trendwatch.errors import NotFound
from trendwatch.pipeline.erase import erase, export
from trendwatch.types.delivery import Audience, Channel, Delivery, DeliveryKind, DeliveryState, Notice
from trendwatch.ways import make_outbox
from trendwatch.web.parts import Given

router = APIRouter(tags=["delivery"])

Id = Annotated[str, Path(max_length=40, description="As in the list.")]


class DeliveryEntry(BaseModel):
    """A digest or letter on its way; the address is not repeated."""

    id: str
    kind: DeliveryKind
    period: str
    channel: Channel
    #: id of the recipient or webhook
    target: str
    state: DeliveryState
    attempts: int
    #: attempts of which nobody knows whether they arrived
    doubts: int
    first_attempt_at: datetime | None
    #: None and in doubt: held for a person
    next_attempt_at: datetime | None
    sent_at: datetime | None
    detail: str


class DeliveryEntries(BaseModel):
    """The latest deliveries, the latest first."""

    deliveries: list[DeliveryEntry]


class NoticeShape(BaseModel):
    """Something a person must know, told once for as long as it lasts."""

    kind: str
    subject: str
    audience: Audience
    business_key: str
    text: str
    opened_at: datetime
    ended_at: datetime | None


class NoticeList(BaseModel):
    """Notices, the latest first."""

    notices: list[NoticeShape]


@router.get("/businesses/{key}/deliveries")
def deliveries(key: Key, parts: Given, limit: Limit = 50) -> DeliveryEntries:
    """List what was sent to a business and what waits, the latest first."""
    parts.config().business(key)
    return DeliveryEntries(deliveries=[_entry(one) for one in parts.store.deliveries.of(key, limit=limit)])


@router.post("/businesses/{key}/deliveries/{id}/again")
def send_again(key: Key, id: Id, parts: Given) -> DeliveryEntry:  # noqa: A002 - the word of the API
    """Send a delivery once more under the same id, whatever became of it."""
    parts.config().business(key)
    if parts.store.deliveries.get(id).business_key != key:  # another's and none are answered alike
        raise NotFound("delivery", id, hint="trendwatch deliveries list shows them")
    return _entry(parts.store.deliveries.again(id, now=parts.clock()))


@router.get("/notices")
def notices(parts: Given, limit: Limit = 50, over: bool = False) -> NoticeList:
    """List what somebody must know; with over also what has passed."""
    return NoticeList(notices=[_notice(one) for one in parts.store.notices.latest(over=over, limit=limit)])


@router.get("/businesses/{key}/export")
def export_business(key: Key, parts: Given, response: Response) -> dict[str, object]:
    """Hand out everything that is kept about a business."""
    known = {one.key: one for one in parts.config().businesses}
    response.headers["Cache-Control"] = "no-store"  # all that is known of somebody, as of now
    return export(parts.store, key, known.get(key), now=parts.clock())


@router.delete("/businesses/{key}", status_code=204)
def erase_business(key: Key, parts: Given) -> Response:
    """Forget everything about a business. One that a file names is refused: the file goes first."""
    config = parts.config()
    config.check_erasable(key)
    known = any(one.key == key for one in config.businesses)
    if not known and not any(parts.store.erasure.export(key).values()):
        raise NotFound("business", key)
    outbox = make_outbox(config.settings.mail)
    erase(parts.store, key, remove_file=outbox.remove, clock=parts.clock)
    return Response(status_code=204)


def _entry(one: Delivery) -> DeliveryEntry:
    return DeliveryEntry(**{name: getattr(one, name) for name in DeliveryEntry.model_fields})


def _notice(one: Notice) -> NoticeShape:
    return NoticeShape(**{name: getattr(one, name) for name in NoticeShape.model_fields})
