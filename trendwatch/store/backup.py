"""A copy of a database that is in use, whole and checked."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Engine

from trendwatch.errors import InputError, StorageUnavailable
from trendwatch.store.engine import reading


def back_up(engine: Engine, target: Path) -> int:
    """Copy a SQLite database as it is at one moment; return how many bytes the copy has.

    It is written beside the target and takes its place when it has been checked: a copy that stands there is
    whole, and an earlier one stays until then.

    Raises:
        InputError: this database is copied by other means, or the target is the database itself.
        StorageUnavailable: database or copy are damaged, or the copy cannot be written.
    """
    if engine.dialect.name != "sqlite":
        raise InputError(
            "PostgreSQL is copied by its own program: pg_dump --format=custom --file=FILE DATABASE, "
            "and brought back by pg_restore"
        )
    if engine.url.database and target.exists() and target.samefile(engine.url.database):
        raise InputError("this is the database itself; name another file", file=str(target))
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with reading(engine) as connection, closing(sqlite3.connect(unfinished)) as copy:
            source = connection.connection.dbapi_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            [(found,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
        if found != "ok":
            raise StorageUnavailable(
                f"{engine.url.database} is damaged: {found}; go back to an earlier backup"
            )
        unfinished.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise StorageUnavailable(f"{target} cannot be written: {error}; name another place") from error
    finally:
        with suppress(OSError):  # it is what could not be written
            unfinished.unlink()
    return target.stat().st_size
