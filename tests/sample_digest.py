"""A small written world: one edition, one dental practice, what its digest is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from trendwatch.advice.digest import compose
from trendwatch.advice.profile import Profile, profile
from trendwatch.influence.towards import moving_towards
from trendwatch.render import email, feeds, page
from trendwatch.types.advice import Business, Candidate, Coverage, Digest, Edition, Memory
from trendwatch.types.influence import Arrival, ArrivalState
from trendwatch.types.knowledge import Knowledge
from trendwatch.types.practices import Practice, Range
from trendwatch.types.sources import Source
from trendwatch.types.tags import Facet, Origin, Tag
from trendwatch.types.trends import Stage, Trend, TrendKind

GOLDEN = Path(__file__).parent / "data" / "digests"

NOT_YET_SEEN, FIRST_REPORTS, STARTING, ESTABLISHED = ArrivalState

SINCE = datetime(2025, 2, 24, 7, 0, tzinfo=UTC)
CUTOFF = datetime(2025, 3, 3, 7, 0, tzinfo=UTC)

NAMES = {
    "area:ai": "Artificial intelligence",
    "area:generative_ai": "Generative AI",
    "area:iot": "Connected sensors",
    "area:cybersecurity": "Cybersecurity",
    "area:additive_manufacturing": "3D printing",
    "area:digital_payments": "Digital payments",
    "area:drones": "Drones",
    "area:health_tech": "Health technology",
    "sector:healthcare": "Healthcare",
    "sector:manufacturing": "Manufacturing",
    "sector:agriculture": "Farming",
    "sector:retail": "Retail",
    "sector:energy": "Energy",
    "sector:public_sector": "Public sector",
    "function:operations": "Day-to-day operations",
    "function:customer_service": "Customer service",
    "impact:regulation": "New rule",
    "impact:threat": "Threat",
    "impact:opportunity": "Opportunity",
}
PARENTS = {"area:generative_ai": "area:ai"}

BUSINESS = Business(
    key="harbour_dental",
    name="Harbour Dental",
    sector="healthcare",
    size=9,
    region="gb",
    currency="GBP",
    goals=("operations", "customer_service"),
    hours_per_week=2,
    skills="some",
    budget_per_month=100,
    areas=("iot", "additive_manufacturing"),
    tools=("Xero", "Dentally"),
    digest_weekday=0,
    digest_time=time(7, 0),
    timezone="Europe/London",
    email="owner@harbour.example",
)


def tags(keys: str, confidence: float = 0.9) -> tuple[Tag, ...]:
    """Return tags written as "area:iot sector:retail"."""
    return tuple(
        Tag(facet=Facet(facet), label=label, confidence=confidence, origin=Origin.MODEL)
        for facet, _, label in (key.partition(":") for key in keys.split())
    )


def source(feed: str, *, owner: str = "", kind: str = "news", path: str = "story") -> Source:
    """Return a report in a feed; its owner is the feed where none is given."""
    host = feed.lower().replace(" ", "-")
    return Source(
        title=f"{feed} on it", url=f"https://{host}.example/{path}", feed=feed, owner=owner or feed, kind=kind
    )


def candidate(
    story_id: str = "s1",
    *,
    title: str = "A clinic tries something new",
    summary: str = "",
    labels: str = "",
    feeds: str = "The Courier,Daily Trade",
    kind: str = "news",
    seen: datetime = CUTOFF - timedelta(days=3),
    published: datetime | None = CUTOFF - timedelta(days=3),
    backlog: bool = False,
    confidence: float = 0.9,
) -> Candidate:
    """Return a story; reported twice three days before the cutoff where nothing else is said."""
    sources = tuple(source(feed, kind=kind, path=story_id) for feed in feeds.split(","))
    return Candidate(
        story_id=story_id,
        title=title,
        summary=summary,
        url=sources[0].url,
        first_seen_at=seen,
        published_at=published,
        first_told_at=published or seen,
        backlog=backlog,
        tags=tags(labels, confidence),
        sources=sources,
        items=len(sources),
    )


def holding(business: Business, where: Edition, practices: Sequence[Practice] = ()) -> Profile:
    """Return a business held against an edition with a catalogue."""
    return profile(business, replace(where, knowledge=Knowledge(practices=tuple(practices))))


def trend(
    key: str,
    *,
    strength: float = 1.2,
    observed: float = 6.0,
    expected: float = 2.0,
    stories: int = 9,
    stage: Stage = Stage.GROWING,
    evidence: tuple[str, ...] = (),
    kind: TrendKind = TrendKind.LABEL,
    usual: float | None = None,
) -> Trend:
    """Return a trend: 9 stories where 3 are usual, unless said otherwise.

    Usual are as many times less stories as reports are expected: 9 · 2.0 / 6.0.
    """
    return Trend(
        week="2025-W09",
        kind=kind,
        key=key,
        strength=strength,
        share_before=0.01,
        share_now=0.03,
        observed=observed,
        expected=expected,
        stories=stories,
        sources=5,
        owners=4,
        since="2025-W06",
        stage=stage,
        evidence=evidence,
        usual=stories * expected / observed if usual is None else usual,
    )


def arrival(
    area: str,
    sector: str,
    state: ArrivalState,
    *,
    since: str = "2024-W45",
    stories: int = 41,
    owners: int = 12,
    first: datetime = datetime(2024, 5, 6, tzinfo=UTC),
    evidence: tuple[str, ...] = (),
    or_before: bool = False,
) -> Arrival:
    """Return a technology in a sector: 41 stories by 12 publishers, unless said otherwise."""
    return Arrival(
        technology=f"area:{area}",
        sector=f"sector:{sector}",
        state=state,
        first_at=first,
        since=since,
        or_before=or_before,
        stories=stories,
        owners=owners,
        evidence=evidence,
    )


def edition(
    *candidates: Candidate,
    trends: tuple[Trend, ...] = (),
    arrivals: tuple[Arrival, ...] = (),
    reports: dict[str, Source] | None = None,
    trends_from: datetime | None = None,
    coverage: Coverage | None = None,
) -> Edition:
    """Return an edition of the week before Monday 3 March 2025, 07:00 in London."""
    return Edition(
        id="2025-03-03T07:00:00Z",
        since=SINCE,
        cutoff=CUTOFF,
        candidates=candidates,
        trends=trends,
        coverage=coverage or Coverage(items=1240, sources=87, feeds=90, missing=()),
        names=NAMES,
        parents=PARENTS,
        model_version="m1",
        config_hash="c1",
        reports=reports or {},
        trends_from=trends_from,
        arrivals=arrivals,
    )


SAMPLE = edition(
    candidate(
        "chairs",
        title="Dental chairs that report their own faults cut cancelled appointments by a third",
        summary="Forty practices in Denmark fitted vibration and pressure sensors to compressors and chairs "
        "and moved to planned repairs. The maker published the figures on Tuesday.",
        labels="area:iot sector:healthcare function:operations impact:opportunity",
        feeds="Dental Tribune,Nordic Health Wire,The Register,Reuters",
        published=datetime(2025, 2, 25, 9, 0, tzinfo=UTC),
        seen=datetime(2025, 2, 25, 10, 0, tzinfo=UTC),
    ),
    candidate(
        "fda",
        title="Regulator tells clinics to log every use of AI in diagnosis from September",
        summary="Practices of any size must record which software advised on which image, and keep it for "
        "eight years.",
        labels="area:ai area:health_tech sector:healthcare sector:public_sector impact:regulation",
        feeds="Care Regulator Bulletin",
        kind="regulator",
    ),
    candidate(
        "xero",
        title="Fake Xero invoices slip past mail filters in a new wave of phishing",
        summary="The messages copy real supplier names and ask for a changed bank account, "
        "security firms say.",
        labels="area:cybersecurity impact:threat",
        feeds="Bleeping Wire,SME Today,Krebs Letter",
    ),
    candidate(
        "aligners",
        title="Print-shop maker of hearing aids moves to overnight 3D printing and drops its stock room",
        summary="The company in Lyon prints each shell after the order and ships within a day.",
        labels="area:additive_manufacturing sector:manufacturing function:operations",
        feeds="Factory Floor,Les Ateliers",
    ),
    candidate(
        "chatbot",
        title="Supermarkets let a chatbot answer the phone, and callers mostly do not mind",
        summary="In a trial of 12 shops two thirds of calls about opening hours never reached a person.",
        labels="area:generative_ai sector:retail function:customer_service",
        feeds="Grocer Week,Retail Bits",
    ),
    candidate(
        "dronesgrid",
        title="Drones now inspect half of Portugal's power lines",
        summary="The grid operator says a flight takes 20 minutes where a crew needed a day.",
        labels="area:drones sector:energy",
        feeds="Grid News,Reuters,Publico",
    ),
    candidate(
        "vendor",
        title="Why every clinic needs our smart compressor",
        summary="Our new compressor is the best.",
        labels="area:iot sector:healthcare",
        feeds="AirCo Blog",
        kind="vendor",
    ),
    trends=(
        trend(
            "area:iot|sector:healthcare",
            strength=1.4,
            stories=9,
            observed=6.0,
            expected=2.0,
            evidence=("i1",),
        ),
        trend("area:additive_manufacturing", strength=0.7, stories=21, observed=14.0, expected=8.0),
        trend("area:generative_ai", strength=0.6, stories=64, observed=40.0, expected=26.0),
        trend(
            "area:digital_payments|sector:healthcare",
            strength=-2.0,
            stories=2,
            observed=1.4,
            expected=5.0,
            stage=Stage.FADING,
            evidence=("i2",),
        ),
    ),
    reports={
        "i1": source("Dental Tribune", path="sensors"),
        "i2": source("Clinic Finance", path="pay"),
        "i3": source("Plant Life", path="vibration"),
        "i4": source("Motor Weekly", path="spindle"),
        "i5": source("Kitchen Trade", path="answers"),
        "i6": source("Checkout", path="phone"),
        "i7": source("Ward Round", path="chat"),
        "i8": source("Foundry News", path="print"),
    },
    arrivals=(
        arrival("iot", "manufacturing", ESTABLISHED, evidence=("i3", "i4"), or_before=True),
        arrival(
            "iot",
            "healthcare",
            STARTING,
            since="2025-W07",
            stories=7,
            owners=4,
            first=datetime(2024, 11, 20, tzinfo=UTC),
            evidence=("i1",),
        ),
        arrival("generative_ai", "retail", ESTABLISHED, since="2025-W04", stories=112, evidence=("i5", "i6")),
        arrival(
            "generative_ai",
            "healthcare",
            FIRST_REPORTS,
            since="2025-W08",
            stories=3,
            owners=2,
            first=datetime(2025, 2, 18, 9, tzinfo=UTC),
            evidence=("i7",),
        ),
        arrival("additive_manufacturing", "manufacturing", ESTABLISHED, stories=64, evidence=("i8",)),
        arrival("health_tech", "healthcare", ESTABLISHED, stories=230),
    ),
    coverage=Coverage(
        items=1240, sources=87, feeds=90, missing=("Health Tech Gazette", "Le Cabinet", "Praxis")
    ),
)


REMINDERS = Practice(
    key="booking_reminders",
    name="Appointment reminders that answer back",
    plain="A message goes out two days before each visit, and a reply moves or cancels it without a call.",
    functions=("customer_service", "operations"),
    areas=("ai",),
    inspired_by="retail",
    fits=("healthcare",),
    adapt="Shops confirm deliveries this way; a practice confirms chairs.",
    cost_once=Range(low=0, base=60, high=200),
    cost_per_month=Range(low=0, base=25, high=60),
    hours_first_month=Range(low=2, base=4, high=6),
    skills="low",
    integration=("Does the diary software send messages already?",),
    ask=("the maker of the diary software",),
    vendor_questions=("Where are the numbers kept?",),
    objections=("The front desk fears double bookings.",),
    trained=("Whoever keeps the diary.",),
    first_week=(
        "Switch on the reminders your diary software has, for one day of the week only.",
        "Ask ten patients.",
    ),
    experiment="Send reminders for Tuesdays only, four weeks long.",
    measure="Missed appointments on Tuesdays and on Thursdays.",
    passes="Tuesdays lose a third fewer than Thursdays.",
    fails="No difference after eight weeks, or more than two complaints.",
    risks=(),
    free_way="Send them by hand from a list at the front desk.",
    terms=("appointment reminder",),
)


def composed(where: Edition, who: Business, memory: Memory) -> Digest:
    """Return a digest as the pipeline composes it: with what approaches and a catalogue of one practice."""
    near = moving_towards(where.arrivals, who.sector)
    return compose(replace(where, knowledge=Knowledge(practices=(REMINDERS,))), who, memory, approaches=near)


def sample_digest(memory: Memory | None = None) -> Digest:
    """Return the fifth digest of the dental practice."""
    return composed(SAMPLE, BUSINESS, memory or Memory(issues=4))


BASE_URL = "https://trendwatch.example/b/harbour_dental"


def rendered() -> dict[str, str]:
    """Return the sample digest in every form that is kept as a golden file."""
    digest = sample_digest()
    links = {"business_name": BUSINESS.name, "self_url": f"{BASE_URL}/feed", "base_url": BASE_URL}
    return {
        "sample.txt": email.text(digest, base_url=BASE_URL),
        "sample.html": page.html(digest, base_url=BASE_URL),
        "sample.atom": feeds.atom([digest], business_key=BUSINESS.key, **links),
        "sample.feed.json": feeds.json_feed([digest], **links),
        "sample.json": feeds.as_json(digest),
    }


if __name__ == "__main__":  # python -m tests.sample_digest: write the golden files anew, then read the diff
    for file_name, content in rendered().items():
        (GOLDEN / file_name).write_text(content, encoding="utf-8")
