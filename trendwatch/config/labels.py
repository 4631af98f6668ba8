"""One label that an operator writes beside those of the files: a table of TOML, or a key and terms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime

from trendwatch.config.hints import did_you_mean
from trendwatch.config.languages import with_languages
from trendwatch.config.loading import Config
from trendwatch.config.overlays import lay_over
from trendwatch.config.taxonomy import Known, read_taxonomy
from trendwatch.errors import ConfigError, NotFound
from trendwatch.types.tags import Label, Taxonomy
from trendwatch.types.work import Overlay

_SPLIT = re.compile(r"[,;\n]")
_LISTS = ("strong", "weak", "anti")


def read_label(text: str, *, file: str) -> tuple[str, dict[str, object]]:
    """Return full key and values of the one label a TOML text holds.

    Raises:
        ConfigError: it is no TOML, or holds another number of labels than one.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not TOML: {error}") from error
    found = [
        (f"{facet}:{key}", values)
        for facet, labels in tables.items()
        if isinstance(labels, dict)
        for key, values in labels.items()
        if isinstance(values, dict)
    ]
    if len(found) != 1 or len(tables) != 1:
        raise ConfigError(
            f"{file} must hold one table such as [area.air_taxis], with name, meaning and terms"
        )
    return found[0]


def terms_of(text: str) -> list[str]:
    """Return terms written one a line, or parted by commas or semicolons."""
    return list(dict.fromkeys(term for part in _SPLIT.split(text) if (term := " ".join(part.split()))))


def with_label(config: Config, full_key: str, values: Mapping[str, object]) -> tuple[Label, Taxonomy]:
    """Return a label as it would be, and all labels with it; what is not said stays, or is made of the key.

    Raises:
        ConfigError: it would not be valid; says why.
    """
    overlay = Overlay(
        kind="label",
        key=full_key,
        values=completed(config, full_key, values),
        changed_at=datetime.min.replace(tzinfo=UTC),
        changed_by="trial",
    )
    problems: list[ConfigError] = []
    tables = lay_over(config.tables, [overlay], problems)
    taxonomy = with_languages(
        read_taxonomy(tables.labels, problems),
        config.directory,
        known=Known(tables.labels),
        problems=problems,
    )
    label = next((one for one in taxonomy.labels if one.full_key == full_key), None)
    if problems or label is None:
        said = (one.message.removeprefix(f"overlay on label {full_key}: ") for one in problems)
        raise ConfigError("; ".join(said) or f"there can be no label {full_key!r}")
    if not (label.strong or label.weak):
        raise ConfigError("give it terms: strong ones are evidence enough alone, of weak ones it needs two")
    return label, taxonomy


def completed(config: Config, full_key: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return values with a name and a meaning, which a new label must have."""
    given = {name: value for name, value in values.items() if value or name in _LISTS}
    if full_key not in config.tables.labels:
        name = str(given.get("name") or full_key.rpartition(":")[2].replace("_", " ").capitalize())
        given = {"name": name, "meaning": name, **given}
    return given


def find_label(config: Config, full_key: str) -> Label:
    """Return a label.

    Raises:
        NotFound: there is none of this key; hints at a near one.
    """
    found = {label.full_key: label for label in config.taxonomy.labels}
    if full_key not in found:
        raise NotFound("label", full_key, hint=did_you_mean(full_key, found).removeprefix("; "))
    return found[full_key]
