"""Learning: once a lesson, beside the current model, by one process (C1, C3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.seeds import NOW, a_feed, an_item, keep
from tests.steps import Clock
from tests.tagging_world import TAXONOMY, examples
from trendwatch.model_cache import ModelCache
from trendwatch.pipeline.learn import LEASE, LearnReport, learn, lesson_of, trained
from trendwatch.store import Store
from trendwatch.tagging.model import Tagger
from trendwatch.types.tags import Example, Taxonomy

DAY = timedelta(days=1)
LESSON = examples()
MORE = [*LESSON, Example(title="Drones paint a bridge", summary="", labels=frozenset({"area:drones"}))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for this module, so that the plain lesson is trained once."""
    return tmp_path_factory.mktemp("models")


def run(
    store: Store,
    folder: Path,
    *,
    taught: Sequence[Example] = LESSON,
    taxonomy: Taxonomy = TAXONOMY,
    clock: Clock | None = None,
    force: bool = False,
) -> LearnReport:
    return learn(
        store,
        taxonomy,
        lambda: taught,
        recount=400 * DAY,
        cache=ModelCache(folder),
        clock=clock or Clock(),
        force=force,
    )


def test_a_model_is_trained_once_and_knows_its_lesson(store: Store, folder: Path) -> None:
    report = run(store, folder)
    model = store.models.current()
    assert model is not None
    assert model.version == report.version
    assert model.manifest["lesson"] == lesson_of(TAXONOMY, LESSON)
    assert Tagger.load(model, TAXONOMY).tag([("A drone over the harvest", "")])[0]
    for _ in range(2):
        assert run(store, folder) == LearnReport()
    assert len(store.models.versions()) == 1


def test_an_old_lesson_taught_again_is_a_version_of_its_own(store: Store, folder: Path) -> None:
    """Its cached model has counts here already, which must not be added to."""
    first = run(store, folder).version
    second = run(store, folder, taught=MORE, clock=Clock(NOW + DAY)).version
    assert store.models.promote_if_caught_up() == second
    third = run(store, folder, clock=Clock(NOW + 2 * DAY)).version
    assert third not in {None, first, second}
    assert run(store, folder, clock=Clock(NOW + 3 * DAY)) == LearnReport()


def test_c3_a_changed_lesson_is_built_beside_the_current_model(store: Store, folder: Path) -> None:
    first = run(store, folder).version
    store.feeds.sync([a_feed()])
    keep(store, [an_item(1, at=NOW - DAY), an_item(2, at=NOW - 900 * DAY)])
    second = run(store, folder, taught=MORE, clock=Clock(NOW + DAY)).version
    assert [(version, state) for version, state, _ in store.models.versions()] == [
        (second, "building"),
        (first, "current"),
    ]
    assert store.understanding.count_waiting(str(second)) == 1  # of the last 400 days
    assert run(store, folder, taught=MORE, clock=Clock(NOW + 2 * DAY)) == LearnReport()


def test_the_operator_may_ask_for_it(store: Store, folder: Path) -> None:
    first = run(store, folder).version
    store.feeds.sync([a_feed()])
    keep(store, [an_item(n, at=NOW - DAY, title="A drone helps with the harvest") for n in range(5)])
    second = run(store, folder, force=True, clock=Clock(NOW + DAY)).version
    assert second not in (None, first)


def test_d1_while_another_process_learns_this_one_does_not(store: Store, folder: Path) -> None:
    assert store.claim("learn", "all", now=NOW, lease=LEASE) is not None
    assert run(store, folder) == LearnReport(held=True)
    assert store.models.current() is None
    assert run(store, folder, clock=Clock(NOW + LEASE)).version


def test_what_another_process_learnt_just_now_is_not_learnt_again(store: Store, folder: Path) -> None:
    """Between asking whether a model is due and the claim, another process may do it all."""
    asked = []

    def slowly() -> Sequence[Example]:
        if not asked:
            asked.append(True)
            run(store, folder)
        return LESSON

    class Late:
        """Reads the models as they were before the other process learnt."""

        def __init__(self) -> None:
            self.models = self
            self._first = True

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def newest(self) -> object:
            first, self._first = self._first, False
            return None if first else store.models.newest()

        def live(self) -> object:
            return store.models.live()

    late = Late()
    report = learn(
        late,  # type: ignore[arg-type]
        TAXONOMY,
        slowly,
        recount=DAY,
        cache=ModelCache(folder),
        clock=Clock(NOW + DAY),
    )
    assert report == LearnReport()
    assert len(store.models.versions()) == 1


def test_a_lesson_changes_with_every_label_term_and_example() -> None:
    lesson = lesson_of(TAXONOMY, LESSON)
    assert lesson == lesson_of(TAXONOMY, examples())
    label = TAXONOMY.labels[0]
    taxonomies = [
        Taxonomy(TAXONOMY.labels[1:]),
        Taxonomy((replace(label, name="Another"), *TAXONOMY.labels[1:])),
        Taxonomy((replace(label, strong=(*label.strong, "more")), *TAXONOMY.labels[1:])),
    ]
    lessons = [lesson_of(taxonomy, LESSON) for taxonomy in taxonomies]
    lessons += [lesson_of(TAXONOMY, MORE), lesson_of(TAXONOMY, LESSON[1:])]
    assert len({lesson, *lessons}) == 6


def test_trained_on_configuration_alone_it_comes_from_the_cache(folder: Path) -> None:
    cache = ModelCache(folder)
    first = trained(TAXONOMY, LESSON, cache=cache, clock=Clock(NOW))
    assert trained(TAXONOMY, LESSON, cache=cache, clock=Clock(NOW + DAY)) == first


def test_c1_a_damaged_model_in_the_cache_is_trained_again(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    first = trained(TAXONOMY, LESSON, cache=cache, clock=Clock())
    cache.keep(lesson_of(TAXONOMY, LESSON), replace(first, blob=first.blob[:-9] + b"damaged!!"))
    again = trained(TAXONOMY, LESSON, cache=cache, clock=Clock())
    assert again == first
    assert cache.find(lesson_of(TAXONOMY, LESSON)) == first
