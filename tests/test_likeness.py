"""How alike two pieces of news read, and how rare words are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.gauge import Gauge, added
from trendwatch.news.likeness import (
    FEWEST_WORDS,
    dot,
    likeness,
    read,
    read_anew,
    shared_words,
)
from trendwatch.news.rarity import Rarity

EVEN = Rarity.of([])


def test_without_texts_all_words_weigh_one() -> None:
    assert EVEN.weight("drones") == 1
    assert EVEN.weight("never-seen") == 1


def test_unseen_words_are_the_rarest() -> None:
    rarity = Rarity.of(["Drones map fields", "Drones deliver parcels", "A new bakery opens"])
    assert rarity.weight("drones") < rarity.weight("bakery") < rarity.weight("tractor")


def test_a_text_counts_a_word_once() -> None:
    assert Rarity.of(["drones drones", "x y"]).weight("drones") == Rarity.of(["drones", "x y"]).weight(
        "drones"
    )


def test_copies_have_equal_text_whatever_the_publisher_adds() -> None:
    one = read("Drones map wheat fields in Kansas", "Cheap drones find weeds.", rarity=EVEN)
    other = read("Drones map wheat fields in Kansas - Farm Daily", "Cheap drones  find weeds!", rarity=EVEN)
    assert one.exact == other.exact != ""
    assert likeness(one, other) == pytest.approx(1)


@pytest.mark.parametrize("title", ["", "Open thread", "The of and"])
def test_too_few_words_say_nothing(title: str) -> None:
    assert read(title, "", rarity=EVEN).exact == ""


def test_inflected_words_meet() -> None:
    one = read("Blast hits Homs pipelines", "", rarity=EVEN)
    other = read("Blasts hitting pipeline", "", rarity=EVEN)
    apart = read("Quake hurts Lima harbours", "", rarity=EVEN)
    assert likeness(one, other) > 0.2 > likeness(one, apart)
    assert shared_words(one, other) == 2


@pytest.mark.parametrize(
    ("one", "other", "worth"),
    [
        ("EU agrees 12th package of sanctions", "EU agrees 13th package of sanctions", 0.8),
        ("Prices rise 5 % in March", "Prices rise 5 % in May", 1.0),
        ("Prices rise 5 % in March", "Prices rise in March", 1.0),
    ],
)
def test_clashing_numbers_cost_a_fifth(one: str, other: str, worth: float) -> None:
    first, second = read(one, "", rarity=EVEN), read(other, "", rarity=EVEN)
    assert likeness(first, second) == pytest.approx(worth * dot(first, second))


@given(st.text(max_size=80), st.text(max_size=80))
def test_vectors_have_length_one_and_likeness_is_even_handed(title: str, summary: str) -> None:
    """C2: any text can be read."""
    one, other = read(title, summary, rarity=EVEN), read(summary, title, rarity=EVEN)
    for reading in (one, other):
        assert dot(reading, reading) == pytest.approx(1 if reading.words else 0)
        assert bool(reading.exact) == (len(reading.words) >= FEWEST_WORDS) == bool(reading.rarest)
    assert likeness(one, other) == likeness(other, one) <= 1 + 1e-9


@given(st.lists(st.text(alphabet="abcd ", max_size=40), min_size=1, max_size=6))
def test_one_text_is_held_against_many_as_against_each(titles: list[str]) -> None:
    rarity = Rarity.of(titles)
    readings = [read(title, "", rarity=rarity) for title in titles]
    found = Gauge(rarity).dots(readings[0], readings)
    assert found.tolist() == pytest.approx([dot(readings[0], other) for other in readings])


def test_a_sum_of_texts_is_measured_as_the_sum_of_products() -> None:
    readings = [
        read(title, "", rarity=EVEN) for title in ("Drones map fields", "Fields flood", "Drones sink")
    ]
    both = Gauge(EVEN).dots(added(readings[:2]), readings)
    assert both.tolist() == pytest.approx([dot(readings[0], r) + dot(readings[1], r) for r in readings])


def test_a_sum_is_as_long_as_its_products_add_up_to() -> None:
    readings = [read(title, "", rarity=EVEN) for title in ("Drones map fields", "", "Drones sink")]
    square = sum(dot(one, other) for one in readings for other in readings)
    assert added(readings).length == pytest.approx(square**0.5)


sometimes = st.text(alphabet="abcd ethand'5", max_size=60)


@given(st.lists(st.tuples(sometimes, sometimes), max_size=6), st.lists(sometimes, max_size=5))
def test_texts_are_read_anew_as_if_read_by_the_other_rarity(
    texts: list[tuple[str, str]], counted: list[str]
) -> None:
    """The numbers of words, the weights to the last bit, and what each is found by."""
    before, then, now = Rarity.of([]), Rarity.of(counted), Rarity.of(counted)
    anew = read_anew(texts, [read(*text, rarity=before) for text in texts], before=before, rarity=then)
    for mine, text in zip(anew, texts, strict=True):
        expected = read(*text, rarity=now)
        assert mine.terms.tolist() == expected.terms.tolist()
        assert mine.weights.tolist() == expected.weights.tolist()
        assert mine.said.tolist() == expected.said.tolist()
        assert mine[3:] == expected[3:]
    assert len(then) == len(now)


COLUMN = Rarity.of(f"Podcast: {word} for all" for word in ("kites", "ovens", "ropes", "lamps", "bells"))


@pytest.mark.parametrize(("before", "now"), [(EVEN, COLUMN), (COLUMN, EVEN)])
def test_a_column_that_only_one_of_two_rarities_knows_is_left_out_by_that_one(
    before: Rarity, now: Rarity
) -> None:
    texts = [("Podcast: robots harvest strawberries in Kent", "By hand?"), ("Robots harvest", "Strawberries")]
    anew = read_anew(texts, [read(*text, rarity=before) for text in texts], before=before, rarity=now)
    expected = [read(*text, rarity=now) for text in texts]
    assert [sorted(one.terms.tolist()) for one in anew] == [sorted(one.terms.tolist()) for one in expected]
    assert [one.rarest for one in anew] == [one.rarest for one in expected]


@pytest.mark.parametrize(
    "title", ["On this day: moon landing of Eagle", "Moon landing of Eagle: 50th anniversary"]
)
def test_what_looks_back_is_worth_less_beside_news(title: str) -> None:
    """Anniversaries are written like news."""
    back, news = read(title, "", rarity=EVEN), read("Moon landing of Eagle", "", rarity=EVEN)
    assert likeness(back, news) == pytest.approx(0.8 * dot(back, news))
    assert likeness(back, back) == pytest.approx(1)


def auc(scores: list[float], same: list[bool]) -> float:
    order = sorted(range(len(scores)), key=lambda at: scores[at])
    ranks = {at: rank for rank, at in enumerate(order, 1)}
    yes = sum(same)
    return (sum(ranks[at] for at in ranks if same[at]) - yes * (yes + 1) / 2) / (yes * (len(same) - yes))


@pytest.mark.shared
def test_pairs_scored_by_people(shared_data: Path) -> None:
    with gzip.open(shared_data / "text" / "pairs_headlines_scored.jsonl.gz", "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    rarity = Rarity.of({pair[side] for pair in pairs for side in "ab"})
    scores = [
        likeness(read(pair["a"], "", rarity=rarity), read(pair["b"], "", rarity=rarity)) for pair in pairs
    ]
    measured = auc(scores, [pair["score"] >= 4 for pair in pairs])
    print(f"AUC on {len(pairs)} headline pairs: {measured:.3f}")
    assert measured >= 0.84
