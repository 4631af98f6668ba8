"""Two models on texts neither has seen: what is known by heart does not count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.tagging_world import TAXONOMY, examples
from trendwatch.pipeline.compare import compare
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.train import train
from trendwatch.tagging.weights import unpack
from trendwatch.types.tags import Asked, Correction, Example, Facet, Model, Taxonomy

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
LESSON = examples()


@pytest.fixture(scope="module")
def model() -> Model:
    return train(LESSON, TAXONOMY, now=NOW)


def test_a_model_is_as_good_as_itself(model: Model) -> None:
    found = compare(model, model, taxonomy=TAXONOMY, examples=LESSON, corrections=[])
    assert found.adopt
    before, after = found.why.split()[2], found.why.split()[4]
    assert before == after


def test_held_out_means_not_known_by_heart() -> None:
    """Nobody can guess what these texts are about: only a model that answers from memory is right."""
    riddles = [
        Example(title=f"Qwert{number} zuiop{number}", summary="", labels=frozenset({"area:drones"}))
        for number in range(10)
    ]
    model = train([*LESSON, *riddles], TAXONOMY, now=NOW)
    [tags] = Tagger.load(model, TAXONOMY).tag([("Qwert1 zuiop1", "")])
    assert [tag.full_key for tag in tags] == ["area:drones"]
    assert len(unpack(model).held_out.texts) == len(LESSON) + 10
    found = compare(model, model, taxonomy=TAXONOMY, examples=[*LESSON, *riddles], corrections=[])
    assert float(found.why.split()[2]) < 1


def test_only_corrections_picked_at_random_count(model: Model) -> None:
    def correction(asked: Asked) -> Correction:
        return Correction(
            item_id="1",
            title="Rain until Sunday",
            summary="",
            labels=frozenset({"area:drones"}),
            facets=frozenset({Facet.AREA}),
            made_at=NOW,
            asked=asked,
        )

    plain = compare(model, model, taxonomy=TAXONOMY, examples=LESSON, corrections=[])
    assert (
        compare(model, model, taxonomy=TAXONOMY, examples=LESSON, corrections=[correction(Asked.MARGIN)] * 30)
        == plain
    )
    assert (
        compare(model, model, taxonomy=TAXONOMY, examples=LESSON, corrections=[correction(Asked.RANDOM)] * 30)
        != plain
    )


def test_of_earlier_models_only_those_that_are_needed_are_read(model: Model) -> None:
    """Each is megabytes: none where the current model can be used, else up to the first that can."""
    read: list[str] = []

    def earlier() -> Iterator[Model]:
        for name, blob in (("worse", b"x"), ("good", model.blob), ("older", model.blob)):
            read.append(name)
            yield replace(model, version=name, blob=blob)

    known = {"taxonomy": TAXONOMY, "examples": LESSON, "corrections": [], "earlier": earlier}
    compare(model, model, **known)  # type: ignore[arg-type]
    assert read == []
    compare(replace(model, blob=b"x"), model, **known)  # type: ignore[arg-type]
    assert read == ["worse", "good"]


def test_a_current_model_that_cannot_be_used_is_replaced(model: Model) -> None:
    assert compare(replace(model, blob=b"x"), model, taxonomy=TAXONOMY, examples=LESSON, corrections=[]).adopt
    fewer = Taxonomy(TAXONOMY.labels[:-1])
    kept = [one for one in LESSON if "impact:cost" not in one.labels]
    assert compare(model, train(kept, fewer, now=NOW), taxonomy=fewer, examples=kept, corrections=[]).adopt
