from __future__ import annotations

import json
import math

import pytest

from tests.cli_world import NOW, CommandLine, as_lines, rss, stream


def test_parse_prints_one_line_per_item(cli: CommandLine) -> None:
    file = cli.folder / "post.rss"
    file.write_bytes(rss("Orchard Post", [("Apples", "Ripe.", NOW), ("Pears", "Late.", NOW)]))
    said = cli("parse", str(file), "--json").objects
    assert [one["title"] for one in said] == ["Apples", "Pears"]
    assert said[0]["feed_title"] == "Orchard Post"
    assert said[0]["published_at"] == "2025-03-03T12:00:00Z"
    assert cli("parse", str(file)).out.startswith("2025-03-03  Apples  https://")


def test_parse_goes_on_after_a_document_it_cannot_read(cli: CommandLine) -> None:
    good, bad = cli.folder / "good.rss", cli.folder / "bad.html"
    good.write_bytes(rss("Orchard Post", [("Apples", "Ripe.", NOW)]))
    bad.write_text("<html><body>Not a feed</body></html>", encoding="utf-8")
    said = cli("parse", str(bad), str(good), "--json")
    assert said.code == 1
    assert [one["title"] for one in said.objects] == ["Apples"]
    assert said.err.startswith(f"trendwatch: {bad}: not_a_feed")


def test_tag_keeps_order_and_every_line(cli: CommandLine) -> None:
    titles = ["A drone over the orchard", "The choir sings again", "Grocers close at noon"] * 250
    lines = [{"id": str(number), "title": title} for number, title in enumerate(titles)]
    said = cli("tag", "--stdin", stdin=as_lines(lines)).objects
    assert [one["id"] for one in said] == [one["id"] for one in lines]
    assert {(tag["facet"], tag["label"]) for tag in said[0]["tags"]} == {
        ("area", "drones"),
        ("sector", "agriculture"),
    }
    assert said[1]["tags"] == []
    assert "drone" in said[0]["tags"][0]["terms"]
    assert said[3]["tags"] == said[0]["tags"]


def test_tag_passes_blank_lines_over_and_counts_them(cli: CommandLine) -> None:
    said = cli("tag", "--stdin", stdin='{"id": 1, "title": "A drone"}\n\n{"id": 2}\n')
    assert said.code == 1
    assert said.err.startswith("trendwatch: standard input:3: ")


def test_stories_fold_reports_of_one_event(cli: CommandLine) -> None:
    told = "Drones count ripe apples in every orchard of the valley"
    lines = [
        {"id": "a", "title": told, "date": "2025-03-01T08:00:00Z", "source": "post"},
        {
            "id": "b",
            "title": "The choir sings again on Sunday",
            "date": "2025-03-01T09:00:00Z",
            "source": "echo",
        },
        {"id": "c", "title": f"{told}, growers say", "date": "2025-03-01T11:00:00Z", "source": "wire"},
    ]
    said = cli("stories", "--stdin", stdin=as_lines(lines)).objects
    assert [one["id"] for one in said] == ["a", "b", "c"]
    assert said[0]["story_id"] == said[2]["story_id"] != said[1]["story_id"]


def test_a_stream_out_of_order_is_refused_with_its_line(cli: CommandLine) -> None:
    lines = [{"id": "a", "title": "A", "date": "2025-03-05"}, {"id": "b", "title": "B", "date": "2025-03-01"}]
    for verb in ("stories", "trends"):
        said = cli(verb, "--stdin", stdin=as_lines(lines))
        assert said.code == 1
        assert said.err.startswith("trendwatch: standard input:2: dated 2025-03-01")
    undated = cli("trends", "--stdin", stdin='{"id": "a", "title": "A"}\n')
    assert undated.err == (
        "trendwatch: standard input:1: the field 'date' is missing; a line needs id, title and date\n"
        "trendwatch: 1 wrong line was left out\n"
    )


def test_trends_find_the_rise_when_it_comes_and_not_before(cli: CommandLine) -> None:
    lines = stream(weeks=40, rise_from=30)  # week 30 of the archive is 2025-W01
    said = cli("trends", "--stdin", stdin=as_lines(lines)).objects
    labels = [one for one in said if one["kind"] == "label"]
    first = labels[0]
    assert (first["week"], first["key"]) == ("2025-W02", "area:drones")  # one full week is no rise
    assert first["strength"] > 0.585
    assert first["share_now"] > first["share_before"]
    assert {one["key"] for one in labels} == {"area:drones"}
    assert [(one["week"], one["key"]) for one in said if one["kind"] == "term"] == [("2025-W01", "drone")]
    # T28: with all that says so
    assert (first["direction"], first["first_week"], first["half_life"]) == ("up", "2024-W51", 2.0)
    assert first["observed"] > first["expected"]
    assert first["stories"] > first["usual"]
    assert first["owners"] == first["sources"]
    assert first["interval"][0] == first["strength"] < math.log2(first["times"]) < first["interval"][1]
    ids = {line["id"] for line in lines}
    assert first["evidence"]
    assert ids.issuperset(first["evidence"])
    assert [one["week"] for one in said] == sorted(one["week"] for one in said)


def test_trends_of_the_first_weeks_do_not_depend_on_what_comes_later(cli: CommandLine) -> None:
    lines = stream(weeks=34, rise_from=30)
    whole = cli("trends", "--stdin", stdin=as_lines(lines)).out
    part = cli(
        "trends", "--stdin", stdin=as_lines([line for line in lines if int(line["id"].split("-")[0]) < 32])
    ).out
    assert part
    assert whole.startswith(part)


def test_an_archive_of_one_source_needs_to_be_told(cli: CommandLine) -> None:
    lines = [{**line, "source": "paper"} for line in stream(weeks=34, rise_from=30)]
    text = as_lines(sorted(lines, key=lambda line: line["date"]))
    assert cli("trends", "--stdin", stdin=text).objects == []
    found = cli("trends", "--stdin", "--min-sources", "1", "--top", "0", stdin=text).objects
    assert {one["key"] for one in found} == {"area:drones"}


def test_filters_store_nothing(cli: CommandLine) -> None:
    cli("tag", "--stdin", stdin=json.dumps({"id": 1, "title": "A drone"}))
    assert not (cli.folder / "trendwatch.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("trends", "--top", "5"), "--top judges lines of standard input: add --stdin"),
        (("trends", "--stdin", "--week", "2025-W09"), "--week asks what is stored"),
        (("trends", "--stdin", "--model", "v1"), "--model asks what is stored"),
        (("stories", "--stdin", "--limit", "3"), "--limit asks what is stored"),
        (("tag", "--stdin", "--text", "A drone"), "--stdin reads lines, --text one text"),
    ],
)
def test_options_that_would_be_ignored_are_refused(
    cli: CommandLine, words: tuple[str, ...], said: str
) -> None:
    refused = cli(*words, stdin="")
    assert refused.code == 1
    assert said in refused.err


def test_filters_go_on_after_a_bad_line(cli: CommandLine) -> None:
    good = '\ufeff{"id": "a", "title": "A drone over the orchard", "date": "2025-03-01", "source": "post"}\n'
    for verb in ("stories", "tag"):
        said = cli(verb, "--stdin", stdin=f'{good}{{bad\n{{"id": "x"}}\n{good}')
        assert said.code == 1
        assert [one["id"] for one in said.objects] == ["a", "a"]
        first, second, last = said.err.splitlines()
        assert first.startswith("trendwatch: standard input:2: not JSON")
        assert second.startswith("trendwatch: standard input:3: ")
        assert "is missing; " in second or "'title' missing; " in second
        assert last == "trendwatch: 2 wrong lines were left out"


def test_another_kind_of_file_is_given_up(cli: CommandLine) -> None:
    said = cli("tag", "--stdin", stdin="a,b,c\n" * 300)
    assert (said.code, said.err.count("not JSON")) == (1, 100)
    assert "the rest was not read" in said.err


def test_lines_in_a_language_without_a_model_get_no_tags(cli: CommandLine) -> None:
    german = "Drohnen sprühen an steilen Weinbergen, und die Winzer sparen dabei eine Menge Diesel ein."
    lines = [
        {"id": "1", "title": "A drone", "language": "fr-CA"},
        {"id": "2", "title": "Drone", "summary": german},
        {"id": "3", "title": "A drone", "summary": "It is slow.", "language": "en-GB"},
    ]
    french, read, english = cli("tag", "--stdin", stdin=as_lines(lines)).objects
    assert french == {"id": "1", "tags": [], "language": "fr", "covered": False}
    assert read == {"id": "2", "tags": [], "language": "de", "covered": False}
    assert english["tags"]
    assert "covered" not in english


def test_a_line_that_repeats_an_id_with_another_text_is_told(cli: CommandLine) -> None:
    given = {"id": "a", "title": "Drones count ripe apples", "date": "2025-03-01", "source": "post"}
    other = {"id": "b", "title": "The choir sings on Sunday", "date": "2025-03-01", "source": "post"}
    update = {**given, "title": "UPDATE: Drones count apples and pears"}
    elsewhere = {**update, "source": "wire"}  # an id is one of its source
    for verb in ("stories", "trends"):
        said = cli(verb, "--stdin", stdin=as_lines([given, other, given, elsewhere]))
        assert said.err == ""
        said = cli(verb, "--stdin", stdin=as_lines([given, update, other, update]))
        assert said.err == (
            "trendwatch: 2 lines have ids that are known with another text; "
            "the first text counts, updates change nothing\n"
        )


def test_a_model_version_that_nobody_trained_has_no_trends(cli: CommandLine) -> None:
    refused = cli("trends", "--model", "v9")
    assert (refused.code, "no model named 'v9'" in refused.err) == (1, True)
