"""The operator's desk through every door: command line, API and pages say the same."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.asking import Asker
from tests.cli_world import CommandLine, news
from tests.scripted_server import Reply, ScriptedServer
from tests.seeding import Workshop, doors
from tests.seeds import NOW, claim_on
from trendwatch.api import Parts
from trendwatch.errors import ConfigError
from trendwatch.news.ledger import gaps
from trendwatch.news.opml import read_opml
from trendwatch.store.items import Filter
from trendwatch.types.fetches import Drop, FeedUpdate, Fetch, Ledger, Outcome
from trendwatch.types.news import Document, Failure, FeedState
from trendwatch.ways import make_sandbox

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIST = b"""<opml version="2.0"><body><outline text="Retail">
<outline type="rss" text="Harbour & Sons" xmlUrl="https://harbour.example/feed"/>
<outline type="rss" text="The Wire" xmlUrl="http://wire.example/rss"/>
<outline type="rss" text="Odd" xmlUrl="ftp://odd.example/"/></outline>
<outline text="Quiet corners"><outline type="rss" text="Harbour & Sons" xmlUrl="https://other.example/feed"/></outline>
</body></opml>"""


def poll(parts: Parts, key: str, *fetches: Fetch) -> None:
    """Leave lines in a feed's history, with a state that fits the last."""
    for fetch in fetches:
        claim = claim_on(parts.store, "poll", key, at=fetch.at)
        [health] = parts.store.feeds.health(key)
        good = fetch.failure is None
        state = FeedState(
            feed_key=key,
            first_success_at=health.state.first_success_at,
            polled_at=fetch.at,
            succeeded_at=fetch.at if good else health.state.succeeded_at,
            failures=0 if good else health.state.failures + 1,
            failure=fetch.failure,
            failure_detail="" if good else "the server said so",
        )
        parts.store.polls.record(FeedUpdate(state=state, fetch=fetch), claim=claim)
        parts.store.leases.release(claim)


def a_fetch(at: timedelta, outcome: Outcome = Outcome.READ, **values: object) -> Fetch:
    return Fetch(at=NOW - at, outcome=outcome, **values)  # type: ignore[arg-type]


def failed(at: timedelta) -> Fetch:
    return a_fetch(at, Outcome.FAILED, failure=Failure.NOT_THERE)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    made = doors(tmp_path_factory.mktemp("desk"))
    ledger = Ledger(fetched=12, kept=3, drops={Drop.KNOWN: 8, Drop.DUPLICATE: 1})
    poll(made, "wire", *(failed(5 * DAY - n * HOUR) for n in range(3)))
    poll(
        made,
        "gazette",
        a_fetch(4 * HOUR, ledger=ledger, size=40_000, milliseconds=120),
        a_fetch(3 * HOUR, Outcome.NOT_MODIFIED),
        a_fetch(2 * HOUR, Outcome.NOT_MODIFIED),
        a_fetch(HOUR, Outcome.RESTING, failure=Failure.RATE_LIMITED),
        a_fetch(timedelta(), ledger=Ledger(fetched=12, drops={Drop.KNOWN: 12})),
    )
    poll(
        made,
        "rotors",
        a_fetch(3 * HOUR, ledger=Ledger(fetched=8, kept=8)),
        a_fetch(2 * HOUR, ledger=Ledger(fetched=8, kept=7, drops={Drop.KNOWN: 1})),
        a_fetch(HOUR, ledger=Ledger(fetched=9, kept=8, drops={Drop.DUPLICATE: 1})),
    )
    return made


@pytest.fixture(scope="module")
def ask(parts: Parts) -> Asker:
    return Asker(parts)


def text_of(page: str) -> str:
    body = LexborHTMLParser(page).body
    return " ".join(body.text(separator=" ").split()) if body else ""


# --- how feeds do ------------------------------------------------------------------------------------


def test_the_api_reports_history_ledger_scorecard_and_breakages(ask: Asker) -> None:
    found = ask.get("/api/v1/feeds/gazette/report").json()
    outcomes = [one["outcome"] for one in found["history"]]
    assert outcomes == ["read", "resting", "not_modified", "not_modified", "read"]
    assert found["ledger"] == {"fetched": 24, "kept": 3, "drops": {"known": 20, "duplicate": 1}}
    assert found["scorecard"]["items"] == 3
    assert found["rhythm"]["newest_at"].endswith("Z")
    [episode] = ask.get("/api/v1/feeds/wire/report").json()["episodes"]
    assert (episode["failure"], episode["ended_at"]) == ("not_there", None)
    assert ask.get("/api/v1/feeds/brand_new/report").json()["history"] == []
    assert ask.get("/api/v1/feeds/nobody/report").status_code == 404


def test_polls_that_brought_nothing_known_are_told_as_gaps(ask: Asker) -> None:
    assert ask.get("/api/v1/feeds/rotors/report").json()["gaps"] == 2  # all 8, then 8 and one twice
    assert ask.get("/api/v1/feeds/gazette/report").json()["gaps"] == 0
    words = "2 polls brought nothing that was known: entries in between may have been missed."
    assert words in text_of(ask.get("/feeds/rotors").text)
    assert "may have been missed" not in text_of(ask.get("/feeds/gazette").text)


@pytest.mark.parametrize(
    ("kept", "drops", "after", "expected"),
    [
        (8, {}, 1, 1),
        (8, {Drop.LEFT_OUT: 4, Drop.DUPLICATE: 1}, 1, 1),
        (8, {}, 0, 0),  # the first read knows nothing
        (0, {}, 1, 0),  # an empty document
        *((8, {drop: 1}, 1, 0) for drop in (Drop.KNOWN, Drop.UPDATED, Drop.RESTLESS, Drop.CHURNED)),
    ],
)
def test_a_gap_is_a_document_without_a_known_entry(
    kept: int, drops: dict[Drop, int], after: int, expected: int
) -> None:
    ledger = Ledger(fetched=kept + sum(drops.values()), kept=kept, drops=drops)
    fetch = Fetch(at=NOW, outcome=Outcome.READ, ledger=ledger)
    assert gaps([fetch], read_since=NOW - after * HOUR) == expected
    assert gaps([fetch], read_since=None) == 0


def test_scorecards_of_all_feeds_put_what_only_they_bring_first(ask: Asker) -> None:
    cards = ask.get("/api/v1/feeds/scorecards").json()["scorecards"]
    assert {card["feed"] for card in cards} >= {"gazette", "wire", "rotors"}
    unique = [card["unique_stories"] for card in cards]
    assert unique == sorted(unique, reverse=True)


def test_the_list_of_feeds_has_a_strip_that_can_be_read_without_colour(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/feeds").text)
    strips = {node.attributes["aria-label"]: node for node in tree.css("td .polls span.strip[role=img]")}
    label = "5 polls: 1 with new items, 3 without, 1 asked to wait"
    assert strips[label].text() == "+==z·"
    titles = [run.attributes["title"] for run in strips[label].css("i")]
    assert titles[0].endswith("read, 3 new of 12 entries")
    assert "2 polls without" in titles[1]
    assert strips["3 polls: 3 failed"].text() == "!!!"


def test_a_breakage_of_days_stands_above_the_list(ask: Asker) -> None:
    page = LexborHTMLParser(ask.get("/feeds").text)
    [told] = [text_of(one.html or "") for one in page.css("section.broken li")]
    title = ask.get("/api/v1/feeds/wire").json()["title"]
    assert told == (
        f"{title} wire , since 26 February 2025. There is nothing at this address. "
        "Look for the feed's new address on the publisher's pages."
    )
    assert text_of(page.html or "").count("There is nothing at this address.") == 1  # not in its row again


def test_the_page_of_a_feed_says_what_is_wrong_and_what_to_do(ask: Asker) -> None:
    said = text_of(ask.get("/feeds/wire").text)
    assert "There is nothing at this address." in said
    assert "Look for the feed's new address" in said
    assert "the server said so (3 times in a row)" in said
    assert "Broken since 2025-02-26" in said


def test_the_page_of_a_feed_has_a_ledger_that_sums_and_its_latest_items(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/feeds/gazette").text)
    [ledger] = [one for one in tree.css("table") if "sum of the others" in one.text()]
    counts = [int(cell.text()) for cell in ledger.css("td.number")]
    assert counts == [24, 3, 20, 1]
    said = text_of(ask.get("/feeds/gazette").text)
    assert "The Gazette of Useful Machines" in said
    assert "Drones spot thirsty orchard trees" in said
    assert "Told by nobody else" in said


@pytest.mark.parametrize("path", ["/feeds/gazette", "/feeds/wire", "/feeds/brand_new", "/feeds/shopkeeper"])
def test_pages_of_feeds_can_be_read_without_eyes_mouse_or_scripts(ask: Asker, path: str) -> None:
    tree = LexborHTMLParser(ask.get(path).text)
    assert len(tree.css("h1")) == 1
    assert not tree.css("script, [style], [onclick]")
    assert all(table.css_first("caption") is not None for table in tree.css("table"))


def test_a_feed_nobody_knows_is_not_found(ask: Asker) -> None:
    assert ask.get("/feeds/nobody").status_code == 404


def test_a_breakage_is_told_once(parts: Parts) -> None:
    assert [one.feed_key for one in parts.desk.tell_breakages()] == ["wire"]
    assert parts.desk.tell_breakages() == ()


# --- addresses on trial ------------------------------------------------------------------------------


def shop_of(parts: Parts) -> Workshop:
    shop = parts.desk.workshop
    assert isinstance(shop, Workshop)
    return shop


def empty_feed() -> Document:
    body = b"<rss version='2.0'><channel><title>Harbour</title></channel></rss>"
    return Document(url="https://harbour.example/feed", body=body)


def test_an_address_is_tried_over_the_api(tmp_path: Path) -> None:
    parts = doors(tmp_path, full=False)
    shop_of(parts).answers["https://harbour.example/feed"] = empty_feed()
    ask = Asker(parts)
    found = ask("POST", "/api/v1/feeds/test", json={"url": "https://harbour.example/feed"}).json()
    assert (found["title"], found["format"], found["key"], found["failure"]) == (
        "Harbour",
        "RSS",
        "harbour",
        None,
    )
    missing = ask("POST", "/api/v1/feeds/test", json={"url": "https://harbour.example/x"}).json()
    assert (missing["failure"], missing["url"]) == ("not_there", "")
    assert ask("POST", "/api/v1/feeds/test", json={"url": ""}).status_code == 422
    assert parts.store.overlays.list() == []


@pytest.mark.parametrize(
    ("typed", "asked", "says"),
    [
        ("harbour.example/feed", "https://harbour.example/feed", "trendwatch feeds add harbour"),
        (" https://harbour.example/feed ", "https://harbour.example/feed", "RSS, 0 entries"),
        ("https://harbour.example/x", "https://harbour.example/x", "nothing at this address"),
        ("<script>alert(1)</script>", "https://<script>alert(1)</script>", "No feed there"),
    ],
)
def test_an_address_is_tried_on_a_page(tmp_path: Path, typed: str, asked: str, says: str) -> None:
    parts = doors(tmp_path, full=False)
    shop_of(parts).answers["https://harbour.example/feed"] = empty_feed()
    answer = Asker(parts)("POST", "/feeds/try", data={"url": typed})
    assert answer.status_code == 200
    assert says in text_of(answer.text)
    assert not LexborHTMLParser(answer.text).css("script")
    assert shop_of(parts).asked == [asked]


def test_w2_a_form_of_another_site_is_refused(tmp_path: Path) -> None:
    parts = doors(tmp_path, full=False)
    foreign = {"origin": "https://evil.example"}
    answer = Asker(parts)("POST", "/feeds/try", data={"url": "https://harbour.example"}, headers=foreign)
    assert answer.status_code == 403
    assert shop_of(parts).asked == []


# --- subscription lists ------------------------------------------------------------------------------


def test_a_list_is_imported_over_the_api_as_overlays(tmp_path: Path) -> None:
    parts = doors(tmp_path, full=False)
    ask = Asker(parts)
    headers = {"content-type": "text/x-opml"}
    done = ask("POST", "/api/v1/feeds/opml", content=LIST, headers=headers).json()
    assert done["added"] == ["harbour_sons", "harbour_sons_2"]
    assert [one["why"] for one in done["skipped"]] == [
        "its address is not http or https",
        "it is feed 'wire' already",
    ]
    first = ask.get("/api/v1/feeds/harbour_sons").json()
    assert (first["title"], first["sectors"], first["origin"]) == ("Harbour & Sons", ["retail"], "overlay")
    second = parts.config().feed("harbour_sons_2")
    assert (second.sectors, second.note) == ((), "in the list under Quiet corners")
    again = ask("POST", "/api/v1/feeds/opml", content=LIST, headers=headers).json()
    assert again["added"] == []


def test_an_export_comes_back_without_loss(tmp_path: Path) -> None:
    first, second = doors(tmp_path / "first", full=False), doors(tmp_path / "second", full=False)
    answer = Asker(first).get("/api/v1/feeds/opml")
    assert answer.headers["content-type"].startswith("text/x-opml")
    assert len(read_opml(answer.content).feeds) == len(first.config().feeds)
    (second.config().directory / "feeds.toml").write_text("")
    done = second.desk.import_list(answer.content, by="test")
    assert done.skipped == ()
    assert {feed.key: feed for feed in second.config().feeds} == {
        feed.key: feed for feed in first.config().feeds
    }


# --- the command line --------------------------------------------------------------------------------


def served(cli: CommandLine, server: ScriptedServer) -> None:
    text = (cli.config / "feeds.toml").read_text().replace("http://127.0.0.1:9", server.url)
    (cli.config / "feeds.toml").write_text(text)


def test_feeds_show_says_what_became_of_every_entry(cli: CommandLine) -> None:
    with ScriptedServer({path: Reply(body=body) for path, body in news().items()}) as server:
        served(cli, server)
        cli("fetch")
    shown = cli("feeds", "show", "orchard_post", "--json").object
    assert shown["ledger"] == {"fetched": 2, "kept": 2, "drops": {}}
    assert shown["history"][0]["outcome"] == "read"
    said = cli("feeds", "show", "orchard_post").out
    assert "2  entries fetched in the last polls, of which" in said
    assert "2  kept as new items" in said
    assert "Last polls" in said
    assert cli("feeds", "show", "nobody").code == 1


def test_feeds_scorecard_lists_what_feeds_are_worth(cli: CommandLine) -> None:
    cards = {one["feed_key"] for one in cli("feeds", "scorecard", "--json").objects}
    assert cards == {"orchard_post", "field_wire", "village_echo"}
    assert "Feeds by what only they bring" in cli("feeds", "scorecard").out


def test_feeds_test_looks_at_a_page(cli: CommandLine) -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/orchard_post"></head></html>'
    replies = {path: Reply(body=body) for path, body in news().items()} | {"/": Reply(body=page)}
    with ScriptedServer(replies) as server:
        said = cli("feeds", "test", f"{server.url}/").out
    assert "The page offers:" in said
    assert "Orchard Post: RSS, 2 entries" in said
    assert f"trendwatch feeds add orchard_post_2 {server.url}/orchard_post" in said


def test_a_list_is_imported_and_exported_by_file(cli: CommandLine) -> None:
    file = cli.folder / "mine.opml"
    file.write_bytes(LIST)
    said = cli("feeds", "import", str(file)).out
    assert "harbour_sons" in said
    assert "skipped Odd: its address is not http or https" in said
    out = cli.folder / "ours.opml"
    cli("feeds", "export", str(out))
    assert len(read_opml(out.read_bytes()).feeds) == 3 + 3
    assert cli("feeds", "export").out == out.read_text("utf-8")
    assert cli("feeds", "import", str(cli.folder / "nowhere.opml")).code == 1


def test_doctor_tells_breakages_and_silence(cli: CommandLine) -> None:
    checks = {one["check"]: one for one in cli("doctor", "--json").objects}
    assert checks["breakages"]["ok"]
    assert checks["silence"]["detail"] == "no feed is quieter than usual"


# --- full text ---------------------------------------------------------------------------------------


def test_full_text_is_off_by_default_and_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = doors(tmp_path)
    assert parts.desk.read_pages().read == 0
    assert shop_of(parts).asked == []
    parts.desk.changes.put("feed", "gazette", {"full_text": True}, by="test")
    monkeypatch.setitem(sys.modules, "trafilatura", None)  # as if it were not installed
    with pytest.raises(ConfigError, match=r"pip install 'trendwatch\[fulltext\]'"):
        parts.desk.read_pages()


def test_full_text_is_read_in_one_sandbox_however_often_a_tick_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(
        "trendwatch.ways.make_sandbox", lambda *given, **how: made.append(1) or make_sandbox(*given, **how)
    )
    parts = doors(tmp_path)
    parts.desk.changes.put("feed", "rotors", {"full_text": True}, by="test")
    parts.store.feeds.sync(parts.config().feeds)
    [tagged] = parts.store.items.search(Filter(feed_key="rotors"), limit=5).items
    text = "New rules say how high a drone may fly over a village and who has to be told before it does. " * 5
    body = f"<html><body><article><p>{text}</p><p>{text.upper()}</p></article></body></html>".encode()
    shop_of(parts).answers[tagged.item.url] = Document(url=tagged.item.url, body=body)
    try:
        assert parts.desk.read_pages().read == 1
        for _ in range(3):
            parts.desk.read_pages()
        assert made == [1]
    finally:
        parts.desk.closing.close()
    assert "New rules say" in parts.store.pages.of([tagged.item.id])[tagged.item.id].text
