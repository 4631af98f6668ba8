"""Why a document is no feed, in words the operator can act on (P3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from trendwatch.news.parse import parse
from trendwatch.types.news import Document, Failure, PollFailure


def refusal(body: bytes | str) -> PollFailure:
    raw = body.encode() if isinstance(body, str) else body
    parsed = parse(Document(url="https://feeds.example/feed", body=raw))
    assert isinstance(parsed, PollFailure)
    return parsed


def page(title: str, body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


WALLS = [
    page("Just a moment...", "<p>Enable JavaScript and cookies to continue</p>"),
    page("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>"),
    page("Access Denied", "You don't have permission to access this server. Reference #18.2d"),
    page("Pardon Our Interruption", "<p>Something about your browser made us think you were a bot.</p>"),
    page("", "Please complete the CAPTCHA below"),
    page("Checking", "Checking your browser before accessing the site."),
    page("Please wait", "Verifying you are human. This may take a few seconds."),
    page("shop", '<script src="/cdn-cgi/challenge-platform/h/b/x.js"></script>' + "<p>word</p>" * 900),
    page("x", '<iframe src="/_Incapsula_Resource?SWUDNSAI=1"></iframe>'),
    "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>blocked</BODY></HTML>",
]


@pytest.mark.parametrize("body", WALLS)
def test_p3_walls_before_the_site(body: str) -> None:
    assert refusal(body).failure == Failure.CHALLENGE_PAGE


@pytest.mark.shared
def test_p3_real_access_denied_pages(shared_data: Path) -> None:
    files = sorted((shared_data / "feeds" / "ts_narrowcast_errors").iterdir())
    assert len(files) == 10
    assert {refusal(file.read_bytes()).failure for file in files} == {Failure.CHALLENGE_PAGE}


def test_a_long_article_about_captchas_is_only_a_page() -> None:
    body = page("How captchas work", "<p>A captcha asks whether you are not a robot.</p>" * 60)
    assert refusal(body).failure == Failure.NOT_A_FEED


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (page("Our &amp; shop", "x"), "the document is an HTML page: Our & shop"),
        ("<html><p>x</p></html>", "the document is an HTML page"),
        ("%PDF-1.4", "the document is a PDF file"),
        ("PK\x03\x04", "the document is a ZIP archive"),
        (b"\x1f\x8b\x08", "the document is compressed twice"),
        ('{"error": 404}', "the document is JSON, but not a feed"),
        ("<opml/>", "the document is XML, but not a feed: <opml>"),
        ("/etc/passwd", "the document is plain text: /etc/passwd"),
        (" ", "the document is empty"),
    ],
)
def test_details(body: bytes | str, detail: str) -> None:
    assert refusal(body).detail == detail
