"""Questions about items in a language that no model covers: a state of theirs, not a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Engine, select

from trendwatch.store.engine import reading
from trendwatch.store.label_tables import UncoveredRow
from trendwatch.store.models import model_seq
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ItemRow

_UNCOVERED = table(UncoveredRow)
_ITEM = table(ItemRow)


class Uncovered:
    """What could not be read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def languages_of(self, version: str, item_ids: Sequence[str]) -> dict[str, str]:
        """Return the languages of those of some items that a version could not read, by item id."""
        query = (
            select(_ITEM.c.id, _UNCOVERED.c.language)
            .join(_ITEM, _ITEM.c.seq == _UNCOVERED.c.item_seq)
            .where(_UNCOVERED.c.model_seq == model_seq(version), _ITEM.c.id.in_(item_ids))
        )
        with reading(self._engine) as connection:
            return {row.id: row.language for row in connection.execute(query)}


def write_uncovered(
    connection: Connection, languages: Mapping[str, str], items: Mapping[str, int], *, model: int
) -> None:
    """Note which items a model could not read, by item id, and in which language they are."""
    rows = [
        {"model_seq": model, "item_seq": items[item_id], "language": language}
        for item_id, language in languages.items()
    ]
    if rows:
        connection.execute(insert(connection, UncoveredRow).on_conflict_do_nothing(), rows)
