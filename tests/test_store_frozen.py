"""What is frozen once is read the same for ever; rows carry every field of the values they keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from tests import sample_digest
from tests.seeds import NOW, a_delivery, a_digest, an_edition
from trendwatch.store.delivery_tables import DeliveryRow
from trendwatch.store.frozen import freeze, thaw
from trendwatch.store.tables import (
    ApiKeyRow,
    FeedRow,
    ItemRow,
    LeaseRow,
    ModelRow,
    OverlayRow,
    StoryRow,
    TagRow,
    TrendRow,
)
from trendwatch.types.advice import Business, Candidate, Coverage, Digest, Edition, Part, Pick
from trendwatch.types.delivery import Delivery
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.influence import Arrival
from trendwatch.types.news import Entry, Feed, FeedState, Item, ParsedFeed
from trendwatch.types.rows import ArrivalNote, Movement, PracticeNote
from trendwatch.types.sources import Source
from trendwatch.types.stories import Story
from trendwatch.types.tags import Label, Model, Tag, Taxonomy
from trendwatch.types.trends import Series, Trend
from trendwatch.types.work import Claim, Overlay

# Texts are cleaned before they are kept: without surrogates. Numbers are finite.
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=12))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
# Nobody keeps another mapping than a dict; else any class that looks like one is drawn, whoever imported it.
st.register_type_strategy(
    Mapping, lambda kind: st.dictionaries(*map(st.from_type, kind.__args__), max_size=4)
)

FROZEN = (Edition, Digest, Trend)
PARTS = (
    *(Arrival, ArrivalNote, Business, Candidate, Coverage, Movement, Part, Pick, PracticeNote, Source),
    *(Tag, Series, Story),
)
OTHERS = (Claim, Delivery, Entry, Feed, FeedState, FeedUpdate, Item, Label, ParsedFeed, Taxonomy)


@pytest.mark.parametrize("kind", [*FROZEN, *PARTS, *OTHERS], ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_value_round_trips(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    text = freeze(value)
    assert thaw(kind, text) == value
    assert freeze(thaw(kind, text)) == text


def test_a_real_digest_and_edition_round_trip() -> None:
    for value in (sample_digest.sample_digest(), sample_digest.edition(), a_digest(), a_delivery(a_digest())):
        assert thaw(type(value), freeze(value)) == value


def test_the_same_value_is_the_same_text() -> None:
    assert freeze(an_edition(names={"a": "A", "b": "B"})) == freeze(an_edition(names={"a": "A", "b": "B"}))


def test_times_come_back_aware() -> None:
    assert thaw(Edition, freeze(an_edition())).cutoff.tzinfo is not None
    assert thaw(Edition, freeze(an_edition())).cutoff == NOW


#: What only a row has, what only a value has.
_ONLY = {
    FeedRow: ((Feed, FeedState), {"seq", "host", "fetches"}, {"feed_key"}),
    ItemRow: (
        (Item,),
        {"seq", "feed_seq", "story_seq", "placed", "counted_at", "content_hash", "updates", "changed_at"},
        {"feed_key"},
    ),
    # when and by whom it was told first is asked of its items
    StoryRow: ((Story,), {"seq"}, {"first_published_at", "first_told_by"}),
    ModelRow: ((Model,), {"seq", "state"}, set()),
    TagRow: ((Tag,), {"model_seq", "item_seq"}, set()),
    DeliveryRow: ((Delivery,), {"seq", "digest_seq"}, set()),
    LeaseRow: ((Claim,), set(), set()),
    OverlayRow: ((Overlay,), set(), set()),
}


@pytest.mark.parametrize("row", _ONLY, ids=lambda row: row.__name__)
def test_rows_carry_every_field_of_their_values(row: type[SQLModel]) -> None:
    values, only_row, only_value = _ONLY[row]
    columns = set(row.model_fields) - only_row
    names = {field.name for value in values for field in fields(value)} - only_value
    assert columns == names


def test_rows_that_keep_frozen_text_are_found_by_fields_of_the_value() -> None:
    frozen = {"model_seq", "value"}
    assert set(TrendRow.model_fields) - frozen <= {field.name for field in fields(Trend)}


def test_a2_no_column_could_hold_a_key() -> None:
    assert set(ApiKeyRow.model_fields) == {"prefix", "sha256", "name", "created_at", "revoked_at"}


def test_a_report_frozen_before_regions_were_kept_is_of_no_one_region() -> None:
    old = '{"title":"T","url":"https://a.example/1","feed":"A","owner":"a","kind":"news"}'
    assert thaw(Source, old).region == "world"
