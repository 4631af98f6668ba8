from __future__ import annotations

import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.sample_digest import (
    BASE_URL,
    BUSINESS,
    ESTABLISHED,
    FIRST_REPORTS,
    GOLDEN,
    REMINDERS,
    SAMPLE,
    arrival,
    candidate,
    edition,
    sample_digest,
    source,
    trend,
)
from tests.test_render_page import contrast, hostile_digest
from trendwatch.advice.digest import compose
from trendwatch.influence.towards import moving_towards
from trendwatch.render.email import mail, subject, text
from trendwatch.render.inline import LinkView
from trendwatch.render.story import headline_words
from trendwatch.render.view import view
from trendwatch.types.advice import Coverage, Digest, Memory
from trendwatch.types.delivery import Mail
from trendwatch.types.knowledge import Knowledge
from trendwatch.types.sources import Source


def mailed(digest: Digest) -> Mail:
    return mail(
        digest,
        sender="trendwatch <news@trendwatch.example>",
        to=BUSINESS.email,
        message_id="<1@trendwatch.example>",
        base_url=BASE_URL,
        reader_links=READER_LINKS,
        votes_url="https://trendwatch.example/mail/votes/" + "t" * 120,
    )


READER_LINKS = tuple(
    LinkView(text=words, url="https://trendwatch.example/mail/" + "t" * 120)
    for words in ("Less often, pause, change topics", "Unsubscribe")
)


def worst_digest() -> Digest:
    """Return a digest in which everything is as long as it may be."""
    who = replace(BUSINESS, name=" ".join(["Business"] * 8), areas=("iot", "ai"), tools=("Xero",))
    labels = ["area:iot", "area:ai", "area:iot", "area:ai", "area:cybersecurity"]
    stories = [
        candidate(
            f"s{n}",
            title=f"Xero {n} " + " ".join(["long"] * 60),
            summary=" ".join(["word"] * 200),
            labels=f"{area} sector:healthcare function:operations impact:regulation",
            feeds=",".join(f"The Long Daily Newspaper {n} {m}" for m in range(40)),
        )
        for n, area in enumerate(labels)
    ]
    beyond = candidate(
        "b", title="y " * 200, summary="z " * 300, labels="area:drones sector:energy", feeds="A,B,C,D"
    )
    keys = ("iot", "ai", "digital_payments", "health_tech", "cybersecurity")
    rows = tuple(trend(f"area:{key}|sector:healthcare", evidence=("i", "j")) for key in keys)
    reports = {key: source("Long Name " * 5, owner=key, path=key * 300) for key in "ijk"}
    near = tuple(
        arrival(key, sector, state, evidence=("i", "j", "k"), or_before=True, stories=1234)
        for key in ("iot", "ai", "drones", "digital_payments")
        for sector, state in (("manufacturing", ESTABLISHED), ("healthcare", FIRST_REPORTS))
    )
    missing = tuple(f"A rather long feed title number {n}" for n in range(300))
    where = edition(
        *stories,
        beyond,
        trends=rows,
        arrivals=near,
        reports=reports,
        coverage=Coverage(items=123456, sources=700, feeds=1000, missing=missing),
    )
    wordy = {name: " ".join([name] * 40) for name in ("plain", "measure", "passes", "fails", "experiment")}
    practice = replace(REMINDERS, first_week=("step " * 60,), **wordy)
    approaches = moving_towards(where.arrivals, who.sector)
    return compose(
        replace(where, knowledge=Knowledge(practices=(practice,))), who, Memory(), approaches=approaches
    )


def words(plain: str) -> int:
    """Return the words a reader meets: addresses are not read, and signs are no words."""
    return len([word for word in plain.split() if re.search(r"\w", word) and "://" not in word])


def html_words(html: str) -> int:
    """Return the words a reader of the HTML meets; signs are no words, nor are the buttons of a story."""
    tree = LexborHTMLParser(html)
    for node in tree.css(".preheader, style, .say"):
        node.decompose()
    assert tree.body is not None
    return len([word for word in tree.body.text(separator=" ").split() if re.search(r"\w", word)])


def test_the_golden_text() -> None:
    assert text(sample_digest(), base_url=BASE_URL) == (GOLDEN / "sample.txt").read_text("utf-8")


def test_the_same_digest_is_the_same_mail() -> None:
    assert mailed(sample_digest()) == mailed(sample_digest())
    assert mailed(sample_digest()).date == sample_digest().cutoff


@pytest.mark.parametrize("digest", [sample_digest(), worst_digest()], ids=["sample", "worst"])
def test_word_and_size_budgets(digest: Digest) -> None:
    assert len(digest.picks) <= 7
    assert words(mailed(digest).text) <= 600
    assert html_words(mailed(digest).html) <= 600
    assert len(mailed(digest).html.encode()) < 80_000
    minutes = int(view(digest).read_time.split()[0])
    assert minutes <= 4
    assert minutes * 200 >= words(text(digest)) - 60  # the fixed words around the stories


def test_the_top_block_is_complete_in_sixty_words() -> None:
    for digest in (sample_digest(), worst_digest()):
        top = mailed(digest).text.split("THE ONE THING")[1].split("independent sources")[0]
        assert words(top) <= 60
        assert "Why it matters to you: You" in top.replace("\n", " ")


def test_html_is_one_column_with_styles_on_the_elements() -> None:
    html = mailed(sample_digest()).html
    tree = LexborHTMLParser(html)
    assert not tree.css("table, script, img, link, form, svg, details")
    assert "var(" not in html
    assert tree.css_first("h1").attributes["style"]
    bars = [node.attributes["style"] or "" for node in tree.css(".bar")]
    assert len(bars) == 2 * len(sample_digest().movements) > 0
    assert all("width: " in style and "background-color: " in style for style in bars)
    assert "prefers-color-scheme: dark" in html


def test_text_page_and_mail_say_the_same() -> None:
    digest = sample_digest()
    plain = " ".join(text(digest).split())
    html = LexborHTMLParser(mailed(digest).html)
    shown = " ".join((html.body.text() if html.body else "").split())
    for pick in digest.picks:
        for said in (headline_words(pick.title), pick.what, pick.why):
            assert said in plain
            assert said in shown
    for note in digest.notes:
        assert note in plain
        assert note in shown


def test_text_lines_are_short_and_addresses_are_whole() -> None:
    for line in text(sample_digest(), base_url=BASE_URL).splitlines():
        assert len(line) <= 76 or "https://" in line


@pytest.mark.parametrize(
    ("business", "title", "wanted"),
    [
        ("Bakery", "Oven calls home", "Bakery: Oven calls home"),
        ("B\r\nBcc: x@y.example", "Oven\ncalls", "B Bcc: x@y.example: Oven calls"),
        ("Bakery", "word " * 30, "Bakery: " + "word " * 13 + "word…"),
        ("N" * 90, "Oven", "N" * 39 + "…: Oven"),
    ],
)
def test_d6_subject_is_one_short_line(business: str, title: str, wanted: str) -> None:
    digest = sample_digest()
    assert digest.one_thing is not None
    one = replace(digest.one_thing, title=title)
    found = subject(view(replace(digest, business_name=business, one_thing=one)))
    assert found == wanted
    assert len(found) <= 80
    assert mailed(replace(digest, business_name=business, one_thing=one)).subject == wanted


@pytest.mark.parametrize(
    ("title", "topics", "wanted"),
    [
        # 80 characters with the dots, and the last word is whole
        ("x" * 66 + " yy zzzzzz zz", (), "x" * 66 + " yy…"),
        ("x" * 66 + " yyyyy zzz zz", (), "x" * 66 + "…"),
        (f"{'Bakers' + ' bake' * 10} with Automated Scheduling", ("Automated scheduling",), None),
        (f"{'Bakers' + ' bake' * 10} with automated scheduling", ("Retail",), "with automated…"),
        # one name within another, and two that share a word
        (f"{'Bakers' + ' bake' * 9} with big data automation", ("Big data", "Data automation"), None),
        # a name that begins the headline leaves nothing before it
        (f"Robotic {'arm ' * 30}", (f"Robotic {'arm ' * 29}arm",), "Robotic" + " arm" * 16 + "…"),
        ("y" * 90, (), "y" * 71 + "…"),
    ],
)
def test_d6_a_subject_ends_with_a_word_and_not_within_the_name_of_a_label(
    title: str, topics: tuple[str, ...], wanted: str | None
) -> None:
    digest = sample_digest()
    assert digest.one_thing is not None
    one = replace(digest.one_thing, title=title, topics=topics)
    found = subject(view(replace(digest, business_name="Bakery", one_thing=one)))
    assert len(found) <= 80
    assert found.endswith(wanted or " with…")


def test_a_quiet_week_has_a_subject_and_a_body() -> None:
    quiet = mailed(compose(edition(), BUSINESS, Memory(issues=4)))
    assert quiet.subject == "Harbour Dental: a quiet week"
    assert "A QUIET WEEK" in quiet.text


def test_d6_hostile_texts_in_mail() -> None:
    sent = mailed(hostile_digest())
    assert not LexborHTMLParser(sent.html).css("script, img, [onerror], [onload]")
    for part in (sent.subject, sent.text, sent.html):
        assert "\x00" not in part
        assert "\u202e" not in part
        assert "\r" not in part
    assert "\n" not in sent.subject


def test_d6_ten_thousand_sources_are_capped() -> None:
    digest = sample_digest()
    assert digest.one_thing is not None
    many = tuple(
        Source(title="t", url=f"https://s{n}.example", feed=f"F{n}", owner=f"o{n}", kind="news")
        for n in range(10_000)
    )
    sent = mailed(replace(digest, one_thing=replace(digest.one_thing, sources=many)))
    assert "and 9998 more" in sent.text
    assert len(sent.html) < 80_000


def test_contrast_of_the_mail() -> None:
    for ground in ("#f6f5f1", "#ffffff"):
        for ink in ("#1c1f23", "#565d66", "#0b57a4", "#0b6b4f", "#96470a"):
            assert contrast(ink, ground) >= 4.5
    for ink in ("#e8eaed", "#a9b0b9", "#8ab8f5", "#5fd0a6", "#f0a35e"):
        assert contrast(ink, "#1b1e23") >= 4.5


def test_the_sample_is_worth_reading() -> None:
    assert len(SAMPLE.candidates) > len(sample_digest().picks)
