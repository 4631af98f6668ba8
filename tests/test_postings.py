"""Which reports share the most of some terms, held against counting them one by one."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.news.postings import CANDIDATES, CROWD, ENOUGH, Postings


def counted(reports: dict[int, tuple[int, ...]], terms: tuple[int, ...]) -> list[int]:
    """Return what is asked for as its docstring says it."""
    found = Counter[int]()
    for term in terms:
        holding = [number for number, held in reports.items() if term in held]
        if holding and (len(holding) <= CROWD or not found):
            found.update(holding)
            if len(found) > ENOUGH:
                break
    return sorted(number for _, number in sorted((-shared, at) for at, shared in found.items())[:CANDIDATES])


@pytest.mark.parametrize("reports", [0, 1, 20, 21, 400, 2_000])
@settings(deadline=None)
@given(
    apart=st.integers(1, 60),
    held=st.integers(1, 12),
    asked=st.lists(st.integers(0, 60), max_size=12, unique=True),
    gone=st.integers(1, 7),
)
def test_the_nearest_share_the_most_and_of_equals_are_the_oldest(
    reports: int, apart: int, held: int, asked: list[int], gone: int
) -> None:
    """However many terms they share: of the few terms there are hundreds of reports share each number."""
    made = {
        number: tuple(dict.fromkeys(number * number * (at + 1) % 61 % apart for at in range(held)))
        for number in range(reports)
    }
    postings = Postings()
    for number, terms in made.items():
        postings.add(number, terms)
    for number in range(0, reports, gone + 1):
        postings.drop(number, made.pop(number))
    assert postings.nearest(asked) == counted(made, tuple(asked))
