"""How well the feeds hear of each sector and technology, and what would help.

What was observed. A list of feeds looks broad and is not: of the feeds about construction that can be
attested, all belong to one publisher; about sport there is none. And a sector without a feed of its own is
still heard of in the general press, but only when its news is general. So both are judged: what is
configured, by independent publishers, and what was told in the last four weeks, whoever told it.

Method. Counted are stories and independent publishers (owners) with the label in the window, and owners of
enabled feeds about it. Where nothing was read yet, configured owners stand in for those who reported.

    thin  <=>  fewer than 3 publishers reported, or fewer than 8 stories
    good  <=>  at least 6 publishers reported, at least 40 stories, for a sector 3 owners of feeds about it
    fair  otherwise

A technology needs no feeds of its own: the press of every sector tells of it, and that is where it matters.

Why these numbers: a trend needs reports of three sources (see ``trends.surge``); six publishers leave three
when half of them fall silent; 8 stories in four weeks are two a week, 40 are ten, of which a digest of five
can choose. They are judgements, not measurements.

Known failures. Owners are the operator's word: two names of one publisher count twice. The tagger's mistakes
count as stories. A label whose news is rare by nature (quantum computing in farming) is thin for ever, and
that is right: little can be said about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from trendwatch.types.coverage import Breadth, LabelCoverage, Reported
from trendwatch.types.news import Feed
from trendwatch.types.packs import Pack
from trendwatch.types.tags import Facet, Label, Taxonomy

#: What is counted as present.
WINDOW = timedelta(weeks=4)
#: Independent publishers below which nothing can be called a trend.
FAIR_OWNERS = 3
#: Independent publishers of whom half may fall silent.
GOOD_OWNERS = 6
#: Stories of the window below which a weekly digest has nothing to choose from: two a week.
FAIR_STORIES = 8
#: Stories of the window of which a digest can choose: ten a week.
GOOD_STORIES = 40
#: Feeds and packs suggested for one label, at most.
MOST_FEEDS = 5
MOST_PACKS = 2
#: The facets feeds can be about.
FACETS = (Facet.SECTOR, Facet.AREA)

_NOTHING = Reported(0, 0)


def coverage(
    taxonomy: Taxonomy,
    feeds: Sequence[Feed],
    packs: Sequence[Pack],
    *,
    reported: Mapping[str, Reported] | None,
) -> tuple[LabelCoverage, ...]:
    """Return how well each sector and area is covered, in the order of the taxonomy.

    Reported is what was told in the window by full key; None where nothing was read.
    """
    return tuple(
        _coverage(label, taxonomy, feeds=feeds, packs=packs, reported=reported)
        for facet in FACETS
        for label in taxonomy.of(facet)
    )


def _coverage(
    label: Label,
    taxonomy: Taxonomy,
    *,
    feeds: Sequence[Feed],
    packs: Sequence[Pack],
    reported: Mapping[str, Reported] | None,
) -> LabelCoverage:
    family = _family(label, taxonomy)
    about = [feed for feed in feeds if family & set(_focus(feed, label.facet))]
    heard = [feed for feed in about if feed.enabled and taxonomy.covers(primary(feed.language))]
    owners = {feed.owner for feed in heard}
    told = None if reported is None else reported.get(label.full_key, _NOTHING)
    breadth = _breadth(told, own=len(owners), needs_own=label.facet is Facet.SECTOR)
    better = breadth is not Breadth.GOOD
    return LabelCoverage(
        key=label.full_key,
        name=label.name,
        feeds=len(about),
        enabled=len(heard),
        owners=len(owners),
        stories=None if told is None else told.stories,
        reporting=None if told is None else told.owners,
        breadth=breadth,
        why=tuple(_reasons(told, own=len(owners))) if better else (),
        add_feeds=_helpful_feeds(about, owners, taxonomy, facet=label.facet) if better else (),
        add_packs=_helpful_packs(packs, feeds, family, facet=label.facet) if better else (),
    )


def primary(language: str) -> str:
    """Return the language of a tag such as ``en-GB``."""
    return language.partition("-")[0]


def _family(label: Label, taxonomy: Taxonomy) -> set[str]:
    """Return a label's key and those that imply it: what is about generative AI is about AI."""
    below = {
        other.key
        for other in taxonomy.of(label.facet)
        if label.key in taxonomy.ancestors(other.facet, other.key)
    }
    return {label.key} | below


def _focus(one: Feed | Pack, facet: Facet) -> tuple[str, ...]:
    return one.sectors if facet is Facet.SECTOR else one.areas


def _breadth(told: Reported | None, *, own: int, needs_own: bool) -> Breadth:
    if told is None:
        return Breadth.THIN if own < FAIR_OWNERS else Breadth.FAIR if own < GOOD_OWNERS else Breadth.GOOD
    if told.owners < FAIR_OWNERS or told.stories < FAIR_STORIES:
        return Breadth.THIN
    plenty = told.owners >= GOOD_OWNERS and told.stories >= GOOD_STORIES
    return Breadth.GOOD if plenty and (own >= FAIR_OWNERS or not needs_own) else Breadth.FAIR


def _reasons(told: Reported | None, *, own: int) -> list[str]:
    """Return what keeps a label from being covered better, worst first."""
    found = [] if told is None else _too_little(told) or _not_plenty(told)
    if not own:
        found.append("No feed that is read is about it: only what others say of it is heard.")
    elif own < FAIR_OWNERS or (told is None and own < GOOD_OWNERS):
        enough = FAIR_OWNERS if own < FAIR_OWNERS else GOOD_OWNERS
        found.append(f"Feeds about it belong to {_publishers(own, 'one publisher')}; {enough} are wanted.")
    return found


def _too_little(told: Reported) -> list[str]:
    found: list[str] = []
    if told.owners < FAIR_OWNERS:
        found.append(f"{_publishers(told.owners)} told of it; below {FAIR_OWNERS} nothing is a trend.")
    if told.stories < FAIR_STORIES:
        found.append(f"{_stories(told)}; below {FAIR_STORIES} a digest has nothing to choose from.")
    return found


def _not_plenty(told: Reported) -> list[str]:
    found: list[str] = []
    if told.owners < GOOD_OWNERS:
        found.append(f"{_publishers(told.owners)} told of it; {GOOD_OWNERS} would be safe.")
    if told.stories < GOOD_STORIES:
        found.append(f"{_stories(told)}; {GOOD_STORIES} would give a choice.")
    return found


def _stories(told: Reported) -> str:
    return f"{_counted(told.stories, 'story', 'stories')} in four weeks"


def _publishers(count: int, one: str = "One publisher") -> str:
    return one if count == 1 else _counted(count, "publisher", "publishers")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count or 'No'} {one if count == 1 else many}"


def _helpful_feeds(
    about: Sequence[Feed], owners: set[str], taxonomy: Taxonomy, *, facet: Facet
) -> tuple[str, ...]:
    """Return feeds that are off and would be understood: new voices first, then those about little else."""
    off = [feed for feed in about if not feed.enabled and taxonomy.covers(primary(feed.language))]
    off.sort(key=lambda feed: (feed.owner in owners, len(_focus(feed, facet))))
    return tuple(feed.key for feed in off[:MOST_FEEDS])


def _helpful_packs(
    packs: Sequence[Pack], feeds: Sequence[Feed], family: set[str], *, facet: Facet
) -> tuple[str, ...]:
    """Return packs for a label that would switch something on about it, the most first."""
    off = {feed.key for feed in feeds if not feed.enabled and family & set(_focus(feed, facet))}
    gains = {pack.key: len(off & set(pack.feeds)) for pack in packs if family & set(_focus(pack, facet))}
    useful = sorted((key for key, gain in gains.items() if gain), key=lambda key: -gains[key])
    return tuple(useful[:MOST_PACKS])
