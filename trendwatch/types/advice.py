"""Words of advice: who we advise, what we pick, what a digest is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time

from trendwatch.types.influence import Arrival
from trendwatch.types.knowledge import NO_KNOWLEDGE, Knowledge
from trendwatch.types.rows import ArrivalNote, Movement, PracticeNote, Remark
from trendwatch.types.sources import Source
from trendwatch.types.tags import Tag
from trendwatch.types.trends import Trend
from trendwatch.types.votes import Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A small business and what it told us."""

    #: lower_snake_case: the name of its file
    key: str
    name: str
    #: sector key
    sector: str
    #: people who work there
    size: int = 1
    region: str = "world"
    #: ISO 4217
    currency: str = "EUR"
    language: str = "en"
    #: function keys: what should get better
    goals: tuple[str, ...] = ()
    #: area keys it asked about
    areas: tuple[str, ...] = ()
    #: software and platforms in use, as it names them
    tools: tuple[str, ...] = ()
    #: full label keys never shown
    mutes: tuple[str, ...] = ()
    #: full label keys always wanted
    follows: tuple[str, ...] = ()
    #: full label keys it wants fewer stories on, by a rule it accepted
    less: tuple[str, ...] = ()
    #: full label keys it wants more stories on, by a rule it accepted
    more: tuple[str, ...] = ()
    #: proposed rules it refused, as ``less:area:drones``: they are not proposed again
    declined: tuple[str, ...] = ()
    #: votes cast before are not learnt from any more; None: all are
    votes_since: datetime | None = None
    #: for trying new things, in its currency
    budget_per_month: int = 0
    hours_per_week: float = 0.0
    #: low, some or good
    skills: str = "low"
    #: Monday is 0
    digest_weekday: int = 0
    #: local time of day
    digest_time: time = time(7, 0)
    #: IANA name
    timezone: str = "UTC"
    #: weekly, two_weekly, monthly or paused
    frequency: str = "weekly"
    #: what a week without a story brings: none, note (two lines) or general (what everybody reads)
    quiet_week: str = "none"
    #: "" means no mail: the digest is a page, a feed and a file
    email: str = ""
    #: further mail addresses, each a reader of its own
    also_to: tuple[str, ...] = ()
    #: weight of sectors that matter to it, instead of what ``sectors.toml`` says; 0 leaves one out
    relations: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story as every business of an edition may pick it."""

    story_id: str
    title: str
    summary: str
    url: str
    first_seen_at: datetime
    #: of its earliest report, None where undated
    published_at: datetime | None
    #: every report was in its feed before we knew the feed
    backlog: bool
    #: of all its reports, best confidence per label
    tags: tuple[Tag, ...]
    #: best first; one per owner
    sources: tuple[Source, ...]
    #: reports, copies included
    items: int
    #: published first, as far as that is credible, else counted first; None in editions that are older
    first_told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What an edition could see."""

    items: int
    #: feeds that were read in the window, whether or not they had news
    sources: int
    #: feeds that should have
    feeds: int
    #: titles of those that failed
    missing: tuple[str, ...] = ()
    #: feeds that these items came from; 0 in digests that were kept before it was counted
    told: int = 0
    #: from when to the cutoff no feed was read, where that is longer than usual; None where it is not
    unread_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Everything the digests of one cutoff may draw on, frozen."""

    #: the cutoff, RFC 3339 UTC
    id: str
    #: half-open window [since, cutoff), UTC
    since: datetime
    cutoff: datetime
    candidates: tuple[Candidate, ...]
    #: rising and fading labels and pairs of the last whole week
    trends: tuple[Trend, ...]
    coverage: Coverage
    #: what people read for each full label key
    names: dict[str, str]
    #: full key of each label's parent
    parents: dict[str, str]
    model_version: str
    config_hash: str
    #: by item id: the reports that trends name as evidence
    reports: dict[str, Source] = field(default_factory=dict)
    #: before this time there is too little history to speak of trends; None: there is enough
    trends_from: datetime | None = None
    #: how far each technology has come in each sector that reported it, as of the last whole week
    arrivals: tuple[Arrival, ...] = ()
    #: what advice rested on when it was frozen: a later change of config/ changes no past digest
    knowledge: Knowledge = NO_KNOWLEDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One additive part of a score, printable."""

    #: in words the owner understands
    reason: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A story chosen for one business."""

    story_id: str
    title: str
    #: one sentence, from the report itself
    what: str
    #: one sentence that names what matched
    why: str
    url: str
    #: sum of the parts
    score: float
    parts: tuple[Part, ...]
    #: names of its technologies and sectors, for people
    topics: tuple[str, ...]
    sources: tuple[Source, ...]
    first_seen_at: datetime
    #: must see, single source, official source, opinion, vendor-written, undated
    marks: tuple[str, ...] = ()
    #: of the one from outside: how likely it was drawn among its equals; None for what was chosen
    propensity: float | None = None
    #: when its earliest report was published, as far as that is credible; None in digests that are older
    first_told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One business, one period, frozen once composed; every channel renders this value."""

    business_key: str
    business_name: str
    #: local ISO week of the scheduled cutoff, such as 2025-W10
    period: str
    edition_id: str
    #: half-open window, UTC
    since: datetime
    cutoff: datetime
    #: IANA zone the dates are shown in
    timezone: str
    language: str
    one_thing: Pick | None
    movements: tuple[Movement, ...]
    worth_a_look: tuple[Pick, ...]
    #: one labelled item outside the usual
    outside: Pick | None
    coverage: Coverage
    #: sentences where something cannot be said yet, and why
    notes: tuple[str, ...]
    model_version: str
    config_hash: str
    #: quiet (nothing passed the gates) is not broken
    quiet: bool = False
    #: what has come further in other sectors than in one's own
    arrivals: tuple[ArrivalNote, ...] = ()
    try_this: PracticeNote | None = None
    #: earlier periods that passed without an issue, told in this one
    merged: tuple[str, ...] = ()
    #: what was chosen for a quiet week and done in this one; "" where it is not quiet
    quiet_choice: str = ""
    #: from when movements can be told, where there is too little history yet; None: there is enough
    trends_from: datetime | None = None
    #: sectors that are proven to come first, said under the arrivals
    leads: tuple[Remark, ...] = ()
    #: moves on the radar and due checks of pilots
    radar: tuple[Remark, ...] = ()

    @property
    def picks(self) -> tuple[Pick, ...]:
        """Every chosen story, in reading order."""
        first = (self.one_thing,) if self.one_thing else ()
        last = (self.outside,) if self.outside else ()
        return (*first, *self.worth_a_look, *last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a business was shown before."""

    #: story ids of all earlier digests
    shown: frozenset[str] = frozenset()
    #: what the last issues said of their stories: how many issues ago, from 1 on, and headline with sentence
    told: tuple[tuple[int, str], ...] = ()
    #: digests composed so far
    issues: int = 0
    #: cutoff of its last digest, where its next window begins; None before the first
    last_cutoff: datetime | None = None
    #: (technology, state at home, state elsewhere) of the arrival notes of the last year
    arrivals: frozenset[tuple[str, str, str]] = frozenset()
    #: those of the last four digests, each with the stories there were at home
    recent_arrivals: frozenset[tuple[str, str, str, int]] = frozenset()
    #: keys of the practices of the last quarter
    practices: frozenset[str] = frozenset()
    #: votes it cast before the cutoff
    votes: tuple[Vote, ...] = ()
