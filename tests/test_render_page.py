from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.sample_digest import BASE_URL, BUSINESS, GOLDEN, candidate, edition, sample_digest
from trendwatch.advice.digest import compose
from trendwatch.render.page import html
from trendwatch.types.advice import Digest, Memory

HOSTILE = '</title><script>alert(1)</script><img src=x onerror="alert(2)">{{ 7*7 }}]]>\x00\u202e'


def hostile_digest() -> Digest:
    """Return a digest with markup in every text a feed, model or business can set."""
    one = candidate(title=f"Title {HOSTILE}", summary=f"Summary {HOSTILE}", labels="area:iot", feeds="A,B")
    bad = tuple(
        replace(source, feed=f"{source.feed}{HOSTILE}", url='https://x.example/"><script>')
        for source in one.sources
    )
    where = edition(replace(one, sources=bad))
    names = {key: f"{name}{HOSTILE}" for key, name in where.names.items()}
    who = replace(BUSINESS, name=f"Business {HOSTILE}", language='en" onload="x')
    return compose(replace(where, names=names), who, Memory(issues=4))


def test_the_golden_page() -> None:
    assert html(sample_digest(), base_url=BASE_URL) == (GOLDEN / "sample.html").read_text("utf-8")


def test_the_page_stands_alone() -> None:
    page = html(sample_digest(), base_url=BASE_URL)
    tree = LexborHTMLParser(page)
    assert not tree.css("script, link, img, iframe, object, form, [style], [onload]")
    assert "url(" not in page
    assert "@import" not in page
    for anchor in tree.css("a"):
        assert (anchor.attributes["href"] or "").startswith("https://")


def test_headings_and_landmarks() -> None:
    tree = LexborHTMLParser(html(sample_digest()))
    levels = [int((node.tag or "h0")[1]) for node in tree.css("h1, h2, h3")]
    assert levels[:3] == [1, 2, 3]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [len(tree.css(name)) for name in ("header", "main", "footer")] == [1, 1, 1]
    assert tree.css_first("html").attributes["lang"] == "en"
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    for section in tree.css("section"):
        assert section.attributes["aria-labelledby"] in ids


def test_empty_sections_disappear() -> None:
    page = html(compose(edition(), BUSINESS, Memory(issues=4)))
    for name in ("The one thing", "Rising and fading", "Worth a look", "Outside your usual"):
        assert name not in page
    assert "A quiet week" in page
    assert "Nothing in 1,240 items met your profile well enough." in page


def test_how_it_was_scored_adds_up() -> None:
    tree = LexborHTMLParser(html(sample_digest()))
    parts = tree.css_first("details")
    points = [float(node.text().replace("−", "-")) for node in parts.css(".points")]
    assert parts.css_first("summary").text() == "How it was scored: 10.1 points"
    assert sum(points) == pytest.approx(10.1, abs=0.06 * len(points))


def test_banner_and_links_only_where_asked() -> None:
    assert 'role="note">Simulated news' in html(sample_digest(), banner="Simulated news")
    bare = html(sample_digest())
    assert 'role="note"' not in bare
    assert "Read on the web" not in bare
    assert f"{BASE_URL}/2025-W10" in html(sample_digest(), base_url=BASE_URL)
    assert "Read on the web" not in html(sample_digest(), base_url="javascript:x")


def test_d6_markup_in_every_field_stays_text() -> None:
    page = html(hostile_digest(), banner=HOSTILE)
    tree = LexborHTMLParser(page)
    assert not tree.css("script, img, [onerror], [onload]")
    assert "49" not in page.replace("2025", "")
    assert "\x00" not in page
    assert "\u202e" not in page


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast_in_both_themes(theme: int) -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    css = re.findall(r":root \{(.*?)\}", html(sample_digest()), flags=re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", css))
    for ground in ("page", "card"):
        for ink in ("ink", "soft", "accent", "up", "down"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert contrast(colours["mark-ink"], colours["mark"]) >= 4.5
