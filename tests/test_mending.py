"""What is merged and split once a day, and that the older story keeps its name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.test_cluster import EVEN, HOUR, MONDAY, report
from trendwatch.news.cluster import Rarity, Report, StoryIndex
from trendwatch.news.gauge import Gauge
from trendwatch.news.likeness import read
from trendwatch.news.mending import mends
from trendwatch.news.window import Window
from trendwatch.types.identity import stable_id

QUAKE = "Strong quake shakes northern Chile copper mines near Iquique"
STOP = "Copper mines near Iquique stop after strong quake in northern Chile"
BAKERY = "Bakery chain tests ordering by chat in forty Bremen shops"


class Made:
    """A window whose stories are made by hand."""

    def __init__(self) -> None:
        self.gauge = Gauge(EVEN)
        self.window = Window(width=timedelta(hours=72), span=timedelta(days=7))
        self.number = 0

    def hold(self, story: str, title: str, hours: float = 0) -> str:
        self.number += 1
        at = MONDAY + hours * HOUR
        one = Report(item_id=f"i{self.number}", source="a", title=title, summary="", at=at)
        reading = read(title, "", rarity=EVEN)
        self.window.add(one, reading, self.window.story(story, at))
        return one.item_id

    def mend(self) -> list[tuple[str, str, tuple[str, ...], bool]]:
        found = mends(self.window, self.gauge, usage=EVEN.usage, span=timedelta(days=7), cap=200)
        return [(one.before, one.after, one.items, one.merged) for one in found]


def test_two_stories_of_one_event_become_the_older() -> None:
    made = Made()
    made.hold("s1", QUAKE)
    second = made.hold("s2", STOP, 3)
    assert made.mend() == [("s2", "s1", (second,), True)]
    assert [(story.id, story.size, len(story.members)) for story in made.window.stories] == [("s1", 2, 2)]
    assert made.mend() == []


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        (QUAKE, BAKERY, 1),
        (QUAKE, STOP, 73),
        ("EU agrees 12th package of sanctions", "EU agrees 13th package of sanctions", 1),
        ("Moon landing of the Eagle crew", "On this day: moon landing of the Eagle crew", 1),
    ],
)
def test_what_is_not_one_stays_two(one: str, other: str, hours: float) -> None:
    made = Made()
    made.hold("s1", one)
    made.hold("s2", other, hours)
    assert made.mend() == []


def test_a_story_that_is_two_is_split_and_the_first_report_keeps_the_name() -> None:
    made = Made()
    first = made.hold("s1", QUAKE)
    left = [made.hold("s1", BAKERY, 1), made.hold("s1", f"{BAKERY} again", 2)]
    # cosines 0, 0 and nearly 1: a mean of a third, above a fifth
    assert made.mend() == []
    left.append(made.hold("s1", "Regulator drafts a lighter rule on parcels", 3))
    # one pair of six is alike: a sixth
    [(before, after, items, merged)] = made.mend()
    assert (before, merged) == ("s1", False)
    assert after != "s1"
    assert set(items) < set(left)
    assert first in {one.report.item_id for one in made.window.story("s1", MONDAY).members.values()}


def test_a_part_is_never_named_as_what_it_is_split_from() -> None:
    """A story is named after the report that came first, and others may have been told before it."""
    made = Made()
    name = stable_id("story", "i1")
    first = made.hold(name, QUAKE, 9)
    for hours, title in enumerate((BAKERY, f"{BAKERY} again", "Regulator drafts a lighter rule on parcels")):
        made.hold(name, title, hours)
    [(before, after, items, _)] = made.mend()
    assert before == name != after
    assert first not in items
    stayed = made.window.story(name, MONDAY)
    assert stayed.opened == min(one.report.at for one in stayed.members.values())


@pytest.mark.parametrize("reports", [5, 25, 40])
def test_a_younger_story_is_merged_however_many_reports_it_has(reports: int) -> None:
    """Its last reports are nearest to each other."""
    made = Made()
    made.hold("s1", QUAKE)
    for number in range(reports):
        made.hold("s2", f"{STOP} outlet{number}", 1 + number / 10)
    [(before, after, items, merged)] = made.mend()
    assert (before, after, len(items), merged) == ("s2", "s1", reports, True)


def test_copies_go_with_their_report() -> None:
    index = StoryIndex(Rarity.of([]))
    made = [
        report((QUAKE, ""), item="i1"),
        report((STOP, ""), 30, item="i2"),
        report((STOP, ""), 31, item="i3"),
    ]
    strict = StoryIndex(Rarity.of([]), same_story_headline=2, same_story=2, duplicate=2)
    assert [strict.assign(one).is_new for one in made] == [True, True, False]
    [mend] = strict.mend()
    assert set(mend.items) == {"i2", "i3"}
    assert index.mend() == []
