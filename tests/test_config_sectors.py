"""Relations between sectors: from the file, a business's own ones on top."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config_samples import BAKERY, overlay, write_config
from trendwatch.config import Config, check, diff, export, load
from trendwatch.types.sectors import SectorRelations

SECTORS = """\
# who matters to whom
[sectors.food]
customers = { retail = 0.4 }  # cafés count as retail
suppliers = { retail = 0.2 }

[sectors.retail.innovators]
food = 0.1
"""


def directory_with(tmp_path: Path, sectors: str, bakery: str = BAKERY) -> Path:
    return write_config(tmp_path / "config", {"sectors.toml": sectors, "businesses/bakery.toml": bakery})


def loaded(tmp_path: Path, sectors: str = SECTORS, bakery: str = BAKERY) -> Config:
    return load(directory_with(tmp_path, sectors, bakery), environ={})


def test_relations_as_the_file_says(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    assert config.sectors == (
        SectorRelations(key="food", customers={"retail": 0.4}, suppliers={"retail": 0.2}),
        SectorRelations(key="retail", innovators={"food": 0.1}),
    )
    assert config.relations("retail") == config.sectors[1]
    assert config.origin("sector", "food") == "file"


def test_a_sector_without_relations_has_none(tmp_path: Path) -> None:
    config = load(write_config(tmp_path), environ={})
    assert config.sectors == ()
    assert config.relations("food") == SectorRelations(key="food")
    assert config.relations("food").weights() == {}


def test_a_business_says_what_counts_for_it(tmp_path: Path) -> None:
    business = loaded(tmp_path, bakery=f"{BAKERY}[sectors]\nretail = 0\n").business("bakery")
    assert business.relations == {"retail": 0}
    assert loaded(tmp_path / "other").business("bakery").relations == {}


@pytest.mark.parametrize(
    ("sectors", "message"),
    [
        ("[food]\n", "1: there is no table [food]; a sector is written [sectors.KEY]"),
        ("[sector.food]\n", "1: there is no table [sector]; did you mean 'sectors'?"),
        ("[sectors.fod]\n", "1: there is no sector 'fod'; did you mean 'food'?"),
        (
            "[sectors.food]\ncustomer = {}\n",
            "2: unknown key 'customer'; did you mean 'customers'?",
        ),
        (
            "[sectors.food]\ncustomers = { retial = 0.2 }\n",
            "2: customers: there is no sector 'retial'; did you mean 'retail'?",
        ),
        (
            "[sectors.food]\n[sectors.food.suppliers]\nretail = 0.2\nfood = 0.2\n",
            "4: suppliers: 'food' is not related to itself",
        ),
        *(
            (
                f"[sectors.food]\ncustomers = {wrong}\n",
                "2: customers must be sectors with weights from 0.1 to 0.5, such as { retail = 0.3 }",
            )
            for wrong in (
                *("{ retail = 0.6 }", "{ retail = 0 }", "{ retail = '0.2' }", "{ retail = nan }"),
                *("['retail']", "{ retail = true }"),
            )
        ),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, sectors: str, message: str) -> None:
    directory = directory_with(tmp_path, sectors)
    assert [str(problem) for problem in check(directory, {})] == [f"{directory / 'sectors.toml'}:{message}"]


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("retial = 0.2", "10: sectors: there is no sector 'retial'; did you mean 'retail'?"),
        ("food = 0.2", "10: sectors: 'food' is not related to itself"),
        (
            "retail = 0.7",
            "9: sectors must be sectors with weights from 0 to 0.5, such as { retail = 0.3 }",
        ),
    ],
)
def test_mistakes_of_a_business_name_file_and_line(tmp_path: Path, own: str, message: str) -> None:
    directory = directory_with(tmp_path, SECTORS, f"{BAKERY}[sectors]\n{own}\n")
    [problem] = check(directory, {})
    assert str(problem) == f"{directory / 'businesses' / 'bakery.toml'}:{message}"


FARM = SectorRelations(
    key="agriculture",
    customers={"food": 0.5, "retail": 0.3},
    suppliers={"manufacturing": 0.2, "food": 0.1},
    complements={"logistics": 0.3},
    innovators={"energy": 0.1, "manufacturing": 0.4},
)


def test_the_strongest_relation_counts_and_ones_own_weights_win() -> None:
    assert list(FARM.weights().items()) == [
        *(("food", 0.5), ("manufacturing", 0.4), ("logistics", 0.3), ("retail", 0.3), ("energy", 0.1))
    ]
    own = FARM.weights({"food": 0, "energy": 0.5, "sport": 0.2})
    assert list(own.items()) == [
        *(("energy", 0.5), ("manufacturing", 0.4), ("logistics", 0.3), ("retail", 0.3), ("sport", 0.2))
    ]


def test_how_a_sector_is_related_most() -> None:
    roles = {sector: FARM.role(sector) for sector in ("food", "manufacturing", "logistics", "sport")}
    assert roles == {
        "food": "customers",
        "manufacturing": "innovators",
        "logistics": "complements",
        "sport": "",
    }


_OWN = st.dictionaries(st.sampled_from(("food", "retail", "energy", "sport")), st.floats(0, 0.5))


@given(_OWN)
def test_a_business_has_the_last_word(own: dict[str, float]) -> None:
    weights = FARM.weights(own)
    assert all(weights.get(sector, 0) == weight for sector, weight in own.items())
    assert all(weights[sector] == FARM.weights()[sector] for sector in set(weights) - set(own))
    assert list(weights.values()) == sorted(weights.values(), reverse=True)


def test_weights_stand_in_the_hash_that_digests_keep(tmp_path: Path) -> None:
    hashes = {
        loaded(tmp_path / "a").hash,
        loaded(tmp_path / "b", SECTORS.replace("0.4", "0.5")).hash,
        loaded(tmp_path / "c", bakery=f"{BAKERY}[sectors]\nretail = 0.5\n").hash,
        loaded(tmp_path / "d", SECTORS.replace("  # cafés count as retail", "")).hash,
    }
    assert len(hashes) == 3


def test_differences_tell_of_relations(tmp_path: Path) -> None:
    ours = loaded(tmp_path, SECTORS.replace("0.4", "0.5"), f"{BAKERY}[sectors]\nretail = 0.5\n")
    found = [
        (one.where, one.key, one.default, one.value, one.origin)
        for one in diff(ours, loaded(tmp_path / "shipped"))
    ]
    assert found == [
        ("business bakery", "relations", {}, {"retail": 0.5}, "file"),
        ("sector food", "customers", {"retail": 0.4}, {"retail": 0.5}, "file"),
    ]


def test_export_writes_relations_that_can_be_read_again(tmp_path: Path) -> None:
    changes = [
        overlay("sector", "food", {"customers": {"retail": 0.3}}),
        overlay("sector", "retail", None),
        overlay("business", "bakery", {"sectors": {"retail": 0}}),
    ]
    config = load(directory_with(tmp_path, SECTORS), environ={}, overlays=changes)
    export(config, tmp_path / "written")
    again = load(tmp_path / "written", environ={})
    assert again == config
    assert again.relations("food").customers == {"retail": 0.3}
    assert again.business("bakery").relations == {"retail": 0}
