"""Words of sectors: from whom a sector learns first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Weakest and strongest relation that may be configured.
LEAST_WEIGHT, MOST_WEIGHT = 0.1, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorRelations:
    """The sectors that matter to one sector, with weights from 0.1 to 0.5, as in ``sectors.toml``."""

    #: sector key
    key: str
    #: who buys from it: what they get used to, they expect of it
    customers: dict[str, float] = field(default_factory=dict)
    #: who it buys from: what they change arrives with the goods
    suppliers: dict[str, float] = field(default_factory=dict)
    #: who sells beside it to the same customers
    complements: dict[str, float] = field(default_factory=dict)
    #: who tries things first that it can use later
    innovators: dict[str, float] = field(default_factory=dict)

    def weights(self, own: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return the weight of every related sector, strongest first; a business's own ones win, 0 is none.

        A sector that is related in several ways counts by the strongest of them.
        """
        found: dict[str, float] = {}
        for role in (self.customers, self.suppliers, self.complements, self.innovators):
            for sector, weight in role.items():
                found[sector] = max(weight, found.get(sector, 0.0))
        found.update(own or {})
        ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        return {sector: weight for sector, weight in ordered if weight > 0}

    def role(self, sector: str) -> str:
        """Return how a sector is related most: customers, suppliers, complements, innovators; "" for not."""
        roles = {
            "customers": self.customers,
            "suppliers": self.suppliers,
            "complements": self.complements,
            "innovators": self.innovators,
        }
        best = max(roles, key=lambda role: roles[role].get(sector, 0.0))
        return best if sector in roles[best] else ""
