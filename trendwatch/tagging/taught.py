"""The labels and terms a model was taught, as text that travels with its numbers.

One version says one thing of a text, whenever it is asked: after the taxonomy was edited, before the model
of the new one takes over, and after a restart in between.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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


def unlike(asked: Sequence[Label], taught: Sequence[Label]) -> str:
    """Return what sets labels that were taught apart from those asked for, in words; "" for nothing."""
    ours, theirs = ({one.full_key: one for one in labels} for labels in (asked, taught))
    return ", ".join(_differences(ours, theirs))


def _differences(asked: dict[str, Label], taught: dict[str, Label]) -> Iterator[str]:
    if new := [key for key in asked if key not in taught]:
        yield f"not yet {', '.join(new)}"
    if gone := [key for key in taught if key not in asked]:
        yield f"still {', '.join(gone)}"
    both = [(key, asked[key], taught[key]) for key in asked if key in taught]
    for name, parts in (("terms", ("strong", "weak", "anti")), ("parent", ("parent",))):
        if other := [key for key, one, two in both if _parts(one, parts) != _parts(two, parts)]:
            yield f"other {name} of {', '.join(other)}"


def _parts(label: Label, names: Sequence[str]) -> list[frozenset[str]]:
    return [frozenset([said] if isinstance(said := getattr(label, name), str) else said) for name in names]


def _label(said: dict[str, Any]) -> Label:
    terms = {name: tuple(said[name]) for name in ("strong", "weak", "anti")}
    return Label(**{**said, **terms, "facet": Facet(said["facet"])})
