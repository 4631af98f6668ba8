"""A word becomes a term of a label, or is none of our business; doors: verbs, API and page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asking import Asker
from tests.cli_world import CommandLine
from tests.seeding import LAST_WEEK, VERSION, a_trend, doors
from tests.seeds import NOW, claim_on
from tests.test_store_termuses import said
from trendwatch.api import Parts
from trendwatch.errors import ConfigError, NotFound
from trendwatch.pipeline.vocabulary import accept_term, dismiss_term, take_back
from trendwatch.trends.ngrams import fold
from trendwatch.types.trends import Trend, TrendKind
from trendwatch.types.weeks import week_name


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


def strong(parts: Parts, label: str = "area:drones") -> tuple[str, ...]:
    return next(one.strong for one in parts.config().taxonomy.labels if one.full_key == label)


def accept(parts: Parts, term: str, label: str = "area:drones") -> None:
    accept_term(parts.store, parts.config(), term, label=label, by="cli", now=NOW)


def test_an_accepted_word_is_a_term_of_its_label(parts: Parts) -> None:
    accept(parts, "SkyPost")
    accept(parts, "Rotor Taxi")
    accept(parts, "skypost")
    assert strong(parts) == ("skypost", "rotor taxi")
    assert [(one.form, one.label) for one in parts.store.terms.verdicts()] == [
        ("rotor taxi", "area:drones"),
        ("skypost", "area:drones"),
    ]


def test_what_was_accepted_can_be_taken_back(parts: Parts) -> None:
    accept(parts, "skypost")
    take_back(parts.store, parts.config(), "Sky-Post", by="cli", now=NOW)
    assert (strong(parts), parts.store.terms.verdicts()) == ((), [])
    with pytest.raises(NotFound, match="terms list"):
        take_back(parts.store, parts.config(), "skypost", by="cli", now=NOW)


def test_a_dismissed_word_changes_no_label(parts: Parts) -> None:
    dismiss_term(parts.store, "Kapoor", by="cli", now=NOW)
    assert strong(parts) == ()
    take_back(parts.store, parts.config(), "kapoor", by="cli", now=NOW)
    assert parts.store.terms.verdicts() == []


@pytest.mark.parametrize(
    ("term", "label", "says"),
    [
        ("skypost", "area:drone", "did you mean 'drones'"),
        ("skypost", "drones", "did you mean 'area:drones'"),
        ("  ", "area:drones", "is no word"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(parts: Parts, term: str, label: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        accept(parts, term, label)
    assert parts.store.terms.verdicts() == []


def tell(parts: Parts, term: str = "skypost", area: str = "area:drones") -> Trend:
    trend = a_trend(term, strength=1.5, stories=7, kind=TrendKind.TERM)
    values = {name: getattr(trend, name) for name in trend.__slots__}
    told = Trend(**values | {"area": area, "group": (term, "post")})
    claim = claim_on(parts.store, "analyse", VERSION)
    parts.store.trends.write(VERSION, LAST_WEEK, [told], claim=claim, now=NOW)
    parts.store.leases.release(claim)
    parts.store.term_uses.keep({fold(term): said(parts.store, {LAST_WEEK - 1: 3, LAST_WEEK: 4})})
    return told


def test_the_api_lists_new_words_with_the_history_that_backs_them(parts: Parts) -> None:
    tell(parts)
    ask = Asker(parts)
    [found] = ask.get("/api/v1/terms").json()["terms"]
    assert (found["term"], found["area"], found["group"]) == ("skypost", "area:drones", ["skypost", "post"])
    assert found["history"] == {"first_week": week_name(LAST_WEEK - 1), "stories": [3, 4]}
    assert found["verdict"] is None
    answer = ask("PUT", "/api/v1/terms/skypost", json={"label": "area:drones"})
    assert (answer.status_code, answer.json()["label"]) == (200, "area:drones")
    assert ask.get("/api/v1/terms").json()["terms"][0]["verdict"]["decided_by"] == "api"
    assert strong(parts) == ("skypost",)
    assert ask("DELETE", "/api/v1/terms/skypost").status_code == 204
    assert ask("DELETE", "/api/v1/terms/skypost").status_code == 404
    assert ask("PUT", "/api/v1/terms/skypost", json={}).json()["label"] == ""
    assert ask("PUT", "/api/v1/terms/x", json={"label": "area:nope"}).status_code == 422


def test_what_was_told_is_told_with_its_group(parts: Parts) -> None:
    tell(parts)
    assert parts.store.terms.told(VERSION, LAST_WEEK, LAST_WEEK) == {LAST_WEEK: ["skypost", "post"]}


def test_one_click_on_the_page_makes_a_word_a_term(parts: Parts) -> None:
    tell(parts)
    ask = Asker(parts)
    page = ask.get("/trends").text
    assert "Add to Drones" in page
    assert "Not of interest" in page
    answer = ask("POST", "/trends/words/skypost/to/area:drones")
    assert (answer.status_code, answer.headers["location"]) == (303, "/trends#new-words")
    assert strong(parts) == ("skypost",)
    assert "a word of Drones" in ask.get("/trends").text
    assert ask("POST", "/trends/words/skypost/dismiss").status_code == 303
    assert "not told again" in ask.get("/trends").text


def test_verbs_list_accept_dismiss_and_undo(cli: CommandLine, tmp_path: Path) -> None:
    assert cli("terms", "list", "--json").objects == []
    assert (
        cli("terms", "accept", "SkyPost", "--label", "area:drones", "--json").object["label"] == "area:drones"
    )
    assert cli("config", "export", str(tmp_path / "out")).code == 0
    assert "skypost" in (tmp_path / "out" / "taxonomy.toml").read_text("utf-8")
    assert "not told again" in cli("terms", "dismiss", "kapoor").out
    assert "may be told again" in cli("terms", "undo", "skypost").out
