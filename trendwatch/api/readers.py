"""Who gets a business's digests: mail addresses that are asked, and webhooks of its own software."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Key
from trendwatch.deliver.webhook import new_secret
from trendwatch.errors import NotFound
from trendwatch.pipeline.outgoing import add_endpoint, invite
from trendwatch.types.delivery import Consent, Endpoint, Recipient
from trendwatch.ways import make_poster
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["delivery"])

Id = Annotated[str, Path(max_length=40, description="As in the list.")]


class ReaderShape(BaseModel):
    """A mail address; only its first letter and its domain are repeated."""

    id: str
    address_hint: str
    consent: Consent
    #: operator or asked
    origin: str
    since: datetime
    changed_at: datetime
    hard_bounces: int
    soft_bounces: int


class ReaderList(BaseModel):
    """Mail addresses of a business."""

    recipients: list[ReaderShape]


class NewReader(BaseModel):
    """An address to ask."""

    model_config = ConfigDict(extra="forbid")

    address: Annotated[str, Field(min_length=3, max_length=320)]


class HookShape(BaseModel):
    """A webhook; its secret is shown when it is made, and never again."""

    id: str
    url: str
    since: datetime
    #: why nothing is sent to it, "" while it is on
    disabled: str
    #: until when the secret before signs as well
    rotating_until: datetime | None
    secret: str | None = None


class HookList(BaseModel):
    """Webhooks of a business."""

    webhooks: list[HookShape]


class NewHook(BaseModel):
    """An address to call."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=8, max_length=2000)]


@router.get("/businesses/{key}/recipients")
def recipients(key: Key, parts: Given) -> ReaderList:
    """List the mail addresses of a business and whether they agreed."""
    parts.config().business(key)
    return ReaderList(recipients=[_reader(one) for one in parts.store.recipients.of(key)])


@router.post("/businesses/{key}/recipients", status_code=202)
def ask_recipient(key: Key, body: NewReader, parts: Given) -> ReaderShape:
    """Ask an address whether it wants the digest, at most once in seven days; nothing else is sent before."""
    config = parts.config()
    business, settings = config.business(key), config.settings
    site, mail = settings.serve.site, settings.mail.channel
    return _reader(invite(parts.store, business, body.address, site=site, mail=mail, now=parts.clock()))


@router.delete("/businesses/{key}/recipients/{id}", status_code=204)
def remove_recipient(key: Key, id: Id, parts: Given) -> Response:  # noqa: A002 - the word of the API
    """Send nothing more to an address, and take back what waits for it."""
    parts.config().business(key)
    if parts.store.recipients.get(id).business_key != key:
        raise NotFound("recipient", id)
    parts.store.recipients.leave(id, now=parts.clock())
    return Response(status_code=204)


@router.get("/businesses/{key}/webhooks")
def webhooks(key: Key, parts: Given) -> HookList:
    """List the webhooks of a business."""
    parts.config().business(key)
    return HookList(webhooks=[_hook(one) for one in parts.store.endpoints.of(key)])


@router.post("/businesses/{key}/webhooks", status_code=201)
def add_webhook(key: Key, body: NewHook, parts: Given) -> HookShape:
    """Call an address with each digest; its secret is in the answer, once."""
    config = parts.config()
    config.business(key)
    had = {one.id for one in parts.store.endpoints.of(key)}
    made = add_endpoint(parts.store, key, body.url, poster=make_poster(config.settings), now=parts.clock())
    return _hook(made, secret=made.id not in had)


@router.post("/businesses/{key}/webhooks/{id}/rotate")
def rotate_webhook(key: Key, id: Id, parts: Given) -> HookShape:  # noqa: A002
    """Give a webhook a new secret; the one before signs beside it for a day."""
    _own(parts, key, id)
    return _hook(parts.store.endpoints.rotate(id, secret=new_secret(), now=parts.clock()), secret=True)


@router.post("/businesses/{key}/webhooks/{id}/enable")
def enable_webhook(key: Key, id: Id, parts: Given) -> HookShape:  # noqa: A002
    """Switch a webhook on again; what it missed is sent again one by one."""
    _own(parts, key, id)
    return _hook(parts.store.endpoints.enable(id, now=parts.clock()))


@router.delete("/businesses/{key}/webhooks/{id}", status_code=204)
def remove_webhook(key: Key, id: Id, parts: Given) -> Response:  # noqa: A002
    """Forget a webhook, and take back what waits for it."""
    _own(parts, key, id)
    parts.store.endpoints.remove(id, now=parts.clock())
    return Response(status_code=204)


def _own(parts: Parts, key: str, endpoint: str) -> None:
    """Check that a webhook is of a business.

    Raises:
        NotFound: it is not; another's and none are answered alike.
    """
    parts.config().business(key)
    if parts.store.endpoints.get(endpoint).business_key != key:
        raise NotFound("webhook", endpoint, hint="trendwatch webhooks list shows them")


def _reader(one: Recipient) -> ReaderShape:
    local, _, domain = one.address.rpartition("@")
    names = [name for name in ReaderShape.model_fields if name != "address_hint"]
    values = {name: getattr(one, name) for name in names}
    return ReaderShape(address_hint=f"{local[:1]}…@{domain}", **values)


def _hook(one: Endpoint, *, secret: bool = False) -> HookShape:
    return HookShape(
        id=one.id,
        url=one.url,
        since=one.since,
        disabled=one.disabled,
        rotating_until=one.former_until,
        secret=one.secret if secret else None,
    )
