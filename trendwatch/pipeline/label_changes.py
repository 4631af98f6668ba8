"""Change labels:  what an operator writes | check | try on the latest items;  or keep as an overlay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trendwatch.config import Config
from trendwatch.config.labels import changed_label, completed, find_label, with_label
from trendwatch.errors import InputError
from trendwatch.pipeline.taggers import load_current
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.store.models import CURRENT
from trendwatch.store.overlays import values_of
from trendwatch.tagging.trial import Trial, try_label
from trendwatch.types.tags import Label
from trendwatch.types.work import Overlay

#: The latest items a label is tried on: a second of work, and some weeks of news.
LATEST = 5_000


def trial_of(
    store: Store, config: Config, full_key: str, *, values: Mapping[str, object], latest: int = LATEST
) -> Trial:
    """Return what a label would do to the latest items; nothing is kept.

    Raises:
        ConfigError: it would not be valid.
    """
    label, taxonomy = with_label(config, full_key, values)
    items = store.items.search(Filter(), limit=latest).items
    version = next((version for version, state, _ in store.models.versions() if state == CURRENT), "")
    uncovered = store.uncovered.languages_of(version, [one.item.id for one in items])
    covered = [one for one in items if one.item.id not in uncovered]
    return try_label(label, load_current(store, taxonomy), covered)


def keep_label(
    store: Store, config: Config, full_key: str, *, values: Mapping[str, object], by: str, now: datetime
) -> Label:
    """Keep a label, new or changed, as an overlay; items get it once a model has learnt it, at the next tick.

    Raises:
        ConfigError: it would not be valid; nothing was changed.
    """
    given = completed(config, full_key, values)
    found: list[Label] = []

    def change(seen: Sequence[Overlay]) -> list[Overlay]:
        values = changed_label(config, full_key, values_of(seen, "label", full_key), given=given)
        found.append(with_label(config, full_key, values, instead=True)[0])
        return [Overlay(kind="label", key=full_key, values=values, changed_at=now, changed_by=by)]

    store.overlays.change(change)
    return found[-1]


def drop_label(store: Store, config: Config, full_key: str) -> None:
    """Forget what was changed of a label: one that no file has is gone.

    Raises:
        NotFound: there is no such label.
        InputError: it stands in a file as it is, or something else still names it.
    """
    find_label(config, full_key)
    origin = config.origin("label", full_key)
    if origin == "file":
        raise InputError(f"{full_key} stands in taxonomy.toml; take it out there")
    if origin == "overlay" and (users := _users(config, full_key)):
        raise InputError(f"{full_key} is still named by {', '.join(users)}; change that first")
    store.overlays.drop("label", full_key)


def _users(config: Config, full_key: str) -> list[str]:
    """Return what would be wrong without a label: children, and whatever names it in its values."""
    key = full_key.partition(":")[2]
    children = [
        label.full_key
        for label in config.taxonomy.labels
        if label.facet == full_key.partition(":")[0] and label.parent == key
    ]
    tables = {**config.tables.feeds, **config.tables.businesses, **config.tables.practices}
    naming = [
        f"{table.kind} {table.key}"
        for table in tables.values()
        if {key, full_key} & {name for value in table.values.values() for name in _names(value)}
    ]
    return [*children, *naming]


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
