"""Feeds are changed through overlays: valid ones only, files untouched, everything told back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.asking import Asker
from tests.seeding import doors
from trendwatch.api import Parts


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


@pytest.fixture
def ask(parts: Parts) -> Asker:
    return Asker(parts)


def _feed(**values: Any) -> dict[str, Any]:
    return {"key": "harbour", "url": "https://harbour.example/feed", **values}


def test_a_new_feed_is_told_back_and_in_force_at_once(ask: Asker, parts: Parts) -> None:
    answer = ask("POST", "/api/v1/feeds", json=_feed(sectors=["retail"], kind="vendor"))
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/feeds/harbour"
    told = answer.json()
    assert (told["title"], told["owner"], told["kind"]) == ("harbour", "harbour.example", "vendor")
    assert (told["origin"], told["state"]) == ("overlay", "new")
    assert ask.get("/api/v1/feeds/harbour").json() == told
    assert parts.config().feed("harbour").sectors == ("retail",)


def test_changes_add_up_and_leave_the_rest(ask: Asker) -> None:
    assert ask("PATCH", "/api/v1/feeds/wire", json={"title": "The Wire"}).json()["origin"] == "both"
    changed = ask("PATCH", "/api/v1/feeds/wire", json={"full_text": True, "note": "Slow."}).json()
    assert (changed["full_text"], changed["note"]) == (True, "Slow.")
    changed = ask("PATCH", "/api/v1/feeds/wire", json={"enabled": False}).json()
    assert (changed["title"], changed["enabled"], changed["state"]) == ("The Wire", False, "disabled")
    assert (changed["url"], changed["items"]) == ("https://wire.example/rss", 3)


def test_a_removed_feed_keeps_its_items_and_can_come_back(ask: Asker) -> None:
    assert ask("DELETE", "/api/v1/feeds/wire").status_code == 204
    gone = ask.get("/api/v1/feeds/wire").json()
    assert (gone["origin"], gone["state"], gone["items"]) == ("removed", "disabled", 3)
    assert ask("DELETE", "/api/v1/feeds/wire").status_code == 404
    back = ask("POST", "/api/v1/feeds", json=_feed(key="wire"))
    assert back.status_code == 201
    assert back.json()["title"] == "wire"  # nothing of the file shines through


def test_removing_a_feed_of_our_own_forgets_it(ask: Asker, parts: Parts) -> None:
    ask("POST", "/api/v1/feeds", json=_feed())
    assert ask("DELETE", "/api/v1/feeds/harbour").status_code == 204
    assert parts.store.overlays.list() == []
    assert ask.get("/api/v1/feeds/harbour").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (_feed(key="wire"), 409, "there is a feed 'wire' already"),
        (_feed(key="Not A Key"), 422, "lower-case letters"),
        (_feed(url="ftp://harbour.example/feed"), 422, "must be an address such as https://"),
        (_feed(url="https://me:secret@harbour.example/feed"), 422, "must not hold a name or password"),
        (_feed(url="https://wire.example/rss"), 422, "same address"),
        (_feed(sectors=["retial"]), 422, "did you mean 'retail'"),
        (_feed(kind="gossip"), 422, "kind"),
        (_feed(title="two\nlines"), 422, "one line"),
        (_feed(title="a\x00b"), 422, "one line"),
        (_feed(business_id="hill_farm"), 422, "business_id"),
        (_feed(title="x" * 301), 422, "title"),
        (_feed(enabled=None), 422, "enabled"),
        ({"key": "harbour"}, 422, "url"),
        ([], 422, "body"),
    ],
)
def test_a3_a_wrong_feed_is_refused_with_what_to_do(
    ask: Asker, parts: Parts, body: Any, status: int, says: str
) -> None:
    answer = ask("POST", "/api/v1/feeds", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert "secret" not in answer.text
    assert parts.store.overlays.list() == []


def test_a_change_that_would_be_wrong_is_not_kept(ask: Asker, parts: Parts) -> None:
    answer = ask("PATCH", "/api/v1/feeds/wire", json={"language": "klingonese!"})
    assert answer.status_code == 422
    assert "language must be a language code" in answer.json()["detail"]
    assert ask("PATCH", "/api/v1/feeds/wyre", json={}).status_code == 404
    assert parts.store.overlays.list() == []


def test_coverage_tells_what_is_thin_and_what_would_help(ask: Asker) -> None:
    ask("POST", "/api/v1/feeds", json=_feed(sectors=["retail"], enabled=False))
    told = ask.get("/api/v1/feeds/coverage").json()
    assert (told["since"], told["until"]) == ("2025-02-03T08:00:00Z", "2025-03-03T08:00:00Z")
    assert (told["items"], told["not_covered"]) == (10, {})
    labels = {label["key"]: label for label in told["labels"]}
    farming, retail = labels["sector:agriculture"], labels["sector:retail"]
    assert (farming["feeds"], farming["stories"], farming["reporting"]) == (1, 2, 3)
    assert farming["breadth"] == "thin"
    assert (retail["feeds"], retail["enabled"], retail["add_feeds"]) == (1, 0, ["harbour"])


def test_health_of_feeds_is_told_in_words(ask: Asker) -> None:
    feeds = {feed["key"]: feed for feed in ask.get("/api/v1/feeds").json()["feeds"]}
    assert {key: feed["state"] for key, feed in feeds.items()} == {
        **dict.fromkeys(("field_notes", "gazette", "shopkeeper", "wire"), "ok"),
        "rotors": "failing",
        "brand_new": "new",
    }
    assert feeds["rotors"]["failure"] == "not_there"
    assert feeds["rotors"]["advice"].startswith("There is nothing at this address.")
    assert feeds["rotors"]["next_poll_at"] == "2025-03-03T08:50:00Z"
