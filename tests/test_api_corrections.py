"""An item's tags are judged through the API: facets named are judged, mistakes answer 422."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asking import Asker
from tests.seeding import doors
from trendwatch.api import Parts


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


def test_a_correction_is_kept_and_told_back(parts: Parts) -> None:
    ask = Asker(parts)
    item = ask.get("/api/v1/items").json()["items"][0]["id"]
    path = f"/api/v1/items/{item}/correction"
    answer = ask("POST", path, json={"add": ["sector:retail"], "none": ["area"]})
    assert answer.status_code == 200
    assert answer.json()["item"] == item
    assert answer.json()["labels"]["area"] == []
    assert "retail" in answer.json()["labels"]["sector"]
    [kept] = parts.store.corrections.all()
    assert kept.item_id == item
    assert ask("POST", path, json={"add": ["sector:reatil"]}).status_code == 422
    assert ask("POST", path, json={"nonsense": 1}).status_code == 422
    assert ask("POST", "/api/v1/items/00/correction", json={}).status_code == 404
    assert len(parts.store.corrections.all()) == 1
