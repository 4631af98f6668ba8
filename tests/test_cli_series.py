"""``series``: stories by week or day, and from when."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from tests.seeding import doors
from trendwatch.cli.app import app

CASES = {
    "week": "Stories by week, available from 2025-W08:",
    "day": "Stories by day, available from 2025-03-03:",  # the counts of the seeds have weeks alone
}


def test_series_by_week_and_by_day(tmp_path: Path) -> None:
    service = doors(tmp_path)
    now = f"{service.clock():%Y-%m-%dT%H:%M:%SZ}"
    url = service.store._engine.url.render_as_string(hide_password=False)
    for by, first in CASES.items():
        asked = ["--now", now, "series", "area:drones", "--by", by, "--weeks", "2"]
        said = CliRunner().invoke(app, asked, env={"TRENDWATCH_STORE_URL": url})
        assert said.exit_code == 0, (said.output, said.exception)
        assert said.output.splitlines()[0] == first
