"""Feeds from their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from trendwatch.config import forms
from trendwatch.config.reading import read
from trendwatch.config.settings import Flag, Section
from trendwatch.config.tables import Table
from trendwatch.config.taxonomy import Known, check_labels
from trendwatch.errors import ConfigError
from trendwatch.types.news import Feed, FeedKind
from trendwatch.types.tags import Facet


class _FeedValues(Section):
    url: Annotated[str, AfterValidator(forms.feed_url)]
    title: Annotated[str, AfterValidator(forms.line)] = ""
    owner: Annotated[str, AfterValidator(forms.line)] = ""
    kind: FeedKind = FeedKind.NEWS
    sectors: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    region: Annotated[str, AfterValidator(forms.region)] = "world"
    language: Annotated[str, AfterValidator(forms.language)] = "en"
    enabled: Flag = True
    full_text: Flag = False
    note: Annotated[str, AfterValidator(forms.line)] = ""


def read_feeds(tables: Mapping[str, Table], known: Known, problems: list[ConfigError]) -> tuple[Feed, ...]:
    """Return all feeds in the order of the file; two with one address are a problem."""
    feeds = [feed for table in tables.values() if (feed := _feed(table, known, problems))]
    first: dict[str, Feed] = {}
    for feed in feeds:
        other = first.setdefault(forms.same_address(feed.url), feed)
        if other is not feed:
            message = f"feed {other.key!r} has the same address; keep one of them"
            problems.append(tables[feed.key].error(message, "url"))
    return tuple(feeds)


def _feed(table: Table, known: Known, problems: list[ConfigError]) -> Feed | None:
    values = read(_FeedValues, table, problems)
    if values is None:
        return None
    check_labels(table, "sectors", Facet.SECTOR, known=known, problems=problems)
    check_labels(table, "areas", Facet.AREA, known=known, problems=problems)
    given = values.model_dump()
    given["title"] = values.title or table.key
    given["owner"] = values.owner or _host(values.url)
    return Feed(key=table.key, **given)


def _host(url: str) -> str:
    """Return whose address it is, where the operator named no owner."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
