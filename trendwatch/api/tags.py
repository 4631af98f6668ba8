"""Tagging a text that is sent, and how good tags are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Key
from trendwatch.pipeline.drift import under_way
from trendwatch.pipeline.learn import go_back
from trendwatch.pipeline.measure import Measured, Version, versions
from trendwatch.tagging.drift import drift_words
from trendwatch.tagging.quality import Confusion, Share, told_of_feed
from trendwatch.tagging.typed import read_typed
from trendwatch.text import MAX_CHARS
from trendwatch.types.tags import Facet
from trendwatch.web.parts import Given
from trendwatch.web.quality import measured

router = APIRouter(tags=["labels"])


class TextToTag(BaseModel):
    """A text of any kind; its first line is the title where there are several."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]


class OpinionShape(BaseModel):
    """What the tagger thinks of one label for the text."""

    facet: Facet
    label: str
    #: what people read
    name: str
    #: in [0, 1]
    confidence: float
    #: the confidence from which it is given
    threshold: float
    #: what in the text speaks for it: terms of the label, then other words, each strongest first
    terms: tuple[str, ...]
    #: what speaks against it
    against: tuple[str, ...]


class TextShape(BaseModel):
    """The tags of a text."""

    title: str
    summary: str
    #: what it reads like
    language: str
    #: false: its language is not covered, and items in it get no tags
    covered: bool
    model_version: str
    #: labels an item like it gets
    tags: list[OpinionShape]
    #: labels that miss their threshold by at most 0.1
    low_confidence: list[OpinionShape]
    #: facets of which it has no label
    none: list[Facet]


class ShareShape(BaseModel):
    """A share with its 95 % interval."""

    part: int
    whole: int
    low: float
    high: float


class LabelQualityShape(BaseModel):
    """How well one label is given."""

    label: str
    precision: ShareShape
    recall: ShareShape


class ConfusionShape(BaseModel):
    """A label that was missed, and what was given instead; area:none is no label of the facet."""

    true: str
    given: str
    texts: int


class MeasuredShape(BaseModel):
    """Quality on some texts."""

    texts: int
    labels: list[LabelQualityShape]
    #: labels taken for other labels
    confusions: list[ConfusionShape]
    #: labels missed where nothing of the facet was given, or given where nothing was true
    missed: list[ConfusionShape]


class FeedQualityShape(BaseModel):
    """How well the items of a feed are tagged, all facets that were judged together."""

    feed: str
    #: items that were picked at random and judged
    judged: int
    #: of these, items with a tag
    tagged: int
    #: tags that are right
    right: int
    #: tags given
    given: int
    #: right / given with its 95 % interval, each item counted once; null where it is too few to say
    precision: float | None
    low: float | None
    high: float | None


class VersionShape(BaseModel):
    """A model."""

    version: str
    #: current (champion), building (challenger), old or refused
    state: str
    made_at: datetime
    #: it learnt from news or corrections, not from configuration alone
    warm: bool
    #: macro-F1 by facet on held-out examples
    macro_f1: dict[str, float]
    #: null where it was not measured
    calibration_error: float | None


class QualityShape(BaseModel):
    """How good tags are."""

    #: on examples while they were held out; null without a usable model
    held_out: MeasuredShape | None
    #: on judged items that were picked at random; null without any
    judged: MeasuredShape | None
    #: the same by feed: those that can be told first, the worst first
    feeds: list[FeedQualityShape]
    #: the newest first; POST /api/v1/models/{version}/back goes back to one
    models: list[VersionShape]
    #: "as usual", or what is not since when
    drift: str


@router.get("/tags/quality")
def quality(parts: Given) -> QualityShape:
    """Tell how good tags are, on what, and whether news has moved away from them."""
    held_out, judged, each = measured(parts)
    return QualityShape(
        held_out=_measured(held_out) if held_out else None,
        judged=_measured(judged) if judged else None,
        feeds=[FeedQualityShape.model_validate(told_of_feed(one)) for one in each.feeds] if each else [],
        models=[_version(one) for one in versions(parts.store)],
        drift=drift_words(under_way(parts.store)),
    )


@router.post("/models/{version}/back")
def back(version: Key, parts: Given) -> VersionShape:
    """Go back to an earlier or refused model; it counts the last months before it takes over."""
    config = parts.config()
    recount = timedelta(days=config.settings.digest.recount_days)
    made = go_back(parts.store, version, config.taxonomy, recount=recount, clock=parts.clock)
    return next(_version(one) for one in versions(parts.store) if one.version == made.version)


@router.post("/tags")
def tag_text(body: TextToTag, parts: Given) -> TextShape:
    """Tag a text; nothing is kept."""
    taxonomy = parts.config().taxonomy
    found = read_typed(body.text, parts.taggers.current(parts.store, taxonomy), taxonomy)
    names = taxonomy.names()

    def shapes(*, given: bool) -> list[OpinionShape]:
        return [
            OpinionShape(
                facet=one.facet,
                label=one.label.partition(":")[2],
                name=names[one.label],
                confidence=one.confidence,
                threshold=one.threshold,
                terms=one.terms,
                against=one.against,
            )
            for one in found.opinions
            if one.given is given
        ]

    return TextShape(
        title=found.title,
        summary=found.summary,
        language=found.language,
        covered=found.covered,
        model_version=found.version,
        tags=shapes(given=True),
        low_confidence=shapes(given=False),
        none=[facet for facet in Facet if taxonomy.of(facet) and not found.given(facet)],
    )


def _version(one: Version) -> VersionShape:
    return VersionShape(
        version=one.version,
        state=one.state,
        made_at=one.made_at,
        warm=one.warm,
        macro_f1=dict(one.macro_f1),
        calibration_error=one.calibration_error if one.bins else None,
    )


def _measured(found: Measured) -> MeasuredShape:
    return MeasuredShape(
        texts=found.texts,
        labels=[
            LabelQualityShape(label=one.label, precision=_share(one.precision), recall=_share(one.recall))
            for one in found.labels
        ],
        confusions=[_confusion(one) for one in found.confusions],
        missed=[_confusion(one) for one in found.missed],
    )


def _confusion(one: Confusion) -> ConfusionShape:
    return ConfusionShape(true=one.true, given=one.given, texts=one.texts)


def _share(one: Share) -> ShareShape:
    low, high = one.interval
    return ShareShape(part=one.part, whole=one.whole, low=low, high=high)
