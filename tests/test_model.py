"""Tags: what is given, why, by whom; hostile texts; models that do not fit."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tagging_world import TAXONOMY, examples
from trendwatch.errors import ModelRejected
from trendwatch.tagging.model import Tagger, taxonomy_hash
from trendwatch.tagging.train import train
from trendwatch.tagging.weights import Weights, describe, pack
from trendwatch.types.tags import Facet, Label, Model, Origin, Tag, Taxonomy

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
STEPS = [0.0, 0.0, 0.5, 2.0, 3.0, 4.0]


def made(
    terms: dict[str, float],
    *,
    bias: float = -2.0,
    labels: tuple[str, ...] = ("area:drones",),
    standing: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Model:
    """A model with one weight per term for its first label, idf 1."""
    coef = np.zeros((len(terms), len(labels)), dtype=np.float32)
    coef[:, 0] = list(terms.values())
    weights = Weights(
        labels=labels,
        terms=tuple(terms),
        idf=np.ones(len(terms), dtype=np.float32),
        coef=coef,
        bias=np.full(len(labels), bias, dtype=np.float32),
        evidence=np.array([STEPS] * len(labels), dtype=np.float32),
        standing=np.array([standing] * len(labels), dtype=np.float32),
        thresholds=np.full(len(labels), 0.5, dtype=np.float32),
    )
    blob = pack(weights)
    return Model(version="v1", created_at=NOW, manifest=describe(weights, blob), blob=blob)


def tag(model: Model, title: str, summary: str = "") -> tuple[Tag, ...]:
    return Tagger.load(model, TAXONOMY).tag([(title, summary)])[0]


@pytest.fixture(scope="module")
def trained() -> Model:
    return train(examples(), TAXONOMY, now=NOW)


def test_words_alone() -> None:
    # one known word: tf-idf 1 · 3 - 2 = 1 → 1 / (1 + e^-1) = 0.7311
    [found] = tag(made({"rotor": 3.0}), "Rotors")
    assert found == Tag(
        facet=Facet.AREA, label="drones", confidence=0.7311, origin=Origin.MODEL, terms=("rotors",)
    )


def test_votes_carry_it() -> None:
    # strong term: 2 - 2 + 0.4 = 0.4 → 0.5987; without votes 0.4 - 2 → below 0.5
    [found] = tag(made({"town": 0.4}), "Drone in town")
    assert (found.confidence, found.origin) == (0.5987, Origin.RULE)
    assert found.terms == ("drone", "town")


@pytest.mark.parametrize(
    ("title", "logit"),
    [
        ("Drone over the harbour", 4.0),  # bias -2, one strong term 2, among the first 12 words 1, first 6 3
        ("Over the harbour on this day a drone", 1.0),  # seven words before it: -2 + 2 + 1
        ("Over the harbour on this very long day in the late summer a drone", 0.0),  # twelve: -2 + 2
        ("Over the harbour a drone with propeller", 4.5),  # and a weak one: -2 + 3 + 1 + 3 - 0.5
    ],
)
def test_where_terms_stand_is_part_of_what_votes_say(title: str, logit: float) -> None:
    [found] = tag(made({"harbour": 0.0}, standing=(-0.5, 3.0, 1.0)), title)
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-4)
    assert found.origin is Origin.RULE
    assert found.terms[0] == "drone"


def test_words_that_would_do_without_votes_are_the_models() -> None:
    [found] = tag(made({"rotor": 3.0}), "Drone rotor")
    # 3 + 2 - 2 = 3 → 0.9526
    assert (found.confidence, found.origin) == (0.9526, Origin.MODEL)
    assert found.terms == ("drone", "rotor")  # what the operator wrote comes first


def test_a_term_that_is_also_a_word_is_shown_once() -> None:
    [found] = tag(made({"drone": 1.5}), "Drones everywhere")
    assert found.terms == ("drone",)


def test_at_most_five_terms_strongest_first_none_against() -> None:
    weights = {"a1": 3.0, "b1": 3.5, "c1": 4.0, "d1": 4.5, "e1": 5.0, "f1": 6.0, "g1": -9.0}
    [found] = tag(made(weights, bias=1.0), "g1 a1 b1 c1 d1 e1 f1")
    assert found.terms == ("f1", "e1", "d1", "c1", "b1")


def test_a_word_that_adds_less_than_a_tenth_is_no_reason() -> None:
    # "drone" adds 2, the words 0.3 and 0.2 of length sqrt(2): 0.21 and 0.14 of 2.35 are 9 % and 6 %
    [found] = tag(made({"let": 0.3, "town": 0.2}), "Drone in town, let it")
    assert found.terms == ("drone",)
    # twelve words that add the same, each less than a tenth: one of them is shown, an answer needs a reason
    many = {f"w{letter}": 3.0 for letter in "abcdefghijkl"}
    [found] = tag(made(many), " ".join(many))
    assert len(found.terms) == 1


def test_what_argues_against_is_no_reason_and_a_term_is_not_told_in_parts() -> None:
    ai = next(label for label in TAXONOMY.labels if label.key == "ai")
    other = Taxonomy((replace(ai, strong=("machine learning", "robot"), weak=(), anti=("fashion model",)),))
    words = {"machine": 2.0, "fashion model": 6.0, "learn": 5.0}
    model = made(words, labels=(ai.full_key,), bias=3.0)
    [[found]] = Tagger.load(model, other).tag([("Fashion model robot learns machine learning", "")])
    assert found.terms == ("machine learning", "robot", "learns")  # no "machine", no "fashion model"


def test_a_term_with_what_is_no_word_is_shown_as_the_operator_wrote_it() -> None:
    ai = next(label for label in TAXONOMY.labels if label.key == "ai")
    other = Taxonomy((replace(ai, strong=("model 3", "mcdonald's"), weak=("model",), anti=()),))
    model = made({"model": 1.0}, labels=(ai.full_key,))
    [[found]] = Tagger.load(model, other).tag([("The Model 3 at a McDonald’s", "")])
    # each term a third of the votes, and "model" its word
    assert found.terms == ("model", "mcdonald's", "model 3")


def test_anti_terms_and_one_weak_term_give_nothing() -> None:
    rules = Tagger.rules(TAXONOMY)
    assert rules.tag([("A quadcopter", ""), ("The fashion model", "")]) == [(), ()]


def test_implied_labels_come_with_the_childs_words_and_confidence() -> None:
    ai, generative = tag(made({"clerk": 9.0}, labels=("area:generative_ai", "area:ai")), "Clerks")
    assert (ai.label, generative.label) == ("ai", "generative_ai")  # in the order of the taxonomy
    assert ai.confidence == generative.confidence
    assert ai.terms == generative.terms == ("clerks",)


def test_implied_labels_keep_their_own_words_but_never_less_confidence() -> None:
    ai, generative = Tagger.rules(TAXONOMY).tag([("AI chatbot, a large language model", "")])[0]
    assert ai.terms == ("ai", "model")
    assert generative.confidence > 0.8  # 2 + 2: bucket 4 and more
    assert ai.confidence == generative.confidence


def test_no_known_word_no_tag_whatever_the_bias() -> None:
    assert tag(made({"rotor": 1.0}, bias=5.0), "Quiet morning") == ()


def test_rules_by_hand() -> None:
    rules = Tagger.rules(TAXONOMY)
    [[found]] = rules.tag([("Farmers wait", "")])
    assert found == Tag(
        facet=Facet.SECTOR, label="agriculture", confidence=0.7503, origin=Origin.RULE, terms=("farmer",)
    )
    assert rules.version == f"rules-{taxonomy_hash(TAXONOMY)}"


def test_labels_the_model_does_not_know_are_given_by_rules() -> None:
    found = tag(made({"rotor": 3.0}), "Rotors for farmers at harvest")
    assert [(one.full_key, one.origin) for one in found] == [
        ("area:drones", Origin.MODEL),
        ("sector:agriculture", Origin.RULE),
    ]


def test_c1_a_label_the_taxonomy_does_not_know_is_refused() -> None:
    with pytest.raises(ModelRejected, match="the taxonomy has no area:kites"):
        Tagger.load(made({"rotor": 1.0}, labels=("area:kites",)), TAXONOMY)


def test_c1_damage_is_refused() -> None:
    with pytest.raises(ModelRejected, match="hash differs"):
        Tagger.load(replace(made({"rotor": 1.0}), manifest=made({"rotor": 2.0}).manifest), TAXONOMY)


TEXTS = st.tuples(
    st.lists(
        st.sampled_from("drone rotor farmers harvest chatbot the wheat till 🚜 AI-led shop".split()),
        max_size=8,
    ).map(" ".join),
    st.text(max_size=30),
)


@given(st.lists(TEXTS, max_size=6))
def test_tags_do_not_depend_on_the_batch(trained: Model, texts: list[tuple[str, str]]) -> None:
    tagger = Tagger.load(trained, TAXONOMY)
    together = tagger.tag(texts)
    assert together == [tagger.tag([text])[0] for text in texts]
    assert together[::-1] == tagger.tag(texts[::-1])
    for tags in together:
        assert all(0 <= one.confidence <= 1 and 1 <= len(one.terms) <= 5 for one in tags)
        assert len({one.full_key for one in tags}) == len(tags)


def test_batches_larger_than_a_chunk(trained: Model) -> None:
    tagger = Tagger.load(trained, TAXONOMY)
    texts = [("Rotor craft over roofs", ""), ("", ""), ("Farmers and wheat", "barley")] * 400
    tags = tagger.tag(texts)
    assert len(tags) == 1200
    assert tags[:3] * 400 == tags


HOSTILE = {
    "empty": "",
    "10 MB": "drone and farmers, " * 550_000,
    "no spaces": "x" * 10_000_000,
    "emoji": "🚜" * 100_000,
    "right to left": "\u202edrone\u202c " * 10_000,
    "zero width": "d\u200brone " * 10_000,
    "unique words": " ".join(f"w{number}" for number in range(100_000)),
    "HTML": "<p>" * 100_000,
    "surrogates": "\ud800" * 1000,
    "dashes": " - A" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_c2_hostile_text(trained: Model, name: str) -> None:
    tagger = Tagger.load(trained, TAXONOMY)
    text = HOSTILE[name]
    started = time.process_time()
    [tags] = tagger.tag([(text, text)])
    assert time.process_time() - started < 0.2
    assert tags == tagger.tag([(text, text)])[0]


def test_no_texts(trained: Model) -> None:
    assert Tagger.load(trained, TAXONOMY).tag([]) == []


def test_taxonomy_hash_changes_with_terms() -> None:
    first, *rest = TAXONOMY.labels
    changed = Taxonomy((replace(first, weak=("algorithm",)), *rest))
    assert taxonomy_hash(changed) != taxonomy_hash(TAXONOMY) == taxonomy_hash(Taxonomy(TAXONOMY.labels))
    assert len(taxonomy_hash(TAXONOMY)) == 8


def test_predicting_does_not_import_scikit_learn() -> None:
    code = (
        "import sys; from trendwatch.tagging.model import Tagger; from tests.tagging_world import TAXONOMY;"
        "assert Tagger.rules(TAXONOMY).tag([('Drone', '')])[0]; assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_labels_without_terms_never_come_from_rules() -> None:
    bare = Taxonomy((Label(facet=Facet.AREA, key="iot", name="IoT", meaning="things"),))
    assert Tagger.rules(bare).tag([("IoT things", "")]) == [()]
