"""Further languages: ``taxonomy.de.toml`` beside ``taxonomy.toml`` gives labels their German terms.

Only terms stand there, under the keys of labels that exist; examples in that language go into any file of
``examples/``. A text is searched for the terms of all languages, so a word that two of them share must mean
the same in both, or stay out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from trendwatch.config import files, forms
from trendwatch.config.reading import read
from trendwatch.config.settings import Section
from trendwatch.config.tables import Table
from trendwatch.config.taxonomy import Known
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
        labels = tuple(_joined(label, found.get(label.full_key)) for label in taxonomy.labels)
        taxonomy = replace(taxonomy, labels=labels, further=(*taxonomy.further, match[1]))
    return taxonomy


def _terms(path: Path, known: Known, problems: list[ConfigError]) -> Mapping[str, _TermValues]:
    try:
        file = files.read_toml(path)
    except ConfigError as error:
        problems.append(error)
        return {}
    found: dict[str, _TermValues] = {}
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
                found[full] = terms
    return found


def _joined(label: Label, more: _TermValues | None) -> Label:
    if more is None:
        return label
    return replace(
        label,
        strong=(*label.strong, *more.strong),
        weak=(*label.weak, *more.weak),
        anti=(*label.anti, *more.anti),
    )
