"""What to ask about: a tenth at random, contradictions, and what is unsure and unlike the rest."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.tagging_world import TAXONOMY, examples
from tests.test_model import NOW, made
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.queue import pick
from trendwatch.tagging.train import train
from trendwatch.types.tags import Asked

TEXTS = [
    (f"{first} {second} number{number}", "")
    for number in range(12)
    for first, second in (
        ("rotor craft", "over cows"),
        ("harvest", "festival"),
        ("shop", "window"),
        ("old letters", "found"),
    )
]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load(train(examples(), TAXONOMY, now=NOW), TAXONOMY)


def test_shares(tagger: Tagger) -> None:
    picked = pick(tagger, TEXTS, 25, seed=1)
    assert len({one.place for one in picked}) == 25
    counts = Counter(one.why for one in picked)
    assert counts[Asked.RANDOM] == 3  # a tenth, not less
    assert counts[Asked.CONFLICT] <= 5
    assert counts[Asked.MARGIN] == 22 - counts[Asked.CONFLICT]


def test_the_random_part_depends_on_the_seed_alone(tagger: Tagger) -> None:
    def random(seed: int) -> list[int]:
        return [one.place for one in pick(tagger, TEXTS, 25, seed=seed) if one.why is Asked.RANDOM]

    assert random(1) == random(1) != random(2)


def test_terms_against_the_model_are_conflicts() -> None:
    # "drone" votes for drones; the weight of "toy" makes the model sure it is none
    tagger = Tagger.load(made({"toy": -9.0, "rotor": 3.0}), TAXONOMY)
    texts = [("Quiet day", ""), ("Rotor craft", ""), ("Toy drone", ""), ("Nothing", "")]
    why = {one.place: one.why for one in pick(tagger, texts, 10, seed=1)}
    assert why[2] is Asked.CONFLICT
    assert why[1] is Asked.CONFLICT  # the model is sure of it, and no term says so


def test_of_conflicts_those_are_asked_that_teach_most() -> None:
    tagger = Tagger.load(made({"toy": -9.0, "rotor": 3.0, "blade": 1.5}), TAXONOMY)
    texts = [("Toy drone", ""), ("Rotor", ""), ("Rotor blade", "")] + [("Quiet day", "")] * 40
    why = {one.place: one.why for one in pick(tagger, texts, 5, seed=1)}
    assert Asked.RANDOM not in {why.get(place) for place in range(3)}
    assert why[1] is Asked.CONFLICT  # of the three the model is least sure of it


def test_copies_are_asked_once_while_others_are_left(tagger: Tagger) -> None:
    texts = [("Rotor craft over wheat", "")] * 20 + [("Boutique window with barley", "")]
    margin = [one.place for one in pick(tagger, texts, 3, seed=4) if one.why is Asked.MARGIN]
    assert 20 in margin or any(one.place == 20 for one in pick(tagger, texts, 3, seed=4))


def test_rare_labels_are_not_drowned_by_common_ones() -> None:
    """Forty texts unsure of drones, one unsure of farming: what drones are is told soon."""
    tagger = Tagger.load(
        made({"rotor": 2.0, "barley": 0.0}, labels=("area:drones", "sector:agriculture")), TAXONOMY
    )
    kinds = "abcdefghijklmnopqrstuvwxyzäöüßàáâèéêìíîòóô"
    texts = [(f"Rotor {letter * 3}", "") for letter in kinds[:40]] + [("A field of barley", "")]
    teaching = [one.place for one in pick(tagger, texts, 5, seed=6) if one.why is not Asked.RANDOM]
    assert 40 in teaching
    assert len(teaching) == 4


def test_few_and_no_texts(tagger: Tagger) -> None:
    assert pick(tagger, [], 25, seed=1) == []
    assert sorted(one.place for one in pick(tagger, TEXTS[:3], 25, seed=1)) == [0, 1, 2]
