"""The operator's desk: trying, importing and judging feeds, for every door alike.

Beside the steps, not among them: what is here answers questions of people, or tells them something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from trendwatch.errors import ConfigError
from trendwatch.types.fetches import Episode, Fetch, Ledger, Rhythm, Scorecard
from trendwatch.types.news import Failure, FeedKind
from trendwatch.types.trials import Skipped, Trial
from trendwatch.types.weeks import whole_hour

if TYPE_CHECKING:
    from trendwatch.changes import Changes
    from trendwatch.config import Config, Settings
    from trendwatch.fetch import Fetcher
    from trendwatch.pipeline.pages import PagesReport
    from trendwatch.pipeline.trial import Bench
    from trendwatch.sandbox import Sandbox
    from trendwatch.store import Store
    from trendwatch.tagging.model import Tagger
    from trendwatch.types.tags import Model
    from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: What scorecards look back on.
WINDOW = timedelta(days=90)
#: A feed is told of as broken after this long.
TELL_AFTER = timedelta(hours=72)
#: What reads pages, of the extra "fulltext".
_READERS = ("protego", "trafilatura")


class _Workshop(Protocol):
    """What the desk needs of whoever chooses real parts."""

    @property
    def directory(self) -> Path: ...
    @property
    def environ(self) -> Mapping[str, str]: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def store(self) -> Store: ...
    @property
    def config(self) -> Config: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def fetcher(self) -> Fetcher: ...
    @property
    def sandbox(self) -> Sandbox: ...
    @property
    def lease(self) -> timedelta: ...
    def cold_model(self) -> Model: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """Everything that is known of how a feed does."""

    #: the latest first
    history: tuple[Fetch, ...]
    #: of the polls in the history
    ledger: Ledger
    #: polls in the history that brought nothing known, so that entries in between may have been missed
    gaps: int
    scorecard: Scorecard | None
    rhythm: Rhythm | None
    #: the latest first
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a subscription list."""

    #: feed keys, in the order of the list
    added: tuple[str, ...]
    skipped: tuple[Skipped, ...]


@dataclass
class Desk:
    """What operators ask about feeds."""

    workshop: _Workshop
    #: ends the child processes that read pages
    closing: ExitStack

    @cached_property
    def changes(self) -> Changes:
        """The way to change what is configured."""
        from trendwatch.changes import Changes
        from trendwatch.config import check

        shop = self.workshop
        return Changes(
            overlays=shop.store.overlays,
            config=lambda: shop.config,
            check=lambda overlays: check(shop.directory, shop.environ, overlays=overlays),
            clock=shop.clock,
        )

    def try_address(self, address: str) -> Trial:
        """Return what is at an address, without keeping anything."""
        from trendwatch.pipeline.trial import try_address

        shop = self.workshop
        return try_address(address, self.bench, feeds=shop.config.feeds, now=shop.clock())

    @cached_property
    def bench(self) -> Bench:
        """What addresses are tried with."""
        from trendwatch.config.forms import same_address
        from trendwatch.news.discover import feeds_on
        from trendwatch.pipeline.trial import Bench

        shop = self.workshop
        return Bench(
            fetcher=shop.fetcher,
            parse=shop.sandbox.parse,
            discover=self._reader(feeds_on).read,
            tagger=self.tagger,
            same_address=same_address,
        )

    def import_list(self, body: bytes, *, by: str) -> Imported:
        """Add the feeds of a subscription list (OPML) that are not configured yet.

        Raises:
            AlreadyThere: somebody took the key of one meanwhile; nothing was changed.
            ConfigError: one of them cannot be configured; nothing was changed.
        """
        from trendwatch.config.forms import feed_url, same_address
        from trendwatch.news.opml import read_opml

        shop = self.workshop
        found = read_opml(body)
        skipped = list(found.skipped)
        known = {same_address(feed.url): feed.key for feed in shop.config.feeds}
        taken = set(shop.config.tables.feeds)
        added: dict[str, Mapping[str, object]] = {}
        for one in found.feeds:
            try:
                address = same_address(feed_url(one.url))
            except ValueError as error:
                skipped.append(Skipped(what=one.title or one.url, why=f"its address {error}"))
                continue
            if address in known:
                skipped.append(
                    Skipped(what=one.title or one.url, why=f"it is feed {known[address]!r} already")
                )
                continue
            key, values = _values(one.url, one.title, folders=one.folders, config=shop.config, taken=taken)
            added[key], known[address] = values, key
            taken.add(key)
        if added:
            self.changes.create_all("feed", added, by=by)
            shop.store.feeds.sync(shop.config.feeds)
        return Imported(added=tuple(added), skipped=tuple(skipped))

    def export_list(self) -> str:
        """Return the configured feeds as a subscription list."""
        from trendwatch.news.opml import write_opml

        return write_opml(self.workshop.config.feeds, title="Feeds of trendwatch")

    def report(self, key: str) -> FeedReport:
        """Return how a feed does; a feed that was never polled has an empty report."""
        from trendwatch.news.ledger import gaps
        from trendwatch.store.fetches import total

        store, now = self.workshop.store, self.workshop.clock()
        history = store.fetches.history(key)
        read_since = next((one.state.first_success_at for one in store.feeds.health(key)), None)
        return FeedReport(
            history=history,
            ledger=total(history),
            gaps=gaps(history, read_since=read_since),
            scorecard=store.scorecards.of(whole_hour(now) - WINDOW, whole_hour(now), key=key).get(key),
            rhythm=store.scorecards.rhythms(now=now, key=key).get(key),
            episodes=store.fetches.episodes(key),
        )

    def scorecards(self) -> list[Scorecard]:
        """Return what each feed that is polled was worth, those with most unique stories first."""
        now = whole_hour(self.workshop.clock())
        found = self.workshop.store.scorecards.of(now - WINDOW, now)
        polled = [
            found[feed.key] for feed in self.workshop.config.feeds if feed.enabled and feed.key in found
        ]
        return sorted(
            polled, key=lambda one: (-one.unique_stories, -one.first_reports, -one.items, one.feed_key)
        )

    def broken(self) -> tuple[Episode, ...]:
        """Return the feeds that have been broken for longer than is told of, the longest first."""
        return self.workshop.store.fetches.broken(since=self.workshop.clock() - TELL_AFTER)

    def tell_breakages(self) -> tuple[Episode, ...]:
        """Tell of each breakage that lasts, once; return those told now."""
        told = self.workshop.store.fetches.tell(now=self.workshop.clock(), after=TELL_AFTER)
        for one in told:
            _log.warning(
                "feed.broken",
                feed=one.feed_key,
                since=one.began_at.isoformat(),
                failure=str(one.failure),
                detail=one.detail,
            )
        return told

    def ask_about_tags(self) -> int:
        """Pick this week's items to judge, as far as fewer were; return how many were picked now."""
        from trendwatch.pipeline.correct import ask

        return ask(self.workshop.store, self.tagger, now=self.workshop.clock())

    def tagger(self) -> Tagger:
        """Return what tags items now: the current model, or what stands in for it."""
        from trendwatch.pipeline.taggers import load_current

        return load_current(self.workshop.store, self.workshop.config.taxonomy, cold=self.workshop.cold_model)

    def read_pages(self) -> PagesReport:
        """Read the pages of new items whose feeds ask for full text.

        Raises:
            ConfigError: a feed does, and what reads pages is not installed.
        """
        from trendwatch.pipeline.pages import PagesReport, read_pages

        shop = self.workshop
        asking = [feed.key for feed in shop.config.feeds if feed.full_text and feed.enabled]
        if not asking:
            return PagesReport()
        if missing := [name for name in _READERS if find_spec(name) is None]:
            raise ConfigError(
                f"feed {asking[0]!r} asks for full_text, which needs {' and '.join(missing)}: "
                "pip install 'trendwatch[fulltext]'"
            )
        return read_pages(
            shop.store,
            lambda: shop.fetcher,
            self._page_reader.read,
            clock=shop.clock,
            lease=shop.lease,
        )

    @cached_property
    def _page_reader(self) -> Sandbox:
        """What finds the text of pages: one for as long as the desk lives, since every tick asks for it."""
        from trendwatch.news.article import main_text

        return self._reader(main_text)

    def _reader(self, read: Callable[[Any], Any]) -> Sandbox:
        """Return a sandbox that reads pages; its child starts with the first one."""
        from trendwatch.ways import make_sandbox

        return self.closing.enter_context(make_sandbox(self.workshop.settings.parse, read=read, workers=1))


def _values(
    url: str, title: str, *, folders: tuple[str, ...], config: Config, taken: set[str]
) -> tuple[str, dict[str, object]]:
    """Return a free key and the values of a feed that a list names."""
    from trendwatch.config.forms import KEY
    from trendwatch.news.opml import file_under
    from trendwatch.pipeline.trial import free_key

    filed = file_under(folders, config.taxonomy)
    said: dict[str, object] = dict(filed.said)
    wanted = str(said.pop("key", ""))
    if said.get("kind") not in set(FeedKind):
        said.pop("kind", None)
    key = wanted if KEY.fullmatch(wanted) and wanted not in taken else free_key(title, url, taken=taken)
    values: dict[str, object] = {"url": url, "title": title, **said}
    values |= {"sectors": list(filed.sectors), "areas": list(filed.areas)}
    return key, {name: value for name, value in values.items() if value or value is False}


def broken_words(episode: Episode) -> str:
    """Return a breakage in a few words, for operators."""
    gone = "is gone for good" if episode.failure is Failure.GONE else f"fails ({episode.failure})"
    return f"{episode.feed_key} {gone} since {episode.began_at:%Y-%m-%d %H:%M} UTC"
