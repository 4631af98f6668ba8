"""``series``: stories by week or day, and from when."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from tests.seeding import LAST_WEEK, VERSION, doors
from tests.seeds import an_item, claim_on, keep
from trendwatch.cli.app import app
from trendwatch.types.stories import Understood

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


def test_series_of_one_key_by_feed(tmp_path: Path) -> None:
    service = doors(tmp_path)
    item, counts = an_item(99, feed="gazette"), {("area:drones", LAST_WEEK, "gazette"): 3}
    keep(service.store, [item])
    told = Understood(stories={item.id: "s"}, tags={}, new_stories={"s": item}, report_counts=counts)
    service.store.understanding.write(VERSION, told, claim=claim_on(service.store, "understand", "all"))
    now = f"{service.clock():%Y-%m-%dT%H:%M:%SZ}"
    url = service.store._engine.url.render_as_string(hide_password=False)
    asked = ["--now", now, "series", "area:drones", "--feeds", "--weeks", "2", "--json"]
    said = CliRunner().invoke(app, asked, env={"TRENDWATCH_STORE_URL": url})
    assert said.exit_code == 0, (said.output, said.exception)
    assert json.loads(said.output)["series"] == {"gazette": [0, 3]}
    refused = CliRunner().invoke(app, [*asked, "--by", "day"], env={"TRENDWATCH_STORE_URL": url})
    assert "--feeds counts one key by week" in str(refused.exception)
