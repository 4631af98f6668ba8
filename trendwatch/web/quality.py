"""How good tags are: by label, what is taken for what, how sure is sure, the models, and drift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from trendwatch.errors import InputError
from trendwatch.pipeline.drift import under_way
from trendwatch.pipeline.learn import go_back
from trendwatch.pipeline.measure import (
    ByFeed,
    Measured,
    by_feed,
    current_model,
    feeds_of,
    on_examples,
    on_judged,
    versions,
)
from trendwatch.store.models import CURRENT
from trendwatch.tagging.drift import drift_words
from trendwatch.tagging.quality import ENOUGH
from trendwatch.types.tags import Facet
from trendwatch.types.weeks import week_name
from trendwatch.web.condition import current_version, feed_titles
from trendwatch.web.facets import FACETS
from trendwatch.web.forms import Sent, fields, first
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts

router = APIRouter()

#: Weeks of drift shown.
_WEEKS = 12
#: What each state is called.
STATES = {
    "current": "champion: tags items now",
    "building": "challenger: counts the last months before it takes over",
    "old": "was champion",
    "refused": "refused: was worse on held-out texts",
}


@router.get("/tags/quality")
def quality(parts: Given, facet: Annotated[Facet, Query()] = Facet.AREA) -> Response:
    """Show how good tags are."""
    held_out, judged, each = measured(parts)
    models = versions(parts.store)
    champion = next((one for one in models if one.state == CURRENT), None)
    version = current_version(parts)
    weeks = parts.store.drift.weeks(version)[-_WEEKS:] if version else []
    values = {
        "held_out": held_out,
        "judged": judged,
        "by_feed": each,
        "feeds": feed_titles(parts),
        "enough": ENOUGH,
        "facet": facet,
        "facets": FACETS,
        "states": STATES,
        "models": models,
        "champion": champion,
        "complaint": parts.taggers.complaint(parts.store, parts.config().taxonomy),
        "behind": parts.taggers.misfit(parts.store, parts.config().taxonomy),
        "cold": next((one for one in models if not one.warm and one.macro_f1), None),
        "warm": next((one for one in models if one.warm and one.macro_f1), None),
        "names": _names(parts),
        "episode": under_way(parts.store),
        "drift": drift_words(under_way(parts.store)),
        "weeks": [(week_name(one.week), one) for one in reversed(weeks)],
    }
    return page("tags_quality.html", {"here": "items", **values})


@router.post("/tags/quality")
def back(sent: Sent, parts: Given) -> Response:
    """Go back to an earlier or refused model, by name."""
    version = first(fields(sent), "version")
    if not version:
        raise InputError("name a version")
    config = parts.config()
    recount = timedelta(days=config.settings.digest.recount_days)
    go_back(parts.store, version, config.taxonomy, recount=recount, clock=parts.clock)
    return RedirectResponse("/tags/quality", 303)


def measured(parts: Parts) -> tuple[Measured | None, Measured | None, ByFeed | None]:
    """Return how good tags are on held-out examples, on judged news picked at random, and that by feed."""
    config = parts.config()
    loaded = current_model(parts.store, config.taxonomy)
    if loaded is None:
        return None, None, None
    model, tagger = loaded
    said = parts.store.corrections.all()
    return (
        on_examples(model, config.taxonomy, config.examples()),
        on_judged(model, tagger, taxonomy=config.taxonomy, corrections=said),
        by_feed(model, tagger, corrections=said, feeds=feeds_of(parts.store, said)),
    )


def _names(parts: Parts) -> Mapping[str, str]:
    """Return what labels are called; none of a facet has a name too."""
    nothing = {f"{facet}:none": f"no {words.lower()}" for facet, words in FACETS.items()}
    return {**nothing, **parts.config().taxonomy.names()}
