"""Words of articles: what became of the page of an item whose feed asks for full text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PageProblem(StrEnum):
    """Why an item has no full text. The item itself is kept in any case."""

    #: the site asks programs not to read it
    FORBIDDEN = "forbidden"
    #: the site did not say what programs may read, so nothing was asked
    UNKNOWN_RULES = "unknown_rules"
    #: the page could not be fetched
    NOT_FETCHED = "not_fetched"
    #: the page holds no text that can be told from its surroundings
    NO_TEXT = "no_text"
    #: the item has no link
    NO_LINK = "no_link"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPage:
    """An item whose page is to be read."""

    item_id: str
    #: "" where the item has no link
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What became of the page of an item."""

    item_id: str
    #: its main text, "" where there is none
    text: str = ""
    #: None where there is text
    problem: PageProblem | None = None
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a site lets programs read."""

    #: scheme, host and port
    origin: str
    #: robots.txt as it stands there; "" allows everything
    rules: str = ""
    #: False: the site could not say, so nothing is asked until the next try
    known: bool = True
    fetched_at: datetime
