"""Items to judge, what readers doubt first, one at a time, with the keyboard alone if one likes.

Every tag proposed is a ticked box: take the tick off what is wrong, write what is missing, tick "none" where
a facet has nothing, press Enter. What is not touched in a facet that is judged counts as right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from trendwatch.errors import InputError
from trendwatch.pipeline.correct import Question, Seen, correct, question_of, queue
from trendwatch.pipeline.doubts import doubt_words
from trendwatch.text import cut
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


#: Letters of a text that are shown at once; the rest opens.
_EXCERPT = 300
#: Fields for labels that are missing.
_MISSING = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was sent, shown again because something in it was refused."""

    sent: Mapping[str, Sequence[str]]
    #: what was wrong with it
    wrong: str

    def ticked(self, key: str) -> bool:
        """Return whether a label was left ticked; one that came since is."""
        return key in self.sent.get("keep", ()) or key not in self.sent.get("had", ())


def questions(parts: Parts) -> list[Question]:
    """Return the items that nobody has judged."""
    return queue(parts.store, now=parts.clock())


@router.get("/tags/queue")
def to_judge(
    *,
    parts: Given,
    item: Annotated[str, Query(max_length=40)] = "",
    own: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the next item to judge, the one asked for, or any item an operator came across."""
    waiting = questions(parts)
    if own:
        return _card(parts, question_of(parts.store, own, waiting=waiting), waiting, own=own)
    question = next((one for one in waiting if one.tagged.item.id == item), waiting[0] if waiting else None)
    return _card(parts, question, waiting)


@router.post("/tags/queue")
def judge(sent: Sent, parts: Given) -> Response:
    """Keep what was said of an item, and go on with the next; what is refused is shown as it was sent."""
    said = fields(sent)
    item, had, kept = first(said, "item"), said.get("had", ()), set(said.get("keep", ()))
    try:
        correct(
            *(parts.store, parts.config().taxonomy, item),
            add=said.get("add", ()),
            remove=[key for key in had if key not in kept],
            none=said.get("none", ()),
            seen=Seen(frozenset(had), frozenset(map(Facet, set(Facet) & set(said.get("judged", ()))))),
            by="page",
            now=parts.clock(),
        )
    except InputError as error:
        waiting = questions(parts)
        question = question_of(parts.store, item, waiting=waiting)
        return _card(parts, question, waiting, own=first(said, "own"), kept=Kept(said, str(error)))
    if first(said, "own"):
        return RedirectResponse(f"/items/{quote(item, safe='')}", 303)
    following = first(said, "next")
    return RedirectResponse(
        f"/tags/queue?{urlencode({'item': following})}" if following else "/tags/queue", 303
    )


def _card(
    parts: Parts,
    question: Question | None,
    waiting: Sequence[Question],
    *,
    own: str = "",
    kept: Kept | None = None,
) -> Response:
    place = waiting.index(question) if question in waiting else -1
    after = [*waiting[place + 1 :], *waiting[: max(place, 0)]]
    names = parts.config().taxonomy.names()
    add = list(kept.sent.get("add", ())) if kept else []
    summary = question.tagged.item.summary if question else ""
    values = {
        "question": question,
        "kept": kept,
        "own": own,
        "excerpt": cut(summary, _EXCERPT),
        "missing": add + [""] * (_MISSING - len(add)),
        "unknown": [key for key in add if key not in names],
        "after": after,
        "to_go": len(waiting),
        "skip": f"/tags/queue?{urlencode({'item': after[0].tagged.item.id})}" if after else "",
        "judged": parts.store.corrections.count_since(week_start(week_number(parts.clock()))),
        "why": WHY,
        "doubt": doubt_words,
        "facets": FACETS,
        "taxonomy": parts.config().taxonomy,
        "names": names,
        "feeds": feed_titles(parts),
        "now": parts.clock(),
    }
    return page("tags_queue.html", {"here": "items", **values}, status=422 if kept else 200)
