"""The labels there are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from trendwatch.types.tags import Facet, Label
from trendwatch.web.parts import Given

router = APIRouter(tags=["labels"])


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


class LabelList(BaseModel):
    """All labels, in the order of the taxonomy."""

    labels: list[LabelShape]


@router.get("/labels")
def labels(parts: Given, facet: Annotated[Facet | None, Query()] = None) -> LabelList:
    """List the labels."""
    found = parts.config().taxonomy.labels
    return LabelList(labels=[_shape(label) for label in found if facet in {None, label.facet}])


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
