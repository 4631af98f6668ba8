"""A model fresh from training that cannot be used is refused, on whatever ground it was trained (C1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.steps import Clock
from tests.tagging_world import TAXONOMY
from tests.test_pipeline_learn import CODE, DAY, LESSON, MORE, NOW, run
from trendwatch.errors import ModelRejected
from trendwatch.logs import set_up_logging
from trendwatch.model_cache import ModelCache
from trendwatch.pipeline.compare import flaw
from trendwatch.pipeline.learn import LearnReport, go_back, lesson_of, trained
from trendwatch.pipeline.taggers import complaint, misfit_words
from trendwatch.store import Store
from trendwatch.tagging.train import train
from trendwatch.tagging.weights import describe, pack, unpack
from trendwatch.types.tags import Example, Model, Taxonomy

FEWER = Taxonomy(TAXONOMY.labels[:-1])
FEWER_LESSON = [one for one in LESSON if "impact:cost" not in one.labels]
EXTENDED = Taxonomy(
    tuple(
        replace(label, strong=(*label.strong, "vertiport")) if label.full_key == "area:drones" else label
        for label in TAXONOMY.labels
    )
)


def damaged(model: Model) -> Model:
    """Return a model that cannot be read back."""
    return replace(model, blob=model.blob[:-9] + b"damaged!!")


def nameless(_model: Model) -> Model:
    """Return a model that does not know a label."""
    return train(FEWER_LESSON, FEWER, now=NOW)


def numberless(model: Model) -> Model:
    """Return a model with a NaN among its numbers."""
    weights = unpack(model)
    blob = pack(replace(weights, bias=np.full_like(weights.bias, np.nan)))
    return replace(model, blob=blob, manifest={**model.manifest, **describe(weights, blob)})


def endless(model: Model) -> Model:
    """Return a model whose numbers are finite, and whose sums are not."""
    weights = unpack(model)
    evidence = np.full_like(weights.evidence, -3e38)
    evidence[:, 1] = 3e38
    blob = pack(replace(weights, bias=np.full_like(weights.bias, 3e38), evidence=evidence))
    return replace(model, blob=blob, manifest={**model.manifest, **describe(weights, blob)})


Spoil = Callable[[Model], Model]
SPOILS: list[tuple[Spoil, str]] = [
    (damaged, "its hash differs from its manifest"),
    (nameless, "it was taught no impact:cost"),
    (numberless, "holds numbers that are not finite"),
    (endless, "is no number"),
]


def badly(how: Spoil) -> Callable[..., Model]:
    """Return a training that yields a spoilt model."""

    def teach(*args: Any, **named: Any) -> Model:
        model = how(train(*args, **named))
        return replace(model, version=f"bad-{sha256(model.version.encode()).hexdigest()[:8]}")

    return teach


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Return the errors that were logged."""
    set_up_logging(level="error", as_json=True)
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    set_up_logging(level="critical", as_json=False)


@pytest.mark.parametrize(("spoil", "says"), SPOILS)
def test_c1_what_is_wrong_with_a_model_is_told(spoil: Spoil, says: str, tmp_path: Path) -> None:
    model = trained(TAXONOMY, LESSON, cache=ModelCache(tmp_path), clock=Clock())
    assert flaw(model, TAXONOMY, LESSON) == ""
    assert says in flaw(spoil(model), TAXONOMY, LESSON)


def test_c1_a_model_of_other_terms_than_asked_for_is_told() -> None:
    model = train(LESSON, EXTENDED, now=NOW)
    assert "area:drones" in flaw(model, TAXONOMY, LESSON)


@pytest.mark.parametrize(
    "case",
    [
        *(("code", spoil, says) for spoil, says in SPOILS),
        *((ground, *SPOILS[0]) for ground in ("labels", "examples", "asked")),
    ],
)
def test_c1_it_is_refused_whatever_the_ground(
    store: Store, tmp_path: Path, log: Callable[[], list[dict[str, object]]], case: tuple[str, Spoil, str]
) -> None:
    first = run(store, tmp_path).version
    ground, spoil, says = case
    taught: list[Example] = MORE if ground == "examples" else list(LESSON)
    report = run(
        store,
        tmp_path / "other",
        taught=taught,
        taxonomy=EXTENDED if ground == "labels" else TAXONOMY,
        code="upgraded" if ground == "code" else "",
        force=ground == "asked",
        clock=Clock(NOW + DAY),
        teach=badly(spoil),
    )
    assert (report.version, says in report.why) == (None, True)
    current = store.models.current()
    assert current is not None
    assert current.version == first
    assert [state for _, state, _ in store.models.versions()] == ["refused", "current"]
    [about] = log()
    assert about["event"] == "model.unusable"
    assert (about["version"], about["stays"], says in str(about["why"])) == (report.refused, first, True)


def test_c1_a_first_model_that_cannot_be_used_is_refused_too(store: Store, tmp_path: Path) -> None:
    report = run(store, tmp_path, teach=badly(damaged))
    assert (report.version, store.models.current()) == (None, None)
    assert "its hash differs" in report.why
    assert "nothing tags until then" in complaint(store, TAXONOMY)


def test_it_is_trained_again_a_day_later_and_not_before(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path)
    bad = run(store, tmp_path, taxonomy=EXTENDED, clock=Clock(NOW + DAY), teach=badly(damaged))
    assert bad.refused
    assert run(store, tmp_path, taxonomy=EXTENDED, clock=Clock(NOW + DAY * 1.9)) == LearnReport()
    good = run(store, tmp_path, taxonomy=EXTENDED, clock=Clock(NOW + DAY * 2))
    assert good.version is not None
    assert complaint(store, EXTENDED) == ""


def test_the_operator_reads_which_labels_and_terms_tag_meanwhile(store: Store, tmp_path: Path) -> None:
    first = run(store, tmp_path, taxonomy=FEWER, taught=FEWER_LESSON).version
    assert misfit_words(store, FEWER) == ""
    changed = Taxonomy(tuple(label for label in EXTENDED.labels if label.full_key != "area:generative_ai"))
    lesson = [one for one in LESSON if "area:generative_ai" not in one.labels]
    teach = badly(damaged)
    bad = run(store, tmp_path, taxonomy=changed, taught=lesson, clock=Clock(NOW + DAY), teach=teach).refused
    said = complaint(store, changed)
    # impact:cost is new, generative AI is gone, drones have a term more
    for part in (
        f"{bad} was trained and cannot be used",
        f"{first} still tags, with the labels and terms of its own training",
        "not yet impact:cost",
        "still area:generative_ai",
        "other terms of area:drones",
        "trendwatch train",
    ):
        assert part in said


def test_a_model_taught_before_a_change_says_so_until_the_next(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path)
    assert "other terms of area:drones" in misfit_words(store, EXTENDED)
    run(store, tmp_path, taxonomy=EXTENDED, clock=Clock(NOW + timedelta(hours=1)))
    store.models.promote_if_caught_up()
    assert misfit_words(store, EXTENDED) == ""


def test_c1_a_model_of_too_few_labels_in_the_cache_is_trained_again(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    lesson = lesson_of(TAXONOMY, LESSON, code=CODE)
    cache.keep(lesson, nameless(train(LESSON, TAXONOMY, now=NOW)))
    assert flaw(trained(TAXONOMY, LESSON, cache=cache, clock=Clock()), TAXONOMY, LESSON) == ""


def test_c1_nobody_goes_back_to_what_cannot_be_used(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path)
    bad = run(store, tmp_path, taught=MORE, clock=Clock(NOW + DAY), teach=badly(endless)).refused
    assert bad is not None
    with pytest.raises(ModelRejected, match="is no number"):
        go_back(store, bad, TAXONOMY, recount=DAY, clock=Clock(NOW + 2 * DAY))
