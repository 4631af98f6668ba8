"""Judging tags: what an operator says of an item is kept, and learnt at night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Cursor, Limit, next_page
from trendwatch.api.items import Id, ItemShape, item_shapes
from trendwatch.pipeline.correct import Question, correct, described, take_back
from trendwatch.pipeline.doubts import doubt_words
from trendwatch.types.tags import Asked, Facet
from trendwatch.web.parts import Given
from trendwatch.web.queue import questions

router = APIRouter(tags=["labels"])

_Labels = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50)]


class CorrectionChange(BaseModel):
    """What is wrong with an item's tags; with nothing said, all of them are right."""

    model_config = ConfigDict(extra="forbid")

    #: labels it should have, like area:drones
    add: _Labels = Field(default_factory=list)
    #: labels it should not have
    remove: _Labels = Field(default_factory=list)
    #: facets it should have no label of
    none: Annotated[list[Facet], Field(max_length=4)] = Field(default_factory=list)


class CorrectionShape(BaseModel):
    """The labels of each facet that was judged."""

    item: str
    labels: dict[str, list[str]]


class DoubtShape(BaseModel):
    """A label that readers say is wrong."""

    label: str
    #: keys of the businesses that say so
    readers: tuple[str, ...]
    #: for people
    words: str


class QuestionShape(BaseModel):
    """An item to judge, with the tags it has now."""

    why: Asked
    doubts: list[DoubtShape]
    item: ItemShape


class QuestionList(BaseModel):
    """The items that nobody has judged."""

    questions: list[QuestionShape]


class SaidShape(BaseModel):
    """What was said of one facet of an item."""

    item: str
    title: str
    facet: Facet
    #: keys within the facet; none says that none fits
    labels: tuple[str, ...]
    by: str
    made_at: datetime
    #: why the item was asked about; own: nobody asked
    why: Asked


class CorrectionPage(BaseModel):
    """Some corrections, the latest first."""

    corrections: list[SaidShape]
    #: pass it as cursor to go on; null at the end
    next_cursor: int | None


class UndoneShape(BaseModel):
    """The facets that are the model's again."""

    item: str
    undone: list[Facet]


@router.get("/questions")
def to_judge(parts: Given) -> QuestionList:
    """List items to judge: what readers doubt first, then this week's, picked after news was read."""
    found, names = questions(parts), parts.config().taxonomy.names()
    shapes = item_shapes(parts, [one.tagged for one in found])
    return QuestionList(
        questions=[
            QuestionShape(why=one.why, doubts=_doubts(one, names), item=item)
            for one, item in zip(found, shapes, strict=True)
        ]
    )


def _doubts(question: Question, names: Mapping[str, str]) -> list[DoubtShape]:
    return [
        DoubtShape(label=one.label, readers=one.readers, words=doubt_words(one, names))
        for one in question.doubts
    ]


@router.post("/items/{id}/correction")
def correct_item(id: Id, body: CorrectionChange, parts: Given) -> CorrectionShape:  # noqa: A002 - the word of the API
    """Say what an item's labels are; what was said of a facet before is replaced."""
    kept = correct(
        *(parts.store, parts.config().taxonomy, id),
        add=body.add,
        remove=body.remove,
        none=body.none,
        by="api",
        now=parts.clock(),
    )
    return CorrectionShape(item=id, labels={name: list(keys) for name, keys in described(kept).items()})


@router.get("/corrections")
def corrections(
    request: Request, response: Response, parts: Given, *, limit: Limit = 50, cursor: Cursor = None
) -> CorrectionPage:
    """List what was said of tags: which facet of which item, by whom and when; the latest first."""
    page = parts.store.corrections.listed(limit=limit, cursor=cursor)
    next_page(request, response, page.next_cursor)
    said = [
        SaidShape(
            item=one.item_id,
            title=one.title,
            facet=one.facet,
            labels=one.labels,
            by=one.by,
            made_at=one.made_at,
            why=one.asked,
        )
        for one in page.said
    ]
    return CorrectionPage(corrections=said, next_cursor=page.next_cursor)


@router.delete("/items/{id}/correction")
def undo(
    id: Id,  # noqa: A002 - the word of the API
    parts: Given,
    facet: Annotated[list[Facet], Query(max_length=4, description="Only what was said of these.")] = [],  # noqa: B006 - FastAPI copies it
) -> UndoneShape:
    """Take back what was said of an item's labels; those of the model are back at once."""
    return UndoneShape(item=id, undone=take_back(parts.store, id, facets=facet))
