"""A word becomes a term of a label, or is none of our business; doors: verbs, API and page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.asking import Asker
from tests.cli_world import CommandLine
from tests.seeding import LAST_WEEK, VERSION, a_trend, doors
from tests.seeds import NOW, claim_on
from tests.test_store_termuses import said
from trendwatch.api import Parts
from trendwatch.errors import ConfigError, NotFound
from trendwatch.pipeline.label_changes import keep_label
from trendwatch.pipeline.vocabulary import accept_term, dismiss_term, reach_of, reach_words, take_back
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
    dismiss_term(parts.store, parts.config(), "Kapoor", by="cli", now=NOW)
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
    assert (answer.status_code, answer.headers["location"]) == (303, "/trends/words/skypost")
    assert strong(parts) == ("skypost",)
    row = ask.get("/trends").text
    assert "a word of Drones" in row
    assert "waits for the next training" in row
    said = ask.get("/trends/words/skypost").text
    assert "A term of Drones: waits for the next training." in said
    assert "say it; " in said
    assert ask("POST", "/trends/words/skypost/dismiss").status_code == 303
    assert strong(parts) == ()
    assert "not told again" in ask.get("/trends").text
    assert ask("POST", "/trends/words/skypost/undo").status_code == 303
    assert ask.get("/trends/words/skypost").status_code == 404
    assert "Add to Drones" in ask.get("/trends").text


def test_a_word_that_its_label_has_learnt_is_no_new_word_any_more(parts: Parts) -> None:
    tell(parts)
    accept_term(
        parts.store,
        parts.config(),
        "skypost",
        label="area:drones",
        by="cli",
        now=parts.clock() - timedelta(days=30),
    )
    assert "/trends/words/skypost" not in Asker(parts).get("/trends").text
    said = Asker(parts).get("/trends/words/skypost").text
    assert "have the label." in said
    assert "would" not in said


def test_who_decides_twice_leaves_the_word_in_one_place(parts: Parts) -> None:
    accept(parts, "skypost", "area:drones")
    accept(parts, "sky-post", "area:iot")
    assert (strong(parts), strong(parts, "area:iot")) == ((), ("sky-post",))
    [change] = parts.store.overlays.list()  # an empty change is not kept
    assert (change.key, change.values) == ("area:iot", {"accepted": ["sky-post"]})
    dismiss_term(parts.store, parts.config(), "skypost", by="cli", now=NOW)
    assert (strong(parts, "area:iot"), parts.store.overlays.list()) == ((), [])
    assert [(one.term, one.label) for one in parts.store.terms.verdicts()] == [("skypost", "")]


def test_of_two_decisions_at_once_the_later_takes_the_first_back(parts: Parts) -> None:
    config = parts.config()
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda label: accept_term(parts.store, config, "skypost", label=label, by="page", now=NOW),
                ("area:drones", "area:iot"),
            )
        )
    [verdict] = parts.store.terms.verdicts()
    found = [one.full_key for one in parts.config().taxonomy.labels if "skypost" in one.strong]
    assert found == [verdict.label]


def test_taking_back_leaves_what_stood_there_before(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    file = parts.config().directory / "taxonomy.toml"
    text = file.read_text("utf-8")

    def ship(terms: str) -> None:
        file.write_text(text.replace("[area.drones]", f"[area.drones]\n{terms}"), "utf-8")

    ship('strong = ["quadcopter"]\nweak = ["rotor"]')
    for word in ("quadcopter", "skypost", "rotor"):
        accept(parts, word)
    [label] = [one for one in parts.config().taxonomy.labels if one.full_key == "area:drones"]
    assert (label.strong, label.weak) == (("quadcopter", "skypost", "rotor"), ())
    ship('strong = ["quadcopter", "vtol"]\nweak = ["rotor", "wing"]')  # a later version brings more
    assert strong(parts) == ("quadcopter", "vtol", "skypost", "rotor")
    for word in ("quadcopter", "skypost", "rotor"):
        take_back(parts.store, parts.config(), word, by="cli", now=NOW)
    [label] = [one for one in parts.config().taxonomy.labels if one.full_key == "area:drones"]
    assert (label.strong, label.weak) == (("quadcopter", "vtol"), ("rotor", "wing"))
    assert parts.store.overlays.list() == []


def test_a_change_kept_as_a_whole_list_becomes_a_difference(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    accept(parts, "skypost")
    whole = replace(parts.store.overlays.list()[0], values={"strong": ["by hand", "skypost"]})
    parts.store.overlays.put(whole)
    accept(parts, "rotor taxi")
    [change] = parts.store.overlays.list()
    assert change.values == {"added": {"strong": ["by hand"]}, "accepted": ["skypost", "rotor taxi"]}
    assert strong(parts) == ("by hand", "skypost", "rotor taxi")


@pytest.mark.parametrize("word", ["the", "and the", "announced", "people", "2020", "all of them"])
def test_a_word_that_stands_in_any_text_is_no_term(parts: Parts, word: str) -> None:
    with pytest.raises(ConfigError, match="texts about anything"):
        accept(parts, word)
    assert Asker(parts)("PUT", f"/api/v1/terms/{word}", json={"label": "area:iot"}).status_code == 422
    assert (parts.store.terms.verdicts(), parts.store.overlays.list()) == ([], [])


def test_the_answer_says_what_a_term_does_and_who_has_it_too(parts: Parts) -> None:
    keep_label(parts.store, parts.config(), "area:iot", values={"strong": ["orchard"]}, by="cli", now=NOW)
    answer = Asker(parts)("PUT", "/api/v1/terms/orchard", json={"label": "area:drones"}).json()
    reach = answer["reach"]
    assert (answer["waits"], reach["others"]) == (True, [{"label": "area:iot", "strength": "strong"}])
    assert reach["items"] >= reach["saying"] > 0
    assert reach["after"] >= reach["before"]
    assert reach["stories"] <= reach["after"] - reach["before"]
    words = reach_words(
        reach_of(parts.store, parts.config(), "orchard", label="area:drones"), {"area:iot": "IoT"}
    )
    assert "IoT has it too" in words


def test_a_term_against_a_label_is_none_for_it(parts: Parts) -> None:
    values = {"strong": ["uav"], "anti": ["bee"]}
    keep_label(parts.store, parts.config(), "area:drones", values=values, by="cli", now=NOW)
    with pytest.raises(ConfigError, match="take it out there first"):
        accept(parts, "bee")


def test_verbs_list_accept_dismiss_and_undo(cli: CommandLine, tmp_path: Path) -> None:
    assert cli("terms", "list", "--json").objects == []
    assert cli("terms", "list").out == "New words: there are none\n"
    refused = cli("terms", "list", "--cursor", "x")
    assert (refused.code, "is no place in the list" in refused.err) == (1, True)
    assert (
        cli("terms", "accept", "SkyPost", "--label", "area:drones", "--json").object["label"] == "area:drones"
    )
    assert cli("config", "export", str(tmp_path / "out")).code == 0
    assert "skypost" in (tmp_path / "out" / "taxonomy.toml").read_text("utf-8")
    assert "not told again" in cli("terms", "dismiss", "kapoor").out
    assert "may be told again" in cli("terms", "undo", "skypost").out
