"""Words of meaning: facets, labels, tags and what they are learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trendwatch.types.news import Item


class Facet(StrEnum):
    """A dimension of meaning."""

    AREA = "area"
    SECTOR = "sector"
    FUNCTION = "function"
    IMPACT = "impact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One value of a facet, as configured in ``taxonomy.toml``."""

    facet: Facet
    key: str
    name: str
    meaning: str
    #: key of the label that this one implies, in the same facet; "" for none
    parent: str = ""
    #: terms that are evidence enough alone
    strong: tuple[str, ...] = ()
    #: terms that need a second one
    weak: tuple[str, ...] = ()
    #: terms that argue against
    anti: tuple[str, ...] = ()

    @property
    def full_key(self) -> str:
        """``area:drones``, as in trends, series, mutes and follows."""
        return f"{self.facet}:{self.key}"


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All labels, in the order of the file."""

    labels: tuple[Label, ...]
    #: what names and terms are written in; items in other languages are not covered and get no tags
    language: str = "en"
    #: other languages whose terms stand beside ours
    further: tuple[str, ...] = ()

    def covers(self, language: str) -> bool:
        """Return whether items in a language can be tagged; one that nobody named is taken for ours."""
        return language in {"", self.language, *self.further}

    def of(self, facet: Facet) -> tuple[Label, ...]:
        """Return the labels of a facet."""
        return tuple(label for label in self.labels if label.facet == facet)

    def names(self) -> dict[str, str]:
        """Return what people read for each full key."""
        return {label.full_key: label.name for label in self.labels}

    def parents(self) -> dict[str, str]:
        """Return the full key of each label's parent, those that have one only."""
        return {label.full_key: f"{label.facet}:{label.parent}" for label in self.labels if label.parent}

    def ancestors(self, facet: Facet, key: str) -> tuple[str, ...]:
        """Return the keys a label implies, nearest first, itself left out."""
        parents = {label.key: label.parent for label in self.of(facet)}
        found: list[str] = []
        while (key := parents.get(key, "")) and key not in found:
            found.append(key)
        return tuple(found)


class Origin(StrEnum):
    """Who put a tag on an item."""

    MODEL = "model"
    RULE = "rule"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A label put on an item."""

    facet: Facet
    label: str
    #: in [0, 1]
    confidence: float
    origin: Origin
    #: what in the text caused it: terms of the label, then other words, each strongest first
    terms: tuple[str, ...] = ()

    @property
    def full_key(self) -> str:
        """``area:drones``."""
        return f"{self.facet}:{self.label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the tagger thinks of one label for one text: given, or nearly."""

    #: full key, such as ``area:drones``
    label: str
    #: in [0, 1]
    confidence: float
    #: the confidence from which the label is given
    threshold: float
    #: otherwise it is a little below the threshold: low confidence
    given: bool
    #: what in the text speaks for it: terms of the label, then other words, each strongest first
    terms: tuple[str, ...]
    #: what in the text speaks against it, the operator's own words first
    against: tuple[str, ...] = ()

    @property
    def facet(self) -> Facet:
        """``area`` of ``area:drones``."""
        return Facet(self.label.partition(":")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class TagWeek:
    """How the tags of one week look as a whole, whether they are right or not."""

    #: number of the week
    week: int
    #: items in a language that is covered
    items: int
    #: share of them without any technology
    untagged: float
    #: mean confidence of the technologies given; 0 where none was
    confidence: float
    #: share of the words that none of the weeks before had
    novelty: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedItem:
    """An item as it was understood."""

    item: Item
    tags: tuple[Tag, ...]
    #: "" until it is understood
    story_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text whose labels are known, in every facet."""

    title: str
    summary: str
    #: full keys, such as ``area:drones``
    labels: frozenset[str]


class Asked(StrEnum):
    """Why an operator was asked about an item."""

    #: readers said that one of its labels is wrong
    READERS = "readers"
    #: it was picked at random, so that tags can be measured
    RANDOM = "random"
    #: terms and model disagree
    CONFLICT = "conflict"
    #: the model is unsure, and the item is unlike the others asked about
    MARGIN = "margin"
    #: nobody asked: the operator came across it
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A label of an item that readers say is wrong."""

    #: full key
    label: str
    #: keys of the businesses that say so, the first to say it first
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an operator says the labels of an item are, in the facets looked at."""

    item_id: str
    title: str
    summary: str
    #: full keys, of the facets judged; parents of each are among them
    labels: frozenset[str]
    #: the facets looked at; the others stay as they were
    facets: frozenset[Facet]
    made_at: datetime
    #: only what was picked at random measures how good tags are
    asked: Asked = Asked.OWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an operator says of one facet of an item, who it was and when."""

    item_id: str
    title: str
    facet: Facet
    #: keys within the facet; none says that none fits
    labels: tuple[str, ...]
    #: "cli", "page", "api", or whoever it was
    by: str
    made_at: datetime
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A trained tagger as it is kept: numbers without code."""

    #: names this model and the taxonomy it was trained on; counts belong to one version
    version: str
    created_at: datetime
    #: hash, sizes, labels, how it was trained, how well it did; JSON values only
    manifest: Mapping[str, object]
    #: an npz archive without pickle
    blob: bytes
