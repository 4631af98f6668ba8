"""What pages, API and command line changed, laid over what the files say.

The files hold the operator's defaults. A change is kept in the database as an overlay on one thing and
never touches its file; ``config export`` writes both together. Overlays on the same thing stack by time.

An overlay's key is that of a feed, business, practice or sector, ``area:drones`` for a label, or a section
for settings; its values are in the words of the files. A value None takes a key away, so that its default
holds; values None take the whole thing away. Terms of a label are kept as what differs (termlists).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from trendwatch.config.forms import KEY
from trendwatch.config.hints import did_you_mean
from trendwatch.config.reading import hides, names
from trendwatch.config.settings import section_models
from trendwatch.config.tables import Kind, Table, Tables
from trendwatch.config.termlists import DIFFERENCES, laid, misfit
from trendwatch.errors import ConfigError
from trendwatch.types.tags import Facet
from trendwatch.types.work import Overlay


def in_order(overlays: Iterable[Overlay]) -> tuple[Overlay, ...]:
    """Return overlays in the order they are laid, the same for every worker."""
    return tuple(sorted(overlays, key=lambda each: (each.changed_at, each.kind, each.key)))


def lay_over(tables: Tables, overlays: Iterable[Overlay], problems: list[ConfigError]) -> Tables:
    """Return the tables with overlays laid on; an overlay that fits nowhere is a problem and left out."""
    merged: dict[str, dict[str, Table]] = {kind: dict(tables.of(kind)) for kind in get_args(Kind)}
    for overlay in in_order(overlays):
        wrong = _misfit(overlay)
        if wrong:
            problems.append(ConfigError(f"overlay on {overlay.kind} {overlay.key}: {wrong}"))
        else:
            _lay(overlay, merged[overlay.kind], kind=overlay.kind)
    return replace(
        tables,
        settings=merged["setting"],
        labels=merged["label"],
        feeds=merged["feed"],
        businesses=merged["business"],
        practices=merged["practice"],
        sectors=merged["sector"],
        packs=merged["pack"],
    )


def _lay(overlay: Overlay, tables: dict[str, Table], *, kind: Kind) -> None:
    if overlay.values is None:
        tables.pop(overlay.key, None)
        return
    table = tables.get(overlay.key) or Table(kind=kind, key=overlay.key, values={})
    before = table.values if table.before is None else table.before
    changes = overlay.values
    if kind == "label":
        changes = {name: value for name, value in changes.items() if name not in DIFFERENCES}
        changes |= laid(before, overlay.values)
    values = {**table.values, **changes}
    tables[overlay.key] = replace(
        table,
        values={name: value for name, value in values.items() if value is not None},
        overlaid=table.overlaid | frozenset(changes),
        before=before,
    )


def without_overlay(tables: Tables, full_key: str) -> Tables:
    """Return tables with a label as its file has it, or without it where no file has it."""
    table = tables.labels.get(full_key)
    if table is None or table.before is None:
        return tables
    labels = dict(tables.labels)
    if table.file is None:
        del labels[full_key]
    else:
        labels[full_key] = replace(table, values=table.before, before=None, overlaid=frozenset())
    return replace(tables, labels=labels)


def _misfit(overlay: Overlay) -> str:
    """Return why an overlay cannot be laid, "" where it can."""
    if overlay.kind not in get_args(Kind):
        return f"there is no kind {overlay.kind!r}{did_you_mean(overlay.kind, get_args(Kind))}"
    if overlay.kind == "setting":
        return _setting_misfit(overlay)
    key = overlay.key
    if overlay.kind == "label":
        facet, _, key = overlay.key.partition(":")
        if facet not in set(Facet):
            return f"there is no facet {facet!r}{did_you_mean(facet, Facet)}; write the key like area:drones"
        if wrong := misfit(overlay.values or {}):
            return wrong
    return "" if KEY.fullmatch(key) else "the key must be lower-case letters, digits and _ only"


def _setting_misfit(overlay: Overlay) -> str:
    models = section_models()
    if overlay.key not in models:
        return f"there is no section{did_you_mean(overlay.key, models)}"
    if overlay.key == "store":
        return "the store cannot keep its own address; set TRENDWATCH_STORE_URL or edit trendwatch.toml"
    hidden = {name for name, field in names(models[overlay.key]).items() if hides(field)}
    for name in sorted(hidden & set(overlay.values or {})):
        variable = f"TRENDWATCH_{overlay.key}_{name}".upper()
        return f"{name} is a secret and is not kept here; set {variable}"
    return ""
