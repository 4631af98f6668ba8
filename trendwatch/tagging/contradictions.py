"""What is odd about corrections: labels that are gone, and the same text judged in two ways.

A label may be renamed or removed after somebody gave it: the word then teaches nothing, or, where it was the
only one of its facet, that none fits. The same text under two items (an agency's report in two feeds) judged
differently teaches the model both. Texts are the same where their words are, in any capitals and spaces; a
copy with other words is not found, and whether both verdicts are right (one reads the page behind a feed's
few words) only people can say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trendwatch.types.tags import Correction, Facet, Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something about what was said of a facet of an item that an operator should look at."""

    item_id: str
    title: str
    facet: Facet
    #: what is odd, and what to do
    message: str


def oddities(corrections: Sequence[Correction], taxonomy: Taxonomy) -> list[Oddity]:
    """Return what is odd about corrections, in their order."""
    return [*_gone(corrections, taxonomy), *_contradicting(corrections)]


def _gone(corrections: Sequence[Correction], taxonomy: Taxonomy) -> Iterator[Oddity]:
    names = taxonomy.names()
    for one in corrections:
        for key in sorted(one.labels - names.keys()):
            message = f"{key} is no label any more; judge the item again, or take it back"
            yield _oddity(one, Facet(key.partition(":")[0]), message)


def _contradicting(corrections: Sequence[Correction]) -> Iterator[Oddity]:
    first: dict[tuple[str, Facet], Correction] = {}
    for one in corrections:
        for facet in sorted(one.facets):
            other = first.setdefault((_text(one), facet), one)
            mine, theirs = _words(one, facet), _words(other, facet)
            if mine != theirs:
                message = (
                    f"{mine} here, {theirs} where the same text is item {other.item_id}; judge one again"
                )
                yield _oddity(one, facet, message)


def _oddity(one: Correction, facet: Facet, message: str) -> Oddity:
    return Oddity(item_id=one.item_id, title=one.title, facet=facet, message=message)


def _text(one: Correction) -> str:
    return " ".join(f"{one.title} {one.summary}".split()).casefold()


def _words(one: Correction, facet: Facet) -> str:
    return ", ".join(sorted(key for key in one.labels if key.startswith(f"{facet}:"))) or f"no {facet}"
