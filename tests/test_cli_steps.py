"""A week of news through every verb of the flow, one after the other, as an operator would type them."""

from __future__ import annotations

import json
from email import policy
from email.parser import BytesParser

import pytest

from tests.cli_world import CommandLine
from trendwatch.cli.steps import sent_words
from trendwatch.pipeline.send import SendReport


def test_a_failing_feed_is_counted_and_stops_nothing(cli: CommandLine) -> None:
    report = cli("fetch", "--json").object  # nothing listens on port 9
    assert report["failures"] == {"connection_failed": 3}
    assert cli("fetch").out.startswith("0 feeds polled")
    doctor = cli("doctor", "--json")
    assert doctor.code == 1
    assert [one["check"] for one in doctor.objects if not one["ok"]] == ["model", "feeds"]


def test_train_adopts_a_model_and_again_when_asked(cli: CommandLine) -> None:
    first = cli("train", "--json").object
    assert [state for _, state, _ in first["models"]] == ["current"]
    assert first["version"] == first["models"][0][0]
    assert cli("train", "--no-force").out.startswith("nothing to learn")
    assert cli("train").out.startswith("trained ")


def test_items_become_tags_stories_and_a_digest_in_the_outbox(fetched: CommandLine) -> None:
    tagged = fetched("tag", "--json").object
    assert (tagged["items"], tagged["stories"]) == (4, 3)
    leading = fetched("stories", "--json", "--limit", "1").object
    assert (leading["items"], leading["owners"]) == (2, 2)
    assert "Drones count ripe apples" in fetched("stories").out
    assert fetched("trends", "--json").objects == []
    assert "too little was read before it to say" in fetched("trends").out
    coming = fetched("trends", "--week", "2199-W01")
    assert (coming.code, "has not begun" in coming.err) == (1, True)

    composed = fetched("digest", "--json").object
    assert composed == {
        "composed": ["hill_farm/2025-W10"],
        "waiting": [],
        "stopped": [],
        "crashed": [],
        "held": [],
        "training": [],
    }
    assert fetched("digest").out == "composed: none is due\n"
    shown = fetched("digest", "--business", "hill_farm", "--json")
    assert shown.object["one_thing"]["title"].startswith("Drones count ripe apples")
    rebuilt = fetched("digest", "--business", "hill_farm", "--week", "2025-W10", "--rebuild", "--json")
    assert rebuilt.out == shown.out
    assert "Why it matters to you" in fetched("digest", "--business", "hill_farm").out
    considered = fetched("why", "--business", "hill_farm", "--json").object
    assert considered[0]["gate"] == "chosen"
    story = considered[0]["story_id"]
    assert "\nIt is in the digest.\n" in fetched("why", "-b", "hill_farm", "--story", story).out

    said = {"sent": 1, "postponed": 0, "failed": 0, "cancelled": 0, "kept_back": 0, "held": 0}
    assert fetched("deliver", "--json").object == said
    assert fetched("deliver").out.startswith("0 sent")
    [file] = fetched.outbox.iterdir()
    mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    assert mail["To"] == "owner@hill.example"
    assert "Drones count ripe apples" in mail.get_body(("plain",)).get_content()


def test_tag_says_in_words_what_it_did(fetched: CommandLine) -> None:
    assert fetched("tag").out == "4 items understood: 6 tags, 3 new stories\n"
    assert fetched("tag").out.startswith("0 items")


def test_what_doctor_says_of_a_working_service(fetched: CommandLine) -> None:
    fetched("train")
    said = fetched("doctor")
    assert said.code == 0
    assert "3 enabled, failing: none" in said.out
    assert all(one["ok"] for one in fetched("doctor", "--json").objects)


def test_doctor_names_a_database_that_cannot_be_opened(cli: CommandLine) -> None:
    cli.environ["TRENDWATCH_STORE_URL"] = f"sqlite:///{cli.folder}"  # a folder
    said = cli("doctor", "--json")
    assert said.code == 1
    assert said.object["check"] == "database"


def test_evaluate_scores_labelled_texts(cli: CommandLine) -> None:
    gold = cli.folder / "gold.jsonl"
    texts = [
        {
            "id": "1",
            "title": "A drone over the orchard",
            "summary": "",
            "areas": ["drones"],
            "sectors": ["agriculture"],
        },
        {"id": "2", "title": "Grocers close at noon", "summary": "", "areas": [], "sectors": ["retail"]},
    ]
    gold.write_text("".join(json.dumps(one) + "\n" for one in texts), encoding="utf-8")
    scored = cli("evaluate", "--gold", str(gold), "--json").object
    assert scored["facets"]["area"]["micro_f1"]["value"] == 1.0
    assert scored["labels"]["sector:retail"]["support"] == 1
    told = cli("evaluate", "--gold", str(gold)).out
    assert "macro-F1" in told
    assert "sector:retail" in told


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (SendReport(sent=2), "2 sent, 0 to be tried again, 0 failed"),
        (
            SendReport(sent=1, postponed=2, failed=3, cancelled=4, kept_back=5, held=6),
            "1 sent, 2 to be tried again, 3 failed, 4 taken back, 5 held for you "
            "(trendwatch deliveries list --state in_doubt), 6 being sent by another process",
        ),
    ],
)
def test_deliver_names_every_outcome_that_there_was(report: SendReport, words: str) -> None:
    assert sent_words(report) == words
