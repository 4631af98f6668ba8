"""The one place that chooses real parts and reads the clock.

Doors (command line, scheduler, API) ask for a Service; tests build one from fakes. Parts that cost time
to make (the database, the sandbox) are made when first used.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trendwatch.config import Config, LastGood, Settings, find_directory, read_settings
from trendwatch.types.work import Clock

if TYPE_CHECKING:
    from trendwatch.desk import Desk
    from trendwatch.fetch import Fetcher
    from trendwatch.model_cache import ModelCache
    from trendwatch.news.cluster import Rarity, StoryIndex
    from trendwatch.pipeline.analyse import AnalyseReport, TermMemory
    from trendwatch.pipeline.compose import ComposeReport
    from trendwatch.pipeline.learn import LearnReport
    from trendwatch.pipeline.poll import PollReport
    from trendwatch.pipeline.send import SendReport
    from trendwatch.pipeline.understand import Understanding, UnderstandReport
    from trendwatch.sandbox import Sandbox
    from trendwatch.store import Store
    from trendwatch.types.delivery import Lane
    from trendwatch.types.tags import Model


def make_clock(start: datetime | None = None) -> Clock:
    """Return the system's clock, or one that runs on from a given time: leases need time to pass."""
    if start is None:
        return lambda: datetime.now(UTC)  # noqa: TID251 - the one place
    began = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


@dataclass
class Service:
    """Everything the steps need, as configured."""

    #: where the files are
    directory: Path
    environ: Mapping[str, str]
    clock: Clock
    #: another database than the configured one: a filter's own, in memory
    store_url: str = ""
    #: a sentence above every mail, such as that the news is simulated
    banner: str = ""
    _closing: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def _last_good(self) -> LastGood:
        return LastGood(self.directory, self.environ)

    @cached_property
    def store(self) -> Store:
        """The database, its schema up to date."""
        from trendwatch.store import Store

        opened = Store.open(self.store_url or self.first_settings.store.url)
        self._closing.callback(opened.close)
        return opened

    @cached_property
    def first_settings(self) -> Settings:
        """The settings that hold before the database is opened: where it is, what to log, where to listen."""
        return read_settings(self.directory, environ=self.environ)

    @property
    def config(self) -> Config:
        """The configuration of now: files, overlays, environment; the last good one while files are wrong."""
        return self._last_good.current(self.store.overlays.list())

    @property
    def config_error(self) -> str:
        """Why the files cannot be used now, "" while they can."""
        return str(self._last_good.error or "")

    @property
    def settings(self) -> Settings:
        """The settings of now."""
        return self.config.settings

    @property
    def lease(self) -> timedelta:
        """How long a partition stays a worker's without a sign of life."""
        return timedelta(seconds=self.settings.poll.lease_seconds)

    @cached_property
    def fetcher(self) -> Fetcher:
        """The way to feeds."""
        from trendwatch.ways import make_fetcher

        config = self.config
        return make_fetcher(config.settings, subscribers=len(config.businesses), clock=self.clock)

    @cached_property
    def sandbox(self) -> Sandbox:
        """Child processes that read what others publish."""
        from trendwatch.ways import make_sandbox

        return self._closing.enter_context(make_sandbox(self.settings.parse))

    @property
    def model_cache(self) -> ModelCache:
        """Models that were trained on this machine before."""
        from trendwatch.model_cache import ModelCache, cache_directory

        return ModelCache(cache_directory(self.environ))

    def cold_model(self) -> Model:
        """Return the model that configuration alone makes; trained unless this machine has it already."""
        from trendwatch.pipeline.learn import trained

        config = self.config
        return trained(config.taxonomy, config.examples(), cache=self.model_cache, clock=self.clock)

    @cached_property
    def understanding(self) -> Understanding:
        """What the understand step keeps between batches."""
        from trendwatch.pipeline.understand import Understanding

        return Understanding(index_of=self._story_index)

    def _story_index(self, rarity: Rarity) -> StoryIndex:
        from trendwatch.news.cluster import StoryIndex

        rules = self.settings.stories
        return StoryIndex(
            rarity,
            same_story=rules.same_story,
            duplicate=rules.duplicate,
            window=timedelta(hours=rules.window_hours),
        )

    @cached_property
    def _terms(self) -> TermMemory:
        from trendwatch.pipeline.analyse import TermMemory

        return TermMemory()

    def sync_feeds(self) -> None:
        """Make the database know the feeds that are configured."""
        self.store.feeds.sync(self.config.feeds)

    @cached_property
    def desk(self) -> Desk:
        """What operators ask about feeds."""
        from trendwatch.desk import Desk

        return Desk(self, self._closing)

    def poll(self, on_progress: Callable[[PollReport], None] = lambda _report: None) -> PollReport:
        """Fetch the feeds that are due and keep what is new."""
        from trendwatch.news.pace import Pace
        from trendwatch.pipeline.poll import poll

        self.sync_feeds()
        rhythm = self.settings.poll
        pace = Pace(
            minimum=timedelta(minutes=rhythm.minimum_interval_minutes),
            maximum=timedelta(minutes=rhythm.maximum_interval_minutes),
        )
        return poll(
            self.store,
            self.fetcher,
            self.sandbox,
            clock=self.clock,
            lease=self.lease,
            pace=pace,
            jitter=random.random,
            on_progress=on_progress,
        )

    def learn(self, *, force: bool = False) -> LearnReport:
        """Train a model if one is due; one that cannot be used is replaced."""
        from trendwatch.pipeline.learn import learn

        config = self.config
        return learn(
            self.store,
            config.taxonomy,
            config.examples,
            recount=timedelta(days=config.settings.digest.recount_days),
            cache=self.model_cache,
            clock=self.clock,
            lease=self.lease,
            rejected=self.understanding.rejected,
            force=force,
        )

    def understand(
        self, on_progress: Callable[[UnderstandReport], None] = lambda _report: None
    ) -> UnderstandReport:
        """Tag, cluster and count what waits."""
        from trendwatch.pipeline.understand import understand

        return understand(
            self.store,
            self.config.taxonomy,
            clock=self.clock,
            lease=self.lease,
            memory=self.understanding,
            on_progress=on_progress,
        )

    def analyse(self) -> AnalyseReport:
        """Judge the weeks that have ended, and look how their tags look."""
        from trendwatch.pipeline.analyse import analyse, rules_of
        from trendwatch.pipeline.drift import watch

        said, examples = self.settings.trends, self.config.examples()
        report = analyse(
            self.store,
            rules=rules_of(
                min_sources=said.min_sources, floor=said.floor, top_terms=said.top_terms, examples=examples
            ),
            terms=self._terms,
            clock=self.clock,
            lease=self.lease,
        )
        watch(self.store, clock=self.clock, lease=self.lease)
        return report

    def compose(self) -> ComposeReport:
        """Compose the digests that are due."""
        from trendwatch.pipeline.compose import compose_due
        from trendwatch.types.knowledge import Knowledge

        config = self.config
        return compose_due(
            self.store,
            config.businesses,
            config.taxonomy,
            channel=config.settings.mail.channel,
            site=config.settings.serve.site,
            ask_all=config.settings.deliver.confirm_all,
            operator=config.settings.deliver.operator,
            config_hash=config.hash,
            clock=self.clock,
            lease=self.lease,
            knowledge=Knowledge(practices=config.practices, sectors=config.sectors),
        )

    def send(self, lane: Lane | None = None) -> SendReport:
        """Hand over the deliveries that are due; of one lane if named."""
        from trendwatch.pipeline.send import SEND_LEASE, Terms, send_due
        from trendwatch.ways import make_caller, make_carrier

        settings = self.settings
        terms = Terms(
            carrier=lambda channel: make_carrier(channel, settings.mail),
            caller=make_caller(settings, clock=self.clock),
            sender=settings.mail.sender,
            site=settings.serve.site,
            banner=self.banner,
            in_doubt=settings.deliver.in_doubt,
            mail=settings.mail.channel,
            operator=settings.deliver.operator,
            workers=settings.deliver.concurrency,
        )
        return send_due(self.store, terms, clock=self.clock, lease=SEND_LEASE, lane=lane)

    @property
    def steps(self) -> tuple[Callable[[], object], ...]:
        """All that a tick does, in the order of the flow; ``send`` has ticks of its own: ends may be dead."""
        before = self.learn, self.poll, self.desk.tell_breakages, self.desk.read_pages
        return *before, self.understand, self.desk.ask_about_tags, self.analyse, self.compose

    def close(self) -> None:
        """Give back connections and child processes."""
        self._closing.close()


@contextmanager
def service(
    *,
    directory: Path | None,
    environ: Mapping[str, str],
    cwd: Path,
    now: datetime | None = None,
    store_url: str = "",
) -> Iterator[Service]:
    """Yield a service for a configuration directory, and close it."""
    found = find_directory(directory, environ, cwd)
    made = Service(directory=found, environ=environ, clock=make_clock(now), store_url=store_url)
    try:
        yield made
    finally:
        made.close()
