"""Starter packs from their tables: feeds that are switched on and off together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator

from trendwatch.config import forms
from trendwatch.config.hints import did_you_mean
from trendwatch.config.reading import read
from trendwatch.config.settings import Section
from trendwatch.config.tables import Table, Tables
from trendwatch.config.taxonomy import Known, check_labels
from trendwatch.errors import ConfigError
from trendwatch.types.packs import Pack
from trendwatch.types.tags import Facet

#: Up to so many feeds that do not exist are typing errors, told one by one.
_EACH = 9


class _PackValues(Section):
    title: Annotated[str, AfterValidator(forms.filled)]
    feeds: tuple[str, ...]
    sectors: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


def read_packs(
    tables: Tables, in_files: Mapping[str, Table], *, known: Known, problems: list[ConfigError]
) -> tuple[Pack, ...]:
    """Return all packs in the order of the file.

    A feed that an overlay removed drops out of its packs without a complaint: whoever removed it on a
    page cannot edit the file. One that no file has ever named is a mistake.
    """
    named = set(in_files) | set(tables.feeds)
    found: list[Pack] = []
    wrong: list[ConfigError] = []
    for table in tables.packs.values():
        values = read(_PackValues, table, problems)
        if values is None:
            continue
        check_labels(table, "sectors", Facet.SECTOR, known=known, problems=problems)
        check_labels(table, "areas", Facet.AREA, known=known, problems=problems)
        if not tables.feeds_unknown:
            _check_feeds(table, values.feeds, named, problems=wrong)
        given = values.model_dump()
        given["feeds"] = tuple(key for key in values.feeds if key in tables.feeds)
        found.append(Pack(key=table.key, **given))
    problems.extend(wrong if len(wrong) <= _EACH else [_of_other_feeds(wrong)])
    return tuple(found)


def _of_other_feeds(wrong: Sequence[ConfigError]) -> ConfigError:
    """Return many complaints as one: whoever brings feeds of their own has no use for packs of others."""
    return ConfigError(
        f"{len(wrong)} feeds that packs name are not in feeds.toml ({wrong[0].message}); "
        "delete the packs you do not use, or this file",
        file=wrong[0].file,
        line=wrong[0].line,
    )


def _check_feeds(
    table: Table, feeds: tuple[str, ...], named: Iterable[str], *, problems: list[ConfigError]
) -> None:
    """Complain about each feed of a pack that does not exist or stands there twice."""
    for key, times in Counter(feeds).items():
        if key not in named:
            problems.append(
                table.error(f"feeds: there is no feed {key!r}{did_you_mean(key, named)}", "feeds")
            )
        elif times > 1:
            problems.append(table.error(f"feeds: feed {key!r} is named twice", "feeds"))
