"""What an operator wrote down that advice rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trendwatch.types.practices import Practice
from trendwatch.types.sectors import SectorRelations


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The catalogue of practices and how sectors relate, as of one configuration."""

    practices: tuple[Practice, ...] = ()
    sectors: tuple[SectorRelations, ...] = ()

    def relations(self, sector: str, own: Mapping[str, float]) -> dict[str, float]:
        """Return the weight of every sector related to one, strongest first; a business's own ones win."""
        known = next((one for one in self.sectors if one.key == sector), SectorRelations(key=sector))
        return known.weights(own)


#: Nothing was written down: there is no practice to suggest, and all sectors are equally far.
NO_KNOWLEDGE = Knowledge()
