"""What moves towards a sector: further elsewhere than at home, the nearest first."""

from __future__ import annotations

from trendwatch.influence.towards import arrival_in, moving_towards
from trendwatch.types.influence import Approach, Arrival, ArrivalState
from trendwatch.types.weeks import parse_week, week_name

NOT_YET, FIRST, STARTING, ESTABLISHED = ArrivalState
WEEK = parse_week("2025-W09")


def arrival(area: str, sector: str, state: ArrivalState, *, age: int = 0, stories: int = 20) -> Arrival:
    """An arrival whose state was reached some weeks ago."""
    return Arrival(
        technology=f"area:{area}",
        sector=f"sector:{sector}",
        state=state,
        since=week_name(WEEK - age),
        stories=stories,
        owners=5,
    )


def towards(*found: Arrival, relations: dict[str, float] | None = None) -> list[tuple[str, str, str]]:
    """Return (technology, best sector elsewhere, state at home) of what moves towards farming."""
    return [
        (one.technology[5:], one.elsewhere[0].sector[7:], one.home.state)
        for one in moving_towards(found, "farming", relations)
    ]


def test_what_is_established_at_home_is_never_moving() -> None:
    everywhere = [arrival("iot", sector, ESTABLISHED) for sector in ("farming", "retail", "energy")]
    assert towards(*everywhere) == []


def test_it_must_be_further_elsewhere_than_at_home() -> None:
    assert towards(arrival("iot", "retail", FIRST)) == []
    assert towards(arrival("iot", "retail", STARTING), arrival("iot", "farming", STARTING)) == []
    assert towards(arrival("iot", "retail", STARTING)) == [("iot", "retail", NOT_YET)]
    assert towards(arrival("iot", "retail", STARTING), arrival("iot", "farming", FIRST)) == [
        ("iot", "retail", FIRST)
    ]
    assert towards(arrival("iot", "retail", ESTABLISHED), arrival("iot", "farming", STARTING)) == [
        ("iot", "retail", STARTING)
    ]


def test_on_its_way_before_out_of_sight() -> None:
    found = [arrival(area, "retail", ESTABLISHED) for area in ("a", "b", "c", "d")]
    home = [
        arrival("b", "farming", FIRST),
        arrival("c", "farming", STARTING),
        arrival("d", "farming", ESTABLISHED),
    ]
    assert [technology for technology, _, _ in towards(*found, *home)] == ["c", "b", "a"]


def test_related_sectors_weigh_more_and_tell_it() -> None:
    found = [
        arrival("a", "energy", ESTABLISHED, stories=90),
        arrival("a", "retail", ESTABLISHED),
        arrival("b", "energy", ESTABLISHED, stories=90),
    ]
    assert towards(*found, relations={"retail": 0.5}) == [("a", "retail", NOT_YET), ("b", "energy", NOT_YET)]
    assert towards(*found)[0] == ("a", "energy", NOT_YET)
    # starting in a customer's sector before established in one without relation
    related = [arrival("c", "retail", STARTING), arrival("d", "energy", ESTABLISHED)]
    assert [one[0] for one in towards(*related, relations={"retail": 0.5})] == ["c", "d"]


def test_a_sector_that_has_had_it_for_long_tells_rather_than_a_nearer_one_where_it_is_new() -> None:
    found = [arrival("ai", "retail", ESTABLISHED, age=8), arrival("ai", "finance", ESTABLISHED, age=60)]
    # 0.8 · (1 - 2^(-21/26)) = 0.34 against 0.6 · (1 - 2^(-73/26)) = 0.51
    assert towards(*found, relations={"retail": 0.4, "finance": 0.3})[0][1] == "finance"
    assert towards(*found, relations={"retail": 0.5, "finance": 0.1})[0][1] == "retail"


def test_who_had_it_first_tells_it() -> None:
    found = [
        arrival("a", "retail", ESTABLISHED, age=3, stories=90),
        arrival("a", "energy", ESTABLISHED, age=30),
    ]
    assert towards(*found) == [("a", "energy", NOT_YET)]


def test_more_sectors_and_fresher_changes_come_first() -> None:
    wide = [arrival("a", sector, ESTABLISHED, age=50) for sector in ("retail", "energy", "finance")]
    narrow = [arrival("b", "retail", ESTABLISHED, age=50)]
    assert [one[0] for one in towards(*wide, *narrow)] == ["a", "b"]
    assert [
        one[0]
        for one in towards(arrival("a", "retail", ESTABLISHED, age=90), arrival("b", "retail", ESTABLISHED))
    ] == ["b", "a"]


def test_the_order_of_arrivals_changes_nothing_and_scores_are_bounded() -> None:
    found = [
        arrival(area, sector, state, age=age)
        for age, area in enumerate("abcd")
        for sector, state in (
            ("retail", ESTABLISHED),
            ("energy", STARTING),
            ("farming", FIRST),
            ("it", ESTABLISHED),
        )
    ]
    ranked = moving_towards(found, "farming", {"retail": 0.9})
    assert ranked == moving_towards(reversed(found), "farming", {"retail": 0.9})
    assert all(0 < one.score <= 1 for one in ranked)
    assert len({one.technology for one in ranked}) == 4


def test_a_sector_nobody_reports_from_sees_everything_ahead() -> None:
    (one,) = moving_towards([arrival("a", "retail", ESTABLISHED)], "space_farming")
    assert one == Approach(
        technology="area:a",
        home=arrival_in([], "area:a", "sector:space_farming"),
        elsewhere=(arrival("a", "retail", ESTABLISHED),),
        known=False,
        score=one.score,
    )
    assert moving_towards([], "farming") == ()


def test_a_sector_is_known_from_twenty_stories() -> None:
    there = arrival("a", "retail", ESTABLISHED)
    for stories, known in ((19, False), (20, True)):
        (one,) = moving_towards([there, arrival("b", "farming", FIRST, stories=stories)], "farming")
        assert one.known is known
