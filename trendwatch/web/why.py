"""What became of every story a digest could have shown: the answer to "why was I not told of that?"."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.advice.whynot import CHOSEN, unknown
from trendwatch.pipeline.compose import explain
from trendwatch.web.looks import page
from trendwatch.web.parts import Given

router = APIRouter()

#: Stories listed; the rest is counted.
_LISTED = 60
#: What people read for each gate, in the order of the gates.
GATES = {
    CHOSEN: "in the digest",
    "no_room": "chosen, left out for length",
    "no_place": "good, but others were better",
    "per_technology": "enough on that technology already",
    "per_publisher": "enough from that publisher already",
    "told_already": "the same headline already",
    "too_few_sources": "only one publisher so far",
    "too_few_points": "meets too little of the profile",
    "not_technology": "not about technology",
    "shown_before": "shown before",
    "backlog": "older than its source is known to us",
    "too_old": "published too long ago",
    "outside_window": "first seen on other days",
    "muted": "muted",
    "no_link": "without a link to follow",
}


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
        "counts": [(words, counts[gate]) for gate, words in GATES.items() if counts[gate]],
        "gates": GATES,
    }
    return page("why.html", {"here": "home", **values})
