"""Editions: written once for a cutoff, the same ever after."""

from __future__ import annotations

import pytest

from tests.sample_digest import candidate
from tests.seeds import LEASE, NOW, an_edition, claim_on
from trendwatch.errors import LeaseLost, NotFound
from trendwatch.store import Store


def test_what_is_frozen_comes_back_as_it_was(store: Store) -> None:
    edition = an_edition(candidates=(candidate(labels="area:iot"),), names={"area:iot": "Sensors ↑"})
    assert store.editions.find(edition.id) is None
    kept = store.editions.freeze(edition, claim=claim_on(store, "compose", edition.id), now=NOW)
    assert kept == store.editions.get(edition.id) == store.editions.find(edition.id) == edition


def test_the_first_edition_of_a_cutoff_stays(store: Store) -> None:
    claim = claim_on(store, "compose", "e")
    first = store.editions.freeze(an_edition(), claim=claim, now=NOW)
    assert store.editions.freeze(an_edition(config_hash="later"), claim=claim, now=NOW) == first


def test_d1_nothing_is_frozen_under_a_lost_lease(store: Store) -> None:
    old = claim_on(store, "compose", "e")
    claim_on(store, "compose", "e", at=NOW + LEASE)
    with pytest.raises(LeaseLost):
        store.editions.freeze(an_edition(), claim=old, now=NOW)
    with pytest.raises(NotFound, match="no edition named"):
        store.editions.get(an_edition().id)
