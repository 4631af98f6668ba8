"""Words of coverage: how well the feeds hear of a sector or a technology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Breadth(StrEnum):
    """How well a label is covered."""

    #: too little for a trend or a digest
    THIN = "thin"
    #: enough to be told of
    FAIR = "fair"
    #: enough to choose from, also when half of the publishers fall silent
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Reported:
    """What was published about a label in a window."""

    stories: int
    #: independent publishers among those who told them
    owners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCoverage:
    """How well one sector or technology is covered."""

    #: ``sector:retail`` or ``area:drones``
    key: str
    name: str
    #: feeds of the configuration that are about it or about what implies it
    feeds: int
    #: those of them that are polled, in a language whose items get tags
    enabled: int
    #: independent publishers of the enabled ones
    owners: int
    #: of the window, whoever told them; None where nothing was read
    stories: int | None
    #: independent publishers who told them; None where nothing was read
    reporting: int | None
    breadth: Breadth
    #: whole sentences: what keeps it from being better
    why: tuple[str, ...]
    #: keys of feeds that are off and would help, best first
    add_feeds: tuple[str, ...]
    #: keys of packs that would help, best first
    add_packs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCoverage:
    """How well the feeds cover every sector and technology."""

    #: the window is half-open
    since: datetime
    until: datetime
    #: items of the window
    items: int
    #: items of the window in languages whose items get no tags, by language
    not_covered: Mapping[str, int]
    #: sectors, then areas, in the order of the taxonomy
    labels: tuple[LabelCoverage, ...]
