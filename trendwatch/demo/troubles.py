"""Feeds in trouble: what is wrong with each, and which failure a reader must call it.

entities       declares entities that unfold to a gigabyte, always        forbidden_xml
server_error   answers 500, always                                        server_error
page           answers an HTML page, always                               not_a_feed
wall           asks for proof of being human, always                      challenge_page
huge           says that 64 MB follow, every 13th week from the fifth      body_too_large
broken         a bare ampersand, an unclosed tag, every second week cut    read all the same
quiet          hardly publishes                                           no failure
(leaves)       answers 410 from its last week                             gone
(joins)        answers 404 until its first week                           not_there
"""

from __future__ import annotations

from dataclasses import dataclass

from trendwatch.demo.outlets import Outlet
from trendwatch.types.news import Failure

#: Between weeks in which the huge feed is huge.
_HUGE_EVERY, _HUGE_FIRST = 13, 4
_HUGE_BYTES = 64 * 1024 * 1024
_BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (code, b"&%c;" % (code - 1) * 10) for code in range(98, 107))
    + b']>\n<rss version="2.0"><channel><title>&j;</title></channel></rss>\n'
)
_PAGE = b"""<!doctype html>
<html><head><title>Our feed has moved</title></head><body><h1>Welcome</h1>
<p>Please subscribe to our printed edition, it is delivered to your door every week.</p></body></html>
"""
_WALL = b"""<!doctype html>
<html><head><title>Just a moment...</title></head><body><p>Verifying you are human.
Enable JavaScript and cookies.</p><script src="/cdn-cgi/challenge-platform/x.js"></script></body></html>
"""

#: What a poll of a feed in trouble comes to while the trouble lasts.
FAILURES = {
    "entities": Failure.FORBIDDEN_XML,
    "server_error": Failure.SERVER_ERROR,
    "page": Failure.NOT_A_FEED,
    "wall": Failure.CHALLENGE_PAGE,
    "huge": Failure.BODY_TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no feed."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    #: what Content-Length claims, None: the truth
    claimed: int | None = None


def refusal(outlet: Outlet, week: int) -> Refusal | None:
    """Return what an outlet answers instead of its feed in a week, None where the feed comes."""
    if week < outlet.joins:
        return Refusal(404)
    if outlet.leaves is not None and week >= outlet.leaves:
        return Refusal(410)
    if outlet.trouble == "huge" and week % _HUGE_EVERY == _HUGE_FIRST:
        return Refusal(200, b"<rss>", "application/rss+xml", claimed=_HUGE_BYTES)
    return {
        "entities": Refusal(200, _BOMB, "application/rss+xml"),
        "server_error": Refusal(500),
        "page": Refusal(200, _PAGE),
        "wall": Refusal(200, _WALL),
    }.get(outlet.trouble)


def spoiled(body: bytes, outlet: Outlet, week: int) -> bytes:
    """Return a document as a careless publisher sends it."""
    if outlet.trouble != "broken" or outlet.format == "json":
        return body
    body = body.replace(b"</title>", b" R&D</title>", 1).replace(b"</description>", b"<br></description>", 1)
    return body[: len(body) * 2 // 3] if week % 2 else body
