"""Corrections: the latest word counts, questions are asked once, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.seeds import NOW, a_feed, an_item, keep
from tests.steps import analyse_all, understand_all, understood
from tests.test_store_models import a_model
from tests.test_store_overruling import FIRST, SECOND, THIRD, TITLES, say
from trendwatch import shipped
from trendwatch.errors import NotFound
from trendwatch.store import Store
from trendwatch.store.counting import DAY_COLUMNS
from trendwatch.store.engine import reading, writing
from trendwatch.store.items import Filter
from trendwatch.store.migrate import alembic_config, migrate
from trendwatch.types.tags import Asked, Correction, Facet, Origin

DAY = timedelta(days=1)


def a_correction(item_id: str, *labels: str, day: int = 0) -> Correction:
    return Correction(
        item_id=item_id,
        title="Story number 1",
        summary="",
        labels=frozenset(labels),
        facets=frozenset({Facet.AREA}),
        made_at=NOW + day * DAY,
    )


def put(store: Store, correction: Correction, *, by: str) -> None:
    store.corrections.change(correction.item_id, lambda _: correction, by=by)


@pytest.fixture
def filled(store: Store) -> Store:
    store.feeds.sync([a_feed()])
    store.models.adopt(a_model(), since=NOW - 400 * DAY)
    keep(store, [an_item(number, at=NOW - number * timedelta(hours=1)) for number in range(1, 4)])
    understand_all(store)
    return store


def test_the_latest_word_counts(filled: Store) -> None:
    first, second = an_item(1).id, an_item(2).id
    put(filled, a_correction(first, "area:drones"), by="ada")
    put(filled, a_correction(second, "area:iot", day=1), by="ada")
    put(filled, a_correction(first, "area:ai", day=2), by="bob")
    assert [(one.item_id, one.labels) for one in filled.corrections.all()] == [
        (second, {"area:iot"}),
        (first, {"area:ai"}),
    ]
    assert filled.corrections.count_since(NOW) == 2
    assert filled.corrections.count_since(NOW + DAY) == 1


def test_what_was_judged_is_known_by_item(filled: Store) -> None:
    first, second = an_item(1).id, an_item(2).id
    put(filled, a_correction(first, "area:drones"), by="ada")
    assert filled.corrections.judged([first, second]) == {first: {Facet.AREA}}


def test_an_item_nobody_has_cannot_be_corrected(store: Store) -> None:
    with pytest.raises(NotFound, match="no item named 'x'"):
        put(store, a_correction("x"), by="ada")


def test_questions_are_open_until_they_are_answered(filled: Store) -> None:
    ids = [an_item(number).id for number in (1, 2)]
    assert not filled.corrections.asked_since(NOW)
    filled.corrections.ask({ids[0]: Asked.RANDOM, ids[1]: Asked.MARGIN}, now=NOW)
    filled.corrections.ask({ids[0]: Asked.MARGIN}, now=NOW + DAY)  # it was asked before
    assert sorted(filled.corrections.asked_since(NOW)) == [Asked.MARGIN, Asked.RANDOM]
    assert filled.corrections.open(NOW) == {ids[0]: Asked.RANDOM, ids[1]: Asked.MARGIN}
    put(filled, a_correction(ids[0]), by="ada")
    assert filled.corrections.open(NOW) == {ids[1]: Asked.MARGIN}
    assert filled.corrections.open(NOW + DAY) == {}
    assert [one.asked for one in filled.corrections.all()] == [Asked.RANDOM]


def test_candidates_are_items_nobody_asked_about_latest_first(filled: Store) -> None:
    first, second, third = (an_item(number).id for number in (1, 2, 3))
    assert [one[0] for one in filled.corrections.candidates(NOW - DAY, limit=9)] == [first, second, third]
    assert [one[0] for one in filled.corrections.candidates(NOW - DAY, limit=1)] == [first]
    assert filled.corrections.candidates(NOW, limit=9) == []
    filled.corrections.ask({first: Asked.RANDOM}, now=NOW)
    put(filled, a_correction(second), by="ada")
    assert [one[0] for one in filled.corrections.candidates(NOW - DAY, limit=9)] == [third]


def test_what_was_said_before_it_was_kept_by_facet_is_taken_over(filled: Store) -> None:
    first = an_item(1).id
    downgrade(filled, "0013")
    with writing(filled._engine) as connection:
        connection.execute(
            text(
                "INSERT INTO correction (item_seq, labels, facets, made_at, made_by) SELECT seq,"
                """ '["area:drones"]', '["area", "sector"]', :now, 'ada' FROM item WHERE id = :id"""
            ),
            {"id": first, "now": "2025-06-01 12:00:00"},
        )
        before = connection.execute(text("SELECT count(*) FROM tag")).scalar_one()
    migrate(filled._engine)
    [said] = filled.corrections.all()
    assert (said.item_id, said.labels, said.facets) == (first, {"area:drones"}, {Facet.AREA, Facet.SECTOR})
    [shown] = [one for one in filled.items.search(Filter(), limit=10).items if one.item.id == first]
    told = [(tag.full_key, tag.origin) for tag in shown.tags if tag.facet in said.facets]
    assert told == [("area:drones", Origin.OPERATOR)]
    with reading(filled._engine) as connection:
        aside = connection.execute(text("SELECT count(*) FROM overruled")).scalar_one()
        after = connection.execute(text("SELECT count(*) FROM tag")).scalar_one()
    assert after - before == 1 - aside


def counts(store: Store) -> list[list[tuple[object, ...]]]:
    """Return all that is counted, without what counts nothing."""
    days = ", ".join(DAY_COLUMNS)
    asked = (
        f"SELECT model_seq, key, week, stories, {days} FROM series WHERE stories != 0 ORDER BY 1, 2, 3",
        "SELECT model_seq, key, week, feed_seq, reports, stories FROM reports WHERE reports != 0"
        " ORDER BY 1, 2, 3, 4",
        "SELECT model_seq, item_seq, facet, label, confidence, origin FROM tag ORDER BY 1, 2, 3, 4",
    )
    with reading(store._engine) as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in asked]


def downgrade(store: Store, to: str) -> None:
    from alembic import command

    config = alembic_config(shipped("migrations"))
    with writing(store._engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def test_an_older_schema_keeps_what_was_said_and_the_models_have_their_tags_again(store: Store) -> None:
    understood(store, TITLES)
    before = counts(store)
    say(store, FIRST, none=["area"])
    say(store, FIRST, add=["sector:retail"])
    say(store, SECOND, remove=["sector:retail"], by="bob")
    said = store.corrections.all()
    say(store, THIRD, add=["area:iot"])
    analyse_all(store, now=NOW + 8 * DAY)
    store.corrections.undo(THIRD)
    store.corrections.undo(SECOND)  # shown again, but not counted in a week that is judged
    say(store, SECOND, remove=["sector:retail"], by="bob")
    assert counts(store) != before
    downgrade(store, "0013")
    assert counts(store) == before
    migrate(store._engine)
    assert {one.item_id: one for one in store.corrections.all()} == {one.item_id: one for one in said}
    assert counts(store)[:2] == before[:2]  # what was said before it lay over tags takes nothing off counts
    for item in (FIRST, SECOND):
        store.corrections.undo(item)
    assert counts(store) == before


def test_a_downgrade_that_would_lose_who_said_what_is_refused(store: Store) -> None:
    from alembic.util import CommandError

    understood(store, TITLES)
    say(store, FIRST, none=["area"])
    say(store, FIRST, none=["sector"], by="bob")
    before = counts(store), store.corrections.listed(limit=9)
    with pytest.raises(CommandError, match=f"several said something: {FIRST}. Take back what one of them"):
        downgrade(store, "0013")
    assert (counts(store), store.corrections.listed(limit=9)) == before
    store.corrections.undo(FIRST, [Facet.SECTOR])
    downgrade(store, "0013")
    migrate(store._engine)
    assert [(one.facet, one.by) for one in store.corrections.listed(limit=9).said] == [(Facet.AREA, "ada")]
