"""Subscription lists: what can be read is read, what cannot is told, and ours come back as they were."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seeds import a_feed, a_taxonomy
from trendwatch.config import load, shipped_directory
from trendwatch.news.opml import file_under, read_opml, write_opml
from trendwatch.types.news import FeedKind
from trendwatch.types.trials import Subscription

TAXONOMY = a_taxonomy()


def opml(body: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head/>'
    return f"{head}<body>{body}</body></opml>".encode()


def line(url: str, title: str = "A", more: str = "") -> str:
    return f'<outline type="rss" text="{title}" xmlUrl="{url}" {more}/>'


def reasons(body: bytes) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in read_opml(body).skipped]


def test_folders_and_categories_go_with_the_feed() -> None:
    inner = line("https://a.example/feed", "Orchard Post", 'category="/News/Local,Fruit"')
    [feed] = read_opml(
        opml(f'<outline text="Farming"><outline text="Drones">{inner}</outline></outline>')
    ).feeds
    assert feed.url == "https://a.example/feed"
    assert feed.title == "Orchard Post"
    assert {"Farming", "Drones", "Fruit"} <= set(feed.folders)


@pytest.mark.parametrize(
    "body",
    [
        opml(line("https://a.example/?a=1&b=2", "Cats & dogs")),  # ampersands that are none
        opml(line("https://a.example/?a=1&amp;b=2", "Cats &amp; dogs")),
        opml(line("https://a.example/?a=1&b=2", "Cats & dogs")).replace(b"</body></opml>", b""),
        opml(line("https://a.example/?a=1&b=2", "Cats & dogs")).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + opml(line("https://a.example/?a=1&b=2", "Cats & dogs")),
    ],
)
def test_what_is_no_xml_is_read_too(body: bytes) -> None:
    assert read_opml(body).feeds == (Subscription(url="https://a.example/?a=1&b=2", title="Cats & dogs"),)


def test_a_feed_behind_quotation_marks_in_a_description_is_found() -> None:
    told = 'description="By <a href="https://b.example" rel="x">B</a>." xmlUrl="https://a.example/feed"'
    found = read_opml(opml(f'<outline text="Signal" title="Signal" {told} type="rss"/>'))
    assert found.feeds == (Subscription(url="https://a.example/feed", title="Signal"),)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252"])
def test_titles_keep_their_letters(encoding: str) -> None:
    body = f"<opml><body>{line('https://a.example/', 'Ärzteblatt')}</body></opml>"
    text = f'<?xml version="1.0" encoding="{encoding}"?>{body}'
    assert read_opml(text.encode(encoding)).feeds[0].title == "Ärzteblatt"


def test_what_is_not_taken_is_told_with_a_reason() -> None:
    body = opml(
        line("https://a.example/feed", "One")
        + line("https://a.example/feed", "Two")
        + line("ftp://a.example/feed", "Three")
        + line("javascript:alert(1)", "Four")
        + '<outline type="include" text="Five" url="https://a.example/list.opml"/>'
    )
    assert reasons(body) == [
        ("Three", "its address is not http or https"),
        ("Four", "its address is not http or https"),
        ("Two", "it stands in the list twice"),
        ("Five", "it is another list; import that file itself"),
    ]


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 50, b"<html><p>Hello</p></html>", b"%PDF-1.4", b"{}"])
def test_what_is_no_list_has_no_feeds(body: bytes) -> None:
    assert read_opml(body).feeds == ()


def test_p1_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + opml(
        line("https://a.example/feed", "&b;&b;")
    )
    assert all(len(feed.title) < 20 for feed in read_opml(bomb).feeds)


@pytest.mark.parametrize(
    ("folders", "sectors", "areas", "note"),
    [
        (("Agriculture",), ("agriculture",), (), None),
        (("DRONES", "retail"), ("retail",), ("drones",), None),
        (("Iot",), (), ("iot",), None),
        (("Web Development",), (), (), "in the list under Web Development"),
        (("Retail", "Daily"), ("retail",), (), "in the list under Daily"),
        ((), (), (), None),
        (("sector/retail", "sector/agriculture", "note/mine"), ("retail", "agriculture"), (), "mine"),
        (("sector/unheard_of",), (), (), None),
    ],
)
def test_folders_file_feeds(
    folders: tuple[str, ...], sectors: tuple[str, ...], areas: tuple[str, ...], note: str | None
) -> None:
    filed = file_under(folders, TAXONOMY)
    assert (filed.sectors, filed.areas, filed.said.get("note")) == (sectors, areas, note)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
FEEDS = st.builds(
    a_feed,
    st.sampled_from(["gazette", "wire", "post_2"]),
    url=st.sampled_from(["https://a.example/?a=1&b=2", "http://b.example/feed", "https://c.example/é"]),
    title=TEXT,
    owner=TEXT,
    kind=st.sampled_from(FeedKind),
    sectors=st.sampled_from([(), ("retail",), ("retail", "agriculture")]),
    areas=st.sampled_from([(), ("iot",), ("iot", "drones")]),
    region=st.sampled_from(["world", "DE"]),
    language=st.sampled_from(["en", "pt-BR"]),
    enabled=st.booleans(),
    note=st.one_of(st.just(""), TEXT),
)


@given(FEEDS)
def test_an_export_reads_back_as_it_was(feed: object) -> None:
    from trendwatch.types.news import Feed

    assert isinstance(feed, Feed)
    [read] = read_opml(write_opml([feed], title="Ours").encode()).feeds
    filed = file_under(read.folders, TAXONOMY)
    assert (read.url, filed.sectors, filed.areas) == (feed.url, feed.sectors, feed.areas)
    said = {name: getattr(feed, name) for name in ("key", "owner", "kind", "region", "language", "note")}
    assert filed.said == {name: str(value) for name, value in said.items() if value} | (
        {} if feed.enabled else {"enabled": False}
    )


def test_all_shipped_feeds_read_back_as_they_were() -> None:
    config = load(shipped_directory(), environ={})
    found = read_opml(write_opml(config.feeds, title="Ours").encode())
    assert found.skipped == ()
    for feed, read in zip(config.feeds, found.feeds, strict=True):
        filed = file_under(read.folders, config.taxonomy)
        assert (read.url, read.title) == (feed.url, feed.title)
        assert (filed.sectors, filed.areas, filed.said["key"]) == (feed.sectors, feed.areas, feed.key)


@pytest.mark.shared
def test_every_feed_of_the_real_lists_is_read(shared_data: Path) -> None:
    files = sorted((shared_data / "feeds").glob("opml_*/**/*.opml"))
    assert len(files) == 60
    for file in files:
        body = file.read_bytes()
        named = set(re.findall(r'xmlUrl="([^"]*)"', body.decode("utf-8")))
        found = read_opml(body)
        assert len(found.feeds) == len(named), file.name
        assert found.skipped == (), file.name
        assert all(feed.folders for feed in found.feeds[:1]), file.name


@pytest.mark.shared
def test_the_conformance_lists_break_nothing(shared_data: Path) -> None:
    files = [one for one in (shared_data / "feeds" / "conf_listparser_opml").rglob("*") if one.is_file()]
    assert len(files) > 50
    assert sum(len(read_opml(file.read_bytes()).feeds) for file in files) > 30
