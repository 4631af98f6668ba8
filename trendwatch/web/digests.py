"""The digests of a business: one as its own page, all as an archive."""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from trendwatch.advice.schedule import LONGEST_STEP, cutoffs
from trendwatch.advice.words import in_words
from trendwatch.config import Config
from trendwatch.errors import NotFound
from trendwatch.render.page import html
from trendwatch.render.template import issue_url
from trendwatch.types.advice import Business, Digest
from trendwatch.types.weeks import parse_week
from trendwatch.web.banner import banner
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import moment

router = APIRouter()

#: Two years of weeks.
_ARCHIVE = 104
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@router.get("/digests/{business}")
def archive(business: str, parts: Given) -> Response:
    """Show every digest of a business."""
    found = parts.config().business(business[:100])
    digests = parts.store.digests.of(found.key, limit=_ARCHIVE)
    values = {"business": found, "digests": digests, "sector": sector_words(found, parts.config())}
    return page("archive.html", {"here": "home", "next_cutoff": next_cutoff(found, parts), **values})


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


def digest_page(found: Digest, *, base_url: str) -> HTMLResponse:
    """Return a digest as its own page; its own styles are allowed by their hash."""
    here = issue_url(base_url, found.period)
    text = html(found, base_url=base_url, banner=banner(), votes_url=f"{here}/votes" if here else "")
    hashes = (hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(text))
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
    sources = allowed or "'none'"
    policy = f"default-src 'none'; style-src {sources}; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


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
