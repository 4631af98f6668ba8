"""What the files say, thing by thing, before it is judged: one table for each feed, label, business, section.

A table remembers where each of its keys comes from, so that whatever is wrong with it later can be placed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from trendwatch.config import files
from trendwatch.config.files import File
from trendwatch.config.forms import KEY
from trendwatch.config.hints import did_you_mean
from trendwatch.errors import ConfigError
from trendwatch.types.tags import Facet

Kind = Literal["setting", "label", "feed", "business"]
Source = Literal["default", "file", "overlay", "environment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Everything said about one thing."""

    kind: Kind
    #: section, ``area:drones``, feed key or business key
    key: str
    #: as TOML or JSON gave them
    values: Mapping[str, object]
    #: None where no file mentions it
    file: File | None = None
    #: of its table in the file; () where the file is the table
    path: tuple[str, ...] = ()
    #: keys that overlays set or took away
    overlaid: frozenset[str] = frozenset()
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
        if name in self.variables:
            return ConfigError(f"{self.variables[name]}: {message}")
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
    #: the taxonomy could not be read, so nothing can be said about names of labels
    labels_unknown: bool = False

    def of(self, kind: Kind) -> Mapping[str, Table]:
        """Return the tables of a kind by key."""
        found = {
            "setting": self.settings,
            "label": self.labels,
            "feed": self.feeds,
            "business": self.businesses,
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
        unknown = len(self._problems) > broken
        return Tables(
            settings=settings,
            labels=self._labels(taxonomy),
            feeds=self._feeds(),
            businesses=self._businesses(),
            labels_unknown=unknown,
        )

    def settings(self) -> dict[str, Table]:
        """Return the sections of the settings file."""
        from trendwatch.config.settings import section_models

        file = self._file(files.SETTINGS)
        return self._named_tables(file, "setting", (), known=section_models(), what="section")

    def _labels(self, file: File | None) -> dict[str, Table]:
        facets = self._named_tables(file, "label", (), known=tuple(Facet), what="facet")
        found: dict[str, Table] = {}
        for facet in facets:
            inside = self._named_tables(file, "label", (facet,), name=f"{facet}:{{}}".format)
            found.update((table.key, table) for table in inside.values())
        return found

    def _feeds(self) -> dict[str, Table]:
        file = self._file(files.FEEDS)
        self._named_tables(file, "feed", (), known=("feeds",), what="table; feeds are written [feeds.KEY], so no")
        return self._named_tables(file, "feed", ("feeds",))

    def _businesses(self) -> dict[str, Table]:
        found: dict[str, Table] = {}
        for path in files.business_files(self._directory):
            file = self._read(path)
            if file is None:
                continue
            if not KEY.fullmatch(path.stem):
                self._problems.append(ConfigError(_bad_key("the file name", path.stem), file=path))
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

    def _named_tables(
        self,
        file: File | None,
        kind: Kind,
        path: tuple[str, ...],
        *,
        known: Iterable[str] | None = None,
        what: str = "key",
        name: Callable[[str], str] = str,
    ) -> dict[str, Table]:
        """Return the tables inside a table; complain about everything else in it."""
        if file is None:
            return {}
        outer: object = file.values
        for part in path:
            outer = outer.get(part, {}) if isinstance(outer, dict) else {}
        names = None if known is None else list(known)
        found: dict[str, Table] = {}
        for key, values in outer.items() if isinstance(outer, dict) else ():
            message = _outline_error(key, values, names, what)
            if message:
                place = file.line((*path, key))
                self._problems.append(ConfigError(message, file=file.path, line=place))
            else:
                found[key] = Table(kind=kind, key=name(key), values=values, file=file, path=(*path, key))
        return found


_TOPS = frozenset({files.SETTINGS, files.TAXONOMY, files.FEEDS})


def _outline_error(key: str, values: object, known: list[str] | None, what: str) -> str:
    """Return what is wrong with a table's name or kind, "" for nothing."""
    if known is not None and key not in known:
        return f"there is no {what} [{key}]{did_you_mean(key, known)}"
    if known is None and not KEY.fullmatch(key):
        return _bad_key("the key", key)
    if not isinstance(values, dict):
        return f"{key} must be a table"
    return ""


def _bad_key(what: str, key: str) -> str:
    return f"{what} {key!r} must be lower-case letters, digits and _ only, such as new_scientist"
