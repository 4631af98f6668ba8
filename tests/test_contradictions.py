"""Corrections that an operator should look at again: labels that are gone, one text judged in two ways."""

from __future__ import annotations

from dataclasses import replace

from tests.seeds import NOW
from tests.tagging_world import TAXONOMY
from trendwatch.tagging.contradictions import oddities
from trendwatch.types.tags import Correction, Facet

JUDGED = Correction(
    item_id="1",
    title="Drones over the orchard",
    summary="Growers save diesel.",
    labels=frozenset({"area:drones"}),
    facets=frozenset({Facet.AREA, Facet.SECTOR}),
    made_at=NOW,
)


def test_a_label_that_is_gone_is_named_with_its_item() -> None:
    gone = replace(JUDGED, labels=frozenset({"area:drones", "area:zeppelins"}))
    [found] = oddities([gone], TAXONOMY)
    assert (found.item_id, found.facet) == ("1", Facet.AREA)
    assert found.message == "area:zeppelins is no label any more; judge the item again, or take it back"


def test_the_same_text_judged_in_two_ways_is_told_at_the_later_one_and_only_where_they_differ() -> None:
    copy = replace(JUDGED, item_id="2", title="DRONES  over the orchard", labels=frozenset())
    [found] = oddities([JUDGED, copy], TAXONOMY)
    assert (found.item_id, found.facet) == ("2", Facet.AREA)
    assert found.message.startswith("no area here, area:drones where the same text is item 1;")


def test_other_words_other_facets_and_the_same_verdict_contradict_nothing() -> None:
    others = [
        replace(JUDGED, item_id="2"),
        replace(JUDGED, item_id="3", summary="Growers save time.", labels=frozenset()),
        replace(JUDGED, item_id="4", labels=frozenset({"impact:cost"}), facets=frozenset({Facet.IMPACT})),
    ]
    assert oddities([JUDGED, *others], TAXONOMY) == []
