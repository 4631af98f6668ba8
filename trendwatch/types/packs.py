"""Words of starter packs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Feeds that go well together, to switch on and off at once."""

    #: lower_snake_case
    key: str
    #: what people read
    title: str
    #: feed keys, in the order of the file
    feeds: tuple[str, ...]
    #: sector keys it is made for; empty means every sector
    sectors: tuple[str, ...] = ()
    #: area keys it is good for
    areas: tuple[str, ...] = ()
