"""The whole configuration as one value, or every reason why it cannot be had.

files | overlays | environment | check: later ones win over earlier ones, and each value remembers who
said it. A service that runs keeps the last good one (see last_good).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeVar

from trendwatch.config.businesses import read_businesses
from trendwatch.config.environment import from_environment
from trendwatch.config.examples import read_examples
from trendwatch.config.feeds import read_feeds
from trendwatch.config.files import BUSINESSES
from trendwatch.config.forms import KEY
from trendwatch.config.hints import did_you_mean
from trendwatch.config.languages import language_warnings, with_languages
from trendwatch.config.overlays import in_order, lay_over
from trendwatch.config.packs import read_packs
from trendwatch.config.practices import read_practices
from trendwatch.config.reading import read
from trendwatch.config.sectors import read_sectors
from trendwatch.config.settings import Settings, public_values, section_models
from trendwatch.config.tables import Kind, Reader, Table, Tables
from trendwatch.config.taxonomy import Known, read_taxonomy
from trendwatch.config.termcheck import warnings
from trendwatch.errors import ConfigError, NotFound, StandsInFile
from trendwatch.types.advice import Business
from trendwatch.types.news import Feed
from trendwatch.types.packs import Pack
from trendwatch.types.practices import Practice
from trendwatch.types.sectors import SectorRelations
from trendwatch.types.tags import Example, Taxonomy
from trendwatch.types.work import Overlay

T = TypeVar("T")

_HASH_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything the operator decided; two are equal when the same values are in force."""

    directory: Path = field(compare=False)
    settings: Settings
    #: in the order of the file
    feeds: tuple[Feed, ...]
    taxonomy: Taxonomy
    #: by key
    businesses: tuple[Business, ...]
    #: in the order of the file
    practices: tuple[Practice, ...]
    #: in the order of the file; sectors without relations may be missing
    sectors: tuple[SectorRelations, ...]
    #: in the order of the file
    packs: tuple[Pack, ...]
    #: 12 hex digits over all values that are not secret; digests keep it. Packs are left out: what they
    #: switch on stands in the feeds
    hash: str
    #: in the order they were laid
    overlays: tuple[Overlay, ...] = field(default=(), compare=False)
    #: who said what
    tables: Tables = field(repr=False, compare=False)

    @cached_property
    def _feeds(self) -> dict[str, Feed]:
        return {feed.key: feed for feed in self.feeds}

    @cached_property
    def _businesses(self) -> dict[str, Business]:
        return {business.key: business for business in self.businesses}

    def feed(self, key: str) -> Feed:
        """Return a feed.

        Raises:
            NotFound: there is none of this key; hints at a near one.
        """
        return _found("feed", key, known=self._feeds)

    def business(self, key: str) -> Business:
        """Return a business.

        Raises:
            NotFound: there is none of this key; hints at a near one.
        """
        return _found("business", key, known=self._businesses)

    def check_erasable(self, key: str) -> None:
        """Refuse to forget a business that a file still names: it would come back with the next tick.

        Raises:
            StandsInFile: there is such a file; says where.
        """
        path = self.directory / BUSINESSES / f"{key}.toml"
        if KEY.fullmatch(key) and path.is_file():
            named = f"{BUSINESSES}/{path.name}"
            raise StandsInFile(f"{key} stands in the file {named}: delete it first, then erase", file=path)

    def practice(self, key: str) -> Practice:
        """Return a practice.

        Raises:
            NotFound: there is none of this key; hints at a near one.
        """
        return _found("practice", key, known={practice.key: practice for practice in self.practices})

    def pack(self, key: str) -> Pack:
        """Return a starter pack.

        Raises:
            NotFound: there is none of this key; hints at a near one.
        """
        return _found("pack", key, known={pack.key: pack for pack in self.packs})

    def relations(self, sector: str) -> SectorRelations:
        """Return a sector's relations to others; none where the file has none."""
        found = (one for one in self.sectors if one.key == sector)
        return next(found, SectorRelations(key=sector))

    @cached_property
    def warnings(self) -> tuple[ConfigError, ...]:
        """What stops nothing and may yet not be meant: a term twice, or of two labels in two languages."""
        ours = read_taxonomy(self.tables.labels, [])
        return (*warnings(self.tables.labels), *language_warnings(ours, self.directory))

    @cached_property
    def _examples(self) -> tuple[Example, ...]:
        problems: list[ConfigError] = []
        found = read_examples(self.directory, self.taxonomy, problems)
        _raise_first(problems)
        return found

    def examples(self) -> tuple[Example, ...]:
        """Return the labelled examples, read once.

        Raises:
            ConfigError: a line of theirs is wrong.
        """
        return self._examples

    def origin(self, kind: Kind, key: str) -> Literal["file", "overlay", "both"]:
        """Return where a feed, label, business, practice, sector, pack or section stands.

        Raises:
            NotFound: it stands nowhere; a setting may still have its default.
        """
        table = _found(kind, key, known=self.tables.of(kind))
        if table.file is None:
            return "overlay"
        return "both" if table.overlaid else "file"


def load(directory: Path, *, environ: Mapping[str, str], overlays: Sequence[Overlay] = ()) -> Config:
    """Return the configuration in force.

    Raises:
        ConfigError: the first thing that is wrong, and how many more there are.
    """
    config, problems = _assemble(directory, environ, overlays)
    _raise_first(problems)
    return config


def check(
    directory: Path, environ: Mapping[str, str], *, overlays: Sequence[Overlay] = ()
) -> list[ConfigError]:
    """Return everything that is wrong, in the order of files and lines; examples included."""
    try:
        config, problems = _assemble(directory, environ, overlays)
    except ConfigError as error:
        return [error]
    if not problems:  # examples are judged by the taxonomy
        read_examples(directory, config.taxonomy, problems)
    return problems


def read_settings(directory: Path, *, environ: Mapping[str, str]) -> Settings:
    """Return the settings alone: how to reach the store, before it can be asked for overlays.

    Raises:
        ConfigError: the first thing that is wrong with them.
    """
    problems: list[ConfigError] = []
    tables = from_environment(_reader(directory, problems).settings(), environ, problems)
    settings = _settings(tables, problems)
    _raise_first(problems)
    return settings


def _assemble(
    directory: Path, environ: Mapping[str, str], overlays: Sequence[Overlay]
) -> tuple[Config, list[ConfigError]]:
    """Return the configuration as far as it is right, and what is wrong."""
    problems: list[ConfigError] = []
    in_files = _reader(directory, problems).tables()
    tables = lay_over(in_files, overlays, problems)
    tables = replace(tables, settings=from_environment(tables.settings, environ, problems))
    known = Known(tables.labels, everything=tables.labels_unknown)
    settings = _settings(tables.settings, problems)
    taxonomy = with_languages(
        read_taxonomy(tables.labels, problems), directory, known=known, problems=problems
    )
    feeds = read_feeds(tables.feeds, known, problems)
    businesses = read_businesses(tables.businesses, known, problems)
    practices = read_practices(tables.practices, known, problems)
    sectors = read_sectors(tables.sectors, known, problems)
    packs = read_packs(tables, in_files.feeds, known=known, problems=problems)
    config = Config(
        directory=directory,
        settings=settings,
        feeds=feeds,
        taxonomy=taxonomy,
        businesses=businesses,
        practices=practices,
        sectors=sectors,
        packs=packs,
        hash=_hash(
            settings=public_values(settings),
            feeds={feed.key: asdict(feed) for feed in feeds},
            # of labels and practices the order is a value: the first of two equals wins
            labels=[asdict(label) for label in taxonomy.labels],
            languages=taxonomy.further,
            businesses={business.key: asdict(business) for business in businesses},
            practices=[asdict(practice) for practice in practices],
            sectors={sector.key: asdict(sector) for sector in sectors},
        ),
        overlays=in_order(overlays),
        tables=tables,
    )
    return config, _sorted(problems)


def _reader(directory: Path, problems: list[ConfigError]) -> Reader:
    """Return what reads a directory's files.

    Raises:
        ConfigError: there is no such directory.
    """
    if not directory.is_dir():
        raise ConfigError(f"there is no configuration directory {directory}")
    return Reader(directory, problems)


def _settings(tables: Mapping[str, Table], problems: list[ConfigError]) -> Settings:
    read_sections = {
        name: section
        for name, model in section_models().items()
        if name in tables and (section := read(model, tables[name], problems))
    }
    return Settings.model_validate(read_sections)


def _hash(**values: object) -> str:
    """Return the same digits for the same values, whoever said them and in whatever order feeds stand."""
    # default=str writes times of day, the one value JSON does not know
    text = json.dumps(values, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def _sorted(problems: list[ConfigError]) -> list[ConfigError]:
    """Return problems file by file in reading order, those of a file by line."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(problems, key=lambda problem: (files.index(problem.file), problem.line or 0))


def _raise_first(problems: list[ConfigError]) -> None:
    if not problems:
        return
    first, more = problems[0], len(problems) - 1
    rest = f" … and {more} more; trendwatch config check lists them" if more else ""
    raise ConfigError(first.message + rest, file=first.file, line=first.line)


def _found(kind: str, key: str, *, known: Mapping[str, T]) -> T:
    """Return the one of a key.

    Raises:
        NotFound: there is none; hints at a near one.
    """
    if key not in known:
        raise NotFound(kind, key, hint=did_you_mean(key, known).removeprefix("; "))
    return known[key]
