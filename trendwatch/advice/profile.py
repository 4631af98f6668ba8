"""A business as stories are held against it: what matches, prepared once for all stories of an edition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from trendwatch.advice.columns import Columns
from trendwatch.advice.muting import is_muted, naming
from trendwatch.advice.taste import NO_TASTE, Taste
from trendwatch.types.advice import Business, Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A business as stories are held against it: computed once for an edition."""

    business: Business
    edition: Edition
    #: the edition's stories, shared by all businesses
    columns: Columns
    #: start of its own window: a shared edition may reach further back for others
    since: datetime
    own: str
    asked: tuple[str, ...]
    #: topic asked about, by each taxonomy neighbour of it
    related: Mapping[str, str]
    goals: tuple[str, ...]
    mutes: frozenset[str]
    #: finds a muted technology by its name
    unwanted: re.Pattern[str]
    follows: frozenset[str]
    tools: tuple[tuple[str, re.Pattern[str]], ...]
    #: strongest rise of each technology, all sectors or its own, in bits
    rising: Mapping[str, float]
    #: technologies somebody reports from its own sector
    here: frozenset[str]
    #: weight of each related sector by key
    relations: Mapping[str, float]
    #: what its votes say
    taste: Taste = NO_TASTE

    def never(self, *keys: str, said: str = "") -> bool:
        """Tell whether one of some labels, or what is said, is of what it muted."""
        return is_muted(keys, self.mutes, self.edition.parents) or bool(self.unwanted.search(said))


def profile(
    business: Business,
    edition: Edition,
    *,
    columns: Columns | None = None,
    since: datetime | None = None,
    taste: Taste = NO_TASTE,
) -> Profile:
    """Return a business prepared for the stories of an edition.

    Args:
        business: who they are held against
        edition: where they stand
        columns: of this edition, where they are shared; None: they are made
        since: end of its last digest, where its window begins; None: that of the edition
        taste: what its votes say
    """
    columns = columns or Columns(edition)
    own = f"sector:{business.sector}"
    asked = tuple(f"area:{key}" for key in business.areas)
    topics = tuple(dict.fromkeys((*asked, *(key for key in business.follows if key.startswith("area:")))))
    return Profile(
        business=business,
        edition=edition,
        columns=columns,
        since=max(edition.since, since or edition.since),
        own=own,
        asked=asked,
        related=_neighbours(topics, edition.parents),
        goals=tuple(f"function:{key}" for key in business.goals),
        mutes=frozenset(business.mutes),
        unwanted=naming(business.mutes, edition.names),
        follows=frozenset(business.follows),
        tools=tuple((name.strip(), _whole_word(name.strip())) for name in business.tools if name.strip()),
        rising=columns.once(("rising", own), lambda: _rising(edition, own)),
        here=columns.once(("here", own), lambda: _reported_in(own, columns)),
        relations=edition.knowledge.relations(business.sector, business.relations),
        taste=taste,
    )


def most_specific(keys: tuple[str, ...], parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return keys without those that another of them implies."""
    implied = {parents.get(key, "") for key in keys}
    return tuple(key for key in keys if key not in implied)


def _neighbours(topics: tuple[str, ...], parents: Mapping[str, str]) -> dict[str, str]:
    """Return parents, children and siblings of topics, each with the topic it is near to."""
    near: dict[str, str] = {}
    for topic in topics:
        parent = parents.get(topic, "")
        if parent:
            near.setdefault(parent, topic)
        for key, above in sorted(parents.items()):
            if above and above in {topic, parent}:
                near.setdefault(key, topic)
    return {key: topic for key, topic in near.items() if key not in topics}


def _whole_word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def _rising(edition: Edition, own: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for trend in edition.trends:
        area, _, sector = trend.key.partition("|")
        if area.startswith("area:") and sector in {"", own} and trend.strength > 0:
            found[area] = max(found.get(area, 0.0), trend.strength)
    return found


def _reported_in(sector: str, columns: Columns) -> frozenset[str]:
    """Return the technologies that this edition's stories or trends place in a sector."""
    trends = columns.edition.trends
    found = {trend.key.partition("|")[0] for trend in trends if trend.key.endswith(f"|{sector}")}
    for tags in columns.tags:
        if sector in tags:
            found.update(key for key in tags if key.startswith("area:"))
    return frozenset(found)
