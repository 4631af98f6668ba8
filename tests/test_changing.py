"""Changes of a business: judged like a file, and of two at once none is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.parse import urlsplit

import pytest

from tests.asking import Asker
from tests.seeding import doors
from tests.seeds import NOW
from trendwatch.api import Parts
from trendwatch.config import Config
from trendwatch.errors import AlreadyThere
from trendwatch.pipeline.changing import change_business, new_business
from trendwatch.pipeline.label_changes import keep_label
from trendwatch.pipeline.outgoing import know_readers, links_of
from trendwatch.pipeline.vocabulary import accept_term, take_back
from trendwatch.pipeline.voting import cast, decide, labels_of
from trendwatch.types.advice import Business
from trendwatch.types.delivery import Channel
from trendwatch.types.votes import Rule, RuleKind, VoteKind

Kept = Mapping[str, object]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


def farm(parts: Parts) -> Business:
    return parts.config().business("hill_farm")


def test_two_changes_at_once_are_both_kept(parts: Parts) -> None:
    """Routes run in a pool of threads, and several processes share the database."""
    config, both = parts.config(), Barrier(2)

    def change(values: Kept) -> None:
        waited: list[int] = []

        def made(_business: Business) -> Kept:
            if not waited:
                both.wait(10)
            waited.append(1)
            return values

        change_business(parts.store, config, "hill_farm", given=made, by="page", now=NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(change, ({"name": "High Farm"}, {"frequency": "monthly"})))
    assert (farm(parts).name, farm(parts).frequency) == ("High Farm", "monthly")


def test_mutes_by_mail_add_up_though_each_saw_the_profile_before_the_other(parts: Parts) -> None:
    seen = parts.config()
    digest = parts.store.digests.get("hill_farm", "latest")
    pick = digest.picks[0]
    own = "sector:agriculture"
    labels = [one for one in labels_of(parts.store, digest, pick.story_id) if one != own][:2]
    assert len(labels) == 2
    for label in labels:
        cast(
            parts.store,
            seen,
            "hill_farm",
            story_id=pick.story_id,
            kind=VoteKind.MUTE,
            label=label,
            by="link",
            now=NOW,
        )
    assert set(labels) <= set(farm(parts).mutes)


def test_rules_add_up_though_each_saw_the_profile_before_the_other(parts: Parts) -> None:
    seen = parts.config()
    for label in ("area:vr", "area:ai"):
        rule = Rule(kind=RuleKind.LESS, label=label)
        decide(parts.store, seen, "hill_farm", rule=rule, decision="accept", by="page", now=NOW)
    assert farm(parts).less == ("area:vr", "area:ai")
    decide(parts.store, parts.config(), "hill_farm", rule=rule, decision="undo", by="page", now=NOW)
    assert farm(parts).less == ("area:vr",)


def test_a_form_of_topics_keeps_a_mute_that_it_does_not_show(parts: Parts) -> None:
    know_readers(parts.store, parts.config().businesses, site="", ask_all=False, mail=Channel.OUTBOX, now=NOW)
    [reader] = parts.store.recipients.of("hill_farm")
    address = urlsplit(links_of(parts.store, "").to("preferences", reader.id, made=NOW)).path
    change_business(
        parts.store, parts.config(), "hill_farm", given={"mutes": ["sector:retail"]}, by="cli", now=NOW
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert Asker(parts)("POST", address, content=b"topics=shown&mute=vr", headers=headers).status_code == 200
    assert farm(parts).mutes == ("sector:retail", "area:vr")


def test_a_new_business_never_takes_the_place_of_another(parts: Parts) -> None:
    before = parts.config()
    given = {"name": "Mill", "sector": "retail"}
    new_business(parts.store, before, "mill", given=given, by="api", now=NOW)
    for config in (before, parts.config()):  # known when the form was shown, or made since
        with pytest.raises(AlreadyThere, match="there is a business 'mill' already"):
            new_business(parts.store, config, "mill", given={**given, "name": "Other"}, by="api", now=NOW)
    assert parts.config().business("mill").name == "Mill"
    answer = Asker(parts)("POST", "/api/v1/businesses", json={**given, "key": "mill"})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        lambda parts, seen: accept_term(parts.store, seen, "skypost", label="area:drones", by="cli", now=NOW),
        lambda parts, seen: keep_label(
            parts.store, seen, "area:drones", values={"weak": ["rotor"]}, by="cli", now=NOW
        ),
    ],
)
def test_words_of_a_label_add_up_though_each_saw_it_before_the_other(
    parts: Parts, change: Callable[[Parts, Config], object]
) -> None:
    seen = parts.config()
    accept_term(parts.store, seen, "rotor taxi", label="area:drones", by="page", now=NOW)
    change(parts, seen)
    [label] = [one for one in parts.config().taxonomy.labels if one.full_key == "area:drones"]
    assert {"rotor taxi"} <= set(label.strong)
    assert "skypost" in label.strong or label.weak == ("rotor",)
    take_back(parts.store, seen, "rotor taxi", by="page", now=NOW)
    [label] = [one for one in parts.config().taxonomy.labels if one.full_key == "area:drones"]
    assert "rotor taxi" not in label.strong
    assert "skypost" in label.strong or label.weak == ("rotor",)
