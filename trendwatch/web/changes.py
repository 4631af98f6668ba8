"""Changing a business from pages and API: the pipeline's way, on the parts that the doors are given."""

from __future__ import annotations

from collections.abc import Mapping

from trendwatch.pipeline import changing
from trendwatch.types.advice import Business
from trendwatch.web.parts import Parts


def change_business(parts: Parts, key: str, given: Mapping[str, object], *, by: str) -> Business:
    """Keep a change of a business that is valid; return the business as it is then.

    Raises:
        NotFound: there is no such business.
        ConfigError: it would not be valid; says what to do. Nothing was changed.
    """
    return changing.change_business(parts.store, parts.config(), key, given, by=by, now=parts.clock())
