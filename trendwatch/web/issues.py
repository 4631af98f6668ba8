"""What a reader may read by the link in a mail, without a key: issues, why their stories, the feeds of them.

One signed address a reader, below which everything is: ``/mail/issues/TOKEN/2025-W14``. Nothing here changes
anything, and it ends when its reader leaves. Votes have links of their own (votes.py): who only reads, such
as a colleague the mail was handed on to or a feed reader on somebody else's server, cannot vote.
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.deliver.links import PREFIX
from trendwatch.errors import NotFound
from trendwatch.render.feeds import ENTRIES
from trendwatch.types.advice import Business, Digest
from trendwatch.types.weeks import parse_week
from trendwatch.web.digests import ARCHIVE, ATOM, JSON_FEED, digest_page, feed_of, site_url
from trendwatch.web.looks import MAIL, page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.readers import served
from trendwatch.web.why import why_page

router = APIRouter(prefix=f"{PREFIX}/issues")


@router.get("/{token}")
def issues(token: str, parts: Given) -> Response:
    """Show every issue a reader may read, and where a feed reader finds them."""
    business = _business(parts, token)
    values = {
        "business": business,
        "digests": parts.store.digests.of(business.key, limit=ARCHIVE),
        "base": _base(token),
        "feeds": (("Atom", f"latest{ATOM}"), ("JSON Feed", f"latest{JSON_FEED}")),
    }
    return page("issues.html", {"here": MAIL, **values})


@router.get("/{token}/{period}")
def issue(token: str, period: str, parts: Given) -> Response:
    """Show one issue; latest.atom and latest.feed.json are the feeds to subscribe to."""
    business = _business(parts, token)
    base_url = f"{site_url(parts)}{_base(token)}"
    if period in {f"latest{ATOM}", f"latest{JSON_FEED}"}:
        digests = parts.store.digests.of(business.key, limit=ENTRIES)
        return feed_of(digests, business, base_url=base_url, self_url=f"{base_url}/{period}")
    return digest_page(_digest(parts, business, period), base_url=base_url, votes=False)


@router.get("/{token}/{period}/why")
def why(token: str, period: str, parts: Given, story: str = "") -> Response:
    """Show why stories are in an issue or not."""
    business = _business(parts, token)
    digest = _digest(parts, business, period)
    here = f"{_base(token)}/{quote(digest.period)}"
    return why_page(parts, business, digest, story=story, issue=here, here=MAIL)


def _base(token: str) -> str:
    return f"{PREFIX}/issues/{quote(token, safe='')}"


def _business(parts: Parts, token: str) -> Business:
    return parts.config().business(served(parts, token, "issues").business_key)


def _digest(parts: Parts, business: Business, period: str) -> Digest:
    if period != "latest":
        try:
            parse_week(period)
        except ValueError as error:
            raise NotFound("digest", period[:20], hint="write the week like 2025-W14") from error
    return parts.store.digests.get(business.key, period)
