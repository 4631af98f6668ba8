"""A label on trial: counts, overlap, what it takes from none, weeks, terms that find nothing."""

from __future__ import annotations

from datetime import timedelta

from tests.seeds import NOW, a_tag, an_item
from tests.tagging_world import TAXONOMY
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.trial import SAMPLES, try_label
from trendwatch.types.tags import Facet, Label, TaggedItem, Taxonomy

TAXIS = Label(
    facet=Facet.AREA,
    key="air_taxis",
    name="Air taxis",
    meaning="Aircraft for a few passengers.",
    strong=("air taxi", "vertiport"),
    weak=("passenger", "rotor"),
    anti=("airport taxi",),
)


def told(number: int, title: str, *labels: str, story: str = "", weeks: int = 0) -> TaggedItem:
    item = an_item(number, title=title, summary="", at=NOW - timedelta(weeks=weeks))
    return TaggedItem(item=item, tags=tuple(a_tag(key) for key in labels), story_id=story or item.id)


def test_what_a_label_would_do() -> None:
    items = [
        told(1, "Air taxi lands on a vertiport", weeks=2),
        told(2, "A drone as air taxi", "area:drones", "sector:retail"),
        told(3, "A drone as air taxi, again", "area:drones", story="same"),
        told(4, "The air taxi drone of yesterday", "area:drones", story="same"),
        told(5, "One rotor"),
        told(6, "Passenger under a rotor", "sector:retail"),
        told(7, "Rain"),
    ]
    tagger = Tagger.rules(Taxonomy((*TAXONOMY.labels, TAXIS)))
    trial = try_label(TAXIS, tagger, items)
    assert (trial.items, trial.tagged) == (7, 5)  # 1, 2, 3, 4, and two weak terms in 6
    assert trial.from_none == 2  # 1 and 6 had no technology
    assert trial.overlap == (("area:drones", 3),)
    assert (trial.before, trial.lost) == (0, 0)
    assert dict(trial.terms)["air taxi"] == 4
    assert trial.silent == ("airport taxi",)
    assert [count for _, count in trial.weeks] == [1, 0, 3]  # two of the items tell one story
    assert len(trial.samples) == 4
    assert [one.confidence for one in trial.samples] == sorted(
        (one.confidence for one in trial.samples), reverse=True
    )
    assert trial.samples[0].terms


def test_a_label_that_is_there_loses_what_its_new_terms_do_not_find() -> None:
    changed = Label(facet=Facet.AREA, key="drones", name="Drones", meaning="x", strong=("zeppelin",))
    others = tuple(label for label in TAXONOMY.labels if label.key != "drones")
    items = [told(1, "A drone", "area:drones"), told(2, "A zeppelin")]
    trial = try_label(changed, Tagger.rules(Taxonomy((*others, changed))), items)
    assert (trial.before, trial.lost, trial.tagged, trial.from_none) == (1, 1, 1, 1)


def test_no_items_and_many() -> None:
    tagger = Tagger.rules(Taxonomy((TAXIS,)))
    nothing = try_label(TAXIS, tagger, [])
    assert (nothing.items, nothing.weeks, nothing.samples) == (0, (), ())
    many = try_label(TAXIS, tagger, [told(number, f"Air taxi {number}") for number in range(40)])
    assert len(many.samples) == SAMPLES
