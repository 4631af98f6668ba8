"""Learning: same input, same bytes; words beyond the terms are learnt; small and empty worlds work."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.tagging_world import TAXONOMY, examples
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.train import train
from trendwatch.types.tags import Correction, Example, Facet, Label, Model, Taxonomy

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def model() -> Model:
    return train(examples(), TAXONOMY, now=NOW)


def keys(tagger: Tagger, title: str, summary: str = "") -> set[str]:
    return {tag.full_key for tag in tagger.tag([(title, summary)])[0]}


def test_words_that_are_no_terms_are_learnt(model: Model) -> None:
    tagger = Tagger.load(model, TAXONOMY)
    text = "Rotor craft over cows and vines"
    assert keys(tagger, text) == {"area:drones", "sector:agriculture"}
    assert keys(Tagger.rules(TAXONOMY), text) == set()
    assert keys(tagger, "The choir sings on Friday") == set()


def test_terms_without_any_example_are_learnt(model: Model) -> None:
    assert "impact:cost" in keys(Tagger.load(model, TAXONOMY), "Heating gets cheaper")


def test_same_input_same_bytes(model: Model) -> None:
    again = train(examples(), TAXONOMY, now=NOW)
    assert again.blob == model.blob
    assert again.version == model.version


def test_version_names_time_numbers_and_taxonomy(model: Model) -> None:
    assert re.fullmatch(r"20260302T060000Z-[0-9a-f]{8}", model.version)
    assert model.created_at == NOW
    elsewhere = train(examples(), TAXONOMY, now=NOW.astimezone(timezone(timedelta(hours=5))))
    assert elsewhere.version == model.version
    more = Label(facet=Facet.IMPACT, key="skills", name="Skills", meaning="what people need to know")
    other = train(examples(), Taxonomy((*TAXONOMY.labels, more)), now=NOW)
    assert other.version != model.version


def test_manifest_says_how_it_was_trained(model: Model) -> None:
    trained = model.manifest["trained"]
    assert isinstance(trained, dict)
    assert trained["examples"] == len(examples())
    assert trained["unlabelled"] == 0
    assert set(trained["held_out_macro_f1"]) == {"area", "sector"}  # no example has an impact
    assert 0.5 < trained["held_out_macro_f1"]["area"] <= 1


def test_unlabelled_news_teaches_words_beside_terms() -> None:
    """A word that only occurs beside a term in unlabelled news becomes evidence."""
    news = [(f"Farmers test zeppelin {number}", "") for number in range(15)]
    news += [(f"Council meets about road {number}", "") for number in range(15)]
    plain = Tagger.load(train(examples(), TAXONOMY, now=NOW), TAXONOMY)
    taught = Tagger.load(train(examples(), TAXONOMY, unlabelled=news, now=NOW), TAXONOMY)
    assert "sector:agriculture" not in keys(plain, "A zeppelin test")
    assert "sector:agriculture" in keys(taught, "A zeppelin test")


def rare_words(number: int) -> str:
    """Return 14 words that stand in no other text."""
    return " ".join(f"w{number}x{word}" for word in range(14))


def test_corrections_teach_where_terms_stand() -> None:
    """Said at the end of a text, a term does not make it the subject: true of all labels."""
    terms = {"farmer": "sector:agriculture", "shop": "sector:retail"}
    said = [
        Correction(
            item_id=title,
            title=title,
            summary="",
            labels=labels,
            facets=frozenset({Facet.SECTOR}),
            made_at=NOW,
        )
        for term, key in terms.items()
        for number in range(20)
        for title, labels in (
            (f"{term} {rare_words(number)}", frozenset({key})),
            (f"{rare_words(number)} {term}", frozenset[str]()),
        )
    ]
    plain = Tagger.load(train(examples(), TAXONOMY, now=NOW), TAXONOMY)
    taught = Tagger.load(train(examples(), TAXONOMY, corrections=said, now=NOW), TAXONOMY)
    farming = list(TAXONOMY.names()).index("sector:agriculture")
    texts = [(f"Harvest {rare_words(99)}", ""), (f"{rare_words(99)} harvest", "")]
    before, after = (tagger.confidences(texts)[:, farming] for tagger in (plain, taught))
    assert before[0] - before[1] < 0.1
    assert after[0] - after[1] > 0.3


@pytest.mark.parametrize(
    "given",
    [
        [],
        [Example(title="Drone", summary="", labels=frozenset({"area:drones"}))],
        [Example(title="Nothing", summary="", labels=frozenset())] * 3,
        [Example(title="", summary="", labels=frozenset({"area:ai"}))] * 7,
    ],
)
def test_few_examples_are_no_error(given: list[Example]) -> None:
    tagger = Tagger.load(train(given, TAXONOMY, now=NOW), TAXONOMY)
    assert "area:drones" in keys(tagger, "An unmanned aircraft")


def test_a_taxonomy_without_labels() -> None:
    nothing = Taxonomy(())
    assert Tagger.load(train([], nothing, now=NOW), nothing).tag([("Drone", "")]) == [()]


def test_labels_of_examples_outside_the_taxonomy_are_ignored() -> None:
    odd = Example(title="A kite", summary="", labels=frozenset({"area:kites"}))
    assert train([*examples(), odd], TAXONOMY, now=NOW).manifest["labels"] == list(TAXONOMY.names())
