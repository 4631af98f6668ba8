"""Why a document that is no feed is none: an empty body, a wall before the site, a page, another format.

Method: a page is a wall if it carries a mark of the products that build them, or if it is short (a wall has
nothing to read) and says so in words. Known failure: a long article about captchas is an ordinary page, a
short one would be taken for a wall; both are refused, only the reason differs.
"""

from __future__ import annotations

import re

from trendwatch.news.decode import decode
from trendwatch.text import clean, plain
from trendwatch.types.news import Document, Failure, PollFailure

# Code that only challenge pages carry: Cloudflare, Imperva, PerimeterX, DataDome, AWS, Sucuri, Akamai.
_WALL_CODE = re.compile(
    r"/cdn-cgi/challenge-platform|cf[-_]chl|cf-browser-verification|_Incapsula_Resource|px-captcha"
    r"|captcha-delivery\.com|awsWafCookieDomainList|sucuri_cloudproxy|AK_REFERENCE_ID|errors\.edgesuite\.net",
    re.IGNORECASE,
)
_WALL_WORDS = re.compile(
    r"just a moment|access denied|attention required|captcha|checking your browser"
    r"|verif(?:y|ying) (?:that )?you are"
    r"|are you a robot|not a robot|pardon our interruption|request unsuccessful|web application firewall"
    r"|enable javascript and cookies|ddos protection|security check|you have been blocked|unusual traffic"
    r"|request (?:was|has been) blocked|bot (?:verification|detection)|human verification",
    re.IGNORECASE,
)
_WALL_CHARS = 2_000
_LOOK_AT = 100_000
_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|script|div|h1|p)\b", re.IGNORECASE)
_BINARY = (
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "compressed twice"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)


def binary(document: Document) -> PollFailure | None:
    """Return the refusal of a body that is no text, None for one that may be."""
    head = document.body[:1024].lstrip()
    for mark, name in _BINARY:
        if head.startswith(mark):
            return not_a_feed(name)
    return None


def refuse(document: Document, *, root: str = "") -> PollFailure:
    """Return why a document without feed is none; ``root`` is the name of its first element."""
    text = decode(document.body[: 4 * _LOOK_AT], document.content_type)[:_LOOK_AT]
    if not text.strip():
        return PollFailure(failure=Failure.EMPTY_BODY, detail="the document is empty")
    if not _PAGE.search(text):
        return not_a_feed(_named(text, root))
    title = _TITLE.search(text)
    name = clean(plain(title[1])) if title else ""
    if _is_wall(text):
        detail = f"a page before the site asks for proof or denies access: {name or 'no title'}"
        return PollFailure(failure=Failure.CHALLENGE_PAGE, detail=detail)
    return not_a_feed(f"an HTML page: {name}" if name else "an HTML page")


def not_a_feed(what: str) -> PollFailure:
    """Return the refusal of something that is not a feed."""
    return PollFailure(failure=Failure.NOT_A_FEED, detail=f"the document is {what}")


def _is_wall(text: str) -> bool:
    words = plain(text)
    title = _TITLE.search(text)
    spoken = f"{title[1] if title else ''} {words}"
    return bool(_WALL_CODE.search(text) or (len(words) < _WALL_CHARS and _WALL_WORDS.search(spoken)))


def _named(text: str, root: str) -> str:
    if root:
        return f"XML, but not a feed: <{clean(root)[:40]}>"
    if text.lstrip()[0] in "{[":
        return "JSON, but not a feed"
    return f"plain text: {clean(text[:200])[:60]}"
