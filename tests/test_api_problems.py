"""A3, W3: wrong requests and a failing back end are answered in words, never with a trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asking import Asker
from tests.seeding import doors
from trendwatch.api import Parts
from trendwatch.config import Config
from trendwatch.errors import StorageUnavailable, TrendwatchError
from trendwatch.store import Store


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return doors(tmp_path_factory.mktemp("doors"))


@pytest.fixture(scope="module")
def ask(parts: Parts) -> Asker:
    return Asker(parts)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/v1/nothing", 404, "/docs lists"),
        ("/api/v1/items/0000", 404, "no item named '0000'"),
        ("/api/v1/stories/0000", 404, "no story"),
        ("/api/v1/feeds/wyre", 404, "did you mean 'wire'"),
        ("/api/v1/businesses/hill_form", 404, "did you mean 'hill_farm'"),
        ("/api/v1/businesses/corner_shop/digests/latest", 404, "no digest"),
        ("/api/v1/businesses/hill_farm/digests/2025-W09", 404, "no digest"),
        ("/api/v1/businesses/hill_farm/digests/yesterday", 422, "2025-W14"),
        ("/api/v1/businesses/hill_farm/digests/2025-W10.pdf", 422, "2025-W14"),
        ("/api/v1/items?labl=area:drones", 422, "did you mean 'label'"),
        ("/api/v1/businesses?x=1", 422, "there are none here"),
        ("/api/v1/items?label=area:dornes", 422, "did you mean 'drones'"),
        ("/api/v1/items?feed=wyre", 404, "did you mean 'wire'"),
        ("/api/v1/items?limit=0", 422, "limit: "),
        ("/api/v1/items?limit=201", 422, "limit: "),
        ("/api/v1/items?limit=ten", 422, "limit: "),
        ("/api/v1/items?cursor=-1", 422, "cursor: "),
        ("/api/v1/items?cursor=9223372036854775808", 422, "cursor: "),
        ("/api/v1/items?since=2025-01-32", 422, "since: "),
        ("/api/v1/items?since=2025-01-01T00:00:00", 422, "since: "),
        ("/api/v1/items?until=9999-12-31T23:59:59-12:00", 422, "beyond the calendar"),
        ("/api/v1/items?q=%00", 422, "NUL"),
        ("/api/v1/items/a%00b", 422, "NUL"),
        ("/api/v1/trends?week=2025-W60", 422, "week: "),
        ("/api/v1/trends?week=next", 422, "week: "),
        ("/api/v1/trends?kind=hype", 422, "kind: "),
        ("/api/v1/series", 422, "key: "),
        ("/api/v1/series?key=drones", 422, "did you mean 'area:drones'"),
        ("/api/v1/series?key=area:drones&first_week=0001-W01", 422, "1970"),
        ("/api/v1/trends/stories?key=area:drones&week=9999-W52", 422, "9000"),
        ("/api/v1/trends?week=9001-W01", 422, "9000"),
        ("/api/v1/series?key=area:drones&first_week=9999-W51&last_week=9999-W52", 422, "9000"),
        ("/api/v1/businesses/hill_farm/digests/9999-W52", 422, "9000"),
        ("/api/v1/series?key=area:drones&first_week=1980-W01", 422, "520 weeks"),
        ("/api/v1/series?key=area:drones&first_week=2025-W02&last_week=2025-W01", 422, "after last_week"),
        ("/api/v1/labels?facet=mood", 422, "facet: "),
    ],
)
def test_a3_a_wrong_question_is_told_what_is_wrong(ask: Asker, path: str, status: int, says: str) -> None:
    answer = ask.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert says in problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["type"] == f"/about#problem-{status}"
    assert f'id="problem-{status}"' in ask.get("/about").text


def test_a_wrong_method_is_named(ask: Asker) -> None:
    answer = ask("PUT", "/api/v1/feeds", json={})
    assert (answer.status_code, answer.json()["title"]) == (405, "Not possible here")
    assert "GET" in answer.headers["allow"]


def test_a3_bodies_are_bounded_and_must_be_json(ask: Asker) -> None:
    def post(content: bytes | Iterator[bytes], **headers: str) -> Any:
        return ask(
            "POST", "/api/v1/feeds", content=content, headers={"Content-Type": "application/json", **headers}
        )

    limit = 1024 * 1024
    assert post(b"x" * (limit + 1)).status_code == 413
    assert post(b" " * limit).status_code == 422
    assert post(b"{}", **{"Content-Length": str(limit + 1)}).status_code == 413
    for body in (
        b"",
        b"{",
        b"[" * 100_000,
        b'"\xff"',
        b'{"key": "\\ud800", "url": "\\ud800"}',
        b'{"key": 1e400}',
    ):
        answer = post(body)
        assert answer.status_code == 422, body[:20]
        assert answer.json()["detail"]


def test_a3_a_stream_without_a_length_is_bounded_too(ask: Asker) -> None:
    async def endless() -> Any:
        while True:
            yield b"x" * 65536

    assert ask("POST", "/api/v1/feeds", content=endless()).status_code == 413


def test_errors_name_each_place_and_do_not_repeat_what_was_sent(ask: Asker) -> None:
    answer = ask("POST", "/api/v1/feeds", json={"key": 7, "url": ["hunter2"], "role": "admin"})
    assert {one["where"] for one in answer.json()["errors"]} == {"key", "url", "role"}
    assert "hunter2" not in answer.text
    assert "admin" not in answer.text


TEXT = st.text(max_size=30)
PATHS = st.sampled_from(
    ["items", "trends", "series", "labels", "feeds", "businesses/hill_farm/digests", "health", "metrics"]
)
NAMES = st.sampled_from(
    [
        "label",
        "feed",
        "story",
        "since",
        "until",
        "q",
        "limit",
        "cursor",
        "week",
        "kind",
        "key",
        "first_week",
        "x",
    ]
)


@settings(max_examples=150, deadline=None)
@given(path=PATHS, query=st.lists(st.tuples(NAMES, TEXT | st.integers().map(str)), max_size=4))
def test_a3_no_query_breaks_anything(ask: Asker, path: str, query: list[tuple[str, str]]) -> None:
    answer = ask.get(f"/api/v1/{path}", params=query)
    assert answer.status_code in {200, 404, 422}, answer.text


@settings(max_examples=60, deadline=None)
@given(words=TEXT, page=st.sampled_from(["/api/v1/items", "/items"]))
def test_a3_nothing_people_search_for_is_search_syntax(ask: Asker, words: str, page: str) -> None:
    answer = ask.get(page, params={"q": words})
    assert answer.status_code == (422 if "\0" in words else 200), answer.text


@settings(max_examples=80, deadline=None)
@given(parts_of_path=st.lists(TEXT, min_size=1, max_size=3), page=st.sampled_from(["", "api/v1/"]))
def test_a3_no_path_breaks_anything(ask: Asker, parts_of_path: list[str], page: str) -> None:
    from urllib.parse import quote

    for start in (
        "items",
        "stories",
        "feeds",
        "trends",
        "trends/key",
        "digests",
        "businesses/hill_farm/digests",
    ):
        tail = "/".join(quote(part, safe="") for part in parts_of_path)
        answer = ask.get(f"/{page}{start}/{tail}")
        assert answer.status_code in {200, 307, 404, 422}, answer.text


class _Broken:
    """A part of the store that is not there now."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error


@contextmanager
def _failing(parts: Parts, error: Exception) -> Iterator[Parts]:
    """Yield parts whose store fails at every question."""
    store = object.__new__(Store)
    for noun, part in vars(parts.store).items():
        setattr(store, noun, part if noun.startswith("_") else _Broken(error))
    kept = parts.config()
    yield replace(parts, store=store, config=lambda: kept)


PAGES = ("/", "/trends", "/items", "/feeds", "/digests/hill_farm")


def test_w3_s3_without_its_database_the_service_says_so(parts: Parts) -> None:
    error = StorageUnavailable("could not connect to db.internal, user trend, SELECT item.title")
    with _failing(parts, error) as broken:
        ask = Asker(broken)
        for path in ("/api/v1/feeds", "/api/v1/items", "/api/v1/metrics", "/api/v1/health", *PAGES):
            answer = ask.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), path
            assert "db.internal" not in answer.text
            assert "SELECT" not in answer.text
        assert ask.get("/api/v1/health").json()["database"] == "unavailable"
        assert ask.get("/about").status_code == 200
        closed = Asker(replace(broken, open_to_all=False))
        assert closed.get("/api/v1/feeds", headers={"Authorization": "Bearer tw_x"}).status_code == 503


@pytest.mark.parametrize(
    "error", [RuntimeError("/srv/secret.py: password"), TrendwatchError("/srv/secret.py")]
)
def test_w3_a_bug_is_a_friendly_page_with_a_number(parts: Parts, error: Exception) -> None:
    with _failing(parts, error) as broken:
        ask = Asker(broken)
        for path in ("/api/v1/feeds", "/api/v1/metrics", *PAGES):
            answer = ask.get(path)
            assert answer.status_code == 500, path
            assert "secret" not in answer.text
            assert "Traceback" not in answer.text
            assert answer.headers["x-request-id"] in answer.text
            assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_configuration_that_was_never_good_is_not_a_bug(parts: Parts) -> None:
    def broken() -> Config:
        raise TrendwatchError("nothing to go on")

    assert Asker(replace(parts, config=broken)).get("/api/v1/labels").status_code == 500


def test_every_request_has_its_own_number(ask: Asker) -> None:
    numbers = {ask.get("/about").headers["x-request-id"] for _ in range(5)}
    assert len(numbers) == 5
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)
