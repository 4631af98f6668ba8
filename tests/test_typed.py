"""A typed text: reasons for and against, none as an answer, low confidence, languages not covered."""

from __future__ import annotations

import pytest

from tests.seeds import NOW
from tests.tagging_world import TAXONOMY, examples
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.train import train
from trendwatch.tagging.typed import NEAR, read_typed, split
from trendwatch.types.tags import Facet


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load(train(examples(), TAXONOMY, now=NOW), TAXONOMY)


def test_tags_are_those_an_item_gets_with_their_threshold(tagger: Tagger) -> None:
    text = "Drones over the harvest\nFarmers fly a quadcopter."
    found = read_typed(text, tagger, TAXONOMY)
    [tags] = tagger.tag([(found.title, found.summary)])
    given = {one.label: one for one in found.opinions if one.given}
    assert {tag.full_key for tag in tags} == set(given)
    for tag in tags:
        assert (given[tag.full_key].confidence, given[tag.full_key].terms) == (tag.confidence, tag.terms)
        assert given[tag.full_key].threshold <= tag.confidence + 1e-4
    assert [one.label for one in found.given(Facet.AREA)] == ["area:drones"]
    assert found.given(Facet.IMPACT) == ()


def test_none_is_an_answer(tagger: Tagger) -> None:
    for text in ("Rain until Friday", "", "zzz qqq"):
        assert not any(read_typed(text, tagger, TAXONOMY).given(facet) for facet in Facet)


def test_what_nearly_was_a_tag_is_told_as_low(tagger: Tagger) -> None:
    texts = [
        "Crop",
        "A field",
        "Till",
        "Aisle",
        "Model",
        "Roofs",
        "Fly",
        "A window",
        "Counts",
        "Work",
        "Letters",
    ]
    low = [one for text in texts for facet in Facet for one in read_typed(text, tagger, TAXONOMY).low(facet)]
    assert low
    assert all(one.threshold - NEAR - 1e-3 <= one.confidence < one.threshold + 1e-4 for one in low)
    assert not any(one.given for one in low)


def test_terms_against_are_told() -> None:
    rules = Tagger.rules(TAXONOMY)
    found = read_typed("A chatbot for the fashion model, a large language model", rules, TAXONOMY)
    [one] = [one for one in found.opinions if one.label == "area:generative_ai"]
    assert one.against[:1] == ("fashion model",)


def test_a_language_not_covered_has_no_tags(tagger: Tagger) -> None:
    text = "Der Bauer fliegt jetzt mit Drohnen über seine steilen Weinberge und spart viel Diesel dabei"
    found = read_typed(text, tagger, TAXONOMY)
    assert (found.covered, found.language, found.opinions) == (False, "de", ())


def test_where_title_and_summary_part() -> None:
    assert split("Title\nand more\nlines") == ("Title", "and more\nlines")
    assert split("  one line ") == ("one line", "")
    assert split("x" * 1_001) == ("", "x" * 1_001)


@pytest.mark.parametrize("text", ["a" * 100_000, "drone " * 16_000, "\u202e\u200b☃" * 3_000])
def test_c2_hostile_text_is_an_answer(tagger: Tagger, text: str) -> None:
    assert read_typed(text, tagger, TAXONOMY) == read_typed(text, tagger, TAXONOMY)
