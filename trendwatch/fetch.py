"""Requests in, documents out, in the order they arrive: the edge between feeds and the network.

One background thread runs an asyncio loop; the rest of trendwatch stays synchronous. Requests are sorted
into lanes, one per server, each with its own pace (FAULTS.md F8):

    lane a    ask · pause · ask · pause · ask      at most per_host at a time, spaced
    lane b    ask                                  a slow peer holds up its own lane only (F3)
    lane c    ask · 429                            the rest of the lane is answered without asking (F6)

A lane is a host; 80 and 443 are one lane, any other port is another server. At most ``concurrency``
requests run at once over all lanes, and twice as many documents wait for the reader: a reader who is
busy parsing slows fetching down instead of filling the memory.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from queue import SimpleQueue
from urllib.parse import urlsplit

from trendwatch import __version__
from trendwatch.net import NetError
from trendwatch.net.client import MAX_BYTES, TIMEOUT, Client, Response
from trendwatch.net.guard import Guard, Resolve, resolve
from trendwatch.types.news import Answer, Document, Failure, NotModified, PollFailure, Request
from trendwatch.types.work import Clock

USER_AGENT = f"trendwatch/{__version__}"

#: Pause between two requests to one host of the public internet.
SPACING = timedelta(seconds=1)

#: Whoever asks for a longer wait is asked again after this.
LONGEST_WAIT = timedelta(days=31)

_OK, _NOT_MODIFIED = 200, 304
_FAILURES = {
    401: Failure.REFUSED,
    403: Failure.REFUSED,
    404: Failure.NOT_THERE,
    410: Failure.GONE,
    429: Failure.RATE_LIMITED,
    503: Failure.RATE_LIMITED,
}
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
# A longer validator is a mistake, and sending it back makes servers refuse the whole request.
_MAX_VALIDATOR = 1024


@dataclass(slots=True)
class _Lane:
    """What is still to be asked of one server."""

    name: str
    host: str
    port: int
    waiting: deque[Request] = field(default_factory=deque)
    #: set once the server asks us to stop
    stopped: PollFailure | None = None


class Fetcher:
    """Fetches feeds, many at a time, each server at its own pace."""

    def __init__(
        self,
        guard: Guard,
        *,
        user_agent: str = USER_AGENT,
        timeout: timedelta = TIMEOUT,
        max_bytes: int = MAX_BYTES,
        concurrency: int = 32,
        spacing: timedelta = SPACING,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.guard = guard
        self.user_agent = user_agent
        #: for one request from name lookup to last byte, redirects included
        self.timeout = timeout
        #: of a body, packed or unpacked
        self.max_bytes = max_bytes
        #: requests at a time over all hosts
        self.concurrency = concurrency
        #: between requests to one host without an allow-list entry
        self.spacing = spacing
        self.resolve = resolve
        #: whom to trust; None means the usual authorities
        self.tls = tls
        #: what a Retry-After date counts from where the answer bears no Date; None: it is not obeyed
        self.clock = clock
        #: lane name -> monotonic time of the next request; kept between streams
        self.ready_at: dict[str, float] = {}

    def stream(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Answer]]:
        """Yield each request with its answer as answers come; closing early cancels what still runs.

        Raises:
            Exception: whatever bug the background thread met.
        """
        run = _Run(self, requests)
        try:
            yield from run.answers()
        finally:
            run.stop()

    def get(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raises:
            Exception: whatever bug the background thread met.
        """
        with closing(_Run(self, [request])) as run:
            return next(answer for _, answer in run.answers())
