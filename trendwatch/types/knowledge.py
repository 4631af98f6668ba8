"""What an operator wrote down that advice rests on."""

from __future__ import annotations

from dataclasses import dataclass

from trendwatch.types.practices import Practice
from trendwatch.types.sectors import SectorRelations


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The catalogue of practices and how sectors relate, as of one configuration."""

    practices: tuple[Practice, ...] = ()
    sectors: tuple[SectorRelations, ...] = ()


#: Nothing was written down: there is no practice to suggest, and all sectors are equally far.
NO_KNOWLEDGE = Knowledge()
