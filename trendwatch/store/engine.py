"""Opening a database: SQLite in WAL mode or PostgreSQL, one set of transaction rules for both.

SQLite: Python's driver begins transactions by itself and too late, so that is turned off and every
transaction says what it is: BEGIN for readers, BEGIN IMMEDIATE for writers. A writer therefore waits for
the lock at its start (busy timeout) and never fails half-way with SQLITE_BUSY.
PostgreSQL: READ COMMITTED; a writer locks the lease row it works under.
Both: a database that cannot be used raises StorageUnavailable, whatever the driver calls it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import StaticPool

from trendwatch.errors import ConfigError, StorageUnavailable

#: A writer waits this long for another before the store counts as unavailable.
BUSY_SECONDS = 30
_WAL_RETRY_SECONDS = 0.02

_SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    # NORMAL in WAL mode loses no committed row on kill -9; only a power cut may drop the last ones
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
)


def open_engine(url: str) -> Engine:
    """Return an engine for ``sqlite:///path``, ``sqlite://`` (memory) or ``postgresql://...``.

    Raises:
        ConfigError: the address is not one of these.
        StorageUnavailable: the folder of a SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ConfigError(
            f"store.url: {url!r} is no database address (sqlite:///FILE or postgresql://…)"
        ) from error
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        return _open_sqlite(parsed)
    if dialect == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=5)
    raise ConfigError(f"store.url: {dialect} is not supported; use sqlite or postgresql")


def _open_sqlite(url: URL) -> Engine:
    """Return the engine of a file, made with its folder where there is none, or of memory.

    Raises:
        StorageUnavailable: the folder cannot be made.
    """
    database = url.database
    memory = not database or database == ":memory:"
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": BUSY_SECONDS}}
    if memory:
        options["poolclass"] = StaticPool
    else:
        try:
            path = Path(str(database)).expanduser()
            path.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError) as error:
            raise StorageUnavailable(f"cannot make the folder of {database}: {error}") from error
        url = url.set(database=str(path))
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)
        _switch_to_wal(connection)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _switch_to_wal(connection: Any) -> None:
    """Switch a file to WAL; of several who open a new one at once, one does and the others wait.

    SQLite does not wait here itself: two who each hold a read lock and want all would wait for each other.
    """
    give_up = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() >= give_up:
                raise
            sleep(_WAL_RETRY_SECONDS)
        else:
            return


_ONE_STATE: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of the database and changes nothing."""
    # SQLite's readers see one state anyway
    options = {} if engine.dialect.name == "sqlite" else _ONE_STATE
    with _translated(engine), engine.connect() as connection:
        yield connection.execution_options(**options)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that commits at the end, or not at all."""
    with (
        _translated(engine),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Say in our words what the database refuses: which one, what it says, what to do.

    Raises:
        StorageUnavailable: it cannot be reached, is busy, full, damaged or no database.
    """
    try:
        yield
    except OperationalError as error:
        remedy = _remedy(str(error.orig), engine)
        message = f"database {_named(engine)} unavailable, nothing was lost: {error.orig}; {remedy}"
        raise StorageUnavailable(message) from error
    except PoolExhausted as error:
        message = f"all connections to {_named(engine)} are in use, nothing was lost: {error}; try again"
        raise StorageUnavailable(message) from error
    except DBAPIError as error:
        if type(error) is DatabaseError:  # of no finer class: what SQLite says of a damaged or foreign file
            message = f"{_named(engine)} is not a usable database: {error.orig}; restore a backup"
            raise StorageUnavailable(message) from error
        if error.connection_invalidated:
            message = f"the connection to {_named(engine)} broke, nothing was lost: {error.orig}; try again"
            raise StorageUnavailable(message) from error
        raise


#: What a database complains of, and what to do about it.
_REMEDIES = {
    "readonly": "make the file and its folder writable for the user that runs trendwatch",
    "full": "free some space, and work goes on by itself",
    "locked": "another process writes for long; try again",
    "unable to open": "check that its folder is there and may be written by the user that runs trendwatch",
    "already exists": "it holds tables of another program; name another file in store.url",
}


def _remedy(said: str, engine: Engine) -> str:
    if engine.dialect.name != "sqlite":
        return "check that the server runs and store.url is right, then try again"
    if engine.url.database and Path(engine.url.database).is_dir():
        return "it is a folder: name a file in it in store.url"
    return next((todo for mark, todo in _REMEDIES.items() if mark in said), "look with trendwatch doctor")


def _named(engine: Engine) -> str:
    """Return which database it is, without its password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database or "in memory")
    return engine.url.render_as_string(hide_password=True)
