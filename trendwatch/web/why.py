"""What became of every story a digest could have shown: the answer to "why was I not told of that?"."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.advice.whynot import GATES, unknown
from trendwatch.pipeline.compose import explain
from trendwatch.web.looks import page
from trendwatch.web.parts import Given

router = APIRouter()

#: Stories listed; the rest is counted.
_LISTED = 60


@router.get("/digests/{business}/{period}/why")
def why(business: str, period: str, parts: Given, story: str = "") -> Response:
    """Show why stories are in a digest or not."""
    found = parts.config().business(business[:100])
    digest = parts.store.digests.get(found.key, period[:20])
    verdicts = explain(parts.store, found.key, digest.period)
    counts = Counter(one.gate for one in verdicts)
    asked = next((one for one in verdicts if one.story_id == story), unknown(story)) if story else None
    values = {
        "business": found,
        "digest": digest,
        "asked": asked,
        "verdicts": verdicts[:_LISTED],
        "considered": len(verdicts),
        "counts": [(words.short, counts[gate]) for gate, words in GATES.items() if counts[gate]],
    }
    return page("why.html", {"here": "home", **values})
