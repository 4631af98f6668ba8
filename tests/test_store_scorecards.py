"""What feeds are worth: yield, what only they tell, what they tell first, how late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, a_tag, an_item, keep
from tests.steps import write
from trendwatch.store import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SINCE = NOW - 28 * DAY


@pytest.fixture
def judged(store: Store) -> Store:
    """Three feeds, of which two have one owner; stories told by some of them in a known order."""
    store.feeds.sync([a_feed("gazette"), a_feed("wire"), a_feed("sister", owner="gazette"), a_feed("mute")])
    store.models.adopt(a_model(), since=NOW - 400 * DAY)
    at = {n: NOW - 10 * DAY + n * HOUR for n in range(10)}
    shared = [
        an_item(1, feed="wire", at=at[3], published_at=at[3] - 7 * HOUR),
        an_item(2, feed="gazette", at=at[1], published_at=at[1] - 4 * HOUR),
    ]
    own = [an_item(3, feed="gazette", at=at[2], published_at=None)]
    family = [an_item(4, feed="gazette", at=at[3]), an_item(5, feed="sister", at=at[4])]
    again = [
        an_item(6, feed="gazette", at=at[5], published_at=at[5] - 6 * HOUR),
        an_item(7, feed="gazette", at=at[6], published_at=None),
    ]
    old = [an_item(8, feed="gazette", at=NOW - 60 * DAY), an_item(9, feed="wire", at=at[7], backlog=True)]
    stories = {
        "shared": shared,
        "own": own,
        "family": family,
        "again": again,
        "old": old[:1],
        "past": old[1:],
    }
    keep(store, [item for items in stories.values() for item in items], at=NOW - 28 * DAY)
    write(store, stories, {shared[0].id: [a_tag("area:drones")], own[0].id: [a_tag("impact:cost")]})
    return store


def test_a_scorecard_counts_what_the_window_brought(judged: Store) -> None:
    card = judged.scorecards.of(SINCE, NOW)["gazette"]
    # items 2, 3, 4, 6, 7: the one before the window is not there
    assert (card.items, card.per_week, card.stories) == (5, 5 / 4, 4)
    assert card.unique_stories == 3  # own, family (one owner), again
    assert card.first_reports == 0  # the wire was first, though we saw it later
    assert card.repeated_share == pytest.approx(2 / 5)  # 2 repeats the wire, 7 repeats 6
    assert card.lateness == 4 * HOUR  # of 0, 4 and 6 hours
    assert card.tagged_share == 0  # an impact is neither technology nor sector


def test_who_told_a_shared_story_first_gets_it(judged: Store) -> None:
    card = judged.scorecards.of(SINCE, NOW)["wire"]
    assert (card.items, card.first_reports, card.unique_stories) == (1, 1, 0)  # its back-log does not count
    assert (card.repeated_share, card.tagged_share, card.lateness) == (0, 1, 7 * HOUR)


def test_a_feed_without_items_has_an_empty_card(judged: Store) -> None:
    card = judged.scorecards.of(SINCE, NOW)["mute"]
    assert (card.items, card.per_week, card.stories) == (0, 0, 0)
    assert (card.repeated_share, card.lateness, card.tagged_share) == (None, None, None)


def test_one_feed_can_be_asked_for(judged: Store) -> None:
    everything = judged.scorecards.of(SINCE, NOW)
    assert judged.scorecards.of(SINCE, NOW, key="wire") == {"wire": everything["wire"]}
    assert judged.scorecards.of(SINCE, NOW, key="nobody") == {}


def test_rhythms_are_those_of_the_latest_items(judged: Store) -> None:
    rhythms = judged.scorecards.rhythms(now=NOW)
    assert rhythms["gazette"].newest_at == NOW - 10 * DAY + 6 * HOUR
    assert rhythms["gazette"].median_gap is not None
    assert rhythms["mute"].newest_at is None
    assert judged.scorecards.rhythms(now=NOW, key="wire") == {"wire": rhythms["wire"]}
