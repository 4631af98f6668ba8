"""What readers and callers are told and kept from: mutes, contradictions, plain words, headers."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.asking import Asker
from tests.seeding import doors
from tests.seeds import NOW
from tests.test_web_issues import the_mail
from tests.test_web_readers import SITE, know, path
from trendwatch.api import Parts
from trendwatch.deliver.message import build_message
from trendwatch.pipeline.changing import change_business
from trendwatch.pipeline.outgoing import invite
from trendwatch.types.delivery import Channel

FARM = "/api/v1/businesses/hill_farm"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = doors(tmp_path)
    know(made)
    return made


@pytest.fixture
def ask(parts: Parts) -> Asker:
    return Asker(parts)


def post(ask: Asker, where: str, **given: str) -> httpx.Response:
    return ask("POST", where, content=urlencode(given).encode(), headers=FORM)


def the_story(parts: Parts) -> str:
    return parts.store.digests.get("hill_farm", "latest").picks[0].story_id


def test_the_own_trade_is_never_offered_for_a_mute_and_refused_where_it_is_asked(
    parts: Parts, ask: Asker
) -> None:
    page = "/digests/hill_farm/2025-W10/votes"
    for form in re.findall(r"<form.*?</form>", ask.get(page).text, re.DOTALL):
        if 'value="mute"' in form:
            offered = re.findall(r'<option value="([^"]+)"', form)
            assert offered
            assert all(one.startswith(("area:", "sector:")) for one in offered)
            assert "sector:agriculture" not in offered
    story = the_story(parts)
    body = {"story_id": story, "kind": "mute", "label": "sector:agriculture"}
    for answer in (
        post(ask, page, story=story, kind="mute", label="sector:agriculture"),
        ask("POST", f"{FARM}/votes", json=body),
    ):
        assert (answer.status_code, "your own trade" in answer.text) == (422, True)
    assert parts.config().business("hill_farm").mutes == ()
    assert post(ask, page, story=story, kind="wrong_tag", label="sector:agriculture").status_code == 200


def test_every_mute_is_listed_in_the_preferences_with_a_way_back(parts: Parts, ask: Asker) -> None:
    muted = ["sector:retail", "impact:cost", "area:vr"]
    change_business(parts.store, parts.config(), "hill_farm", given={"mutes": muted}, by="link", now=NOW)
    page = ask.get(path(parts, "preferences")).text
    assert re.findall(r'name="undo" value="([^"]+)"', page) == ["sector:retail", "impact:cost"]
    assert post(ask, path(parts, "preferences"), undo="sector:retail").status_code == 200
    assert parts.config().business("hill_farm").mutes == ("impact:cost", "area:vr")
    post(ask, path(parts, "preferences"), topics="shown", undo="impact:cost")
    assert parts.config().business("hill_farm").mutes == ()


def test_more_and_never_of_one_topic_are_refused(parts: Parts, ask: Asker) -> None:
    before = parts.config().business("hill_farm")
    answer = post(ask, path(parts, "preferences"), topics="shown", area="iot", mute="iot")
    assert (answer.status_code, "more of it, or never" in answer.text) == (422, True)
    assert parts.config().business("hill_farm") == before


def test_a_rule_that_is_stronger_than_what_was_asked_for_says_so(ask: Asker) -> None:
    never = ask("POST", f"{FARM}/rules/never:area:drones", json={"decision": "accept"}).json()["rules"]
    assert "though you asked for it" in next(
        one["words"] for one in never if one["key"] == "never:area:drones"
    )
    less = ask("POST", f"{FARM}/rules/never:area:vr", json={"decision": "accept"}).json()["rules"]
    assert "asked" not in next(one["words"] for one in less if one["key"] == "never:area:vr")


def test_wrong_votes_are_told_in_the_words_of_people(parts: Parts, ask: Asker) -> None:
    page = "/digests/hill_farm/2025-W10/votes"
    answer = post(ask, page, story=the_story(parts), kind="wrong_tag")
    assert (answer.status_code, "choose one of the story" in answer.text) == (422, True)
    assert "drones" in answer.text
    assert "choose a story" in post(ask, page, kind="useful").text


def test_pages_of_a_question_say_what_holds(parts: Parts, ask: Asker) -> None:
    business = parts.config().business("hill_farm")
    reader = invite(parts.store, business, "new@other.example", site=SITE, mail=Channel.OUTBOX, now=NOW)
    assert "use the other link" not in ask.get(path(parts, "unsubscribe", reader)).text
    change_business(
        parts.store, parts.config(), "hill_farm", given={"frequency": "paused"}, by="link", now=NOW
    )
    assert "four minutes to read, paused" not in ask.get(path(parts, "confirm", reader)).text
    assert "It is paused now" in ask.get(path(parts, "confirm", reader)).text
    parts.store.recipients.leave(reader.id, now=NOW)
    left = ask.get(path(parts, "confirm", reader))
    assert (left.status_code, "<button" in left.text, "You have left" in left.text) == (200, False, True)


def test_why_knows_stories_of_other_days_and_none_that_never_were(ask: Asker) -> None:
    where = f"{FARM}/digests/latest/why"
    assert ask.get(where, params={"story": "nope"}).status_code == 404
    first = ask.get(where).json()["stories"][0]["story_id"]
    assert ask.get(where, params={"story": first}).json()["stories"][0]["story_id"] == first


def test_a_business_of_a_file_is_refused_by_the_name_of_its_file(ask: Asker) -> None:
    answer = ask("DELETE", FARM)
    assert (answer.status_code, "businesses/hill_farm.toml" in answer.json()["detail"]) == (409, True)


PLACES = [
    ("PATCH", FARM, {"name": ""}, "name"),
    ("PATCH", FARM, {"size": "many"}, "size"),
    ("PATCH", FARM, {"timezone": "Mars"}, "timezone"),
    ("PATCH", FARM, {"colour": "red"}, "colour"),
    ("GET", "/api/v1/items?since=2025-01-01T00:00:00", None, "since"),
    ("GET", "/api/v1/items?since=soon", None, "since"),
    ("GET", "/api/v1/trends?week=2025-W99", None, "week"),
]


@pytest.mark.parametrize(("method", "where", "body", "place"), PLACES)
def test_every_complaint_names_its_place_in_our_words(
    ask: Asker, method: str, where: str, body: object, place: str
) -> None:
    problem = ask(method, where, json=body).json() if body else ask(method, where).json()
    assert [one["where"] for one in problem["errors"]] == [place]
    assert not re.search(r"Value error|Invalid week|timezone info|Extra inputs", str(problem))


def test_a_day_is_a_time_too(ask: Asker) -> None:
    whole = ask.get("/api/v1/items?since=2025-02-28T00:00:00Z").json()
    assert ask.get("/api/v1/items?since=2025-02-28").json() == whole
    assert ask.get("/api/v1/items?since=2025-02-31").status_code == 422


@pytest.mark.parametrize("where", ["feeds/coverage", "feeds/scorecards", "feeds/gazette/report"])
def test_what_has_not_changed_a_minute_later_is_not_sent_again(parts: Parts, where: str) -> None:
    tags: dict[str, str] = {}
    for minutes in (1, 8):
        later = replace(parts, clock=lambda at=NOW + timedelta(minutes=minutes, microseconds=3): at)
        later.desk.workshop.clock = later.clock  # type: ignore[method-assign]
        answer = Asker(later).get(f"/api/v1/{where}", headers=tags)
        tags = {"If-None-Match": answer.headers["etag"]}
    assert answer.status_code == 304


def test_an_export_is_not_kept_by_anybody(ask: Asker) -> None:
    answer = ask.get(f"{FARM}/export")
    assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)


def test_a_mail_carries_the_domain_of_its_sender(parts: Parts) -> None:
    message = build_message(the_mail(parts))
    assert re.fullmatch(r"<[0-9a-f]{20}@b\.example>", message["Message-ID"])
    assert message["List-Id"] == "<hill-farm.trendwatch.b.example>"


def test_the_package_runs_as_a_module() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "trendwatch", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip()
