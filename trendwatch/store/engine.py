"""Opening a database: SQLite in WAL mode or PostgreSQL, one set of transaction rules for both.

SQLite: Python's driver begins transactions by itself and too late, so that is turned off and every
transaction says what it is: BEGIN for readers, BEGIN IMMEDIATE for writers. A writer therefore waits for
the lock at its start (busy timeout) and never fails half-way with SQLITE_BUSY.
PostgreSQL: READ COMMITTED; a writer locks the lease row it works under.
Both: a database that cannot be used raises StorageUnavailable, whatever the driver calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import StaticPool

from trendwatch.errors import ConfigError, StorageUnavailable

#: A writer waits this long for another before the store counts as unavailable.
BUSY_SECONDS = 30

_SQLITE_PRAGMAS = (
    # first: two processes that open a new file at once both want to switch it to WAL
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode=WAL",
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

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


_ONE_STATE: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of the database and changes nothing."""
    # SQLite's readers see one state anyway
    options = {} if engine.dialect.name == "sqlite" else _ONE_STATE
    with _translated(), engine.connect() as connection:
        yield connection.execution_options(**options)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that commits at the end, or not at all."""
    with _translated(), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def _translated() -> Iterator[None]:
    """Say in our words what the database refuses.

    Raises:
        StorageUnavailable: it cannot be reached, is busy, full, damaged or no database.
    """
    try:
        yield
    except OperationalError as error:
        raise StorageUnavailable(f"database unavailable, nothing was lost: {error.orig}") from error
    except PoolExhausted as error:
        raise StorageUnavailable(f"all database connections are in use, nothing was lost: {error}") from error
    except DBAPIError as error:
        if type(error) is DatabaseError:  # of no finer class: what SQLite says of a damaged or foreign file
            raise StorageUnavailable(f"not a usable database: {error.orig}; restore a backup") from error
        if error.connection_invalidated:
            raise StorageUnavailable(f"database connection broke, nothing was lost: {error.orig}") from error
        raise
