"""Judging tags: what an operator says of an item is kept, and learnt at night."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.items import Id
from trendwatch.pipeline.correct import correct, described
from trendwatch.types.tags import Facet
from trendwatch.web.parts import Given

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


@router.post("/items/{id}/correction")
def correct_item(id: Id, body: CorrectionChange, parts: Given) -> CorrectionShape:  # noqa: A002 - the word of the API
    """Say what an item's labels are; an earlier word on it is replaced."""
    kept = correct(
        *(parts.store, parts.config().taxonomy, id),
        add=body.add,
        remove=body.remove,
        none=body.none,
        by="api",
        now=parts.clock(),
    )
    return CorrectionShape(item=id, labels={name: list(keys) for name, keys in described(kept).items()})
