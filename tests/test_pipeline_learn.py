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
from trendwatch.model_cache import ModelCache, code_hash
from trendwatch.pipeline.correct import correct
from trendwatch.pipeline.learn import (
    ENOUGH_CORRECTIONS,
    ENOUGH_ITEMS,
    LearnReport,
    Teach,
    go_back,
    learn,
    lesson_of,
    trained,
)
from trendwatch.store import Store
from trendwatch.tagging.model import Tagger
from trendwatch.types.tags import Example, Taxonomy

DAY = timedelta(days=1)
LEASE = timedelta(seconds=60)
LESSON = examples()
CODE = code_hash()
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
    code: str = "",
    teach: Teach | None = None,
) -> LearnReport:
    return learn(
        store,
        taxonomy,
        lambda: taught,
        recount=400 * DAY,
        cache=ModelCache(folder, code=code),
        clock=clock or Clock(),
        lease=LEASE,
        force=force,
        teach=teach,
    )


def test_a_model_is_trained_once_and_knows_its_lesson(store: Store, folder: Path) -> None:
    report = run(store, folder)
    model = store.models.current()
    assert model is not None
    assert model.version == report.version
    assert model.manifest["lesson"] == lesson_of(TAXONOMY, LESSON, code=CODE)
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
    assert run(store, folder) == LearnReport(held=True, held_until=NOW + LEASE)
    assert store.models.current() is None
    assert run(store, folder, clock=Clock(NOW + LEASE)).version


def test_what_another_process_learnt_just_now_is_not_learnt_again(store: Store, folder: Path) -> None:
    """Between asking whether a model is due and the claim, another process may do it all."""
    asked: list[bool] = []

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

        def versions(self) -> object:
            return store.models.versions()

    late = Late()
    report = learn(
        late,  # type: ignore[arg-type]
        TAXONOMY,
        slowly,
        recount=DAY,
        cache=ModelCache(folder),
        clock=Clock(NOW + DAY),
        lease=LEASE,
    )
    assert report == LearnReport()
    assert len(store.models.versions()) == 1


def test_a_lesson_changes_with_every_label_term_and_example() -> None:
    lesson = lesson_of(TAXONOMY, LESSON, code=CODE)
    assert lesson == lesson_of(TAXONOMY, examples(), code=CODE)
    label = TAXONOMY.labels[0]
    taxonomies = [
        Taxonomy(TAXONOMY.labels[1:]),
        Taxonomy((replace(label, name="Another"), *TAXONOMY.labels[1:])),
        Taxonomy((replace(label, strong=(*label.strong, "more")), *TAXONOMY.labels[1:])),
    ]
    lessons = [lesson_of(taxonomy, LESSON, code=CODE) for taxonomy in taxonomies]
    lessons += [lesson_of(TAXONOMY, MORE, code=CODE), lesson_of(TAXONOMY, LESSON[1:], code=CODE)]
    assert len({lesson, *lessons}) == 6


def test_trained_on_configuration_alone_it_comes_from_the_cache(folder: Path) -> None:
    cache = ModelCache(folder)
    first = trained(TAXONOMY, LESSON, cache=cache, clock=Clock(NOW))
    assert trained(TAXONOMY, LESSON, cache=cache, clock=Clock(NOW + DAY)) == first


def test_c1_a_damaged_model_in_the_cache_is_trained_again(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    first = trained(TAXONOMY, LESSON, cache=cache, clock=Clock())
    cache.keep(lesson_of(TAXONOMY, LESSON, code=CODE), replace(first, blob=first.blob[:-9] + b"damaged!!"))
    again = trained(TAXONOMY, LESSON, cache=cache, clock=Clock())
    assert again == first
    assert cache.find(lesson_of(TAXONOMY, LESSON, code=CODE)) == first


def test_a_model_that_is_worse_is_refused_once_and_can_be_had_by_name(store: Store, folder: Path) -> None:
    first = run(store, folder).version
    # the same texts, called the other way round: what was right is worse now
    swap = {"area:drones": "area:ai", "area:ai": "area:drones"}
    wrong = [replace(one, labels=frozenset(swap.get(key, key) for key in one.labels)) for one in LESSON]
    wrong = [*LESSON[: len(LESSON) // 2], *wrong[: len(wrong) // 2]]
    report = run(store, folder, taught=wrong, clock=Clock(NOW + DAY))
    assert report.version is None
    assert report.refused is not None
    assert "worse" in report.why or "but" in report.why
    assert [state for _, state, _ in store.models.versions()] == ["refused", "current"]
    assert run(store, folder, taught=wrong, clock=Clock(NOW + 2 * DAY)) == LearnReport()
    back = go_back(store, report.refused, TAXONOMY, recount=DAY, clock=Clock(NOW + 3 * DAY))
    assert back.version != report.refused
    assert store.models.promote_if_caught_up() == back.version
    assert run(store, folder, taught=wrong, clock=Clock(NOW + 4 * DAY)) == LearnReport()
    assert first in {model.version for model in store.models.earlier()}


def test_changed_labels_come_into_force_even_where_figures_fall(store: Store, folder: Path) -> None:
    """Refused, the running service would go on with the old terms and a restart with the new ones."""
    run(store, folder)
    swap = {"area:drones": "area:ai", "area:ai": "area:drones"}
    wrong = [replace(one, labels=frozenset(swap.get(key, key) for key in one.labels)) for one in LESSON]
    wrong = [*LESSON[: len(LESSON) // 2], *wrong[: len(wrong) // 2]]
    extended = Taxonomy(
        tuple(
            replace(label, strong=(*label.strong, "vertiport")) if label.full_key == "area:drones" else label
            for label in TAXONOMY.labels
        )
    )
    report = run(store, folder, taught=wrong, taxonomy=extended, clock=Clock(NOW + DAY))
    assert (report.refused, report.version is not None) == (None, True)
    assert report.why.startswith("labels, terms or code have changed; held-out macro-F1")


def corrected(store: Store, count: int) -> None:
    """Give a store items and as many corrections of them."""
    store.feeds.sync([a_feed()])
    keep(store, [an_item(number, title=f"Rotor craft {number}") for number in range(count)])
    for number in range(count):
        correct(store, TAXONOMY, an_item(number).id, add=["area:drones"], by="ada", now=NOW + DAY / 2)


def test_twenty_corrections_are_learnt_the_next_night(store: Store, folder: Path) -> None:
    run(store, folder)
    corrected(store, ENOUGH_CORRECTIONS - 1)
    assert run(store, folder, clock=Clock(NOW + DAY)) == LearnReport()
    keep(store, [an_item(99, title="Rotor craft 99")])
    correct(store, TAXONOMY, an_item(99).id, add=["area:drones"], by="ada", now=NOW + DAY / 2)
    assert run(store, folder, clock=Clock(NOW + DAY / 2)) == LearnReport()  # not before
    assert run(store, folder, clock=Clock(NOW + DAY)).version is not None
    model = store.models.newest()
    assert model is not None
    assert model.manifest["trained"]["corrections"] == ENOUGH_CORRECTIONS  # type: ignore[index]
    assert run(store, folder, clock=Clock(NOW + 2 * DAY)) == LearnReport()


def test_after_a_week_the_news_itself_is_learnt_from(store: Store, folder: Path) -> None:
    run(store, folder)
    store.feeds.sync([a_feed()])
    keep(store, [an_item(number, at=NOW + DAY) for number in range(ENOUGH_ITEMS)])
    assert run(store, folder, clock=Clock(NOW + 6 * DAY)) == LearnReport()
    report = run(store, folder, clock=Clock(NOW + 7 * DAY))
    model = store.models.newest()
    assert model is not None
    assert model.version == report.version or report.refused
    assert model.manifest["trained"]["unlabelled"] == ENOUGH_ITEMS  # type: ignore[index]
    assert run(store, folder, clock=Clock(NOW + 15 * DAY)) == LearnReport()  # not twice as many yet


def test_c1_other_code_means_a_new_model_whatever_the_figures_say(store: Store, folder: Path) -> None:
    first = run(store, folder).version
    assert run(store, folder).version is None
    second = run(store, folder, code="upgraded", clock=Clock(NOW + DAY))
    assert second.version not in {None, first}
    assert second.refused is None
    assert store.models.get(second.version or "").manifest["code"] == "upgraded"
    assert run(store, folder, code="upgraded", clock=Clock(NOW + DAY)).version is None
