"""The practices, relations of sectors and businesses shipped with trendwatch."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from tests.sample_digest import edition, holding
from trendwatch.advice.practices import Matcher, parts_of, ranked
from trendwatch.config import Config, check, load, shipped_directory
from trendwatch.types.practices import Practice, Range, RiskKind
from trendwatch.types.sectors import LEAST_WEIGHT, MOST_WEIGHT
from trendwatch.types.tags import Facet

#: What the product's background names, in its order, each with the practices that are it.
NAMED = {
    "automated e-mail campaigns": "email_campaigns",
    "chatbots with a human hand-over": "chatbot_handover",
    "customer segmentation": "customer_segmentation",
    "sales follow-up": "sales_followup",
    "invoices and payments": "invoices_payments",
    "inventory alerts": "inventory_alerts",
    "workflow approvals": "workflow_approvals",
    "document capture": "document_capture",
    "online ordering and delivery": "online_ordering",
    "reviews": "online_reviews",
    "search marketing": "search_marketing",
    "personalisation": "personalisation",
    "predictive maintenance": "predictive_maintenance",
    "supply-chain tracking": "supply_chain_tracking",
    "data-driven quality control": "quality_control_data",
    "clinic booking, reminders and feedback": "clinic_booking clinic_reminders clinic_feedback",
    "soil and machine sensors": "soil_sensors machine_sensors",
    "crop images": "crop_images",
    "drones for spraying and mapping": "drone_spraying drone_mapping",
    "selling on platforms without depending on one": "platform_selling",
    "remote work": "remote_work",
    "backups": "backups",
    "multi-factor sign-in": "multi_factor",
    "phishing drills": "phishing_drills",
    "energy metering": "energy_metering",
}
#: May be empty: for all sectors, resting on no technology, nobody can do it free of charge.
MAY_BE_EMPTY = {"fits", "areas", "free_way"}
BUSINESSES = {
    "agriculture",
    "food_hospitality",
    "healthcare",
    "retail",
    "manufacturing",
    "professional_services",
}
#: More practices than these share no term: it would say nothing.
MOST_SHARING = 3


@pytest.fixture(scope="module")
def config() -> Config:
    return load(shipped_directory(), environ={})


def test_nothing_is_wrong_with_it() -> None:
    assert check(shipped_directory(), {}) == []


def test_there_are_enough(config: Config) -> None:
    assert len(config.practices) >= 60
    assert len({practice.name.casefold() for practice in config.practices}) == len(config.practices)


@pytest.mark.parametrize("background", NAMED)
def test_what_the_background_names_is_there(config: Config, background: str) -> None:
    for key in NAMED[background].split():
        assert config.practice(key).terms


def test_every_field_is_filled(config: Config) -> None:
    for practice in config.practices:
        empty = {field.name for field in fields(Practice) if getattr(practice, field.name) in {"", ()}}
        assert empty <= MAY_BE_EMPTY, practice.key
        assert len(practice.first_week) >= 3, practice.key
    assert sum(bool(practice.free_way) for practice in config.practices) >= 0.6 * len(config.practices)
    assert sum(bool(practice.areas) for practice in config.practices) >= 0.8 * len(config.practices)


def test_every_function_and_every_sector_has_practices(config: Config) -> None:
    functions = Counter(key for practice in config.practices for key in practice.functions)
    for label in config.taxonomy.of(Facet.FUNCTION):
        assert functions[label.key] >= 3, label.key
    for label in config.taxonomy.of(Facet.SECTOR):
        assert sum(practice.is_for(label.key) for practice in config.practices) >= 10, label.key
    # advice crosses sectors: no single one is the teacher of all
    teachers = Counter(practice.inspired_by for practice in config.practices)
    assert len(teachers) >= 10
    assert teachers.most_common(1)[0][1] <= 0.35 * len(config.practices)


def test_estimates_are_ranges_a_small_business_can_read(config: Config) -> None:
    most = {"cost_once": 50_000, "cost_per_month": 2_000, "hours_first_month": 80}
    for practice in config.practices:
        for name, ceiling in most.items():
            estimate: Range = getattr(practice, name)
            assert 0 <= estimate.low <= estimate.base <= estimate.high <= ceiling, (practice.key, name)
        assert practice.hours_first_month.base > 0, practice.key


def test_a_free_way_costs_nothing(config: Config) -> None:
    """The page says "no money this way" beside it."""
    costs = re.compile(
        r"\b(?:buy|pay|costs? (?!nothing)|penn(?:y|ies)|cheap(?! hours)|euros?)\b|€", re.IGNORECASE
    )
    said = {one.key: one.free_way for one in config.practices if costs.search(one.free_way)}
    assert said == {}


def test_risks_are_weighed(config: Config) -> None:
    kinds = Counter(risk.kind for practice in config.practices for risk in practice.risks)
    assert all(kinds[kind] >= 5 for kind in RiskKind), kinds


def test_the_file_says_that_figures_are_assumptions(config: Config) -> None:
    head = (config.directory / "practices.toml").read_text("utf-8")[:600]
    assert "editable assumptions" in head


def test_every_term_finds_itself_and_few_share_one(config: Config) -> None:
    matcher = Matcher(config.practices)
    for practice in config.practices:
        for term in practice.terms:
            found = {one.practice: one.terms for one in matcher.match(". ".join(parts_of(term)), "")}
            assert term in found.get(practice.key, ()), (practice.key, term)
    shared = Counter(term for practice in config.practices for term in practice.terms)
    assert [term for term, times in shared.items() if times > MOST_SHARING] == []


@pytest.mark.parametrize(
    "ordinary",
    [
        "Markets close higher as investors weigh inflation",
        "The choir sings again on Sunday, and the bridge is painted",
        "Star striker signs a new contract until 2027",
        "Government announces budget for schools and roads",
        "New phone has a better camera and a longer battery life",
    ],
)
def test_ordinary_news_speaks_of_no_practice(config: Config, ordinary: str) -> None:
    assert Matcher(config.practices).match(ordinary, "") == ()


def test_sectors_know_whom_they_learn_from(config: Config) -> None:
    sectors = {label.key for label in config.taxonomy.of(Facet.SECTOR)}
    assert {one.key for one in config.sectors} == sectors
    for one in config.sectors:
        weights = one.weights()
        assert len(weights) >= 3, one.key
        assert all(LEAST_WEIGHT <= weight <= MOST_WEIGHT for weight in weights.values())
        assert one.customers, one.key
        assert one.suppliers, one.key
        assert one.innovators, one.key


def test_six_businesses_say_what_they_need(config: Config) -> None:
    assert {business.sector for business in config.businesses} >= BUSINESSES
    for business in config.businesses:
        for name in ("goals", "areas", "tools", "size", "budget_per_month", "hours_per_week"):
            assert getattr(business, name), (business.key, name)


def test_every_business_has_something_to_try_for_a_year(config: Config) -> None:
    """With one a week and twelve weeks of rest thirteen are enough to never fall silent."""
    for business in config.businesses:
        fitting = ranked(holding(business, edition(), config.practices))
        assert len(fitting) > 12, business.key
        best = fitting[0]
        assert set(best.practice.functions) & set(business.goals), business.key


@pytest.mark.shared
def test_real_headlines_speak_of_practices_now_and_then(config: Config, shared_data: Path) -> None:
    """A practice is spoken of in some of the news: in none the terms are dead, in much they are loose."""
    import gzip
    import json

    matcher = Matcher(config.practices)
    with gzip.open(shared_data / "text" / "gold_tags_dev.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    spoken = sum(bool(matcher.match(row["title"], row.get("summary") or "")) for row in rows)
    print(f"\n{spoken} of {len(rows)} headlines speak of a practice")
    assert 0.01 * len(rows) <= spoken <= 0.15 * len(rows)
