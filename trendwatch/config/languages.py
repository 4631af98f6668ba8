"""Further languages: ``taxonomy.de.toml`` beside ``taxonomy.toml`` gives labels their German terms.

Only terms stand there, under the keys of labels that exist; examples in that language go into any file of
``examples/``. A text is searched for the terms of all languages, so a word that two of them share must mean
the same in both, or stay out: one that speaks for a label and against it is a mistake, one that another label
of the facet has too, or that is there twice, is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from trendwatch.config import files, forms
from trendwatch.config.reading import read
from trendwatch.config.settings import Section
from trendwatch.config.tables import Table
from trendwatch.config.taxonomy import Known, lost
from trendwatch.config.termcheck import at_term, contradicting, doubled, spelt
from trendwatch.config.termlists import LISTS
from trendwatch.errors import ConfigError
from trendwatch.types.tags import Label, Taxonomy

Terms = tuple[Annotated[str, AfterValidator(forms.filled)], ...]

_NAME = re.compile(r"taxonomy\.([a-z]{2,3})\.toml")


class _TermValues(Section):
    strong: Terms = ()
    weak: Terms = ()
    anti: Terms = ()


def with_languages(
    taxonomy: Taxonomy, directory: Path, *, known: Known, problems: list[ConfigError]
) -> Taxonomy:
    """Return the taxonomy with the terms of every further language."""
    for path in files.language_files(directory):
        match = _NAME.fullmatch(path.name)
        if match is None:
            message = "name it taxonomy.de.toml, with the two letters of its language"
            problems.append(ConfigError(message, file=path))
            continue
        found = _terms(path, known, problems)
        before = {label.full_key: label for label in taxonomy.labels}
        labels = tuple(_joined(label, found.get(label.full_key)) for label in taxonomy.labels)
        taxonomy = replace(taxonomy, labels=labels, further=(*taxonomy.further, match[1]))
        for full, said in found.items():
            if full in before:  # one with a mistake inside is known and has no terms
                problems += _mistakes(said, before[full])
    return taxonomy


def language_warnings(taxonomy: Taxonomy, directory: Path) -> list[ConfigError]:
    """Return what is odd about the terms of further languages, with file and line.

    Args:
        taxonomy: without further languages
        directory: where their files are, without mistakes
    """
    found: list[ConfigError] = []
    for path in files.language_files(directory):
        terms = _terms(path, Known({label.full_key: _NO_TABLE for label in taxonomy.labels}), found)
        before = {label.full_key: label for label in taxonomy.labels}
        for full, said in terms.items():
            found += _twice(said, before[full])
            found += _elsewhere(said, before[full], taxonomy)
        labels = tuple(_joined(label, terms.get(label.full_key)) for label in taxonomy.labels)
        taxonomy = replace(taxonomy, labels=labels)
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    """What a file says of a label."""

    table: Table
    terms: _TermValues

    def spelt(self, term: str) -> tuple[str, str] | None:
        """Return list and term where the file has a term in any spelling, the last first; None without."""
        for name in reversed(LISTS):
            for own in getattr(self.terms, name):
                if spelt(own) == spelt(term):
                    return name, own
        return None

    def warning(self, place: tuple[str, str], said: str) -> ConfigError:
        """Return what is wrong with a term, at its line."""
        name, term = place
        return at_term(self.table, name, term, message=f"{self.table.key}: {name}: {said}")


def _mistakes(said: _Said, before: Label) -> Iterator[ConfigError]:
    """Yield terms that are found nowhere, or that speak for the label and against it in all languages."""
    for name in LISTS:
        for term in getattr(said.terms, name):
            if complaint := lost(term):
                yield at_term(said.table, name, term, message=f"{name}: {complaint}")
    joined = _joined(before, said)
    for name, term, complaint in contradicting({name: getattr(joined, name) for name in LISTS}):
        if place := said.spelt(term):
            yield at_term(said.table, *place, message=f"{name}: {complaint}")


def _twice(said: _Said, before: Label) -> Iterator[ConfigError]:
    joined = _joined(before, said)
    for _, term, complaint in doubled({name: getattr(joined, name) for name in LISTS}):
        if place := said.spelt(term):
            yield said.warning(place, complaint)


def _elsewhere(said: _Said, before: Label, taxonomy: Taxonomy) -> Iterator[ConfigError]:
    """Yield terms that another label of the facet has in another language: one word, two meanings."""
    kin = {before.key, *taxonomy.ancestors(before.facet, before.key)}
    own = {spelt(term) for term in (*before.strong, *before.weak)}
    for other in taxonomy.of(before.facet):
        if other.key in kin or before.key in taxonomy.ancestors(other.facet, other.key):
            continue
        theirs = {spelt(term) for term in (*other.strong, *other.weak)}
        for name in ("strong", "weak"):
            for term in getattr(said.terms, name):
                if spelt(term) in theirs and spelt(term) not in own:
                    complaint = f"{term!r} is a term of {other.full_key} in another language; leave it out"
                    yield said.warning((name, term), complaint)


#: Stands for the table of a label where only its key is asked for.
_NO_TABLE = Table(kind="label", key="", values={})


def _terms(path: Path, known: Known, problems: list[ConfigError]) -> Mapping[str, _Said]:
    try:
        file = files.read_toml(path)
    except ConfigError as error:
        problems.append(error)
        return {}
    found: dict[str, _Said] = {}
    for facet, tables in (file.values if file else {}).items():
        if not isinstance(tables, dict):
            problems.append(ConfigError(f"{facet} must be a table, such as [area.drones]", file=path))
            continue
        for key, values in tables.items():
            full = f"{facet}:{key}"
            table = Table(kind="label", key=full, values=values, file=file, path=(facet, key))
            if complaint := known.full_complaint(full):
                problems.append(table.error(complaint))
            elif terms := read(_TermValues, table, problems):
                found[full] = _Said(table, terms)
    return found


def _joined(label: Label, said: _Said | None) -> Label:
    if said is None:
        return label
    more = said.terms
    return replace(
        label,
        strong=(*label.strong, *more.strong),
        weak=(*label.weak, *more.weak),
        anti=(*label.anti, *more.anti),
    )
