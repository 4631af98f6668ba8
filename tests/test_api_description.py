"""The description (OpenAPI) says what is answered: problems, keys, digests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.asking import Asker
from tests.seeding import doors
from trendwatch.types.advice import Digest

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    return Asker(doors(tmp_path_factory.mktemp("doors")))


@pytest.fixture(scope="module")
def spec(ask: Asker) -> dict[str, Any]:
    found: dict[str, Any] = ask.get("/api/v1/openapi.json").json()
    return found


def operations(spec: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): methods[method]
        for path, methods in spec["paths"].items()
        for method in METHODS & methods.keys()
    }


def test_every_number_of_a_route_has_a_largest_value(spec: dict[str, Any]) -> None:
    """A number that no database can compare is refused at the door."""
    for where, one in operations(spec).items():
        for given in one.get("parameters", ()):
            kinds = given["schema"].get("anyOf", [given["schema"]])
            assert all("maximum" in kind for kind in kinds if kind.get("type") == "integer"), where


def test_every_route_describes_our_problems_and_no_other(ask: Asker, spec: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in json.dumps(spec)
    for where, one in operations(spec).items():
        described = {status for status in one["responses"] if status >= "4"}
        assert {"422", "503"} <= described, where
        for status in described - {"503"}:
            [(kind, content)] = one["responses"][status]["content"].items()
            assert kind == "application/problem+json"
            assert content["schema"]["$ref"].endswith("/ProblemShape")
    shape = spec["components"]["schemas"]["ProblemShape"]
    for path in ("items?limit=0", "items/0000"):
        problem = ask.get(f"/api/v1/{path}").json()
        assert set(shape["required"]) <= problem.keys() <= shape["properties"].keys()


def test_every_route_but_health_asks_for_a_key_unless_it_is_for_this_machine(spec: dict[str, Any]) -> None:
    assert {one["scheme"] for one in spec["components"]["securitySchemes"].values()} == {"bearer", "basic"}
    for (_, path), one in operations(spec).items():
        keys = [name for way in one["security"] for name in way]
        assert keys == ([] if path == "/api/v1/health" else ["key", "password"])
        assert ("401" in one["responses"]) == (path != "/api/v1/health")


def test_digests_and_previews_are_described_as_they_are(ask: Asker, spec: dict[str, Any]) -> None:
    schema = spec["components"]["schemas"]["Digest"]
    wanted = ("digests/{period}", "/preview")
    routes = [one for (_, path), one in operations(spec).items() if path.endswith(wanted)]
    assert len(routes) == 3
    for one in routes:
        content = one["responses"]["200"]["content"]["application/json"]
        assert content["schema"]["$ref"] == "#/components/schemas/Digest"
    digest = ask.get("/api/v1/businesses/hill_farm/digests/latest").json()
    assert digest.keys() == schema["properties"].keys()
    assert TypeAdapter(Digest).validate_python(digest).period == "2025-W10"


def test_every_reference_leads_somewhere(spec: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in spec["components"]["schemas"]}
    text = json.dumps(spec)
    named = {part.partition('"')[0] for part in text.split('"$ref": "')[1:]}
    assert named
    assert named <= known
