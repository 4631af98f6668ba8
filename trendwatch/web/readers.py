"""What the reader of a mail can do about it without login: agree, leave, come less often, change topics.

Every address holds a signed link for one purpose (deliver/links.py). A GET shows a page and changes nothing,
since mail scanners open links; a POST acts, also without cookies and without anything in its body, as mail
programs send it (RFC 8058).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from trendwatch.advice.schedule import rhythm_words
from trendwatch.advice.words import a_list, in_words
from trendwatch.deliver.links import PREFIX, Links, Purpose
from trendwatch.errors import InputError, LinkRefused, NotFound
from trendwatch.pipeline.changing import change_business
from trendwatch.pipeline.outgoing import first_mail, links_of
from trendwatch.types.advice import Business
from trendwatch.types.delivery import Consent, Recipient
from trendwatch.types.tags import Facet
from trendwatch.web.forms import Form, fields
from trendwatch.web.looks import MAIL, page
from trendwatch.web.parts import Given, Parts

router = APIRouter(prefix=PREFIX)

_OFTEN = (
    ("weekly", "Every week"),
    ("two_weekly", "Every second week"),
    ("monthly", "Once a month"),
    ("paused", "Not now: pause until I change it here"),
)
_QUIET = (
    ("none", "Send nothing"),
    ("note", "Send two lines that say so"),
    ("general", "Send what most publishers told"),
)


@router.get("/unsubscribe/{token}")
def may_leave(token: str, parts: Given) -> Response:
    """Ask whether somebody wants to leave; nothing is changed."""
    reader = _reader(parts, token, "unsubscribe")
    gone = reader is None or reader.consent is Consent.UNSUBSCRIBED
    return _page(parts, reader, token=token, state="left" if gone else "leaving")


@router.post("/unsubscribe/{token}")
def leave(token: str, parts: Given) -> Response:
    """Leave at once, and take back what waits."""
    reader = _reader(parts, token, "unsubscribe")
    if reader is not None:
        parts.store.recipients.leave(reader.id, now=parts.clock())
    return _page(parts, reader, token=token, state="left")


@router.get("/confirm/{token}")
def may_agree(token: str, parts: Given) -> Response:
    """Ask whether somebody wants the digest; nothing is changed."""
    reader = _known(parts, token, "confirm")
    states = {Consent.CONFIRMED: "agreed", Consent.UNSUBSCRIBED: "gone"}
    return _page(parts, reader, token=token, state=states.get(reader.consent, "agreeing"))


@router.post("/confirm/{token}")
def agree(token: str, parts: Given) -> Response:
    """Agree to get the digest; the latest issue is on its way at once unless a newer one is due."""
    reader = _known(parts, token, "confirm")
    now = parts.clock()
    if reader.consent is Consent.UNSUBSCRIBED:
        # Left after the question was sent: an old mail, or somebody else with it, may not undo that.
        raise HTTPException(410, "You have left since this mail was sent. Ask to be invited anew.")
    channel = parts.config().settings.mail.channel
    first = first_mail(parts.store, _business(parts, reader), reader, mail=channel, now=now)
    parts.store.recipients.agree(reader.id, first, now=now)
    return _page(parts, parts.store.recipients.get(reader.id), token=token, state="agreed")


@router.get("/preferences/{token}")
def preferences(token: str, parts: Given) -> Response:
    """Show how often the digest comes and what it is about; nothing is changed."""
    return _page(parts, served(parts, token, "preferences"), token=token, state="choosing")


@router.post("/preferences/{token}")
def prefer(token: str, parts: Given, body: Form = b"") -> Response:
    """Change how often the digest comes and what it is about."""
    reader = served(parts, token, "preferences")
    given = fields(body)
    values: dict[str, object] = {
        name: given[name][0][:40] for name in ("frequency", "quiet_week") if name in given
    }
    if "topics" in given:  # the form says that its boxes were shown: none ticked is an answer too
        values["areas"] = [text[:64] for text in given.get("area", ())]
    undone = frozenset(given.get("undo", ()))
    if values or undone:
        asked = given.get("mute", ()) if "topics" in given else None
        _check_no_both(parts, values.get("areas"), asked or ())
        change = partial(_with_mutes, values, areas=asked, undone=undone)
        config, now = parts.config(), parts.clock()
        change_business(parts.store, config, reader.business_key, given=change, by="link", now=now)
    return _page(parts, reader, token=token, state="chosen" if values or undone else "choosing")


def _with_mutes(
    values: Mapping[str, object],
    business: Business,
    *,
    areas: Sequence[str] | None,
    undone: Collection[str],
) -> dict[str, object]:
    """Return a change with the mutes of technologies as they were ticked, others as they were not undone."""
    others = [one for one in business.mutes if one not in undone]
    if areas is not None:
        others = [one for one in others if not one.startswith("area:")]
        others += [f"area:{text[:64]}" for text in areas]
    return {**values, "mutes": others} if others != list(business.mutes) else dict(values)


def _check_no_both(parts: Parts, wanted: object, muted: Sequence[str]) -> None:
    """Refuse what contradicts itself.

    Raises:
        InputError: a topic is wanted and muted.
    """
    names = parts.config().taxonomy.names()
    both = [key for key in wanted if key in muted] if isinstance(wanted, list) else []
    if both:
        said = a_list([in_words(f"area:{key}", names) for key in both])
        raise InputError(f"choose one for {said}: more of it, or never")


def who_gets_it(reader: Recipient | None) -> Recipient:
    """Return a reader who gets the digest now, and so may say something of it.

    What is said by link holds for everybody who gets it: not for somebody who was only asked, and not for
    somebody who left or was taken out, whose old mails still hold links.

    Raises:
        HTTPException: nobody is known, or has not agreed, or does not get it any more.
    """
    if reader is None:
        raise HTTPException(410, "We know nothing about this address any more.")
    if reader.consent is not Consent.CONFIRMED:
        raise HTTPException(410, "This is for those who get the digest, and this address does not.")
    return reader


def served(parts: Parts, token: str, purpose: Purpose) -> Recipient:
    """Return the reader who holds a link and gets the digest.

    Raises:
        HTTPException: the link is none of ours, or whoever holds it does not get the digest any more.
    """
    return who_gets_it(_reader(parts, token, purpose))


def _known(parts: Parts, token: str, purpose: Purpose) -> Recipient:
    reader = _reader(parts, token, purpose)
    if reader is None:
        raise HTTPException(410, "We know nothing about this address any more.")
    return reader


def _reader(parts: Parts, token: str, purpose: Purpose) -> Recipient | None:
    """Return who holds a link, None where nothing is known about them any more."""
    try:
        key = _links(parts).read(token, purpose, now=parts.clock())
    except LinkRefused as error:
        raise HTTPException(410 if error.expired else 403, str(error)) from error
    return parts.store.recipients.find(key)


def _links(parts: Parts) -> Links:
    return links_of(parts.store, parts.config().settings.serve.site)


def _business(parts: Parts, reader: Recipient | None) -> Business | None:
    if reader is None:
        return None
    try:
        return parts.config().business(reader.business_key)
    except NotFound:
        return None  # removed from the configuration; whoever leaves may still do so


def _page(parts: Parts, reader: Recipient | None, *, token: str, state: str) -> Response:
    business = _business(parts, reader)
    labels = parts.config().taxonomy.labels if state in {"choosing", "chosen"} else ()
    areas = [label for label in labels if label.facet is Facet.AREA]
    names = parts.config().taxonomy.names()
    muted = business.mutes if business else ()
    values = {
        "muted": [(key, names.get(key, key)) for key in muted if not key.startswith("area:")],
        "asked": reader is not None and reader.consent is Consent.ASKED,
        "business": business,
        "rhythm": rhythm_words(business) if business else "",
        "others": _others(parts, reader),
        "areas": sorted(areas, key=lambda label: label.name.casefold()),
        "often": _OFTEN,
        "quiet": _QUIET,
        "token": token,
        "state": state,
    }
    # Whoever shares a machine must not find it in a cache.
    return page("reader.html", {"here": MAIL, **values}, headers={"Cache-Control": "no-store"})


def _others(parts: Parts, reader: Recipient | None) -> int:
    """Return how many more addresses get the same digest."""
    if reader is None:
        return 0
    every = parts.store.recipients.of(reader.business_key)
    return sum(1 for one in every if one.consent is Consent.CONFIRMED and one.id != reader.id)
