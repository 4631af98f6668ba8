"""Bringing the schema up to date: by itself, at every start, safe when several processes start at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from trendwatch import shipped
from trendwatch.errors import SchemaTooNew
from trendwatch.store.engine import reading, writing

if TYPE_CHECKING:
    from alembic.config import Config

#: Any constant: everybody who migrates asks PostgreSQL for the same lock.
_LOCK = 7_364_218


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing, all or none.

    Raises:
        SchemaTooNew: the database was written by a newer trendwatch.
        StorageUnavailable: the database cannot be used.
    """
    with reading(engine) as connection:
        if _revision(connection) == _head():
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _revision(connection)  # another process may have been faster
        if found == _head():
            return
        if found > _head():
            raise SchemaTooNew(
                f"the database is at {found}, this version knows {_head()}: upgrade trendwatch"
            )
        _upgrade(connection)


def _revision(connection: Connection) -> str:
    """Return the revision a database is at, "" for an empty one. Revisions sort by age."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


@cache
def _head() -> str:
    versions = shipped("migrations") / "versions"
    return max(path.stem.split("_")[0] for path in versions.glob("[0-9]*.py"))


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config(shipped("migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def alembic_config(scripts: Path) -> Config:
    """Return what alembic needs to know, without reading a file of the working directory."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return config
