"""The watch on tags: figures from rows, nothing twice, one alert an episode; quality while held out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.seeding import LAST_WEEK, VERSION, doors
from tests.seeds import NOW
from tests.tagging_world import TAXONOMY, examples
from trendwatch.api import Parts
from trendwatch.pipeline import drift
from trendwatch.pipeline.drift import under_way, watch
from trendwatch.pipeline.measure import by_feed, on_examples, on_judged
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.quality import Share
from trendwatch.tagging.train import train
from trendwatch.types.tags import Asked, Correction, Facet, TagWeek

LEASE = timedelta(minutes=1)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


def usual(week: int) -> TagWeek:
    return TagWeek(week=week, items=300, untagged=0.4, confidence=0.8, novelty=0.02)


def test_weeks_are_looked_at_once(parts: Parts) -> None:
    assert watch(parts.store, clock=parts.clock, lease=LEASE) is None
    weeks = parts.store.drift.weeks(VERSION)
    assert weeks[-1].week == LAST_WEEK
    assert len(weeks) <= drift.LOOKED_BACK
    seen = {one.week: one for one in weeks}
    told = seen[LAST_WEEK]
    items, tagged, sure = parts.store.drift.counted(
        VERSION, NOW - timedelta(days=30), NOW + timedelta(days=1)
    )
    assert (items, tagged) == (10, 9)  # the weather has no technology
    assert 0.8 < sure < 1
    assert told.items <= items
    parts.store.drift.put(VERSION, [replace(told, items=12_345)])
    watch(parts.store, clock=parts.clock, lease=LEASE)
    assert parts.store.drift.weeks(VERSION) == weeks


def test_one_alert_an_episode(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    parts.store.drift.put(VERSION, [usual(LAST_WEEK - back) for back in range(1, 20)])
    monkeypatch.setattr(drift, "_looked_at", lambda *_, **__: [replace(usual(LAST_WEEK), untagged=0.9)])
    episode = watch(parts.store, clock=parts.clock, lease=LEASE)
    assert episode is not None
    assert (episode.first, episode.last) == (LAST_WEEK, LAST_WEEK)
    assert watch(parts.store, clock=parts.clock, lease=LEASE) is None
    assert under_way(parts.store) == episode


def test_nothing_is_looked_at_before_anything_was_judged(tmp_path: Path) -> None:
    empty = doors(tmp_path, full=False)
    assert watch(empty.store, clock=empty.clock, lease=LEASE) is None
    assert under_way(empty.store) is None


def test_quality_counts_what_was_said_while_held_out() -> None:
    model = train(examples(), TAXONOMY, now=NOW)
    tagger = Tagger.load(model, TAXONOMY)
    found = on_examples(model, TAXONOMY, examples())
    assert found is not None
    assert found.texts == len(examples())
    drones = next(one for one in found.labels if one.label == "area:drones")
    assert drones.recall.whole == sum("area:drones" in one.labels for one in examples())
    assert on_examples(model, TAXONOMY, []) is None
    judged = Correction(
        item_id="1",
        title="An unmanned aircraft",
        summary="",
        labels=frozenset({"area:drones"}),
        facets=frozenset({Facet.AREA}),
        made_at=NOW,
        asked=Asked.RANDOM,
    )
    mine = on_judged(
        model, tagger, taxonomy=TAXONOMY, corrections=[judged, replace(judged, asked=Asked.MARGIN)]
    )
    assert mine is not None
    assert (mine.texts, [one.label for one in mine.labels]) == (1, ["area:drones"])
    assert on_judged(model, tagger, taxonomy=TAXONOMY, corrections=[]) is None
    said = [judged, replace(judged, item_id="2", asked=Asked.MARGIN), replace(judged, item_id="3")]
    each = by_feed(model, tagger, corrections=said, feeds={"1": "wire", "2": "gazette"})  # 3 is gone
    assert each is not None
    assert [(one.feed_key, one.judged, one.precision) for one in each.feeds] == [("wire", 1, Share(1, 1))]
    assert each.whole.judged == 1
    assert by_feed(model, tagger, corrections=said, feeds={}) is None


def test_a_new_label_keeps_to_its_terms_after_training() -> None:
    """What a trial showed must hold once a model has learnt: the examples say nothing of a new label."""
    from trendwatch.types.tags import Label, Taxonomy

    label = Label(
        facet=Facet.SECTOR, key="funeral", name="Funerals", meaning="Undertakers.", strong=("undertaker",)
    )
    taxonomy = Taxonomy((*TAXONOMY.labels, label))
    texts = [("Undertaker opens in the valley", "")]
    before = Tagger.load(train(examples(), TAXONOMY, now=NOW), taxonomy).confidences(texts)[0, -1]
    after = Tagger.load(train(examples(), taxonomy, now=NOW), taxonomy).confidences(texts)[0, -1]
    assert before == pytest.approx(0.75, abs=0.01)
    assert after == pytest.approx(before, abs=0.01)
