"""Labels from their tables, and the check that others name only labels that exist."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from trendwatch.config import forms
from trendwatch.config.hints import did_you_mean
from trendwatch.config.reading import read
from trendwatch.config.settings import Section
from trendwatch.config.tables import Table
from trendwatch.config.termcheck import at_term, contradicting
from trendwatch.config.termlists import LISTS
from trendwatch.errors import ConfigError
from trendwatch.types.tags import Facet, Label, Taxonomy

Terms = tuple[Annotated[str, AfterValidator(forms.filled)], ...]


class _LabelValues(Section):
    name: Annotated[str, AfterValidator(forms.filled)]
    meaning: Annotated[str, AfterValidator(forms.filled)]
    parent: Annotated[str, AfterValidator(forms.line)] = ""
    strong: Terms = ()
    weak: Terms = ()
    anti: Terms = ()


#: How near a label is to one that may have been meant.
_NEAR = 0.7
# Two letters or digits side by side are read as a word in any text.
_SURELY_A_WORD = re.compile(r"\w\w")


class Known:
    """The keys of labels that exist, or were meant to: a label with a mistake inside is still known."""

    def __init__(self, labels: Mapping[str, Table], *, everything: bool = False) -> None:
        self._full = list(labels)
        #: the taxonomy cannot be read: complaints about every name would hide that one
        self._everything = everything

    def of(self, facet: str) -> list[str]:
        """Return the keys of a facet."""
        return [key for name, _, key in (full.partition(":") for full in self._full) if name == facet]

    def complaint(self, facet: Facet, key: str) -> str:
        """Return why a key is not a label of a facet, "" where it is."""
        if self._everything or f"{facet}:{key}" in self._full:
            return ""
        known = self.of(facet)
        # A trade we have no sector for is no typing error: dental is not retail.
        every = f"; there are {', '.join(sorted(known))}" if facet is Facet.SECTOR and known else ""
        return f"there is no {facet} {key!r}{did_you_mean(key, known, nearness=_NEAR) or every}"

    def full_complaint(self, full_key: str) -> str:
        """Return why ``area:drones`` is not a label, "" where it is."""
        if self._everything or full_key in self._full:
            return ""
        facet, colon, key = full_key.partition(":")
        if colon and facet in set(Facet):
            return self.complaint(Facet(facet), key)
        same = [full for full in self._full if full.partition(":")[2] == full_key]
        hint = f"; did you mean {same[0]!r}?" if same else did_you_mean(full_key, self._full)
        return f"there is no label {full_key!r}{hint or '; write it like area:drones'}"


def check_labels(
    table: Table, name: str, facet: Facet | None, *, known: Known, problems: list[ConfigError]
) -> None:
    """Complain about each label under a key of a table that does not exist; no facet means full keys."""
    keys = table.values.get(name, ())
    assert isinstance(keys, (list, tuple, str))
    for key in (keys,) if isinstance(keys, str) else keys:
        complaint = known.full_complaint(key) if facet is None else known.complaint(facet, key)
        if complaint:
            problems.append(table.error(f"{name}: {complaint}", name))


def read_taxonomy(tables: Mapping[str, Table], problems: list[ConfigError]) -> Taxonomy:
    """Return all labels, facet by facet in the order the files first name them."""
    known = Known(tables)
    facets = list(dict.fromkeys(full.partition(":")[0] for full in tables))
    ordered = sorted(tables.values(), key=lambda table: facets.index(table.key.partition(":")[0]))
    labels = [label for table in ordered if (label := _label(table, known, problems))]
    taxonomy = Taxonomy(tuple(labels))
    _check_cycles(taxonomy, tables, problems)
    return taxonomy


def _label(table: Table, known: Known, problems: list[ConfigError]) -> Label | None:
    values = read(_LabelValues, table, problems)
    if values is None:
        return None
    facet, _, key = table.key.partition(":")
    if values.parent:
        check_labels(table, "parent", Facet(facet), known=known, problems=problems)
    for name in LISTS:
        for term in getattr(values, name):
            if complaint := lost(term):
                problems.append(at_term(table, name, term, message=f"{name}: {complaint}"))
    for name, term, said in contradicting(values.model_dump(include=set(LISTS))):
        problems.append(at_term(table, name, term, message=f"{name}: {said}"))
    return Label(facet=Facet(facet), key=key, **values.model_dump())


def lost(term: str) -> str:
    """Return what is wrong with a term that no text or any text would hold, "" where nothing is."""
    if _SURELY_A_WORD.search(term):
        return ""
    from trendwatch.phrases import marks  # loads numbers, which a configuration does without

    found = marks(term)
    if not found:
        return f"{term!r} would be found nowhere: it holds no word"
    alone = len(found) == 1 and len(found[0]) == 1
    return f"{term!r} is a single letter or digit: too many texts hold it" if alone else ""


def _check_cycles(taxonomy: Taxonomy, tables: Mapping[str, Table], problems: list[ConfigError]) -> None:
    """Complain once about each circle of parents."""
    seen: set[str] = set()
    parents = {label.full_key: f"{label.facet}:{label.parent}" for label in taxonomy.labels if label.parent}
    for start in parents:
        way = [start]
        while (above := parents.get(way[-1], "")) and above not in way and above not in seen:
            way.append(above)
        if above in way:
            circle = [full.partition(":")[2] for full in (*way[way.index(above) :], above)]
            message = f"parents go round in a circle: {' -> '.join(circle)}"
            problems.append(tables[above].error(message, "parent"))
        seen.update(way)
