"""Publishers of every habit, and the score they keep of a reader, line by line.

A publisher serves one feed at one address, changes it at its own rhythm, and judges every request on arrival:
it knows what it issued last and what it asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.fake_network import Asked, Said

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USER_AGENT = re.compile(r"trendwatch/\d+\.\d+\S* \(\+\S+; \d+ subscribers\)")
#: The least time between two requests for one feed, less a rounding of times.
_LEAST = HOUR - timedelta(seconds=1)
_PROBE = 30 * DAY


@dataclass
class Habits:
    """How a publisher answers; what is not set is ordinary."""

    #: a new document appears so often
    rhythm: timedelta = 6 * HOUR
    etag: Callable[[int, int], str] | None = lambda version, _count: f'"v{version}"'
    last_modified: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    #: put into the channel
    channel: str = ""
    #: replaces the answer: takes the number of the request and the time
    instead: Callable[[int, datetime], Said | None] = lambda _count, _now: None
    #: what a 304 brings as a new ETag
    etag_of_304: Callable[[int], str] | None = None
    #: says "not modified" to whoever has validators
    eternal: bool = False


@dataclass
class Publisher:
    """One feed, and what its server knows of the reader."""

    host: str
    path: str
    habits: Habits
    begin: datetime
    score: Counter[str]
    #: servers that asked for rest, and until when; shared by all
    rests: dict[str, datetime]
    #: the last validators of an answer that could be used
    etag: str = ""
    last_modified: str = ""
    issued: set[str] = field(default_factory=set)
    asked_at: datetime | None = None
    full_at: datetime | None = None
    #: not before
    due_at: datetime | None = None
    requests: int = 0

    def respond(self, asked: Asked, now: datetime) -> Said:
        """Judge a request, then answer it."""
        self._judge(asked, now)
        self.requests += 1
        self.asked_at = now
        said = self.habits.instead(self.requests, now) or self._ordinary(asked, now)
        self._remember(said, now)
        return said

    def _judge(self, asked: Asked, now: datetime) -> None:
        score = self.score
        score["requests"] += 1
        for name in ("cookie", "referer", "cache-control", "pragma"):
            score[name] += name in asked.headers
        score["query"] += asked.path != self.path
        score["user agent"] += not USER_AGENT.fullmatch(asked.headers.get("user-agent", ""))
        score["not a GET"] += asked.method != "GET"
        score["too early"] += self.asked_at is not None and now - self.asked_at < _LEAST
        score["before Retry-After"] += now < self.rests.get(self.host, now)
        score["before the publisher's time"] += self.due_at is not None and now < self.due_at
        score["in a skipped hour"] += f"<hour>{now.hour}</hour>" in self._known_channel
        score["on a skipped day"] += f"<day>{now:%A}</day>" in self._known_channel
        self._judge_validators(asked, now)

    @property
    def _known_channel(self) -> str:
        """What the reader can have read."""
        return self.habits.channel if self.etag or self.last_modified else ""

    def _judge_validators(self, asked: Asked, now: datetime) -> None:
        score = self.score
        for name, mine in (("if-none-match", self.etag), ("if-modified-since", self.last_modified)):
            sent = asked.headers.get(name, "")
            if sent and sent != mine:
                score["out of sequence" if sent in self.issued else "bogus"] += 1
            elif sent:
                score[name] += 1
        if "if-none-match" in asked.headers or "if-modified-since" in asked.headers:
            return
        if self.full_at is None:
            score["first, unconditional"] += 1
        elif not (self.etag or self.last_modified):
            score["nothing to send"] += 1
        elif now - self.full_at >= _PROBE:
            score["probe after 30 days"] += 1
        else:
            score["unconditional"] += 1
        self.full_at = now

    def _ordinary(self, asked: Asked, now: datetime) -> Said:
        habits, version = self.habits, (now - self.begin) // self.habits.rhythm
        etag = habits.etag(version, self.requests) if habits.etag else ""
        modified = format_datetime(self.begin + version * habits.rhythm, usegmt=True)
        known = asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")
        same = known[0] == etag if etag and known[0] else known[1] == modified and habits.last_modified
        if (habits.eternal and any(known)) or (same and any(known)):
            more = {"ETag": habits.etag_of_304(self.requests)} if habits.etag_of_304 else {}
            return Said(304, headers={**habits.headers, **more})
        headers = {"Content-Type": "application/rss+xml", "Set-Cookie": "id=7; Path=/", **habits.headers}
        if etag:
            headers["ETag"] = etag
        if habits.last_modified:
            headers["Last-Modified"] = modified
        return Said(200, body=self._document(version), headers=headers)

    def _document(self, version: int) -> bytes:
        items = "".join(
            f"<item><guid>{n}</guid><title>Report {n}</title><link>http://{self.host}/{n}</link><pubDate>"
            f"{format_datetime(self.begin + n * self.habits.rhythm)}</pubDate></item>"
            for n in range(max(0, version - 5), version + 1)
        )
        channel = f"<title>News</title>{self.habits.channel}{items}"
        return f"<rss version='2.0'><channel>{channel}</channel></rss>".encode()

    def _remember(self, said: Said, now: datetime) -> None:
        usable = said.status == 304 or (said.status == 200 and said.body.startswith(b"<rss"))
        if usable:
            names = {"ETag": "etag", "Last-Modified": "last_modified"}
            for header, name in names.items():
                if header in said.headers or said.status == 200:
                    setattr(self, name, said.headers.get(header, ""))
            self.issued |= {self.etag, self.last_modified}
        self.due_at = now + HOUR
        if said.status == 200 and usable and not (self.etag or self.last_modified):
            self.due_at = now + DAY - timedelta(seconds=1)
        if usable and (age := re.search(r"max-age=(\d+)", said.headers.get("Cache-Control", ""))):
            self.due_at = max(self.due_at, now + min(DAY, timedelta(seconds=int(age[1]))))
        if ttl := re.search(r"<ttl>(\d+)", self.habits.channel):
            self.due_at = max(self.due_at, now + timedelta(minutes=int(ttl[1])) if usable else now)
        self._rest(said, now)
        self.due_at -= timedelta(seconds=1)

    def _rest(self, said: Said, now: datetime) -> None:
        """Note what a reader was told about waiting."""
        stated = said.headers.get("Retry-After", "")
        if stated.isdecimal():
            until = now + min(31 * DAY, timedelta(seconds=int(stated)))
        elif "GMT" in stated:
            until = datetime.strptime(stated, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        else:
            return
        self.rests[self.host] = max(until, self.rests.get(self.host, until))


def within(now: datetime, *, begin: datetime, days: tuple[float, float]) -> bool:
    """Tell whether a time lies between two days of the simulation."""
    return days[0] * DAY <= now - begin < days[1] * DAY
