"""What is kept: SQLite or PostgreSQL behind questions and facts. All SQL lives in this folder."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from trendwatch.store.archives import Archives
from trendwatch.store.arrivals import Arrivals
from trendwatch.store.backup import back_up
from trendwatch.store.candidates import Candidates
from trendwatch.store.corrections import Corrections
from trendwatch.store.coverage import Coverages
from trendwatch.store.deliveries import Deliveries
from trendwatch.store.digests import Digests
from trendwatch.store.drift import Drift
from trendwatch.store.editions import Editions
from trendwatch.store.endpoints import Endpoints
from trendwatch.store.engine import open_engine
from trendwatch.store.erasure import Erasure
from trendwatch.store.feeds import Feeds
from trendwatch.store.fetches import Fetches
from trendwatch.store.items import Items
from trendwatch.store.keys import ApiKeys
from trendwatch.store.leases import Leases
from trendwatch.store.lostwords import LostWords
from trendwatch.store.migrate import migrate
from trendwatch.store.models import Models
from trendwatch.store.notices import Notices
from trendwatch.store.overlays import Overlays
from trendwatch.store.pages import Pages
from trendwatch.store.polls import Polls
from trendwatch.store.recipients import Recipients
from trendwatch.store.scorecards import Scorecards
from trendwatch.store.series import SeriesCounts
from trendwatch.store.setbacks import Setbacks
from trendwatch.store.stories import Stories
from trendwatch.store.storymends import StoryMends
from trendwatch.store.terms import Terms
from trendwatch.store.termuses import TermUses
from trendwatch.store.trends import Trends
from trendwatch.store.uncovered import Uncovered
from trendwatch.store.understanding import Understanding
from trendwatch.store.votes import Votes
from trendwatch.types.work import Claim

__all__ = ["Store"]


class Store:
    """One database; its questions are grouped by noun."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.leases = Leases(engine)
        self.feeds = Feeds(engine)
        self.polls = Polls(engine, self.leases)
        self.fetches = Fetches(engine)
        self.archives = Archives(engine, self.leases)
        self.scorecards = Scorecards(engine)
        self.pages = Pages(engine, self.leases)
        self.items = Items(engine)
        self.stories = Stories(engine)
        self.story_mends = StoryMends(engine, self.leases)
        self.models = Models(engine)
        self.corrections = Corrections(engine)
        self.lost_words = LostWords(engine)
        self.understanding = Understanding(engine, self.leases)
        self.uncovered = Uncovered(engine)
        self.drift = Drift(engine)
        self.series = SeriesCounts(engine)
        self.trends = Trends(engine, self.leases)
        self.terms = Terms(engine)
        self.term_uses = TermUses(engine)
        self.arrivals = Arrivals(engine)
        self.candidates = Candidates(engine)
        self.coverage = Coverages(engine)
        self.editions = Editions(engine, self.leases)
        self.digests = Digests(engine, self.leases)
        self.setbacks = Setbacks(engine)
        self.deliveries = Deliveries(engine, self.leases)
        self.recipients = Recipients(engine)
        self.endpoints = Endpoints(engine)
        self.notices = Notices(engine)
        self.erasure = Erasure(engine, self.recipients)
        self.votes = Votes(engine)
        self.overlays = Overlays(engine)
        self.keys = ApiKeys(engine)

    @classmethod
    def open(cls, url: str) -> Store:
        """Open a database and bring its schema up to date.

        Args:
            url: ``sqlite:///FILE``, ``sqlite://`` for one in memory, or ``postgresql://...``.

        Raises:
            ConfigError: the address is not one of these.
            SchemaTooNew: the database was written by a newer trendwatch.
            StorageUnavailable: it cannot be used now.
        """
        engine = open_engine(url)
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def claim(self, step: str, partition: str, *, now: datetime, lease: timedelta) -> Claim | None:
        """Take a partition of a step if nobody holds it, else return None."""
        return self.leases.claim(step, partition, now=now, lease=lease)

    def back_up(self, target: Path) -> int:
        """Copy the database, which may be in use, into a file; return how many bytes the copy has.

        Raises:
            InputError: this database is copied by other means, or the target is the database itself.
            StorageUnavailable: database or copy are damaged, or the copy cannot be written.
        """
        return back_up(self._engine, target)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()
