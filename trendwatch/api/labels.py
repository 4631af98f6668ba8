"""The labels there are, and what a new one would tag."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Key
from trendwatch.config.labels import find_label, oddities
from trendwatch.pipeline.label_changes import drop_label, keep_label, trial_of
from trendwatch.tagging.trial import Trial
from trendwatch.types.tags import Facet, Label
from trendwatch.web.parts import Given

router = APIRouter(tags=["labels"])

_Text = Annotated[str, Field(max_length=300)]
_Terms = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=500)]


class LabelShape(BaseModel):
    """One value of a facet."""

    full_key: str
    facet: Facet
    key: str
    name: str
    meaning: str
    #: key of the label it implies, "" for none
    parent: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    anti: tuple[str, ...]


class KeptLabel(LabelShape):
    """A label as it was kept."""

    #: what is odd about its terms: those it has twice
    warnings: tuple[str, ...]


class LabelList(BaseModel):
    """All labels, in the order of the taxonomy."""

    labels: list[LabelShape]


class LabelChange(BaseModel):
    """What may be said of a label; what is left out stays as it is, or is made of the key."""

    model_config = ConfigDict(extra="forbid")

    name: _Text = ""
    meaning: _Text = ""
    parent: _Text = ""
    #: terms that are evidence enough alone
    strong: _Terms = Field(default_factory=list)
    #: terms that need a second one
    weak: _Terms = Field(default_factory=list)
    #: terms that argue against
    anti: _Terms = Field(default_factory=list)


class SampleShape(BaseModel):
    """An item the label would be put on."""

    item_id: str
    title: str
    confidence: float
    terms: tuple[str, ...]
    #: it had no label of this facet
    from_none: bool
    #: full keys of its labels of the same facet
    others: tuple[str, ...]


class TrialShape(BaseModel):
    """What a label would do to the latest items."""

    label: LabelShape
    #: the items it was tried on, those in languages not covered left out
    items: int
    tagged: int
    #: of the tagged: had no label of its facet before
    from_none: int
    #: have this label now
    before: int
    #: of those: would lose it
    lost: int
    #: tagged items with another label of the facet, the most first
    overlap: dict[str, int]
    #: in how many items each term stands
    terms: dict[str, int]
    #: stories a week with the label
    weeks: dict[str, int]
    #: from the surest to the least sure
    samples: list[SampleShape]
    #: what is odd about its terms: those it has twice
    warnings: tuple[str, ...]


@router.get("/labels")
def labels(parts: Given, facet: Annotated[Facet | None, Query()] = None) -> LabelList:
    """List the labels."""
    found = parts.config().taxonomy.labels
    return LabelList(labels=[_shape(label) for label in found if facet in {None, label.facet}])


@router.get("/labels/{key}")
def label(key: Key, parts: Given) -> LabelShape:
    """Show a label."""
    return _shape(find_label(parts.config(), key))


@router.post("/labels/{key}/try")
def try_label(key: Key, body: LabelChange, parts: Given) -> TrialShape:
    """Tell what a new or changed label would tag of the latest 5,000 items; nothing is kept."""
    return _trial(trial_of(parts.store, parts.config(), key, values=body.model_dump(exclude_unset=True)))


@router.put("/labels/{key}")
def put_label(key: Key, body: LabelChange, parts: Given) -> KeptLabel:
    """Add a label, or change one; the next training learns it."""
    values = body.model_dump(exclude_unset=True)
    kept = keep_label(parts.store, parts.config(), key, values=values, by="api", now=parts.clock())
    return KeptLabel(**_shape(kept).model_dump(), warnings=oddities(kept))


@router.delete("/labels/{key}", status_code=204)
def delete_label(key: Key, parts: Given) -> None:
    """Forget what was added or changed of a label; what the files say holds again."""
    drop_label(parts.store, parts.config(), key)


def _shape(label: Label) -> LabelShape:
    return LabelShape(
        full_key=label.full_key,
        facet=label.facet,
        key=label.key,
        name=label.name,
        meaning=label.meaning,
        parent=label.parent,
        strong=label.strong,
        weak=label.weak,
        anti=label.anti,
    )


def _trial(found: Trial) -> TrialShape:
    return TrialShape(
        label=_shape(found.label),
        items=found.items,
        tagged=found.tagged,
        from_none=found.from_none,
        before=found.before,
        lost=found.lost,
        overlap=dict(found.overlap),
        terms=dict(found.terms),
        weeks=dict(found.weeks),
        samples=[
            SampleShape(
                item_id=one.item_id,
                title=one.title,
                confidence=one.confidence,
                terms=one.terms,
                from_none=one.from_none,
                others=one.others,
            )
            for one in found.samples
        ],
        warnings=oddities(found.label),
    )
