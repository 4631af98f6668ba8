"""The process that reads: it serves the simulated news and polls it, while another one understands.

    with reading(world, environ) as reader:
        configured(reader.port)              # where the news is served
        reader.begin(folder / "config", alone=98)
        for week in range(world.weeks):
            reader.week(week)                # from the 98th on, a week is read when it is asked for

Both work on one database, as several processes of a real service may. Whoever ends, the other one sees its
end of the pipe closed and ends too.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from trendwatch.demo.server import NewsServer
from trendwatch.demo.world import World
from trendwatch.wiring import Service

#: Sunday 20:00.
POLLED = timedelta(days=6, hours=20)
_WEEK = timedelta(weeks=1)


class Calendar:
    """A clock that stands until it is moved; what happens later still has a later time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time, a microsecond after the last answer: items are kept to the second, without it."""
        self.now += timedelta(microseconds=1)
        return self.now

    def move(self, when: datetime) -> None:
        """Move it by hand, never back."""
        self.now = max(self.now, when)


@dataclass(frozen=True, slots=True)
class WeekRead:
    """What the poll of a week brought."""

    polls: int
    items: int
    failures: Mapping[str, int]


class Reader:
    """The other end: what reads, asked from the process that understands."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._alone = 0
        self._weeks: list[WeekRead] = []
        #: where the simulated news is served on this machine
        self.port: int = self._told()

    def begin(self, directory: Path, *, alone: int) -> None:
        """Read with a configuration; so many weeks without being asked."""
        self._alone = alone
        self._pipe.send((directory, alone))

    def week(self, week: int) -> WeekRead:
        """Return what a week brought, once it is read; weeks are asked for in their order.

        Where weeks are read unasked the next two are read by then: the next one may replace words of this
        one, or the one after it where the next poll of a feed fails. Whether it has must not depend on which
        process is faster.

        Raises:
            RuntimeError: the process has ended; it printed why.
        """
        if week >= self._alone:
            with suppress(ConnectionError):  # it has ended: its next answer says so
                self._pipe.send(None)
        while len(self._weeks) <= max(week, min(week + 2, self._alone - 1)):
            self._weeks.append(self._told())
        return self._weeks[week]

    def _told(self) -> Any:
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionError):
            raise RuntimeError("the process that reads the simulated news has ended") from None


@contextmanager
def reading(world: World, environ: Mapping[str, str]) -> Iterator[Reader]:
    """Yield a reader of a world in a process of its own, and end it."""
    spawned = multiprocessing.get_context("spawn")  # threads may run here, which a fork would tear
    ours, theirs = spawned.Pipe()
    process = spawned.Process(target=_read, args=(theirs, world, dict(environ)), name="reads")
    process.start()
    theirs.close()
    try:
        yield Reader(ours)
    finally:
        ours.close()
        process.join()


@contextmanager
def seldom_swept() -> Iterator[None]:
    """Look for cycles of garbage seldom: two years of news live in memory, and sweeping them took a tenth."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _read(pipe: Connection, world: World, environ: Mapping[str, str]) -> None:
    """Serve a world and poll it, week by week: what runs in the process."""
    from trendwatch.logs import set_up_logging

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the other one, which is asked to end
    set_up_logging(level="error", as_json=False)
    with seldom_swept(), NewsServer(world) as server, suppress(EOFError, ConnectionError):
        pipe.send(server.port)
        directory, alone = pipe.recv()
        clock = Calendar(world.begin)
        service = Service(directory=directory, environ=environ, clock=clock)
        try:
            for week in range(world.weeks):
                if week >= alone:
                    pipe.recv()
                server.now = world.begin + week * _WEEK + POLLED
                clock.move(server.now)
                polled = service.poll()
                failures = {str(failure): count for failure, count in polled.failures.items()}
                pipe.send(WeekRead(polled.polled, polled.new_items, failures))
        finally:
            service.close()
