"""Operators' words on items that a new version will not read: noted at once, laid in batches, none lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy import insert as plain_insert

from tests.dying import dying_at
from tests.seeds import NOW, a_feed, a_model, an_item, keep
from tests.steps import a_memory, understand_all
from trendwatch.pipeline.understand import WORDS
from trendwatch.store import Store
from trendwatch.store.engine import reading, writing
from trendwatch.store.label_tables import JudgedRow, UnlaidRow
from trendwatch.store.statements import table
from trendwatch.store.tables import ItemRow, PendingRow, TagRow

OLD = NOW - timedelta(days=500)
SINCE = NOW - timedelta(days=400)
CORRECTED = 1_000
_ITEM, _JUDGED, _PENDING, _TAG, _UNLAID = map(table, (ItemRow, JudgedRow, PendingRow, TagRow, UnlaidRow))


def corrected(store: Store, count: int) -> None:
    """Fill a store with old items whose area operators said, read by a version that is current."""
    store.feeds.sync([a_feed()])
    keep(store, [an_item(number, at=OLD) for number in range(count)], at=OLD)
    store.models.adopt(a_model("v1"), since=SINCE)
    with writing(store._engine) as connection:
        seqs = connection.execute(select(_ITEM.c.seq)).scalars().all()
        said = {"facet": "area", "labels": ["area:iot"], "made_at": NOW, "made_by": "ada"}
        connection.execute(plain_insert(_JUDGED), [{"item_seq": seq} | said for seq in seqs])
        connection.execute(_PENDING.delete())  # what v1 made of them is not asked here


def waiting(store: Store) -> int:
    with reading(store._engine) as connection:
        return int(connection.execute(select(func.count()).select_from(_UNLAID)).scalar_one())


def laid(store: Store) -> int:
    """Return over how many items the operators' word lies, as the second version has it."""
    second = select(func.count()).select_from(_TAG).where(_TAG.c.model_seq == 2)
    with reading(store._engine) as connection:
        return int(connection.execute(second.where(_TAG.c.origin == "operator")).scalar_one())


def current(store: Store) -> str:
    model = store.models.current()
    assert model is not None
    return model.version


def statements_of(engine: Engine) -> list[str]:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, sql, *_: seen.append(sql))
    return seen


def adopting(store: Store) -> int:
    seen = statements_of(store._engine)
    store.models.adopt(a_model("v2"), since=SINCE)
    return len(seen)


@pytest.mark.parametrize("count", [3, 30])
def test_adopting_asks_as_much_however_many_words_there_are(store: Store, count: int) -> None:
    """It holds a lock that stops polls: 2.6 ms an item were 8 s at 3,000."""
    corrected(store, count)
    assert adopting(store) < 15
    assert (waiting(store), laid(store)) == (count, 0)


@pytest.mark.timeout(300)
def test_killed_between_batches_nothing_is_lost_and_nothing_is_current_too_early(store: Store) -> None:
    corrected(store, CORRECTED)
    store.models.adopt(a_model("v2"), since=SINCE)
    assert store.models.promote_if_caught_up() is None
    for kill in (1, 2):
        at = NOW + kill * timedelta(hours=1)
        with dying_at(store._engine, "DELETE FROM unlaid", time=5):
            understand_all(store, memory=a_memory("v1", "v2"), now=at)
        # four batches are kept, the fifth is not
        assert laid(store) == CORRECTED - waiting(store) == kill * 4 * WORDS
        assert current(store) == "v1"
        assert store.models.promote_if_caught_up() is None
    report = understand_all(store, memory=a_memory("v1", "v2"), now=NOW + timedelta(hours=9))
    assert report.promoted == current(store) == "v2"
    assert (waiting(store), laid(store)) == (0, CORRECTED)


def test_what_is_said_while_words_wait_holds(store: Store) -> None:
    corrected(store, 3)
    store.models.adopt(a_model("v2"), since=SINCE)
    taken_back = an_item(1).id
    store.corrections.undo(taken_back)
    understand_all(store, memory=a_memory("v1", "v2"))
    assert current(store) == "v2"
    assert [len(store.items.get(an_item(number).id).tags) for number in range(3)] == [1, 0, 1]


def test_a_version_that_is_given_up_leaves_no_words_waiting(store: Store) -> None:
    corrected(store, 3)
    for version in ("v2", "v3"):
        store.models.adopt(a_model(version), since=SINCE)
    assert waiting(store) == 3
    understand_all(store, memory=a_memory("v1", "v3"))
    assert (current(store), waiting(store)) == ("v3", 0)
