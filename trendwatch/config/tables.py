"""What the files say, thing by thing, before it is judged: a table for each feed, label, practice ...

A table remembers where each of its keys comes from, so that whatever is wrong with it later can be placed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from trendwatch.config import files
from trendwatch.config.files import File
from trendwatch.config.forms import KEY
from trendwatch.config.hints import did_you_mean
from trendwatch.errors import ConfigError
from trendwatch.types.tags import Facet

Kind = Literal["setting", "label", "feed", "business", "practice", "sector", "pack"]
Source = Literal["default", "file", "overlay", "environment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Everything said about one thing."""

    kind: Kind
    #: section, ``area:drones``, or the key of a feed, business, practice, sector or pack
    key: str
    #: as TOML or JSON gave them
    values: Mapping[str, object]
    #: None where no file mentions it
    file: File | None = None
    #: of its table in the file; () where the file is the table
    path: tuple[str, ...] = ()
    #: keys that overlays set or took away
    overlaid: frozenset[str] = frozenset()
    #: what the file said where an overlay is laid; None where none is
    before: Mapping[str, object] | None = None
    #: variable that set a key
    variables: Mapping[str, str] = field(default_factory=dict)

    def source(self, name: str) -> Source:
        """Return who said the value of a key."""
        if name in self.variables:
            return "environment"
        if name in self.overlaid:
            return "overlay"
        return "file" if name in self.values else "default"

    def error(self, message: str, name: str = "", *deeper: str) -> ConfigError:
        """Return an error placed at a key, or at the table where no key is given."""
        if name in self.variables or (self.variables and not self.overlaid and self.file is None):
            # A default may clash with what the environment says: then all of it is the place.
            place = self.variables.get(name) or ", ".join(self.variables.values())
            return ConfigError(f"{place}: {message}")
        if self.file is None or name in self.overlaid:
            return ConfigError(f"overlay on {self.kind} {self.key}: {message}")
        keys = (*self.path, name, *deeper) if name else self.path
        return ConfigError(message, file=self.file.path, line=self.file.line(keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Everything said about everything, in the order of the files."""

    settings: Mapping[str, Table] = field(default_factory=dict)
    labels: Mapping[str, Table] = field(default_factory=dict)
    feeds: Mapping[str, Table] = field(default_factory=dict)
    businesses: Mapping[str, Table] = field(default_factory=dict)
    practices: Mapping[str, Table] = field(default_factory=dict)
    sectors: Mapping[str, Table] = field(default_factory=dict)
    packs: Mapping[str, Table] = field(default_factory=dict)
    #: the taxonomy could not be read, so nothing can be said about names of labels
    labels_unknown: bool = False
    #: the same of the feeds
    feeds_unknown: bool = False

    def of(self, kind: Kind) -> Mapping[str, Table]:
        """Return the tables of a kind by key."""
        found = {
            "setting": self.settings,
            "label": self.labels,
            "feed": self.feeds,
            "business": self.businesses,
            "practice": self.practices,
            "sector": self.sectors,
            "pack": self.packs,
        }
        return found[kind]


class Reader:
    """Reads the files of a directory and collects what is wrong with their outline."""

    def __init__(self, directory: Path, problems: list[ConfigError]) -> None:
        self._directory = directory
        self._problems = problems

    def tables(self) -> Tables:
        """Return what all files say."""
        settings = self.settings()
        broken = len(self._problems)
        taxonomy = self._file(files.TAXONOMY)
        if taxonomy is None and len(self._problems) == broken and self._names_labels():
            missing = (
                f"there is no such file, and the others name its labels; copy {files.shipped_directory()}/"
            )
            self._problems.append(
                ConfigError(missing + files.TAXONOMY, file=self._directory / files.TAXONOMY)
            )
        if taxonomy is not None and not taxonomy.values and self._names_labels():
            said = "is empty, and the other files name its labels; bring it back, or copy"
            shipped = f"{files.shipped_directory()}/{files.TAXONOMY}"
            self._problems.append(ConfigError(f"{said} {shipped}", file=taxonomy.path))
        unknown = len(self._problems) > broken
        broken = len(self._problems)
        feeds = self._listed(files.FEEDS, "feeds", "feed")
        feeds_unknown = len(self._problems) > broken
        return Tables(
            settings=settings,
            labels=self._labels(taxonomy),
            feeds=feeds,
            packs=self._listed(files.PACKS, "packs", "pack"),
            practices=self._listed(files.PRACTICES, "practices", "practice"),
            sectors=self._listed(files.SECTORS, "sectors", "sector"),
            businesses=self._businesses(),
            labels_unknown=unknown,
            feeds_unknown=feeds_unknown,
        )

    def _names_labels(self) -> bool:
        """Tell whether there is a file that is of no use without labels."""
        return any((self._directory / name).exists() for name in (*files.NAMING_LABELS, files.BUSINESSES))

    def settings(self) -> dict[str, Table]:
        """Return the sections of the settings file."""
        from trendwatch.config.settings import section_models

        file = self._file(files.SETTINGS)
        complain = partial(_unknown, known=list(section_models()), what="section")
        return {
            name: Table(kind="setting", key=name, values=values, file=file, path=(name,))
            for name, values in self._inside(file, (), complain).items()
        }

    def _labels(self, file: File | None) -> dict[str, Table]:
        complain = partial(_unknown, known=list(Facet), what="facet")
        found: dict[str, Table] = {}
        for facet in self._inside(file, (), complain):
            for key, values in self._inside(file, (facet,), _misnamed).items():
                full = f"{facet}:{key}"
                found[full] = Table(kind="label", key=full, values=values, file=file, path=(facet, key))
        return found

    def _listed(self, name: str, outer: str, kind: Kind) -> dict[str, Table]:
        """Return the tables ``[outer.KEY]`` of a file."""
        file = self._file(name)
        advice = f"; a {kind} is written [{outer}.KEY]"
        self._inside(file, (), partial(_unknown, known=[outer], what="table", advice=advice))
        return {
            key: Table(kind=kind, key=key, values=values, file=file, path=(outer, key))
            for key, values in self._inside(file, (outer,), _misnamed).items()
        }

    def _businesses(self) -> dict[str, Table]:
        found: dict[str, Table] = {}
        try:
            paths = files.business_files(self._directory)
        except ConfigError as error:
            self._problems.append(error)
            return found
        for path in paths:
            file = self._read(path)
            if file is None:
                continue
            if message := _misnamed(path.stem):
                self._problems.append(ConfigError(f"{message}; rename the file", file=path))
                continue
            found[path.stem] = Table(kind="business", key=path.stem, values=file.values, file=file)
        return found

    def _file(self, name: str) -> File | None:
        path = self._directory / name
        found = self._read(path)
        if found is None and not path.exists():
            strays = (stray.name for stray in self._directory.glob("*.toml") if stray.name not in _TOPS)
            if hint := did_you_mean(name, strays):
                self._problems.append(ConfigError(f"there is no such file{hint}", file=path))
        return found

    def _read(self, path: Path) -> File | None:
        try:
            return files.read_toml(path)
        except ConfigError as error:
            self._problems.append(error)
            return None

    def _inside(
        self, file: File | None, path: tuple[str, ...], complain: Callable[[str], str]
    ) -> dict[str, Mapping[str, object]]:
        """Return the tables inside a table; whatever else is in it is a problem."""
        if file is None:
            return {}
        inside: object = file.values
        for part in path:
            inside = inside.get(part) if isinstance(inside, dict) else None
        found: dict[str, Mapping[str, object]] = {}
        for key, values in inside.items() if isinstance(inside, dict) else ():
            message = complain(key)
            if not message and isinstance(values, dict):
                found[key] = values
                continue
            place = file.line((*path, key))
            message = message or f"{key} must be a table, not a value"
            self._problems.append(ConfigError(message, file=file.path, line=place))
        return found


_TOPS = frozenset(files.TOPS)


def _unknown(key: str, *, known: list[str], what: str, advice: str = "") -> str:
    if key in known:
        return ""
    return f"there is no {what} [{key}]{did_you_mean(key, known) or advice}"


def _misnamed(key: str) -> str:
    if KEY.fullmatch(key):
        return ""
    return f"the key {key!r} must be lower-case letters, digits and _ only, such as new_scientist"
