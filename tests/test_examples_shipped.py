"""The shipped examples: enough of them, no two alike, every label shown, ordinary news and near misses."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from trendwatch.config.loading import load
from trendwatch.phrases import marks
from trendwatch.types.tags import Example, Facet, Taxonomy

_CONFIG = Path(__file__).parents[1] / "config"
_ALIKE = 0.7


@cache
def _taxonomy() -> Taxonomy:
    return load(_CONFIG, environ={}).taxonomy


@cache
def _examples() -> tuple[Example, ...]:
    return tuple(load(_CONFIG, environ={}).examples())


def _has_area(example: Example) -> bool:
    return any(label.startswith("area:") for label in example.labels)


def test_there_are_at_least_three_thousand() -> None:
    assert len(_examples()) >= 3_000


def test_headlines_stand_alone_in_a_good_part_of_them() -> None:
    alone = sum(not example.summary for example in _examples()) / len(_examples())
    assert 0.4 <= alone <= 0.67


def test_no_two_say_the_same() -> None:
    texts = [f"{example.title} {example.summary}" for example in _examples()]
    assert _alike(texts) == []


def test_the_search_for_twins_finds_them() -> None:
    # 4 shared words of 5 = 0.8; 4 of 6 = 0.67
    assert _alike(["a b c d", "e d c b a", "f g h i"]) == [("e d c b a", "a b c d")]
    assert _alike(["a b c d e", "a b c d f"]) == []


def test_every_label_has_at_least_25_and_big_ones_60() -> None:
    counts = Counter(label for example in _examples() for label in example.labels)
    few = {label.full_key: counts[label.full_key] for label in _taxonomy().labels}
    assert {key: count for key, count in few.items() if count < 25} == {}
    big = {"ai", "generative_ai", "cloud", "cybersecurity", "robotics", "data_analytics", "software_dev"}
    big |= {"ecommerce", "social_media", "green_tech", "health_tech", "consumer_devices", "automation"}
    assert all(counts[f"area:{key}"] >= 60 for key in big)
    assert all(counts[label.full_key] >= 60 for label in _taxonomy().of(Facet.SECTOR))


def test_ordinary_news_without_technology_is_there() -> None:
    plain = [example for example in _examples() if not _has_area(example)]
    assert len(plain) - _near_misses() >= 500


def test_near_misses_are_there_and_have_no_area() -> None:
    assert _near_misses() >= 400
    lines = (_CONFIG / "examples" / "near_misses.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if json.loads(line)["area"]] == []


def _near_misses() -> int:
    return len((_CONFIG / "examples" / "near_misses.jsonl").read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("facet", list(Facet))
def test_no_term_loses_a_word_when_it_is_matched(facet: Facet) -> None:
    written = [
        term
        for label in _taxonomy().of(facet)
        for term in (*label.strong, *label.weak, *label.anti)
        if len(marks(term)) < len(re.split(r"[\s-]+", term.replace(" & ", " ")))
    ]
    assert written == []


@pytest.mark.parametrize("facet", list(Facet))
def test_no_term_is_written_twice_in_a_label(facet: Facet) -> None:
    """A hyphen is a space: "back-office" and "back office" are one term, and one of them is enough."""
    for label in _taxonomy().of(facet):
        written = [
            " ".join(marks(term)).replace("- ", " ") for term in (*label.strong, *label.weak, *label.anti)
        ]
        assert [term for term, times in Counter(written).items() if times > 1] == [], label.full_key


def test_no_term_is_both_for_and_against_a_label() -> None:
    for label in _taxonomy().labels:
        lists = [*label.strong, *label.weak, *label.anti]
        assert sorted(lists) == sorted(set(lists)), label.full_key


def _alike(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs with a Jaccard likeness of words from 0.7 on.

    Sets that alike share one of the rarest |s| - ceil(0.7 |s|) + 1 words of each (Chaudhuri et al. 2006).
    """
    sets = [frozenset(re.findall(r"\w+", text.lower())) for text in texts]
    common = Counter(word for words in sets for word in words)
    seen: dict[str, list[int]] = defaultdict(list)
    found: list[tuple[str, str]] = []
    for number, words in enumerate(sets):
        rarest = sorted(words, key=lambda word: (common[word], word))
        prefix = rarest[: len(words) - math.ceil(_ALIKE * len(words)) + 1]
        others = {other for word in prefix for other in seen[word]}
        for other in sorted(others):
            if len(words & sets[other]) >= _ALIKE * len(words | sets[other]):
                found.append((texts[number], texts[other]))
        for word in prefix:
            seen[word].append(number)
    return found
