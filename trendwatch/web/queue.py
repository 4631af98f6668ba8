"""Items to judge, what readers doubt first, one at a time, with the keyboard alone if one likes.

Every tag proposed is a ticked box: take the tick off what is wrong, write what is missing, tick "none" where
a facet has nothing, press Enter. What is not touched in a facet that is judged counts as right.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from trendwatch.pipeline.correct import Question, Seen, correct, queue
from trendwatch.pipeline.doubts import doubt_words
from trendwatch.types.tags import Asked, Facet
from trendwatch.types.weeks import week_number, week_start
from trendwatch.web.condition import feed_titles
from trendwatch.web.facets import FACETS
from trendwatch.web.forms import Sent, fields, first
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts

router = APIRouter()

#: Why an item was picked, as operators read it.
WHY = {
    Asked.READERS: "readers say that a label is wrong",
    Asked.RANDOM: "picked at random, to measure how good tags are",
    Asked.CONFLICT: "terms and model disagree",
    Asked.MARGIN: "the model is unsure",
    Asked.OWN: "",
}


def questions(parts: Parts) -> list[Question]:
    """Return the items that nobody has judged."""
    return queue(parts.store, now=parts.clock())


@router.get("/tags/queue")
def to_judge(parts: Given, item: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Show the next item to judge, or the one asked for."""
    waiting = questions(parts)
    place = next((at for at, one in enumerate(waiting) if one.tagged.item.id == item), 0)
    question = waiting[place] if waiting else None
    after = waiting[place + 1 :] + waiting[:place] if waiting else []
    start = week_start(week_number(parts.clock()))
    values = {
        "question": question,
        "after": after,
        "skip": f"/tags/queue?{urlencode({'item': after[0].tagged.item.id})}" if after else "",
        "judged": parts.store.corrections.count_since(start),
        "why": WHY,
        "doubt": doubt_words,
        "facets": FACETS,
        "taxonomy": parts.config().taxonomy,
        "names": parts.config().taxonomy.names(),
        "feeds": feed_titles(parts),
        "now": parts.clock(),
    }
    return page("tags_queue.html", {"here": "items", **values})


@router.post("/tags/queue")
def judge(sent: Sent, parts: Given) -> Response:
    """Keep what was said of an item, and go on with the next."""
    said = fields(sent)
    had, kept = said.get("had", ()), set(said.get("keep", ()))
    correct(
        *(parts.store, parts.config().taxonomy, first(said, "item")),
        add=said.get("add", ()),
        remove=[key for key in had if key not in kept],
        none=said.get("none", ()),
        seen=Seen(frozenset(had), frozenset(map(Facet, set(Facet) & set(said.get("judged", ()))))),
        by="page",
        now=parts.clock(),
    )
    following = first(said, "next")
    return RedirectResponse(
        f"/tags/queue?{urlencode({'item': following})}" if following else "/tags/queue", 303
    )
