"""ETags: what has not changed is not sent again; headers every answer carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asking import Asker
from tests.seeding import doors
from tests.seeds import NOW, a_feed, an_item, keep


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    return Asker(doors(tmp_path_factory.mktemp("doors")))


READS = (
    "/api/v1/feeds",
    "/api/v1/items",
    "/api/v1/trends",
    "/api/v1/labels",
    "/",
    "/items",
    "/digests/hill_farm/latest",
)


@pytest.mark.parametrize("path", READS)
def test_what_has_not_changed_is_not_sent_again(ask: Asker, path: str) -> None:
    first = ask.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == "private, no-cache"
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = ask.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in again.headers
    assert ask.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_what_has_changed_has_another_tag(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    ask = Asker(parts)
    before = ask.get("/api/v1/items").headers["etag"]
    parts.store.feeds.sync([*parts.config().feeds, a_feed("late")])
    keep(parts.store, [an_item(1, feed="late")], at=NOW)
    answer = ask.get("/api/v1/items", headers={"If-None-Match": before})
    assert (answer.status_code, len(answer.json()["items"])) == (200, 11)


def test_errors_and_figures_of_the_moment_are_not_kept(ask: Asker) -> None:
    for path in ("/api/v1/nothing", "/nothing", "/api/v1/health", "/api/v1/metrics"):
        answer = ask.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_head_is_get_without_its_body(ask: Asker) -> None:
    for path in ("/", "/api/v1/labels"):
        head, get = ask("HEAD", path), ask.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(get.content))
        assert head.headers["etag"] == get.headers["etag"]


def test_w1_every_answer_is_told_what_it_may_load(ask: Asker) -> None:
    for path in (*READS, "/nothing", "/api/v1/nothing", "/docs", "/about", "/api/v1/health"):
        headers = ask.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
