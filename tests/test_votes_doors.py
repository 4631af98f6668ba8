"""Votes, rules and profiles through every door: API, pages and signed links."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.asking import Asker
from tests.seeding import doors
from tests.seeds import NOW
from trendwatch.api import Parts
from trendwatch.pipeline.changing import change_business
from trendwatch.pipeline.compose import rebuild
from trendwatch.pipeline.outgoing import know_readers, links_of
from trendwatch.pipeline.voting import labels_of
from trendwatch.store.frozen import freeze
from trendwatch.types.advice import Digest
from trendwatch.types.delivery import Channel
from trendwatch.types.votes import Vote, VoteKind

SITE = "https://news.example"
FARM = "/api/v1/businesses/hill_farm"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = doors(tmp_path)
    know_readers(made.store, made.config().businesses, site=SITE, ask_all=False, mail=Channel.OUTBOX, now=NOW)
    return made


@pytest.fixture
def ask(parts: Parts) -> Asker:
    return Asker(parts)


def the_digest(parts: Parts) -> Digest:
    return parts.store.digests.get("hill_farm", "latest")


def story(parts: Parts) -> str:
    return the_digest(parts).picks[0].story_id


def disliked(parts: Parts, label: str, count: int = 3) -> None:
    for number in range(count):
        parts.store.votes.cast(
            Vote(
                business_key="hill_farm",
                story_id=f"old{number}",
                period="2025-W01",
                kind=VoteKind.NOT_FOR_ME,
                voted_at=NOW - timedelta(days=9),
                labels=((label, 0.9),),
            )
        )


def test_a_vote_is_kept_with_the_labels_its_edition_froze_and_can_be_taken_back(
    ask: Asker, parts: Parts
) -> None:
    said = ask("POST", f"{FARM}/votes", json={"story_id": story(parts), "kind": "useful"})
    assert (said.status_code, said.json()["period"]) == (201, the_digest(parts).period)
    [kept] = parts.store.votes.of("hill_farm")
    assert kept.labels
    assert ask.get(f"{FARM}/votes").json()["votes"][0]["kind"] == "useful"
    assert ask("DELETE", f"{FARM}/votes/{story(parts)}").status_code == 204
    assert [one.kind for one in parts.store.votes.of("hill_farm")] == ["useful", "nothing"]
    assert ask("DELETE", f"{FARM}/votes/never").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"story_id": "never_shown", "kind": "useful"}, 404),
        ({"story_id": "STORY", "kind": "wonderful"}, 422),
        ({"story_id": "STORY", "kind": "wrong_tag"}, 422),
        ({"story_id": "STORY", "kind": "wrong_tag", "label": "area:vr"}, 422),
        ({"story_id": "STORY", "kind": "useful", "label": "area:drones"}, 422),
    ],
)
def test_a_vote_that_makes_no_sense_is_refused(
    ask: Asker, parts: Parts, body: dict[str, str], status: int
) -> None:
    given = {name: story(parts) if value == "STORY" else value for name, value in body.items()}
    assert ask("POST", f"{FARM}/votes", json=given).status_code == status
    assert parts.store.votes.of("hill_farm") == ()


def test_a_wrong_tag_waits_for_learning_and_a_mute_changes_the_profile(ask: Asker, parts: Parts) -> None:
    votes = {"story_id": story(parts)}
    ask("POST", f"{FARM}/votes", json={**votes, "kind": "useful"})
    label = next(key for key, _ in parts.store.votes.of("hill_farm")[0].labels if key.startswith("area:"))
    ask("POST", f"{FARM}/votes", json={**votes, "kind": "wrong_tag", "label": label})
    assert [one.label for one in parts.store.votes.wrong_tags(NOW - timedelta(days=1))] == [label]
    ask("POST", f"{FARM}/votes", json={**votes, "kind": "mute", "label": label})
    assert label in parts.config().business("hill_farm").mutes
    rules = ask.get(f"{FARM}/rules").json()["rules"]
    assert f"never:{label}" in [one["key"] for one in rules]
    ask("POST", f"{FARM}/rules/never:{label}", json={"decision": "undo"})
    assert label not in parts.config().business("hill_farm").mutes


def test_a_signed_link_shows_and_only_its_buttons_act(ask: Asker, parts: Parts) -> None:
    [reader] = parts.store.recipients.of("hill_farm")
    links = links_of(parts.store, SITE)
    path = urlsplit(links.to("votes", f"{reader.id}/{the_digest(parts).period}", made=NOW)).path
    closed = Asker(replace(parts, open_to_all=False), base_url=SITE)
    shown = closed.get(path)
    assert (shown.status_code, the_digest(parts).picks[0].title in shown.text) == (200, True)
    assert parts.store.votes.of("hill_farm") == ()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    said = closed("POST", path, content=f"story={story(parts)}&kind=not_for_me", headers=form)
    assert (said.status_code, "Not for you." in said.text) == (200, True)
    assert [one.kind for one in parts.store.votes.of("hill_farm")] == ["not_for_me"]
    other = urlsplit(links.to("preferences", reader.id, made=NOW)).path.replace("preferences", "votes")
    assert closed.get(other).status_code == 403
    assert closed("POST", path, content="story=x&kind=useful", headers=form).status_code == 404


def test_a_rule_is_proposed_with_its_effect_accepted_undone_and_refused(ask: Asker, parts: Parts) -> None:
    disliked(parts, "area:vr")
    found = ask.get(f"{FARM}/rules").json()
    [rule] = found["proposed"]
    assert (rule["key"], rule["ground"]) == ("less:area:vr", "3 of 3 stories were not for you")
    assert rule["effect"]["issues"] == 1
    assert found["learnt"][0]["points"] < 0
    after = ask("POST", f"{FARM}/rules/less:area:vr", json={"decision": "accept"}).json()
    assert [one["words"] for one in after["rules"]] == ["Less virtual reality"]
    assert parts.config().business("hill_farm").less == ("area:vr",)
    ask("POST", f"{FARM}/rules/less:area:vr", json={"decision": "undo"})
    again = ask("POST", f"{FARM}/rules/less:area:vr", json={"decision": "decline"}).json()
    assert (again["proposed"], again["rules"], again["declined"]) == ([], [], ["less:area:vr"])
    assert ask("POST", f"{FARM}/rules/less:area:iot", json={"decision": "undo"}).status_code == 404
    assert ask("POST", f"{FARM}/rules/less:area:iot", json={"decision": "maybe"}).status_code == 422
    assert ask("POST", f"{FARM}/rules/less:area:nothing", json={"decision": "accept"}).status_code == 422


def test_what_was_learnt_is_listed_and_forgotten_on_demand(ask: Asker, parts: Parts) -> None:
    disliked(parts, "area:vr")
    assert ask("DELETE", f"{FARM}/rules").status_code == 204
    found = ask.get(f"{FARM}/rules").json()
    assert (found["learnt"], found["proposed"]) == ([], [])
    assert len(parts.store.votes.of("hill_farm")) == 3


def test_votes_and_rules_change_no_past_digest(ask: Asker, parts: Parts) -> None:
    before = freeze(the_digest(parts))
    again = freeze(rebuild(parts.store, "hill_farm", "latest"))
    ask("POST", f"{FARM}/votes", json={"story_id": story(parts), "kind": "not_for_me"})
    ask("POST", f"{FARM}/rules/never:area:drones", json={"decision": "accept"})
    assert freeze(the_digest(parts)) == before
    assert freeze(rebuild(parts.store, "hill_farm", "latest")) == again


def test_three_answers_make_a_business_that_can_be_previewed_first(ask: Asker, parts: Parts) -> None:
    answers = {"name": "Bean & Cup", "sector": "retail", "wants": "drones please", "effort": "some"}
    shown = ask("POST", "/api/v1/preview", json=answers)
    assert (shown.status_code, shown.json()["business_name"]) == (200, "Bean & Cup")
    made = ask("POST", "/api/v1/businesses", json=answers)
    assert (made.status_code, made.json()["key"], made.json()["areas"]) == (201, "bean_cup", ["drones"])
    assert made.headers["Location"] == "/api/v1/businesses/bean_cup"
    again = ask("POST", "/api/v1/businesses", json={**answers, "key": "bean_cup"})
    assert again.status_code == 409
    assert ask("POST", "/api/v1/businesses", json={**answers, "sector": "magic"}).status_code == 422


def test_a_profile_is_changed_by_overlay_and_a_preview_writes_nothing(ask: Asker, parts: Parts) -> None:
    before = parts.store.overlays.list()
    shown = ask("POST", f"{FARM}/preview", json={"mutes": ["area:drones", "area:iot"]})
    titles = {pick["title"] for pick in [shown.json()["one_thing"], *shown.json()["worth_a_look"]] if pick}
    assert titles.isdisjoint(pick.title for pick in the_digest(parts).picks if "Drones" in pick.topics)
    assert parts.store.overlays.list() == before
    changed = ask("PATCH", FARM, json={"digest_day": "friday", "frequency": "monthly", "areas": ["ai"]})
    assert (changed.json()["digest_day"], changed.json()["frequency"]) == ("friday", "monthly")
    ask("PATCH", FARM, json={"quiet_week": "note"})
    kept = parts.config().business("hill_farm")
    assert (kept.areas, kept.frequency, kept.quiet_week) == (("ai",), "monthly", "note")
    assert ask("PATCH", FARM, json={"digest_time": "25:00"}).status_code == 422
    assert ask("PATCH", FARM, json={"email": "x@y.example"}).status_code == 422  # addresses must agree first


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_pages_ask_preview_save_and_decide_without_scripts(ask: Asker, parts: Parts) -> None:
    assert "What does your business do?" in ask.get("/profile/new").text
    answers = "name=Bean&sector=retail&wants=drones&effort=little&action="
    shown = ask("POST", "/profile/new", content=f"{answers}preview", headers=FORM)
    assert "What the latest digest would say" in shown.text
    assert [one.key for one in parts.config().businesses] == ["corner_shop", "hill_farm"]
    saved = ask("POST", "/profile/new", content=f"{answers}save", headers=FORM)
    assert (saved.status_code, saved.headers["Location"]) == (303, "/profile/bean")
    page = ask.get("/profile/bean").text
    assert 'name="areas" value="drones" aria-label="More about Drones" checked' in page
    form = "shown=goals+areas+mutes+follows+tools&areas=ai&tools=Xero%2C+Slack&hours_per_week=2.5&action="
    assert "Not saved yet" in ask("POST", "/profile/bean", content=f"{form}preview", headers=FORM).text
    assert parts.config().business("bean").areas == ("drones",)
    assert "Saved." in ask("POST", "/profile/bean", content=f"{form}save", headers=FORM).text
    kept = parts.config().business("bean")
    assert (kept.areas, kept.tools, kept.hours_per_week) == (("ai",), ("Xero", "Slack"), 2.5)
    wrong = ask("POST", "/profile/bean", content="hours_per_week=lots&action=save", headers=FORM)
    assert "hours per week: &#39;lots&#39; is no number" in wrong.text
    wrong = ask(
        "POST", "/profile/bean", content=f"{form}save&budget_per_month=lots&timezone=Mars", headers=FORM
    )
    assert wrong.status_code == 422
    for kept_as_sent in ('value="lots"', 'value="Mars"', 'value="Xero, Slack"', 'value="2.5"'):
        assert kept_as_sent in wrong.text
    assert 'value="ai" aria-label="More about Artificial intelligence" checked' in wrong.text
    assert parts.config().business("bean") == kept
    disliked(parts, "area:vr")
    proposed = ask.get("/profile/hill_farm").text
    assert "Less virtual reality?" in proposed
    done = ask(
        "POST", "/profile/hill_farm/rules", content="rule=less%3Aarea%3Avr&decision=accept", headers=FORM
    )
    assert "Undo" in done.text
    ask("POST", "/profile/hill_farm/rules", content="decision=forget", headers=FORM)
    assert parts.config().business("hill_farm").votes_since == NOW


def test_the_page_of_an_issue_takes_votes(ask: Asker, parts: Parts) -> None:
    path = f"/digests/hill_farm/{the_digest(parts).period}/votes"
    assert the_digest(parts).picks[0].title in ask.get(path).text
    said = ask("POST", path, content=f"story={story(parts)}&kind=useful", headers=FORM)
    assert "You found it useful." in said.text


def test_a_change_says_through_which_door_it_came(ask: Asker, parts: Parts) -> None:
    digest = the_digest(parts)
    label = next(key for key in labels_of(parts.store, digest, story(parts)))
    said = f"story={story(parts)}&kind=mute&label={label}"
    for by, path in (
        ("page", f"/digests/hill_farm/{digest.period}/votes"),
        ("link", urlsplit(_voting_link(parts)).path),
    ):
        change_business(parts.store, parts.config(), "hill_farm", given={"mutes": []}, by="test", now=NOW)
        assert ask("POST", path, content=said, headers=FORM).status_code == 200
        [overlay] = parts.store.overlays.list()
        assert overlay.changed_by == by


def _voting_link(parts: Parts) -> str:
    [reader] = parts.store.recipients.of("hill_farm")
    period = the_digest(parts).period
    return links_of(parts.store, SITE).to("votes", f"{reader.id}/{period}", made=NOW)
