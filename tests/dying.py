"""A kill at a statement: what was written before it in the same transaction must not stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event


@contextmanager
def dying_at(engine: Engine, statement: str, *, time: int = 1) -> Iterator[None]:
    """Expect a KeyboardInterrupt, which stands for kill -9, before a statement reaches the database.

    Args:
        engine: of the store
        statement: how its SQL begins
        time: which one of those that begin so
    """
    seen = 0

    def die(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        nonlocal seen
        seen += sql.startswith(statement)
        if seen == time:
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", die)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        event.remove(engine, "before_cursor_execute", die)
