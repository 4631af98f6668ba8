"""What tags for doors where the current model cannot be used (C1): the last good one, else the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.seeds import NOW, a_model
from tests.tagging_world import TAXONOMY
from tests.test_model import made
from trendwatch.pipeline.taggers import Taggers, complaint, load_current
from trendwatch.store import Store
from trendwatch.types.tags import Model

SINCE = NOW - timedelta(days=1)
GOOD = replace(made({"rotor": 3.0}), version="good")


def test_without_a_model_the_cold_one_tags_where_there_is_one(store: Store) -> None:
    assert load_current(store, TAXONOMY, cold=lambda: GOOD).version == "good"
    assert load_current(store, TAXONOMY).version.startswith("rules-")
    assert complaint(store, TAXONOMY) == ""


def test_c1_a_damaged_model_is_told_and_the_terms_stand_in(store: Store) -> None:
    store.models.adopt(a_model("bad"), since=SINCE)

    def never() -> Model:
        raise AssertionError("a damaged model is no reason to train in a door")

    assert load_current(store, TAXONOMY, cold=never).version.startswith("rules-")
    assert "model bad was refused" in complaint(store, TAXONOMY)
    assert "trendwatch train" in complaint(store, TAXONOMY)


def test_c1_the_last_good_model_stands_in_for_a_damaged_one(store: Store) -> None:
    store.models.adopt(GOOD, since=SINCE)
    taggers = Taggers()
    assert taggers.complaint(store, TAXONOMY) == ""
    store.models.adopt(a_model("bad"), since=SINCE)
    assert store.models.promote_if_caught_up() == "bad"
    assert load_current(store, TAXONOMY).version == "good"
    assert "model bad was refused" in taggers.complaint(store, TAXONOMY)  # another version is looked at anew
