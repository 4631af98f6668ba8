"""Questions about models: which version counts, which is being counted beside it.

Counts belong to a version. A new one first understands the items of the last months beside the current
one, and is given what operators said of older ones; only when nothing waits for it does the pointer
(``state``) move, in one transaction. Otherwise every new model would look like a trend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, exists, func, literal, select, text, update
from sqlalchemy import insert as plain_insert

from trendwatch.errors import NotFound
from trendwatch.store.counting import alone
from trendwatch.store.engine import reading, writing
from trendwatch.store.label_tables import UnlaidRow
from trendwatch.store.overruling import note_unlaid, words_wait
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ItemRow, ModelRow, PendingRow
from trendwatch.types.tags import Model

_MODEL = table(ModelRow)
_ITEM = table(ItemRow)
_PENDING = table(PendingRow)
_UNLAID = table(UnlaidRow)

CURRENT = "current"
BUILDING = "building"
OLD = "old"
#: Trained, found to be worse, not adopted.
REFUSED = "refused"
#: Versions that can be gone back to, and as many refused ones; older ones lose their numbers, not their name.
KEPT = 5

#: States whose versions understand new items.
LIVE = (CURRENT, BUILDING)


class Described(NamedTuple):
    """A model as it stands in the registry, without its numbers."""

    version: str
    state: str
    created_at: datetime
    manifest: Mapping[str, object]
    #: its numbers are still kept
    kept: bool


class Models:
    """The registry of taggers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self) -> Model | None:
        """Return the model whose tags and counts are shown, None before the first."""
        return self._first(_MODEL.c.state == CURRENT)

    def live(self) -> tuple[Model, ...]:
        """Return the versions that understand new items: the current one, and one being built beside it."""
        query = select(_MODEL).where(_MODEL.c.state.in_(LIVE)).order_by(_MODEL.c.seq)
        with reading(self._engine) as connection:
            return tuple(_model(row) for row in connection.execute(query).mappings())

    def get(self, version: str) -> Model:
        """Return a model by version.

        Raises:
            NotFound: there is none.
        """
        model = self._first(_MODEL.c.version == version)
        if model is None:
            raise NotFound("model", version, hint="trendwatch train makes one")
        return model

    def known(self, version: str) -> str:
        """Return a version that was trained here.

        Raises:
            NotFound: there is none of that name.
        """
        if version not in {one for one, _, _ in self.versions()}:
            raise NotFound("model", version[:100], hint="/quality and trendwatch doctor name the versions")
        return version

    def versions(self) -> list[tuple[str, str, datetime]]:
        """Return (version, state, created at), newest first."""
        query = select(_MODEL.c.version, _MODEL.c.state, _MODEL.c.created_at).order_by(_MODEL.c.seq.desc())
        with reading(self._engine) as connection:
            return [(row.version, row.state, row.created_at) for row in connection.execute(query)]

    def described(self, *, limit: int | None = None) -> list[Described]:
        """Return the models without their numbers, which are megabytes each, newest first."""
        columns = (_MODEL.c.version, _MODEL.c.state, _MODEL.c.created_at, _MODEL.c.manifest)
        query = select(*columns, func.length(_MODEL.c.blob) > 0).order_by(_MODEL.c.seq.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [Described(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]

    def adopt(self, model: Model, *, since: datetime) -> None:
        """Let a model understand every item counted since a time, beside the current one.

        The first model is current at once, and understands everything. A version that was being built
        is given up for the newer one. Adopting a version twice changes nothing. What is to be done is only
        noted here, items and words: polls stand still meanwhile.
        """
        with writing(self._engine) as connection:
            alone(connection)
            if connection.dialect.name == "postgresql":
                # Polls that store items now must see this model or be seen by it: no item is overlooked.
                connection.execute(text("LOCK TABLE item IN SHARE ROW EXCLUSIVE MODE"))
            if connection.execute(select(exists().where(_MODEL.c.version == model.version))).scalar():
                return
            first = not connection.execute(select(exists().where(_MODEL.c.state == CURRENT))).scalar()
            _retire(connection, BUILDING)
            statement = insert(connection, ModelRow).values(
                version=model.version,
                created_at=model.created_at,
                state=CURRENT if first else BUILDING,
                manifest=dict(model.manifest),
                blob=model.blob,
            )
            seq = connection.execute(statement.returning(_MODEL.c.seq)).scalar_one()
            waiting = select(_ITEM.c.seq, literal(seq), _ITEM.c.counted_at)
            if not first:
                waiting = waiting.where(_ITEM.c.counted_at >= since)
            columns = ["item_seq", "model_seq", "counted_at"]
            connection.execute(plain_insert(_PENDING).from_select(columns, waiting))
            if not first:  # it will not read what is older; what operators said of that holds all the same
                note_unlaid(connection, model=seq)

    def refuse(self, model: Model) -> None:
        """Keep a model that was not adopted, so that it is not trained again and again."""
        with writing(self._engine) as connection:
            values = {"version": model.version, "created_at": model.created_at, "state": REFUSED}
            statement = insert(connection, ModelRow).values(
                **values, manifest=dict(model.manifest), blob=model.blob
            )
            connection.execute(statement.on_conflict_do_nothing())
            _forget(connection)

    def newest(self) -> Described | None:
        """Return the model trained last, whatever became of it."""
        return next(iter(self.described(limit=1)), None)

    def earlier(self) -> Iterator[Model]:
        """Yield the versions adopted before that can be gone back to, newest first, read one by one."""
        for one in self.described():
            if one.state == OLD and one.kept:
                yield self.get(one.version)

    def promote_if_caught_up(self) -> str | None:
        """Move the pointer to the version being built once nothing waits for it; return it then."""
        with writing(self._engine) as connection:
            building = connection.execute(
                select(_MODEL.c.seq, _MODEL.c.version).where(_MODEL.c.state == BUILDING).with_for_update()
            ).first()
            if building is None:
                return None
            items_wait = exists().where(_PENDING.c.model_seq == building.seq)
            if connection.execute(select(items_wait)).scalar() or words_wait(connection, model=building.seq):
                return None
            _retire(connection, CURRENT)
            connection.execute(update(_MODEL).where(_MODEL.c.seq == building.seq).values(state=CURRENT))
            _forget(connection)
            return str(building.version)

    def _first(self, condition: Any) -> Model | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(_MODEL).where(condition)).mappings().first()
            return _model(row) if row else None


def _retire(connection: Connection, state: str) -> None:
    retired = select(_MODEL.c.seq).where(_MODEL.c.state == state)
    for rows in (_PENDING, _UNLAID):
        connection.execute(rows.delete().where(rows.c.model_seq.in_(retired)))
    connection.execute(update(_MODEL).where(_MODEL.c.state == state).values(state=OLD))


def _forget(connection: Connection) -> None:
    """Let go of the numbers of all but the last versions that were in use, and of the last refused ones.

    Apart: however many are refused, what can be gone back to stays.
    """
    seqs: list[int] = []
    for state in (OLD, REFUSED):
        idle = select(_MODEL.c.seq).where(_MODEL.c.state == state).order_by(_MODEL.c.seq.desc()).offset(KEPT)
        seqs += connection.execute(idle).scalars()
    connection.execute(update(_MODEL).where(_MODEL.c.seq.in_(seqs)).values(blob=b""))


def _model(row: Any) -> Model:
    return Model(
        version=row["version"], created_at=row["created_at"], manifest=row["manifest"], blob=row["blob"]
    )


def model_seq(version: str) -> Any:
    """Return a subquery for a version's number."""
    return select(_MODEL.c.seq).where(_MODEL.c.version == version).scalar_subquery()
