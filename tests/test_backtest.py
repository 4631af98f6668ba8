"""What a change of configuration would have made of past weeks, and that nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.seeding import doors
from tests.seeds import NOW
from trendwatch.api import Parts
from trendwatch.config import Config
from trendwatch.pipeline.backtest import Backtest, backtest
from trendwatch.store.frozen import freeze
from trendwatch.tagging.model import Tagger
from trendwatch.types.advice import Business
from trendwatch.types.tags import Taxonomy

#: Now is some days after the seeded edition.
LATER = NOW + timedelta(days=3)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


def tried(parts: Parts, *, changed: Taxonomy | None = None, **business: object) -> Backtest:
    config = parts.config()
    new: Config = replace(
        config,
        taxonomy=changed or config.taxonomy,
        businesses=tuple(_changed(one, business) for one in config.businesses),
    )
    return backtest(
        parts.store,
        new,
        old=Tagger.rules(config.taxonomy),
        new=Tagger.rules(new.taxonomy),
        weeks=8,
        now=LATER,
    )


def _changed(one: Business, values: dict[str, object]) -> Business:
    return replace(one, **values) if one.key == "hill_farm" else one  # type: ignore[arg-type]


def with_terms(taxonomy: Taxonomy, full_key: str, *terms: str) -> Taxonomy:
    labels = (replace(one, strong=terms) if one.full_key == full_key else one for one in taxonomy.labels)
    return Taxonomy(labels=tuple(labels), language=taxonomy.language)


def test_the_same_configuration_changes_nothing_exactly(parts: Parts) -> None:
    found = tried(parts)
    assert (found.editions, found.digests > 0, found.stories > 0) == (1, True, True)
    assert (found.flips, found.sectors, found.differences) == ([], {}, [])


def test_a_new_term_flips_labels_and_counts_sectors(parts: Parts) -> None:
    [edition_id] = parts.store.editions.since(NOW - timedelta(weeks=8))
    edition = parts.store.editions.get(edition_id)
    free = next(
        one for one in edition.candidates if not any(tag.full_key == "sector:retail" for tag in one.tags)
    )
    word = max(free.title.split(), key=len).strip(".,:").casefold()
    found = tried(parts, changed=with_terms(parts.config().taxonomy, "sector:retail", word))
    assert found.labels["sector:retail"][0] >= 1
    before, after = found.sectors["sector:retail"]
    assert after - before == found.labels["sector:retail"][0]
    assert free.title in [one.title for one in found.flips]


def test_a_changed_profile_shows_what_its_digests_would_have_held(parts: Parts) -> None:
    shown = parts.store.digests.get("hill_farm", "latest")
    found = tried(parts, mutes=("area:drones", "area:iot", "area:ai"))
    [difference] = found.differences
    assert (difference.business_key, difference.period) == ("hill_farm", shown.period)
    assert difference.gone
    assert found.flips == []


def test_nothing_is_written(parts: Parts) -> None:
    before = freeze(parts.store.digests.get("hill_farm", "latest"))
    editions = [
        freeze(parts.store.editions.get(one)) for one in parts.store.editions.since(NOW - timedelta(weeks=8))
    ]
    tried(parts, mutes=("area:drones",))
    assert freeze(parts.store.digests.get("hill_farm", "latest")) == before
    assert [
        freeze(parts.store.editions.get(one)) for one in parts.store.editions.since(NOW - timedelta(weeks=8))
    ] == editions
    assert parts.store.overlays.list() == []
    assert parts.store.digests.count() == 1
