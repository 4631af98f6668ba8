"""Try an address:  fetch | parse | else look what the page offers | tag a sample.  Nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from trendwatch.news.discover import format_of
from trendwatch.news.items import published_at, title_of
from trendwatch.news.rhythm import rhythm_of
from trendwatch.tagging.model import Tagger
from trendwatch.text import plain_letters
from trendwatch.types.news import Answer, Document, Entry, Failure, Feed, ParsedFeed, PollFailure, Request
from trendwatch.types.trials import FoundFeed, Sample, Trial

SAMPLE = 5
#: Feeds of a page that are asked until one can be read.
_MOST_ASKED = 3
_KEY_CHARS = 40
_NO_WORD = re.compile(r"[^a-z0-9]+")
_SENSELESS = PollFailure(failure=Failure.UNEXPECTED_STATUS, detail="not modified, although nothing was known")


class Gets(Protocol):
    """What a trial needs of the network."""

    def get(self, request: Request) -> Answer:
        """Return the answer to one request."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What addresses are tried with."""

    fetcher: Gets
    #: the parser, in the sandbox
    parse: Callable[[Document], ParsedFeed | PollFailure]
    #: the feeds on a page, in the sandbox
    discover: Callable[[Document], tuple[FoundFeed, ...] | PollFailure]
    #: made when there is something to tag
    tagger: Callable[[], Tagger]
    #: what two spellings of one address share
    same_address: Callable[[str], str]


def try_address(address: str, bench: Bench, *, feeds: Iterable[Feed], now: datetime) -> Trial:
    """Return what is at an address: a feed, or the first readable of those that its page offers."""
    feeds = list(feeds)
    answer, parsed = _read(address, bench)
    if isinstance(parsed, ParsedFeed) and isinstance(answer, Document):
        return _told(address, address, document=answer, parsed=parsed, bench=bench, feeds=feeds, now=now)
    assert isinstance(parsed, PollFailure)
    offered = _offered(answer, parsed, bench)
    for one in offered[:_MOST_ASKED]:
        answer, found = _read(one.url, bench)
        if isinstance(found, ParsedFeed) and isinstance(answer, Document):
            trial = _told(address, one.url, document=answer, parsed=found, bench=bench, feeds=feeds, now=now)
            return replace(trial, offered=offered)
    return Trial(asked=address, failure=parsed, offered=offered)


def free_key(title: str, url: str, *, taken: Iterable[str]) -> str:
    """Return a key for a feed, made of its title or host, that no other has."""
    host = (urlsplit(url).hostname or "feed").removeprefix("www.")
    words = _NO_WORD.sub("_", plain_letters(title)).strip("_") or _NO_WORD.sub("_", host).strip("_") or "feed"
    base = words[:_KEY_CHARS].strip("_")
    used = set(taken)
    numbered = (base if n == 1 else f"{base}_{n}" for n in range(1, len(used) + 2))
    return next(key for key in numbered if key not in used)


def _read(address: str, bench: Bench) -> tuple[Answer, ParsedFeed | PollFailure]:
    answer = bench.fetcher.get(Request(feed_key="trial", url=address))
    if isinstance(answer, Document):
        return answer, bench.parse(answer)
    return answer, answer if isinstance(answer, PollFailure) else _SENSELESS


def _offered(answer: Answer, parsed: PollFailure, bench: Bench) -> tuple[FoundFeed, ...]:
    """Return the feeds of a page; of what is no page there are none."""
    if not isinstance(answer, Document) or parsed.failure is not Failure.NOT_A_FEED:
        return ()
    found = bench.discover(answer)
    return () if isinstance(found, PollFailure) else found


def _told(
    asked: str,
    url: str,
    *,
    document: Document,
    parsed: ParsedFeed,
    bench: Bench,
    feeds: list[Feed],
    now: datetime,
) -> Trial:
    same = {bench.same_address(feed.url): feed.key for feed in feeds}
    dates = [when for entry in parsed.entries if (when := published_at(entry, now))]
    return Trial(
        asked=asked,
        url=url,
        format=format_of(document),
        title=parsed.title,
        language=parsed.language,
        entries=len(parsed.entries),
        sample=_sample(parsed.entries, bench, now),
        rhythm=rhythm_of(dates, now=now),
        known_as=same.get(bench.same_address(url), ""),
        key=free_key(parsed.title, url, taken=[feed.key for feed in feeds]),
    )


def _sample(entries: tuple[Entry, ...], bench: Bench, now: datetime) -> tuple[Sample, ...]:
    shown = entries[:SAMPLE]
    if not shown:
        return ()
    tags = bench.tagger().tag([(title_of(entry), entry.summary) for entry in shown])
    return tuple(
        Sample(title=title_of(entry), url=entry.url, published_at=published_at(entry, now), tags=tuple(found))
        for entry, found in zip(shown, tags, strict=True)
    )
