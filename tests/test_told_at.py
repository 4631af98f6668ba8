"""When news was told, as likeness in time is judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trendwatch.types.telling import told_at, told_order

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("published", "told"),
    [
        (None, NOON),
        (NOON - 30 * HOUR, NOON - 30 * HOUR),
        (NOON - 7 * 24 * HOUR, NOON - 7 * 24 * HOUR),
        (NOON - 8 * 24 * HOUR, NOON),  # an old date says nothing of what is told now
        (NOON + HOUR, NOON),
    ],
)
def test_a_date_is_believed_within_a_week_before_it_reached_us(
    published: datetime | None, told: datetime
) -> None:
    assert told_at(NOON, published_at=published) == told


def test_what_an_hours_polls_brought_is_put_in_the_order_of_publication() -> None:
    early, late = NOON - 9 * HOUR, NOON - 2 * HOUR
    # polled at noon and a minute later, then an hour later
    polled = [(NOON, late), (NOON + HOUR / 60, early), (NOON + HOUR, early)]
    assert sorted(polled, key=lambda one: told_order(*one)) == [polled[1], polled[0], polled[2]]
