"""Practices over HTTP: listed for a sector or a function, shown whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asking import Asker
from tests.seeding import doors


@pytest.fixture
def ask(tmp_path: Path) -> Asker:
    return Asker(doors(tmp_path, full=False))


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({}, ["sensors", "counter"]),
        ({"sector": "retail"}, ["sensors", "counter"]),
        ({"sector": "agriculture"}, ["sensors"]),
        ({"function": "operations", "sector": "agriculture"}, ["sensors"]),
    ],
)
def test_practices_are_listed_for_whom_they_are(ask: Asker, query: dict[str, str], keys: list[str]) -> None:
    found = ask.get("/api/v1/practices", params=query).json()["practices"]
    assert [one["key"] for one in found] == keys
    assert "terms" not in found[0]


def test_a_practice_is_shown_whole(ask: Asker) -> None:
    found = ask.get("/api/v1/practices/sensors").json()
    assert found["cost_once"] == {"low": 50, "base": 200, "high": 900}
    assert found["risks"] == [
        {"kind": "lock_in", "sentence": "Readings may stay with the maker: ask for a file."}
    ]
    assert (found["fits"], found["free_way"], found["terms"][0]) == ([], "", "soil sensor")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("practices?sector=retial", 422, "did you mean 'retail'"),
        ("practices?function=operation", 422, "did you mean 'operations'"),
        ("practices?sectors=retail", 422, "did you mean 'sector'"),
        ("practices/sensor", 404, "did you mean 'sensors'"),
    ],
)
def test_what_does_not_exist_is_told_with_a_near_name(ask: Asker, path: str, status: int, says: str) -> None:
    answer = ask.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]
