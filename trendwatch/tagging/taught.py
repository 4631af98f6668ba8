"""The labels and terms a model was taught, as text that travels with its numbers.

One version says one thing of a text, whenever it is asked: after the taxonomy was edited, before the model
of the new one takes over, and after a restart in between.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from trendwatch.types.tags import Facet, Label, Taxonomy


def written(taxonomy: Taxonomy) -> str:
    """Return a taxonomy as text."""
    return json.dumps(asdict(taxonomy), ensure_ascii=False, separators=(",", ":"))


def read_back(text: str) -> Taxonomy:
    """Return the taxonomy that was written.

    Raises:
        ValueError: it is none.
    """
    try:
        said: dict[str, Any] = json.loads(text)
        labels = tuple(_label(one) for one in said["labels"])
        return Taxonomy(labels, language=said["language"], further=tuple(said["further"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"no taxonomy: {error}") from error


def _label(said: dict[str, Any]) -> Label:
    terms = {name: tuple(said[name]) for name in ("strong", "weak", "anti")}
    return Label(**{**said, **terms, "facet": Facet(said["facet"])})
