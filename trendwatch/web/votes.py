"""What an issue was worth, story by story: from a signed link in a mail, or from our own pages.

A GET shows the stories and changes nothing; a POST says one thing of one story. Several readers of one
business share its votes: there is one digest for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from trendwatch.deliver.links import PREFIX
from trendwatch.errors import InputError, LinkRefused
from trendwatch.pipeline.outgoing import links_of
from trendwatch.pipeline.voting import cast, labels_of, mutable
from trendwatch.types.advice import Digest, Pick
from trendwatch.types.votes import VoteKind
from trendwatch.web.forms import Form, fields, first
from trendwatch.web.looks import MAIL, page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.readers import who_gets_it

router = APIRouter()

#: How each is said on a button that was pressed.
_SAID = {
    VoteKind.USEFUL: "You found it useful.",
    VoteKind.NOT_FOR_ME: "Not for you.",
    VoteKind.WRONG_TAG: "You said that a label is wrong.",
    VoteKind.MUTE: "You asked for nothing more on one of its topics.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """A story with what was said of it."""

    pick: Pick
    #: full key and name of its labels, surest first
    labels: tuple[tuple[str, str], ...]
    #: those of them that may be muted
    mutable: tuple[tuple[str, str], ...]
    said: str


@router.get("/digests/{business}/{period}/votes")
def votes(business: str, period: str, parts: Given) -> Response:
    """Show the stories of an issue with what was said of them."""
    parts.config().business(business[:100])
    return _page(parts, parts.store.digests.get(business[:100], period[:20]))


@router.post("/digests/{business}/{period}/votes")
def vote(business: str, period: str, parts: Given, body: Form = b"") -> Response:
    """Say something of one story."""
    parts.config().business(business[:100])
    return _said(parts, parts.store.digests.get(business[:100], period[:20]), body, by="page")


@router.get(f"{PREFIX}/votes/{{token}}")
def votes_by_link(token: str, parts: Given) -> Response:
    """Show the stories of the issue that a mail held; nothing is changed."""
    return _page(parts, _linked(parts, token), here=MAIL)


@router.post(f"{PREFIX}/votes/{{token}}")
def vote_by_link(token: str, parts: Given, body: Form = b"") -> Response:
    """Say something of one story of the issue that a mail held."""
    return _said(parts, _linked(parts, token), body, by="link")


def _linked(parts: Parts, token: str) -> Digest:
    try:
        links = links_of(parts.store, parts.config().settings.serve.site)
        reader_id, _, period = links.read(token, "votes", now=parts.clock()).partition("/")
    except LinkRefused as error:
        raise HTTPException(410 if error.expired else 403, str(error)) from error
    reader = who_gets_it(parts.store.recipients.find(reader_id))
    return parts.store.digests.get(reader.business_key, period)


def _said(parts: Parts, digest: Digest, body: bytes, *, by: str) -> Response:
    given = fields(body)
    story, kind, label = (first(given, name)[:120] for name in ("story", "kind", "label"))
    if kind not in set(VoteKind):
        raise InputError("choose one of the buttons")
    cast(
        parts.store,
        parts.config(),
        digest.business_key,
        story_id=story,
        kind=VoteKind(kind),
        label=label if kind in {VoteKind.WRONG_TAG, VoteKind.MUTE} else "",
        period=digest.period,
        by=by,
        now=parts.clock(),
    )
    return _page(parts, digest, saved=True, here=MAIL if by == "link" else "")


def _page(parts: Parts, digest: Digest, *, saved: bool = False, here: str = "") -> Response:
    names = parts.config().taxonomy.names()
    business = parts.config().business(digest.business_key)
    last = {one.story_id: one.kind for one in parts.store.votes.of(digest.business_key)}
    stories = []
    for pick in digest.picks:
        labels = tuple((key, names.get(key, key)) for key in labels_of(parts.store, digest, pick.story_id))
        said = _SAID.get(last.get(pick.story_id, VoteKind.NOTHING), "")
        offered = mutable([key for key, _ in labels], business)
        may_mute = tuple(one for one in labels if one[0] in offered)
        stories.append(Voted(pick=pick, labels=labels, mutable=may_mute, said=said))
    values = {"digest": digest, "stories": stories, "saved": saved}
    return page("votes.html", {"here": here, **values}, headers={"Cache-Control": "no-store"})
