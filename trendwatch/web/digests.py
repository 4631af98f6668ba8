"""The digests of a business: one as its own page, all as an archive."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from trendwatch.advice.schedule import LONGEST_STEP, cutoffs, rhythm_words
from trendwatch.advice.words import a_list, counted, in_words
from trendwatch.config import Config
from trendwatch.errors import NotFound
from trendwatch.render.feeds import atom, json_feed
from trendwatch.render.inline import text
from trendwatch.render.page import html
from trendwatch.render.template import issue_url
from trendwatch.types.advice import Business, Digest
from trendwatch.types.delivery import Consent
from trendwatch.types.weeks import parse_week
from trendwatch.web.banner import banner
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import moment

router = APIRouter()

#: Two years of weeks.
ARCHIVE = 104
#: How the address of a feed ends.
ATOM, JSON_FEED = ".atom", ".feed.json"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@router.get("/digests/{business}")
def archive(business: str, parts: Given) -> Response:
    """Show every digest of a business."""
    found = parts.config().business(business[:100])
    digests = parts.store.digests.of(found.key, limit=ARCHIVE)
    values = {
        "business": found,
        "digests": digests,
        "sector": sector_words(found, parts.config()),
        "facts": _facts(found, parts),
    }
    return page("archive.html", {"here": "home", "next_cutoff": next_cutoff(found, parts), **values})


def _facts(business: Business, parts: Parts) -> list[tuple[str, str]]:
    """Return what a business asked for and where its digest goes, as people say it; no address is shown."""
    names = parts.config().taxonomy.names()
    wanted = [*(f"area:{key}" for key in business.areas), *business.follows]
    goals = [f"function:{key}" for key in business.goals]
    agreed = [one for one in parts.store.recipients.of(business.key) if one.consent is Consent.CONFIRMED]
    hooks = [one for one in parts.store.endpoints.of(business.key) if not one.disabled]
    ways = [counted(len(agreed), "mail address", plural="mail addresses")] if agreed else []
    ways += [counted(len(hooks), "webhook")] if hooks else []
    said = {
        "Comes": rhythm_words(business),
        "Asked about": a_list([in_words(key, names) for key in dict.fromkeys(wanted)]),
        "Wants to improve": a_list([in_words(key, names) for key in goals]),
        "Uses": a_list([text(tool) for tool in business.tools]),
        "Never": a_list([in_words(key, names) for key in business.mutes]),
        "Goes to": a_list([*ways, "this page", "its feeds"]),
    }
    return [(name, words) for name, words in said.items() if words]


@router.get("/digests/{business}/{period}")
def digest(business: str, period: str, parts: Given) -> Response:
    """Show one digest."""
    found = parts.config().business(business[:100])
    if period != "latest":
        try:
            parse_week(period)
        except ValueError as error:
            raise NotFound(
                "digest", f"{found.key}/{period[:20]}", hint="write the week like 2025-W14"
            ) from error
    return digest_page(parts.store.digests.get(found.key, period), base_url=issues_url(parts, found.key))


def digest_page(found: Digest, *, base_url: str, votes: bool = True) -> HTMLResponse:
    """Return a digest as its own page; its own styles are allowed by their hash."""
    here = issue_url(base_url, found.period) if votes else ""
    shown = html(found, base_url=base_url, banner=banner(), votes_url=f"{here}/votes" if here else "")
    hashes = (hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(shown))
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
    sources = allowed or "'none'"
    policy = f"default-src 'none'; style-src {sources}; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(shown, headers={"Content-Security-Policy": policy})


def feed_of(digests: Sequence[Digest], business: Business, *, base_url: str, self_url: str) -> Response:
    """Return digests as the feed its address asks for: Atom, or JSON Feed."""
    where = {"self_url": self_url, "base_url": base_url, "business_name": business.name}
    if self_url.endswith(ATOM):
        body = atom(digests, business_key=business.key, **where)
        return Response(body, media_type="application/atom+xml; charset=utf-8")
    return Response(json_feed(digests, **where), media_type="application/feed+json; charset=utf-8")


def site_url(parts: Parts) -> str:
    """Return where our pages are, as configured: never as a request claims."""
    return parts.config().settings.serve.site


def issues_url(parts: Parts, business_key: str) -> str:
    """Return where the digests of a business are."""
    return f"{site_url(parts)}/digests/{business_key}"


def next_cutoff(business: Business, parts: Parts) -> str:
    """Return when the next digest is cut, in the words of the business's own clock."""
    now = parts.clock()
    coming = cutoffs(business, now, now + LONGEST_STEP)
    return f"{moment(coming[0], business.timezone)} ({business.timezone})" if coming else ""


def sector_words(business: Business, config: Config) -> str:
    """Return what the business's sector is called inside a sentence."""
    return in_words(f"sector:{business.sector}", config.taxonomy.names())
