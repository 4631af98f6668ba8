"""Pages: all there, in the owner's words, safe with hostile news, helpful when empty."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.asking import Asker
from tests.seeding import LAST_WEEK, doors
from tests.seeds import NOW, a_feed, a_tag, an_item, claim_on, keep
from trendwatch.api import Parts
from trendwatch.types.stories import Understood
from trendwatch.types.weeks import week_name


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return doors(tmp_path_factory.mktemp("doors"))


@pytest.fixture(scope="module")
def ask(parts: Parts) -> Asker:
    return Asker(parts)


PAGES = (
    *(
        "/",
        "/trends",
        "/trends/2025-W08",
        "/trends/key/area:drones",
        "/trends/key/area:drones%7Csector:agriculture",
    ),
    *(
        "/trends/key/thirsty%20trees",
        "/arrivals",
        "/arrivals/agriculture",
        "/arrivals/nowhere",
        "/items",
        "/items?label=area:drones",
        "/items?q=zeppelin",
        "/tags/try?text=Drones+over+an+orchard",
        "/tags/queue",
        "/tags/quality",
        "/tags/labels",
        "/tags/labels/try?facet=area&key=air_taxis&strong=drones",
        "/feeds",
        "/about",
    ),
    *(
        "/digests/hill_farm",
        "/digests/corner_shop",
        "/nowhere",
        "/items/ffff",
        "/trends/soon",
        "/digests/nobody",
    ),
)


def _text(page: str) -> str:
    body = LexborHTMLParser(page).body
    return " ".join(body.text(separator=" ").split()) if body else ""


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_without_eyes_mouse_or_scripts(ask: Asker, path: str) -> None:
    answer = ask.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    tree = LexborHTMLParser(answer.text)
    assert tree.css_first("html").attributes["lang"] == "en"
    assert tree.css_first("a.skip").attributes["href"] == "#main"
    assert len(tree.css("main#main")) == len(tree.css("h1")) == 1
    assert tree.css_first("header nav[aria-label]") is not None
    assert tree.css_first("meta[name=viewport]") is not None
    assert not tree.css("script, style, [style], [onclick], iframe")
    levels = [int(node.tag[1]) for node in tree.css("h1, h2, h3, h4")]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), levels
    for table in tree.css("table"):
        assert table.css_first("caption") is not None
    for field in tree.css("input:not([type=hidden]), select, textarea"):
        assert tree.css_first(f"label[for={field.attributes['id']}]") is not None
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))


def test_every_link_of_our_own_leads_somewhere(ask: Asker) -> None:
    waiting, seen = ["/"], {"/"}
    while waiting:
        answer = ask.get(waiting.pop())
        assert answer.status_code == 200, answer.url
        if not answer.headers["content-type"].startswith("text/html") or "/api/" in str(answer.url):
            continue
        for node in LexborHTMLParser(answer.text).css("[href], [src]"):
            href = (node.attributes.get("href") or node.attributes.get("src") or "").split("#")[0]
            href = href.removeprefix("https://news.example")
            if href.startswith("/") and href not in seen:
                seen.add(href)
                waiting.append(href)
    assert len(seen) > 40


def test_links_out_are_marked(ask: Asker) -> None:
    for path in ("/", "/trends", "/items", "/feeds"):
        out = LexborHTMLParser(ask.get(path).text).css("a[href^=http]")
        assert out
        assert all(node.attributes["rel"] == "noopener noreferrer nofollow" for node in out)


def test_home_says_in_plain_words_what_is_coming(ask: Asker) -> None:
    text = _text(ask.get("/").text)
    assert "2 technologies are in the news more than usual, 1 less." in text
    assert "Drones probably much more than usual : 11 stories, usually 3" in text
    assert "Virtual reality probably much less than usual : 2 stories, usually 8" in text
    assert "Hill Farm works in farming" in text
    assert "Orchard drones find thirsty trees before they droop" in text
    assert "4 sources are read, 1 waits for a first reading, 1 cannot be read at the moment" in text
    for word in ("IC025", "area:", "surge", "confidence", "not_there"):
        assert word not in text


def test_trends_link_the_reports_that_show_them(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/trends").text)
    move = tree.css_first(".move")
    assert "Rising since 3 February 2025, growing" in move.text()
    hosts = [node.attributes["href"] for node in move.css(".seen a[rel]")]
    assert [str(host).split("/")[2] for host in hosts] == [
        *("fieldnotes.example", "gazette.example", "wire.example")
    ]
    assert len(tree.css("svg.spark polyline")) == 4  # the new word is not counted week by week


def test_a_week_is_called_quiet_only_where_it_could_be_told(ask: Asker) -> None:
    assert "Nothing moved clearly" in ask.get(f"/trends/{week_name(LAST_WEEK - 2)}").text
    assert "Too few reports to say" in ask.get(f"/trends/{week_name(LAST_WEEK - 58)}").text
    for week in (LAST_WEEK + 1, LAST_WEEK - 70):
        assert "This week is not judged" in ask.get(f"/trends/{week_name(week)}").text
    assert ask.get(f"/trends/{week_name(LAST_WEEK + 2)}").status_code == 404


def test_a_year_is_a_chart_with_the_same_numbers_in_a_table(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/trends/key/area:drones").text)
    assert len(tree.css("rect.week")) == len(tree.css("tbody tr")) == 52
    assert len(tree.css("rect.week.up")) == 2
    first = tree.css_first("tbody tr")
    assert [node.text(strip=True) for node in first.css("th, td")] == [
        *("2025-W09", "24 February to 2 March 2025", "11", "probably much more than usual")
    ]


def test_items_say_why_they_carry_their_labels(ask: Asker) -> None:
    text = _text(ask.get("/items?label=area:ai").text)
    assert "Artificial intelligence 0.95: model, forecast" in text
    assert "Orchard" not in text
    found = re.search(r'href="(/items/[0-9a-f]{20})"', ask.get("/items").text)
    assert found
    assert "Terms that caused it" in _text(ask.get(found[1]).text)


def test_older_items_are_a_page_away(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    parts.store.feeds.sync([*parts.config().feeds, a_feed("late")])
    keep(parts.store, [an_item(number, feed="late") for number in range(40)], at=NOW)
    ask = Asker(parts)
    titles: list[str] = []
    path: str | None = "/items"
    while path:
        tree = LexborHTMLParser(ask.get(path).text)
        titles += [node.text() for node in tree.css(".item h2")]
        older = tree.css_first("a[rel=next]")
        path = older.attributes["href"] if older else None
    assert len(titles) == 50
    assert "not understood yet" in ask.get("/items").text


def test_what_feeds_hear_too_little_of_is_said_in_words(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/feeds").text)
    said = " ".join((tree.body.text(separator=" ") if tree.body else "").split())
    names = "Farming, Retail, Drones, Connected sensors, Artificial intelligence, Virtual reality"
    assert f"Thin: {names}." in said
    rows = [" ".join(row.text(separator=" ").split()) for row in tree.css("details tbody tr")]
    assert rows[0].startswith("Farming thin 2 stories in four weeks; below 8")
    assert rows[0].endswith("1 of 1 1 2 3")  # feeds on, their publishers, stories, told by


def test_feeds_speak_the_operators_words(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/feeds").text)
    feeds = tree.css("table")[0]
    rows = [" ".join(row.text(separator=" ").split()) for row in feeds.css("tbody tr")]
    assert rows[0].startswith("Rotors & Wings")  # what needs a look comes first
    for said in (
        "not_there",
        "There is nothing at this address.",
        "404 Not Found (3 times in a row)",
        "2 days ago",
    ):
        assert said in rows[0]
    assert "in 50 minutes" in rows[-1]


def test_a_digest_is_its_own_page_with_styles_allowed_by_hash(ask: Asker) -> None:
    for period in ("latest", "2025-W10"):
        answer = ask.get(f"/digests/hill_farm/{period}")
        assert "Your week in technology" in answer.text
        assert re.search(r"style-src 'sha256-[^']+'", answer.headers["content-security-policy"])
    assert ask.get("/digests/hill_farm/2020-W01").status_code == 404


def test_files_are_kept_for_ever_at_an_address_of_their_content(ask: Asker) -> None:
    for href in re.findall(r'(?:href|src)="(/static/[^"]+)"', ask.get("/about").text):
        answer = ask.get(href)
        assert (answer.status_code, answer.headers["cache-control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
        assert ask.get(re.sub(r"[0-9a-f]{12}", "0" * 12, href)).status_code == 404
    assert ask.get("/static/0/../../looks.py").status_code == 404


def test_an_empty_system_says_what_happens_next(tmp_path: Path) -> None:
    parts = doors(tmp_path, full=False)
    ask = Asker(parts)
    for path in ("/", "/items"):
        assert "first reading is under way" in ask.get(path).text
    assert "6 sources are being read for the first time" in _text(ask.get("/").text)
    assert "available from 14 April 2025" in _text(ask.get("/trends").text)
    assert "The first digest is being prepared" in ask.get("/digests/hill_farm").text
    assert "not polled yet" in ask.get("/feeds").text
    (tmp_path / "config" / "feeds.toml").write_text("")
    assert "No sources yet" in ask.get("/").text
    assert "No feeds yet" in ask.get("/feeds").text


def test_too_little_history_says_from_when_on(tmp_path: Path) -> None:
    parts = doors(tmp_path, full=False)
    parts.store.feeds.sync(parts.config().feeds)
    keep(parts.store, [an_item(1, feed="wire")], at=NOW)
    ask = Asker(parts)
    start = ask.get("/api/v1/trends").json()["available_from"]
    # read first in week 2025-W10, five weeks of history: W15 is judged when it is over, on 14 April
    assert start == week_name(LAST_WEEK + 1 + 5) == "2025-W15"
    for path in ("/", "/trends"):
        text = _text(ask.get(path).text)
        assert "Too few reports to say" in text
        assert "available from 14 April 2025" in text


def test_a_wrong_file_is_told_at_home(tmp_path: Path) -> None:
    ask = Asker(doors(tmp_path))
    ask.get("/")
    (tmp_path / "config" / "feeds.toml").write_text("not toml")
    assert "the last good one stays in force: feeds.toml:1: not TOML" in _text(ask.get("/").text)


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}",
    "</title><svg onload=alert(1)>",
    "]]><script>alert(1)</script>",
)


def test_w1_hostile_news_is_shown_as_text(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    feeds = [a_feed("evil", title=ATTACKS[1], owner=ATTACKS[0]), *parts.config().feeds]
    parts.store.feeds.sync(feeds)
    items = [
        an_item(number, feed="evil", at=NOW - timedelta(hours=1), title=attack, summary=attack, author=attack,
                url="javascript:alert(1)", categories=(attack,))
        for number, attack in enumerate(ATTACKS)
    ]  # fmt: skip
    keep(parts.store, items, at=NOW)
    stories = {item.id: f"{number:020d}" for number, item in enumerate(items)}
    batch = Understood(
        stories=stories,
        tags={item.id: [a_tag("area:drones", terms=(item.title,))] for item in items},
        new_stories={stories[item.id]: item for item in items},
    )
    parts.store.understanding.write("v1", batch, claim=claim_on(parts.store, "understand", "evil"))
    ask = Asker(parts)
    pages = [f"/items/{item.id}" for item in items] + [f"/stories/{story}" for story in stories.values()]
    for path in ("/", "/items", "/feeds", "/trends/key/area:drones", f"/items?q={ATTACKS[0]}", *pages):
        answer = ask.get(path)
        assert answer.status_code == 200
        tree = LexborHTMLParser(answer.text)
        assert not tree.css("script, svg[onload], [onerror], [onmouseover], img:not([src^='/static/'])"), path
        assert not tree.css("a[href^='javascript']"), path
    for page, attack in zip(pages, ATTACKS, strict=False):
        assert attack in _text(ask.get(page).text)


def test_a_business_page_says_what_it_asked_for_and_names_no_address(ask: Asker) -> None:
    page = ask.get("/digests/hill_farm").text
    tree = LexborHTMLParser(page)
    names = [node.text() for node in tree.css("dl.facts dt")]
    assert {"Comes", "Asked about", "Goes to"} <= set(names)
    assert "@" not in tree.css_first("dl.facts").text()


def test_t8_weeks_of_a_fall_are_marked_where_no_bar_is(ask: Asker) -> None:
    assert len(LexborHTMLParser(ask.get("/trends/key/area:vr").text).css("rect.mark.down")) == 1
    assert not LexborHTMLParser(ask.get("/trends/key/area:drones").text).css("rect.mark")
    assert "used to be told by 4 independent publishers in 4 sources" in _text(
        ask.get("/trends/key/area:vr").text
    )


def test_t24_what_does_not_move_has_a_stage_too(ask: Asker) -> None:
    stage = LexborHTMLParser(ask.get("/trends/key/area:iot").text).css_first("#stage")
    assert stage is not None
    assert stage.text().startswith("Normal by now (")
    told = {
        one["key"]: (one["stage"], one["stage_share"])
        for one in ask.get("/api/v1/series?key=area:iot&key=area:drones&key=impact:cost").json()["series"]
    }
    assert told["area:iot"][0] == "mainstream"
    assert told["area:iot"][1] > 0.5
    assert told["impact:cost"] == ("too_few", None)
    early = ask.get("/api/v1/series?key=area:iot&first_week=2020-W01&last_week=2020-W02").json()
    assert early["series"][0]["stage"] == "too_early"
