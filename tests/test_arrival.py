"""States of arrival: what each asks for, laws, and planted arrivals found again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.arrival_world import FIRST, WEEKS, World, world
from trendwatch.influence.arrival import PairWeeks, arrivals
from trendwatch.types.influence import Arrival, ArrivalState, PairReports
from trendwatch.types.weeks import parse_week, week_name, week_start

KEY = "area:iot|sector:farming"
NOW = 2900

#: key, week, owner of one story each
Report = tuple[str, int, str]


def pairs_of(reports: Iterable[Report]) -> PairWeeks:
    told = list(reports)
    counted = Counter((key, week) for key, week, _ in told)
    return PairWeeks.of(((key, week, count) for (key, week), count in counted.items()), told)


def states(reports: Iterable[Report], *, week: int = NOW) -> dict[str, Arrival]:
    found = arrivals(pairs_of(reports), week=week)
    return {f"{one.technology}|{one.sector}": one for one in found}


def weekly(key: str, first: int, last: int, *, owners: str = "abcd", every: int = 1) -> list[Report]:
    """One story in each of some weeks, owners in turn."""
    weeks = range(first, last + 1, every)
    return [(key, week, owners[number % len(owners)]) for number, week in enumerate(weeks)]


#: Another technology, so that the sector is known long before.
BEFORE = weekly("area:ai|sector:farming", NOW - 80, NOW)


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        ([], ArrivalState.NOT_YET_SEEN),
        ([(KEY, NOW, "a")], ArrivalState.FIRST_REPORTS),
        # three stories of two owners in two weeks
        ([(KEY, NOW - 12, "a"), (KEY, NOW - 5, "a"), (KEY, NOW, "b")], ArrivalState.STARTING),
        # ... not within 13 weeks
        ([(KEY, NOW - 13, "a"), (KEY, NOW - 5, "a"), (KEY, NOW, "b")], ArrivalState.FIRST_REPORTS),
        # ... of one owner
        ([(KEY, NOW - 12, "a"), (KEY, NOW - 5, "a"), (KEY, NOW, "a")], ArrivalState.FIRST_REPORTS),
        # ... in one week: one event
        ([(KEY, NOW, owner) for owner in "abc"], ArrivalState.FIRST_REPORTS),
        # twelve stories of four owners in twelve of 26 weeks
        (weekly(KEY, NOW - 22, NOW, every=2), ArrivalState.ESTABLISHED),
        (weekly(KEY, NOW - 20, NOW, every=2), ArrivalState.STARTING),  # eleven
        (weekly(KEY, NOW - 22, NOW, every=2, owners="abc"), ArrivalState.STARTING),
        (weekly(KEY, NOW - 6, NOW) * 3, ArrivalState.STARTING),  # 21 stories in seven weeks
        (weekly(KEY, NOW - 7, NOW) * 2, ArrivalState.ESTABLISHED),  # 16 in eight
    ],
)
def test_what_each_state_asks_for(reports: list[Report], state: ArrivalState) -> None:
    found = states([*BEFORE, *reports]).get(KEY)
    assert (found.state if found else ArrivalState.NOT_YET_SEEN) is state


def test_values_are_the_words_of_outputs_in_order() -> None:
    assert [str(state) for state in ArrivalState] == [
        "not_yet_seen",
        "first_reports",
        "starting",
        "established",
    ]
    assert [state.rank for state in ArrivalState] == [0, 1, 2, 3]


def test_a_state_is_kept_and_dated_by_the_week_it_was_reached() -> None:
    reports = [*BEFORE, *weekly(KEY, NOW - 50, NOW - 28, every=2)]
    found = states(reports)[KEY]
    # the twelfth story comes in the last of those weeks; nothing since
    assert found == Arrival(
        technology="area:iot",
        sector="sector:farming",
        state=ArrivalState.ESTABLISHED,
        first_at=week_start(NOW - 50),
        since=week_name(NOW - 28),
        stories=12,
        owners=4,
    )
    assert states(reports, week=NOW - 29)[KEY].state is ArrivalState.STARTING
    assert states(reports, week=NOW - 29)[KEY].since == week_name(NOW - 46)


def test_first_date_and_evidence_come_from_the_reports() -> None:
    at = datetime(2025, 8, 5, 9, 30, tzinfo=UTC)
    pairs = pairs_of([*BEFORE, (KEY, NOW, "a")])
    found = arrivals(pairs, week=NOW, reports={KEY: PairReports(at, ("x", "y"))})
    assert [(one.first_at, one.evidence) for one in found if one.technology == "area:iot"] == [
        (at, ("x", "y"))
    ]


def test_a_large_sector_is_not_established_in_what_it_hardly_mentions() -> None:
    # 100 stories a week on other things: 0.6 % false tags alone are 15.6 in 26 weeks
    crowd = [
        ("area:ai|sector:farming", week, "abcdef"[n % 6]) for week in range(2850, 2901) for n in range(100)
    ]
    mentions = weekly(KEY, 2860, 2900, every=2)
    assert states([*crowd, *mentions])[KEY].state is ArrivalState.FIRST_REPORTS
    assert states([*crowd[::20], *mentions])[KEY].state is ArrivalState.ESTABLISHED


def test_a_large_technology_is_not_established_where_it_is_mentioned_in_passing() -> None:
    # of 40 stories a week in manufacturing, one in two weeks also names farming
    large = [
        ("area:iot|sector:manufacturing", week, "abcdef"[n % 6])
        for week in range(2850, 2901)
        for n in range(40)
    ]
    own = [("area:ai|sector:farming", week, "abcdef"[n % 6]) for week in range(2850, 2901) for n in range(40)]
    rest = [("area:ai|sector:manufacturing", week, "g") for week in range(2850, 2901) for n in range(40)]
    found = states([*large, *own, *rest, *weekly(KEY, 2860, 2900, every=2)])
    assert found[KEY].state is ArrivalState.FIRST_REPORTS
    assert found["area:iot|sector:manufacturing"].state is ArrivalState.ESTABLISHED


def test_what_was_there_when_we_began_to_look_is_not_dated() -> None:
    old = weekly(KEY, NOW - 80, NOW)
    assert states(old)[KEY].or_before
    assert not states([*BEFORE, *weekly(KEY, NOW - 40, NOW)])[KEY].or_before
    # an early mention, but it started long after
    late = [*BEFORE, (KEY, NOW - 79, "a"), *weekly(KEY, NOW - 10, NOW, every=3)]
    assert states(late)[KEY].state is ArrivalState.STARTING
    assert not states(late)[KEY].or_before
    assert states([(KEY, NOW, "a")])[KEY].or_before  # a sector nobody knows yet


def test_a_sector_read_about_for_long_without_technology_is_known() -> None:
    reports = weekly(KEY, NOW - 10, NOW, every=3)
    pairs = pairs_of(reports)
    assert arrivals(pairs, week=NOW)[0].or_before  # four stories are all that is known of the sector
    told = [(key, week, 1) for key, week, _ in reports]
    owners = [(key, week, owner) for key, week, owner in reports]
    sector = [("sector:farming", week, 2) for week in range(NOW - 60, NOW + 1)]
    [known] = arrivals(PairWeeks.of(told, owners, sectors=sector), week=NOW)
    assert (known.state, known.or_before) == (ArrivalState.STARTING, False)
    # the twentieth story of anything is counted in the tenth week: what was there by then was before
    late = [("sector:farming", week, 2) for week in range(NOW - 19, NOW + 1)]
    [unknown] = arrivals(PairWeeks.of(told, owners, sectors=late), week=NOW)
    assert unknown.or_before
    assert arrivals(PairWeeks.of(told, owners, sectors=[]), week=NOW)[0].or_before


def test_nothing_counted_is_nothing_said() -> None:
    assert arrivals(PairWeeks.of([], []), week=NOW) == ()
    assert arrivals(pairs_of(BEFORE), week=NOW - 81) == ()


def test_stories_without_known_owners_are_first_reports() -> None:
    pairs = PairWeeks.of([(KEY, week, 9) for week in range(NOW - 30, NOW)], [])
    assert [(one.state, one.owners) for one in arrivals(pairs, week=NOW)] == [(ArrivalState.FIRST_REPORTS, 0)]


REPORTS = st.lists(
    st.tuples(
        st.sampled_from([f"area:{area}|sector:{sector}" for area in "xyz" for sector in ("one", "two")]),
        st.integers(NOW - 40, NOW),
        st.sampled_from("abcde"),
    ),
    max_size=120,
)


@settings(max_examples=150, deadline=None)
@given(REPORTS, st.lists(st.tuples(st.integers(NOW - 40, NOW), st.sampled_from("abcde")), max_size=20))
def test_law_more_reports_never_lower_a_state_nor_date_it_later(
    reports: list[Report], more: list[tuple[int, str]]
) -> None:
    key = "area:x|sector:one"
    before = states(reports).get(key)
    after = states([*reports, *((key, week, owner) for week, owner in more)]).get(key)
    if before is None:
        return
    assert after is not None
    assert after.state.rank >= before.state.rank
    if after.state is before.state:
        assert parse_week(after.since) <= parse_week(before.since)
    assert after.stories >= before.stories
    assert after.owners >= before.owners


@settings(max_examples=100, deadline=None)
@given(REPORTS, st.integers(NOW - 40, NOW), st.randoms())
def test_c3_law_later_rows_and_their_order_change_nothing(
    reports: list[Report], week: int, dice: st.DrawFn
) -> None:
    by_then = [report for report in reports if report[1] <= week]
    shuffled = list(reports)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert states(shuffled, week=week) == states(by_then, week=week)


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_law_states_only_rise_with_time(reports: list[Report]) -> None:
    before: dict[str, Arrival] = {}
    for week in range(NOW - 40, NOW + 1, 4):
        now = states(reports, week=week)
        for key, one in before.items():
            assert now[key].state.rank >= one.state.rank
            assert now[key].first_at == one.first_at
            if now[key].state is one.state:
                assert now[key].since == one.since
        before = now


@pytest.fixture(scope="module", params=[101, 102, 103])
def planted(request: pytest.FixtureRequest) -> World:
    """A world of a seed that no threshold was chosen on."""
    return world(request.param)


def reached(one: World, state: ArrivalState) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for week in range(WEEKS):
        for arrival in arrivals(one.pairs, week=FIRST + week):
            if arrival.state.rank >= state.rank:
                found.setdefault((arrival.technology, arrival.sector), week)
    return found


def test_planted_arrivals_are_recovered_in_order(planted: World) -> None:
    starting = reached(planted, ArrivalState.STARTING)
    true = planted.planted.keys() | planted.always
    never = len(planted.technologies) * len(planted.sectors) - len(true)
    assert len(starting.keys() & planted.planted.keys()) >= 0.95 * len(planted.planted)
    assert len(starting.keys() - true) <= 0.05 * never
    lags = sorted(starting[key] - week for key, week in planted.planted.items() if key in starting)
    # a rise takes 20 weeks: half of all are seen before it is two thirds up
    assert 5 <= lags[len(lags) // 2] <= 14
    ordered = [
        starting.get(first, WEEKS) <= starting.get(second, WEEKS)
        for first, second in combinations(sorted(planted.planted, key=lambda key: planted.planted[key]), 2)
        if first[0] == second[0]
    ]
    assert sum(ordered) >= 0.9 * len(ordered)


def test_what_never_arrived_is_never_established(planted: World) -> None:
    established = {
        (one.technology, one.sector)
        for one in arrivals(planted.pairs, week=FIRST + WEEKS - 1)
        if one.state is ArrivalState.ESTABLISHED
    }
    assert not established - (planted.planted.keys() | planted.always)
    assert len(established & planted.planted.keys()) >= 0.8 * len(planted.planted)


def test_dates_of_states_are_those_said_at_the_time(planted: World) -> None:
    starting = reached(planted, ArrivalState.STARTING)
    last = arrivals(planted.pairs, week=FIRST + WEEKS - 1)
    found = [one for one in last if one.state is ArrivalState.STARTING]
    assert found
    for one in found:
        assert parse_week(one.since) - FIRST == starting[one.technology, one.sector]


def test_columns_may_hold_equal_rows() -> None:
    once, twice = PairWeeks.of([(KEY, NOW, 2)], []), PairWeeks.of([(KEY, NOW, 1), (KEY, NOW, 1)], [])
    assert arrivals(once, week=NOW) == arrivals(twice, week=NOW)
    assert replace(arrivals(once, week=NOW)[0], stories=0) != arrivals(once, week=NOW)[0]
