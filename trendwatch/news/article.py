"""The main text of an article's page, and whether its site lets us read it.

Method: trafilatura tells the article from menus, teasers and comments; its precise mode is asked for, since a
teaser of another story in the text would bring that story's tags. The text is cleaned like any other and cut
at the length of a summary. Its deduplication is off, since it remembers the pages before. What a site allows
is read by protego, as RFC 9309 has it: rules for our name first, else those for all.

Known failures: pages made by scripts, behind a wall or a consent form bring nothing; a page of five lines
is thought to be none.
"""

from __future__ import annotations

from trendwatch.news.decode import decode
from trendwatch.news.fields import SUMMARY_CHARS
from trendwatch.text import clean
from trendwatch.types.news import Document
from trendwatch.types.pages import Robots

#: Shorter texts are remains of a menu.
_LEAST_CHARS = 200
#: Larger rules are not read (RFC 9309 asks for at least 500 kiB).
MOST_RULES = 512 * 1024


def main_text(page: Document) -> str:
    """Return the text of an article, "" where none is found."""
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page without text
    html = decode(page.body, page.content_type)
    try:
        found = trafilatura.extract(html, favor_precision=True, include_comments=False, include_tables=False)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return ""  # damaged pages make it raise; there is nothing to read then
    text = clean(found or "")
    return text[:SUMMARY_CHARS].rstrip() if len(text) >= _LEAST_CHARS else ""


def allows(robots: Robots, url: str, *, agent: str) -> bool:
    """Tell whether a site lets us read a page."""
    from protego import Protego

    if not robots.known:
        return False
    return not robots.rules or bool(Protego.parse(robots.rules).can_fetch(url, agent))


def pause(robots: Robots, *, agent: str) -> bool:
    """Tell whether a site wants a pause between two requests."""
    from protego import Protego

    return bool(robots.rules and Protego.parse(robots.rules).crawl_delay(agent))
