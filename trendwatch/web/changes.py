"""Changing a business: an overlay on the operator's files, judged like a file before it is kept."""

from __future__ import annotations

from collections.abc import Mapping

from trendwatch.config.businesses import read_businesses
from trendwatch.config.overlays import lay_over
from trendwatch.config.taxonomy import Known
from trendwatch.errors import ConfigError
from trendwatch.types.advice import Business
from trendwatch.types.work import Overlay
from trendwatch.web.parts import Parts


def change_business(parts: Parts, key: str, given: Mapping[str, object], *, by: str) -> Business:
    """Keep a change of a business that is valid; return the business as it is then.

    Raises:
        NotFound: there is no such business.
        ConfigError: it would not be valid; says what to do. Nothing was changed.
    """
    config = parts.config()
    config.business(key)
    laid = next(
        (one for one in parts.store.overlays.list() if (one.kind, one.key) == ("business", key)), None
    )
    before = dict(laid.values or {}) if laid else {}
    overlay = Overlay(
        kind="business", key=key, values={**before, **given}, changed_at=parts.clock(), changed_by=by
    )
    problems: list[ConfigError] = []
    tables = lay_over(config.tables, [overlay], problems)
    found = read_businesses(tables.businesses, Known(tables.labels), problems)
    if problems:
        said = (one.message.removeprefix(f"overlay on business {key}: ") for one in problems)
        raise ConfigError("; ".join(said))
    parts.store.overlays.put(overlay)
    return next(one for one in found if one.key == key)
