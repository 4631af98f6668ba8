"""Servers that are ours for a while: claimed as others are done, kept while we work, given back at once.

A feed is counted out when its outcome is written. A server goes back when all its feeds are counted out; one
with many feeds is read page by page, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from trendwatch.news.moves import address_of
from trendwatch.store import Store
from trendwatch.types.identity import server_of
from trendwatch.types.news import Feed, FeedState
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

#: Hosts claimed at a time: few enough that no lease grows old unused.
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Due:
    """A feed to poll."""

    feed: Feed
    state: FeedState

    @property
    def address(self) -> str:
        """Where it is asked."""
        return address_of(self.feed, self.state)

    @property
    def host(self) -> str:
        """The server of that address."""
        return server_of(self.address)


class Hosts:
    """The claims of one run."""

    def __init__(self, store: Store, *, clock: Clock, lease: timedelta, at_once: int = AT_ONCE) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease
        self._at_once = at_once
        #: hosts that another process polls
        self.held = 0
        self._claims: dict[str, Claim] = {}
        #: feeds of a host that are not written yet
        self._left: Counter[str] = Counter()
        #: hosts that may have feeds we have not read yet
        self._reading: set[str] = set()

    def pages(self) -> Iterator[list[Due]]:
        """Claim the hosts that are due, some at a time, and yield their feeds, some at a time."""
        hosts = self._store.polls.due_hosts(self._clock())
        for start in range(0, len(hosts), self._at_once):
            mine = self._claim(hosts[start : start + self._at_once])
            after = ""
            # Read under the claim: what another process polled a moment ago is no longer due.
            while mine and (rows := self._store.polls.due(self._clock(), hosts=mine, after=after)):
                after = rows[-1][0].key
                page = [Due(feed, state) for feed, state in rows]
                self._left.update(one.host for one in page)
                yield page
            self._reading.difference_update(mine)
            self._release([host for host in mine if not self._left[host]])

    def claim_of(self, host: str) -> Claim | None:
        """Return the claim on a host, None once another process has taken it over."""
        return self._claims.get(host)

    def done(self, hosts: Collection[str]) -> None:
        """Count feeds out, each by its host; a host whose last one this was is given back."""
        self._left.subtract(hosts)
        self._release([host for host in set(hosts) if not self._left[host] and host not in self._reading])

    def keep(self) -> None:
        """Renew the claims that are half over."""
        now = self._clock()
        old = [claim for claim in self._claims.values() if claim.until - now < self._lease / 2]
        if not old:
            return
        renewed = self._store.leases.renew_all(old, now=now, lease=self._lease)
        self._claims |= {claim.partition: claim for claim in renewed}
        for lost in {claim.partition for claim in old} - {claim.partition for claim in renewed}:
            _log.warning("poll.lease_lost", host=lost)
            del self._claims[lost]

    def release(self) -> None:
        """Give everything back."""
        self._release(list(self._claims))

    def _claim(self, hosts: Sequence[str]) -> list[str]:
        claims = self._store.leases.claim_all("poll", hosts, now=self._clock(), lease=self._lease)
        self.held += len(hosts) - len(claims)
        self._claims |= {claim.partition: claim for claim in claims}
        mine = [claim.partition for claim in claims]
        self._reading.update(mine)
        return mine

    def _release(self, hosts: Sequence[str]) -> None:
        claims = [claim for host in hosts if (claim := self._claims.pop(host, None)) is not None]
        for host in hosts:
            del self._left[host]
        if claims:
            self._store.leases.release_all(claims)
