"""JSON Feed 1.0 and 1.1 (jsonfeed.org); feedparser 6 reads none.

Lenient where publishers are: numbers as ids, ``author`` or ``authors``, wrong types count as missing, and an
item that is no object is passed over. Strict in one point: without the version line it is some other JSON.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import pydantic_core
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from trendwatch.news import dates, fields
from trendwatch.news.repair import MAX_ENTRIES
from trendwatch.text import clean
from trendwatch.types.news import Document, Entry, Failure, ParsedFeed, PollFailure

_VERSION = "jsonfeed.org/version"
_CONTROL = re.compile(r"[\x00-\x1f]")
_DIGITS = 40  # of a number; a longer one is an attack on int()


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> list[object]:
    return [entry for entry in _list(value) if isinstance(entry, dict)]


Text = Annotated[str, BeforeValidator(_text)]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Author(_Lenient):
    """A person."""

    name: Text = ""


People = Annotated[list[Author], BeforeValidator(_objects)]
Person = Annotated[Author, BeforeValidator(lambda value: value if isinstance(value, dict) else {})]


class JsonItem(_Lenient):
    """One item, as the format names its fields."""

    id: Text = ""
    url: Text = ""
    external_url: Text = ""
    title: Text = ""
    summary: Text = ""
    content_html: Text = ""
    content_text: Text = ""
    date_published: Text = ""
    date_modified: Text = ""
    language: Text = ""
    author: Person = Author()
    authors: People = []
    tags: Annotated[list[Text], BeforeValidator(_list)] = []


class JsonFeed(_Lenient):
    """The document."""

    version: Text = ""
    title: Text = ""
    language: Text = ""
    items: Annotated[list[JsonItem], BeforeValidator(_objects)] = []


def parse_json(text: str, document: Document) -> ParsedFeed | PollFailure | None:
    """Return what a JSON text says, None where it is not a JSON Feed."""
    try:
        value, cut = _read(text)
        shortened = _shorten(value)
        feed = JsonFeed.model_validate(value)
    except RecursionError:
        return PollFailure(failure=Failure.PARSE_LIMIT, detail="JSON nested too deeply")
    except (ValueError, ValidationError):
        return None
    if _VERSION not in feed.version:
        return None
    items = feed.items[:-1] if cut else feed.items
    entries, left_out = fields.newest([_entry(item, document.url) for item in items])
    return ParsedFeed(
        title=fields.read_name(feed.title),
        language=fields.read_language(feed.language),
        entries=entries,
        left_out=left_out + shortened,
        cut=cut,
    )


def _read(text: str) -> tuple[Any, bool]:
    """Return the value of a JSON text and whether the text was cut.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested beyond any use.
    """
    try:
        return json.loads(text, strict=False, parse_int=_number), False
    except json.JSONDecodeError:
        return pydantic_core.from_json(_CONTROL.sub(" ", text), allow_partial=True), True


def _shorten(value: Any) -> int:
    """Leave the first and the last items only, as with XML, and return how many were left out."""
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list) or len(items) <= 2 * MAX_ENTRIES:
        return 0
    left_out = len(items) - 2 * MAX_ENTRIES
    del items[MAX_ENTRIES:-MAX_ENTRIES]
    return left_out


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float("inf")


def _entry(item: JsonItem, base: str) -> Entry:
    url = fields.read_link(item.url, base) or fields.read_link(item.external_url, base)
    people = [person.name for person in item.authors or [item.author]]
    updated_at = dates.read_date(item.date_modified)
    summary = fields.read_summary((item.summary, item.content_html))
    return Entry(
        guid=fields.read_guid(item.id),
        url=url,
        title=fields.read_title(item.title, is_text=True),
        summary=summary or clean(item.content_text)[: fields.SUMMARY_CHARS].rstrip(),
        author=fields.read_name(", ".join(name for name in people if name)),
        language=fields.read_language(item.language),
        published_at=dates.read_date(item.date_published) or updated_at,
        updated_at=updated_at,
        categories=fields.read_categories(item.tags),
    )
