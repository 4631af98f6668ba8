"""What feeds put before every headline is left out, what says something is kept."""

from __future__ import annotations

import pytest

from trendwatch.news.kickers import AGAIN, Kickers

MONTH = [
    *((f"FINANCE: bank {number} opens", "") for number in range(AGAIN)),
    *((f"REVIEW: oven {number} is fine", "") for number in range(AGAIN)),
    *((f"NASA: probe {number} flies", "A probe of NASA flies.") for number in range(AGAIN)),
    *((f"HEALTH – clinic {number} opens", "") for number in range(AGAIN)),
    *((f"Leith: mill {number} opens", "") for number in range(AGAIN)),
    *((f"WEATHER: rain {number}", "") for number in range(AGAIN - 1)),
    *(("IKEA: Shelves recalled", "") for _ in range(AGAIN)),
    *((f"{word} - regatta {number}", "") for number, word in enumerate(("Photos", "PHOTOS", "photos"))),
    *((f"Watch: regatta {number}", "") for number in range(AGAIN)),
]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("FINANCE: Banks buy drones", "Banks buy drones"),
        ("FINANCE: banks buy drones", "Banks buy drones"),
        ("HEALTH – Clinics buy drones", "Clinics buy drones"),
        ("UPDATE: FINANCE: Banks buy drones", "Banks buy drones"),
        ("Podcast: How banks buy drones", "How banks buy drones"),
        ("Watch: iPhone repair", "iPhone repair"),
        ("Photos - Regatta of the year", "Regatta of the year"),
        # what it is, and what it is about
        ("REVIEW: The oven of the year", "REVIEW: The oven of the year"),
        ("Opinion: Drones are loud", "Opinion: Drones are loud"),
        ("Sponsored: Drones are quiet", "Sponsored: Drones are quiet"),
        ("NASA: Probe lands", "NASA: Probe lands"),
        ("Leith: Mill lands", "Leith: Mill lands"),
        # not often enough to be a column
        ("WEATHER: Rain", "WEATHER: Rain"),
        ("IKEA: Shelves recalled", "IKEA: Shelves recalled"),
        ("Watch - maker goes bust", "Watch - maker goes bust"),
        ("Watch-makers: a dying trade", "Watch-makers: a dying trade"),
        ("Update", "Update"),
        ("", ""),
    ],
)
def test_columns_are_left_out_and_meaning_stays(title: str, shown: str) -> None:
    assert Kickers(MONTH).without(title) == shown


@pytest.mark.parametrize("word", ["Update", "live blog", "BREAKING NEWS", "Listen"])
@pytest.mark.parametrize("mark", [" -", " –", " —", " |", "  -", ":", " :", "-", ""])
def test_before_a_dash_is_left_out_where_it_is_a_habit_and_before_a_colon_at_once(
    word: str, mark: str
) -> None:
    """A dash needs a space before it, a colon none; what counts as a habit is what is left out."""
    habit = [(f"{word}{mark} regatta {number}", "") for number in range(AGAIN)]
    told = f"{word}{mark} Regatta wins"
    alone = "Regatta wins" if ":" in mark else told
    assert Kickers([]).without(told) == alone
    assert Kickers(habit).without(told) == ("Regatta wins" if mark not in ("-", "") else told)
