"""How the news of a month uses words, week by week."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.uses import Month, Uses
from trendwatch.news.wordings import Wording, wording

_TEXTS = st.lists(
    st.tuples(
        st.sampled_from(["Podcast: Larch sells drones", "Larch - Drones fall by 12", "", "drones, drones"]),
        st.sampled_from(["", "We hear that Larch is in London.", "The firm paid 2,400."]),
    ),
    max_size=4,
)


def counted(uses: Uses) -> tuple[object, ...]:
    words = sorted(set(uses.counts) | {word[:6] for word in uses.counts})
    usage = uses.usage
    return (
        *(uses.texts, uses.counts, uses.prefixes, usage.reports),
        [(usage.rarity(word, own=0), usage.is_name(word)) for word in words],
    )


@given(st.lists(_TEXTS, max_size=4), st.lists(_TEXTS, max_size=4))
def test_weeks_add_up_to_all_their_reports(
    before: Sequence[list[tuple[str, str]]], weeks: Sequence[list[tuple[str, str]]]
) -> None:
    month = Month()
    month.uses(before)
    reports = [report for week in weeks for report in week]
    assert counted(month.uses(weeks)) == counted(Uses.of(reports))


def test_a_week_is_counted_once_and_anew_only_where_its_reports_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = list[str]()

    def cut(title: str, text: str) -> Wording:
        read.append(title)
        return wording(title, text)

    monkeypatch.setattr("trendwatch.news.uses.wording", cut)
    first, second, third = ([(f"Larch sells {number} drones", "")] for number in range(3))
    month = Month()
    for weeks in ([first, second], [second, third], [[*second, ("Late news of Larch", "")], third]):
        month.uses(weeks)
    assert read == [first[0][0], second[0][0], third[0][0], second[0][0], "Late news of Larch"]


def test_the_border_between_texts_counts() -> None:
    month = Month()
    month.uses([[("ab", "c d")]])
    assert month.uses([[("a", "bc d")]]).counts == Uses.of([("a", "bc d")]).counts
