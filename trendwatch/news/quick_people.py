"""What the elements that name people do: an author is a text, or a name, an address and a page.

feedparser looks for mail addresses in authors, and carries an author's name on to the next in odd cases; its
own function does so here, wherever a text is not plainly a name.
"""

from __future__ import annotations

from feedparser.mixin import _FeedParserMixin

from trendwatch.news.quick_names import Declined
from trendwatch.news.quick_state import (
    NOTHING,
    SILENT,
    UNKNOWN,
    Action,
    Attributes,
    Raw,
    State,
    Table,
    nothing,
)

#: A longer element may hold an author that repair.py cuts.
_AUTHOR_BYTES = 500


def _begin_author(state: State, attributes: Attributes) -> None:
    state.entry.setdefault("authors", []).append({})
    state.author_at = state.position()


def _author(state: State, attributes: Attributes, text: str) -> None:
    state.long_author |= state.position() - state.author_at > _AUTHOR_BYTES
    state.entry["author"] = text = state.words(text)
    detail = state.entry["authors"][-1]
    if text and not detail and "@" not in text:
        state.entry.setdefault("author_detail", detail)
        detail["name"] = text
    else:
        _sync(state)


def _part_of(key: str) -> Action:
    def finish(state: State, attributes: Attributes, text: str) -> None:
        text = text.strip()
        if key == "href":
            text = state.mend(state.resolve(text)) if text else text
        entry = state.entry
        entry.setdefault("author_detail", {})[key] = text
        _sync(state)
        entry["authors"][-1][key] = text

    return Action(finish, NOTHING)


def _foreign(state: State, attributes: Attributes, text: str) -> None:
    if attributes and text:  # feedparser would take it for the author's
        raise Declined("author")


def _sync(state: State) -> None:
    _FeedParserMixin._sync_author_detail(_Context(state.entry))


class _Context:
    """As much of feedparser as its reading of authors needs."""

    def __init__(self, entry: Raw) -> None:
        self._get_context = lambda: entry


_PERSON = Table(
    {"name": _part_of("name"), "email": _part_of("email")}
    | dict.fromkeys(("uri", "url", "homepage"), _part_of("href")),
    Action(_foreign, NOTHING),
    is_mixed=True,
)
#: An author with parts.
AUTHOR = Action(_author, _PERSON, _begin_author)
#: An author whose text is a name.
AUTHOR_NAMED = Action(_author, NOTHING, _begin_author)
#: Someone who is not the author.
BYSTANDER = Action(
    nothing,
    Table(dict.fromkeys("name email uri url homepage itunes_name itunes_email".split(), SILENT), UNKNOWN),
)
