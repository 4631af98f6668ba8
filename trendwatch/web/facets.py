"""Facets as operators read them."""

from __future__ import annotations

from trendwatch.types.tags import Facet, Label, Taxonomy

#: What each is called, in the order pages show them.
FACETS = {
    Facet.AREA: "Technology",
    Facet.SECTOR: "Sector",
    Facet.FUNCTION: "Business function",
    Facet.IMPACT: "Impact",
}


def labels_by_facet(taxonomy: Taxonomy) -> list[tuple[str, tuple[Label, ...]]]:
    """Return the labels of every facet that has some, with what it is called."""
    return [(words, taxonomy.of(facet)) for facet, words in FACETS.items() if taxonomy.of(facet)]
