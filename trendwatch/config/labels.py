"""One label that an operator writes beside those of the files: a table of TOML, or a key and terms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from trendwatch.config.hints import did_you_mean
from trendwatch.config.languages import with_languages
from trendwatch.config.loading import Config
from trendwatch.config.overlays import lay_over, without_overlay
from trendwatch.config.taxonomy import Known, read_taxonomy
from trendwatch.config.termcheck import doubled
from trendwatch.config.termlists import ACCEPTED, LISTS, accepted_of, differing, laid
from trendwatch.errors import ConfigError, NotFound
from trendwatch.types.tags import Label, Taxonomy
from trendwatch.types.work import Overlay

_LABEL = ("name", "meaning", "parent")
_SPLIT = re.compile(r"[,;\n]")


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


def with_label(
    config: Config, full_key: str, values: Mapping[str, object], *, instead: bool = False
) -> tuple[Label, Taxonomy]:
    """Return a label as it would be, and all labels with it; what is not said stays, or is made of the key.

    Args:
        config: in force
        full_key: of the label, known or new
        values: in the words of the files, or what differs from them
        instead: these are all changes of the label; earlier ones, that are in force now, are forgotten

    Raises:
        ConfigError: it would not be valid; says why.
    """
    label, taxonomy = _read_with(config, full_key, values, instead=instead)
    if not (label.strong or label.weak):
        raise ConfigError("give it terms: strong ones are evidence enough alone, of weak ones it needs two")
    return label, taxonomy


def changed_label(
    config: Config,
    full_key: str,
    earlier: Mapping[str, object],
    *,
    given: Mapping[str, object],
    accepted: Collection[str] = (),
) -> dict[str, object]:
    """Return the change that a label needs beside its file, after an earlier one: {} where it needs none.

    Args:
        config: in force
        full_key: of the label, known or new
        earlier: what was changed of it before
        given: what is changed now; lists of terms are whole
        accepted: words that somebody made terms of it, for a change that does not tell them apart
    """
    base = in_file(config, full_key)
    before = {name: value for name, value in earlier.items() if name in _LABEL}
    wanted = {**before, **laid(base, earlier), **given}
    return differing(base, wanted, accepted=accepted_of(earlier) or accepted)


def with_accepted(changes: Mapping[str, object], accepted: Sequence[str]) -> dict[str, object]:
    """Return a change of a label with other words accepted."""
    others = {name: value for name, value in changes.items() if name != ACCEPTED}
    return {**others, **({ACCEPTED: list(accepted)} if accepted else {})}


def in_force(config: Config, full_key: str, changes: Mapping[str, object]) -> Label:
    """Return a label with these changes alone beside its file.

    Raises:
        ConfigError: it would not be valid; says why.
    """
    return _read_with(config, full_key, changes, instead=True)[0]


def in_file(config: Config, full_key: str) -> Mapping[str, object]:
    """Return what the file says of a label; nothing where no file has it."""
    table = without_overlay(config.tables, full_key).labels.get(full_key)
    return {} if table is None else table.values


def _read_with(
    config: Config, full_key: str, values: Mapping[str, object], *, instead: bool
) -> tuple[Label, Taxonomy]:
    """Return a label and all labels, read as from a file.

    Raises:
        ConfigError: something would be wrong with them.
    """
    overlay = Overlay(
        kind="label",
        key=full_key,
        values=completed(config, full_key, values),
        changed_at=datetime.min.replace(tzinfo=UTC),
        changed_by="trial",
    )
    problems: list[ConfigError] = []
    before = without_overlay(config.tables, full_key) if instead else config.tables
    tables = lay_over(before, [overlay], problems)
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
    return label, taxonomy


def oddities(label: Label) -> tuple[str, ...]:
    """Return what is odd about a label's terms, though it is valid: those it has twice."""
    terms = {name: getattr(label, name) for name in LISTS}
    return tuple(f"{name}: {said}" for name, _, said in doubled(terms))


def completed(config: Config, full_key: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return values with a name and a meaning, which a new label must have."""
    given = {name: value for name, value in values.items() if value or name in LISTS}
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
