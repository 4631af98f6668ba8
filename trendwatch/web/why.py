"""What became of every story a digest could have shown: the answer to "why was I not told of that?"."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.advice.whynot import GATES, unknown
from trendwatch.pipeline.compose import explain
from trendwatch.types.advice import Business, Digest
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts

router = APIRouter()

#: Stories listed; the rest is counted.
_LISTED = 60


@router.get("/digests/{business}/{period}/why")
def why(business: str, period: str, parts: Given, story: str = "") -> Response:
    """Show why stories are in a digest or not."""
    found = parts.config().business(business[:100])
    digest = parts.store.digests.get(found.key, period[:20])
    here = f"/digests/{quote(found.key)}/{quote(digest.period)}"
    return why_page(parts, found, digest, story=story, issue=here)


def why_page(
    parts: Parts, business: Business, digest: Digest, *, story: str, issue: str, here: str = "home"
) -> Response:
    """Return what became of every story of an issue, or of one; ``issue`` is where the issue itself is."""
    verdicts = explain(parts.store, business.key, digest.period)
    counts = Counter(one.gate for one in verdicts)
    asked = next((one for one in verdicts if one.story_id == story), unknown(story)) if story else None
    values = {
        "business": business,
        "issue": issue,
        "digest": digest,
        "asked": asked,
        "verdicts": verdicts[:_LISTED],
        "considered": len(verdicts),
        "counts": [(words.short, counts[gate]) for gate, words in GATES.items() if counts[gate]],
    }
    return page("why.html", {"here": here, **values})
