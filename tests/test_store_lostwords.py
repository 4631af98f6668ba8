"""Words on items that somebody deleted beside trendwatch: found, and forgotten when asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.seeds import NOW, a_feed, a_taxonomy, an_item, keep
from trendwatch.pipeline.correct import correct
from trendwatch.store import Store
from trendwatch.types.tags import Facet


def test_a_word_whose_item_is_gone_is_found_and_forgotten_and_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "trendwatch.db"
    store = Store.open(f"sqlite:///{file}")
    store.feeds.sync([a_feed()])
    keep(store, [an_item(1), an_item(2)])
    for item in (an_item(1), an_item(2)):
        correct(store, a_taxonomy(), item.id, none=["area"], by="ada", now=NOW)
    assert store.lost_words.all() == []
    # foreign keys are off unless a program asks for them, so other programs leave such rows
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM item WHERE id = ?", (an_item(1).id,))
    [lost] = store.lost_words.all()
    assert (lost.item_id, lost.facet, lost.labels, lost.by) == ("", Facet.AREA, (), "ada")
    assert store.lost_words.forget() == 1
    assert store.lost_words.all() == []
    assert [one.item_id for one in store.corrections.all()] == [an_item(2).id]
    store.close()
