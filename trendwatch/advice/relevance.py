"""How much a story matters to a business, as a sum whose parts can be read aloud.

Theory of operation.

Observations. A business says little about itself: its sector, a few goals, perhaps topics and the
software it uses. A new business has given no votes, so its first digests rest on that alone. A story is
worth its time when it meets the profile, when independent people report it, and when it is not yet what
everybody in its own sector knows: what other sectors already do is what the product is for.

Method. points = Σ parts, each part one reason in plain words (the constants below):
  profile    own sector, topics asked about (a related topic weighs less), labels followed, goals met,
             software named in the text, a rule or risk to act on
  elsewhere  a technology reported in another sector and by nobody in this one: never zero
  evidence   breadth 2·(1 − e^(−(n−1)/3)) for n independent owners; momentum of its technologies;
             freshness 0.8·2^(−age / 4 days)
  doubts     a single publisher; written by those who sell it
A part that rests on a tag counts fully from confidence 0.5, below that in proportion. A muted label
removes the story, whatever else it has (``None``).

Known failures. Software is found by its written name, so a product called like a common word ("Square",
"Office") fires at the start of a sentence and in Title Case headlines. Two tags of one sentence may pay
twice (a rule for clinics is sector and impact). Nothing is learnt from votes yet: a static profile
reaches nDCG@10 0.55 where learning reaches 0.7 after 16 weeks (ALGORITHMS.md 5.2, simulated).

Source. Weights: the ratios of ALGORITHMS.md 5.3 (declared 1, related 0.4; breadth 1 − e^(−sources/4);
freshness half-life 4 days; momentum clip(IC025, 0, 2)/2), scaled so that 3 points are one declared interest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import exp

from trendwatch.advice.profile import Profile, confidences, most_specific, profile
from trendwatch.advice.words import a_list, counted, in_words, labels
from trendwatch.types.advice import Business, Candidate, Edition, Part
from trendwatch.types.news import FeedKind

#: The unit: one thing the business told us about itself.
OWN_SECTOR = 3.0
ASKED = 3.0
FOLLOWED = 3.0
#: Taxonomy neighbours of a topic asked about: 0.4 of it (ALGORITHMS.md 5.3).
RELATED = 1.2
#: Software it depends on: rarer and more exact than a topic, but names are ambiguous.
TOOL = 2.5
#: Goals are broad (half of all news serves "operations"), so they support rather than decide.
GOAL = 1.5
SECOND_GOAL = 0.75
#: Something may have to be done; counts only where it can concern the business, then more than a goal.
ACTION = 2.0
#: Happens in another sector and not in this one.
ELSEWHERE = 1.0
#: Many independent publishers: at most this, half of it at three.
BREADTH = 2.0
#: Its technologies are reported more than usual: at most this.
MOMENTUM = 1.5
FRESH = 0.8
FRESH_HALF_LIFE = timedelta(days=4)
SINGLE_SOURCE = -1.0
VENDOR_WRITTEN = -1.5
#: Who speaks for the thing itself: a regulator needs no second publisher.
OFFICIAL = frozenset({FeedKind.REGULATOR, FeedKind.RESEARCH})
#: A tag as likely as not is taken at its word.
FULL_CONFIDENCE = 0.5

#: Kinds of impact that ask for a decision, and how to say so.
ACTION_WORDS = {
    "impact:regulation": "a rule you may have to follow",
    "impact:threat": "a risk you may have to act on",
    "impact:security": "a security risk to check",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a story is worth to a business, and why."""

    #: sum of the parts
    points: float
    parts: tuple[Part, ...]
    #: what matched: full label keys, and ``tool:NAME``
    matched: tuple[str, ...]
    #: carries a label that is always wanted
    followed: bool
    #: one sentence for the owner, "" where nothing of the profile matched
    why: str


@dataclass(frozen=True, slots=True)
class _Match:
    """One part, with what it shows beyond its points."""

    reason: str
    points: float
    keys: tuple[str, ...] = ()
    #: how the why-sentence says it: "you ..." clauses are joined first
    clause: str = ""


def score(candidate: Candidate, business: Business, *, edition: Edition) -> Score | None:
    """Return what a story is worth to a business, None where a label of it is muted."""
    return weigh(candidate, profile(business, edition))


def weigh(candidate: Candidate, held: Profile) -> Score | None:
    """Return what a story is worth to a prepared profile, None where a label of it is muted."""
    tags = confidences(candidate, held.edition.parents)
    if held.mutes & tags.keys():
        return None
    personal = list(_personal(candidate, tags, held))
    matches = [*personal, *_evidence(candidate, tags, held)]
    parts = tuple(Part(reason=match.reason, points=round(match.points, 2)) for match in matches)
    keys = tuple(dict.fromkeys(key for match in matches for key in match.keys))
    return Score(
        points=round(sum(part.points for part in parts), 2),
        parts=tuple(part for part in parts if part.points),
        matched=keys,
        followed=bool(held.follows & tags.keys()),
        why=_why(personal),
    )


def owners(candidate: Candidate) -> int:
    """Return how many independent publishers report a story."""
    return len({source.owner for source in candidate.sources})


def official(candidate: Candidate) -> bool:
    """Return whether somebody who speaks for the thing itself reports a story."""
    return any(source.kind in OFFICIAL for source in candidate.sources)


def vendor_written(candidate: Candidate) -> bool:
    """Return whether nobody but sellers reports a story."""
    return bool(candidate.sources) and all(source.kind == FeedKind.VENDOR for source in candidate.sources)


def _personal(candidate: Candidate, tags: Mapping[str, float], held: Profile) -> Iterator[_Match]:
    named = _tools(candidate, held)
    yield from named
    yield from _sector(tags, held)
    yield from _topics(tags, held)
    yield from _goals(tags, held)
    yield from _action(tags, held, concerned=bool(named))
    yield from _elsewhere(tags, held)


def _tools(candidate: Candidate, held: Profile) -> list[_Match]:
    text = f"{candidate.title}\n{candidate.summary}"
    named = [name for name, written in held.tools if any(map(_product_like, written.findall(text)))]
    if not named:
        return []
    reason = f"about software you use: {', '.join(named)}"
    keys = tuple(f"tool:{name}" for name in named)
    return [_Match(reason, TOOL, keys, f"you use {a_list(named[:2])}")]


def _sector(tags: Mapping[str, float], held: Profile) -> Iterator[_Match]:
    if held.own in tags:
        clause = f"you work in {in_words(held.own, held.edition.names)}"
        yield _Match(f"because {clause}", OWN_SECTOR * _sure(tags, held.own), (held.own,), clause)


def _topics(tags: Mapping[str, float], held: Profile) -> Iterator[_Match]:
    names = held.edition.names
    asked = tuple(key for key in held.asked if key in tags)
    if asked:
        clause = f"you asked about {labels(asked, names)}"
        yield _Match(f"because {clause}", ASKED * max(_sure(tags, key) for key in asked), asked, clause)
    followed = tuple(key for key in tags if key in held.follows and key not in asked)
    if followed:
        clause = f"you follow {labels(followed, names)}"
        yield _Match(
            f"because {clause}", FOLLOWED * max(_sure(tags, key) for key in followed), followed, clause
        )
    near = tuple(key for key in tags if key in held.related)
    if near and not asked and not followed:
        topic = in_words(held.related[near[0]], names)
        clause = f"it is close to {topic}, which you asked about"
        yield _Match(clause, RELATED * _sure(tags, near[0]), near[:1], clause)


def _goals(tags: Mapping[str, float], held: Profile) -> Iterator[_Match]:
    met = tuple(key for key in held.goals if key in tags)
    if met:
        clause = f"you want to improve {labels(met, held.edition.names)}"
        points = GOAL * _sure(tags, met[0]) + (SECOND_GOAL * _sure(tags, met[1]) if met[1:] else 0.0)
        yield _Match(f"because {clause}", points, met, clause)


def _action(tags: Mapping[str, float], held: Profile, *, concerned: bool) -> Iterator[_Match]:
    sectors = [key for key in tags if key.startswith("sector:")]
    mine = concerned or held.own in sectors or any(key in tags for key in held.asked)
    if not mine and sectors:  # somebody else's rule; without a sector it is everybody's
        return
    for key, words in ACTION_WORDS.items():
        if key in tags:
            yield _Match(words, ACTION * _sure(tags, key), (key,), f"it is {words}")
            return


def _elsewhere(tags: Mapping[str, float], held: Profile) -> Iterator[_Match]:
    sectors = tuple(key for key in tags if key.startswith("sector:"))
    new = tuple(key for key in tags if key.startswith("area:") and key not in held.here)
    if not new or not sectors or held.own in sectors:
        return
    names = held.edition.names
    topic = most_specific(new, held.edition.parents)[0]
    clause = (
        f"it comes from {labels(sectors, names)}, and {in_words(held.own, names)} "
        f"had nothing on {in_words(topic, names)} this week"
    )
    yield _Match(clause, ELSEWHERE, (topic, *sectors), clause)


def _evidence(candidate: Candidate, tags: Mapping[str, float], held: Profile) -> Iterator[_Match]:
    independent = owners(candidate)
    if independent > 1:
        words = f"reported by {counted(independent, 'independent publisher')}"
        yield _Match(words, BREADTH * (1 - exp(-(independent - 1) / 3)))
    elif not official(candidate):
        yield _Match("only one publisher so far", SINGLE_SOURCE)
    if vendor_written(candidate):
        yield _Match("written by those who sell it", VENDOR_WRITTEN)
    risen = max((key for key in tags if key in held.rising), key=lambda key: held.rising[key], default="")
    if risen:
        bits = held.rising[risen]
        words = f"more reports than usual about {in_words(risen, held.edition.names)}"
        yield _Match(words, MOMENTUM * min(bits, 2.0) / 2)
    yield _freshness(candidate, held.edition)


def _freshness(candidate: Candidate, edition: Edition) -> _Match:
    since = candidate.published_at or candidate.first_seen_at
    age = max(edition.cutoff - since, timedelta(0))
    days = counted(age.days, "day") + " ago" if age.days else "today"
    verb = "published" if candidate.published_at else "first seen"
    return _Match(f"{verb} {days}", FRESH * 2.0 ** -(age / FRESH_HALF_LIFE))


def _why(personal: list[_Match]) -> str:
    """Return one sentence: at most two of the owner's own facts, then at most one about the story."""
    yours = [match.clause.removeprefix("you ") for match in personal if match.clause.startswith("you ")]
    others = [match.clause for match in personal if not match.clause.startswith("you ")]
    clauses = ([f"you {a_list(yours[:2])}"] if yours else []) + others[:1]
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _sure(tags: Mapping[str, float], key: str) -> float:
    return min(1.0, tags[key] / FULL_CONFIDENCE)


def _product_like(written: str) -> bool:
    """Return whether a name is written as products are: "Xero" and "n8n", not "square" (metres)."""
    return any(not c.isalpha() or c.isupper() for c in written)
