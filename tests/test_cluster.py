"""Which reports become one story, which stay apart, and what must not matter."""

from __future__ import annotations

import gc
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plain_stories import PlainIndex
from trendwatch.news.cluster import Assignment, Rarity, Report, StoryIndex
from trendwatch.news.likeness import likeness, read
from trendwatch.types.identity import stable_id

MONDAY = datetime(2025, 3, 3, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVEN = Rarity.of([])

QUAKE = ("Strong quake shakes northern Chile copper mines", "A magnitude 7 quake stopped work at two mines.")
QUAKE_TOLD_OTHERWISE = (
    "Copper mines in Chile stop after strong quake",
    "Production was halted at two sites on Monday, operators said.",
)
BAKERY = ("Bakery chain tests ordering by chat", "Forty shops take bread orders through a chat robot.")


def report(text: tuple[str, str], hours: float = 0, *, source: str = "a", item: str = "") -> Report:
    return Report(
        item_id=item or f"{source}/{text[0]}/{hours}",
        source=source,
        title=text[0],
        summary=text[1],
        at=MONDAY + hours * HOUR,
    )


def assign(reports: Iterable[Report], index: StoryIndex | None = None) -> list[Assignment]:
    index = StoryIndex(EVEN) if index is None else index
    return [index.assign(one) for one in reports]


def partition(reports: Sequence[Report], index: StoryIndex | None = None) -> set[frozenset[str]]:
    stories: dict[str, set[str]] = {}
    for one, assigned in zip(reports, assign(reports, index), strict=True):
        stories.setdefault(assigned.story_id, set()).add(one.item_id)
    return {frozenset(items) for items in stories.values()}


def test_the_first_report_begins_a_story_named_after_it() -> None:
    [first] = assign([report(QUAKE, item="i1")])
    assert first == Assignment(
        story_id=stable_id("story", "i1"), is_new=True, duplicate=False, similarity=0.0
    )


def test_another_outlet_in_its_own_words_joins() -> None:
    first, second = assign([report(QUAKE), report(QUAKE_TOLD_OTHERWISE, 5, source="b")])
    assert second.story_id == first.story_id
    assert not second.is_new
    assert not second.duplicate
    assert 0.3 < second.similarity < 0.8


def test_other_news_stays_apart() -> None:
    first, second = assign([report(QUAKE), report(BAKERY, 1, source="b")])
    assert second.is_new
    assert second.story_id != first.story_id


@pytest.mark.parametrize(
    "copy",
    [
        QUAKE,
        (QUAKE[0] + " - Mining Weekly", QUAKE[1]),
        (QUAKE[0].upper(), QUAKE[1] + " "),
        ("UPDATE: " + QUAKE[0], QUAKE[1]),
        (QUAKE[0], QUAKE[1][:30]),
    ],
)
def test_reprints_are_copies(copy: tuple[str, str]) -> None:
    first, second = assign([report(QUAKE), report(copy, 4, source="b")])
    assert second.duplicate
    assert second.story_id == first.story_id


def test_the_next_number_is_no_copy() -> None:
    text = "Release {} of the Zephyr compiler brings faster builds"
    reports = [report((text.format(number), ""), source=number) for number in ("1.12", "1.13")]
    assert not assign(reports)[1].duplicate


def test_a_shared_topic_word_is_no_story() -> None:
    reports = [report(("Steve Xerxes memoir", "")), report(("Why Xerxes lost", ""), source="b")]
    assert assign(reports)[1].is_new


@pytest.mark.parametrize("title", ["", "Open thread", "Links"])
def test_titles_that_say_nothing_are_never_merged(title: str) -> None:
    assert len(partition([report((title, ""), hour, source=str(hour)) for hour in range(5)])) == 5


@pytest.mark.parametrize(
    ("hours", "joins"), [(0, True), (60, True), (-30, True), (24 * 6.9, False), (24 * 30, False)]
)
def test_time_takes_reports_apart(hours: float, joins: bool) -> None:
    assert assign([report(QUAKE), report(QUAKE_TOLD_OTHERWISE, hours, source="b")])[1].is_new is not joins


def test_a_story_is_closed_after_its_span() -> None:
    """A chain of daily reports does not grow for ever."""
    reports = [report((f"Daily deals for thrifty makers {day}", ""), 24 * day) for day in range(30)]
    sizes = sorted(len(story) for story in partition(reports))
    assert max(sizes) <= 8


def test_a_template_cannot_grow_beyond_the_cap() -> None:
    goods = [f"gadget{number}" for number in range(700)]
    reports = [
        report((f"Daily deals today only: {good}", "The best bargains of the day."), at / 60)
        for at, good in enumerate(goods)
    ]
    assert max(len(story) for story in partition(reports)) <= 200


def test_episodes_of_one_source_need_more_than_two_sources_do() -> None:
    one = ("Morning markets: copper firm and grain weak again", "")
    other = ("Morning markets: sugar firm as grain slips lower", "")
    bar = assign([report(one), report(other, 2, source="b")])[1].similarity - 0.01
    same = assign([report(one), report(other, 2)], StoryIndex(EVEN, same_story_headline=bar))[1]
    apart = assign([report(one), report(other, 2, source="b")], StoryIndex(EVEN, same_story_headline=bar))[1]
    assert same.is_new
    assert not apart.is_new


WORDS = [
    f"{stem}{end}" for stem in ("quar", "mend", "tolv", "brix", "fosk") for end in ("a", "o", "ing", "er")
]
titles = st.lists(st.sampled_from(WORDS), min_size=3, max_size=7, unique=True).map(" ".join)
streams = st.lists(st.tuples(titles, st.integers(0, 3), st.floats(0, 30)), min_size=1, max_size=25)


def stream_of(drawn: list[tuple[str, int, float]]) -> list[Report]:
    at, reports = 0.0, []
    for number, (title, source, pause) in enumerate(drawn):
        at += pause
        reports.append(report((title, ""), at, source=f"s{source}", item=f"i{number}"))
    return reports


@settings(max_examples=150, deadline=None)
@given(streams)
def test_copies_change_nothing(drawn: list[tuple[str, int, float]]) -> None:
    """Every item printed again by others: the stories are what they were, each with its copies."""
    reports = stream_of(drawn)
    doubled = [
        Report(item_id=item, source=source, title=one.title, summary=one.summary, at=one.at)
        for one in reports
        for item, source in ((one.item_id, one.source), (one.item_id + "+", "wire"))
    ]
    assert partition(doubled) == {story | {item + "+" for item in story} for story in partition(reports)}


@settings(max_examples=100, deadline=None)
@given(streams, st.integers(0, 25))
def test_an_index_restored_from_rows_decides_as_one_that_never_stopped(
    drawn: list[tuple[str, int, float]], stop: int
) -> None:
    reports = stream_of(drawn)
    before, after = reports[:stop], reports[stop:]
    running, fresh = StoryIndex(EVEN), StoryIndex(EVEN)
    decided = assign(before, running)
    for one, assigned in zip(before, decided, strict=True):
        if after and after[0].at - one.at <= fresh.reach:
            fresh.restore(one, assigned.story_id)
    for one in after:
        expected, found = running.assign(one), fresh.assign(one)
        assert (found.story_id, found.is_new, found.duplicate) == (
            expected.story_id,
            expected.is_new,
            expected.duplicate,
        )


@settings(max_examples=60, deadline=None)
@given(streams, st.lists(titles, max_size=12), st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_what_is_read_ahead_decides_as_what_is_read_one_by_one(
    drawn: list[tuple[str, int, float]], past: list[str], sizes: list[int]
) -> None:
    """Whatever is expected together, and also if some of it is expected again or never comes."""
    reports = stream_of(drawn)
    ahead, alone = StoryIndex(Rarity.of(past)), StoryIndex(Rarity.of(past))
    never = Report(item_id="never", source="a", title=BAKERY[0], summary=BAKERY[1], at=MONDAY)
    start = 0
    for size in cycle(sizes):
        ahead.expect([never, *reports[start : start + size + 2]])
        assert assign(reports[start : start + size], ahead) == assign(reports[start : start + size], alone)
        start += size
        if start >= len(reports):
            break
    assert ahead.mend() == alone.mend()


@settings(max_examples=50, deadline=None)
@given(streams)
def test_new_rarities_keep_stories_and_reports(drawn: list[tuple[str, int, float]]) -> None:
    reports = stream_of(drawn)
    index = StoryIndex(EVEN)
    assigned = assign(reports, index)
    held = len(index)
    index.weigh_anew(Rarity.of(one.title for one in reports))
    assert len(index) == held
    again = Report(item_id="again", source="z", title=reports[-1].title, summary="", at=reports[-1].at)
    assert index.assign(again).story_id == assigned[-1].story_id


PODCASTS = [f"Podcast: {word} for everybody" for word in ("Kites", "Ovens", "Ropes", "Lamps", "Bells")]
CUT = st.sampled_from(["", "Podcast: ", "Video: "])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(CUT, titles, st.integers(0, 3), st.floats(0, 30)), min_size=1, max_size=25),
    st.integers(0, 25),
    st.lists(titles, max_size=5),
    st.sampled_from([[], PODCASTS]),
)
def test_an_index_weighed_anew_decides_as_one_restored_by_the_new_rarities(
    drawn: list[tuple[str, str, int, float]], turn: int, past: list[str], columns: list[str]
) -> None:
    """Also where a word before headlines became the name of a column, or is none any longer."""
    reports = stream_of([(cut + title, source, pause) for cut, title, source, pause in drawn])
    before, now = [*past, *PODCASTS][: 5 + len(past)], [*past[1:], *columns]
    running, restored = StoryIndex(Rarity.of(before)), StoryIndex(Rarity.of(now))
    for one in reports[:turn]:
        restored.restore(one, running.assign(one).story_id)
    running.expect(reports[turn:])
    running.weigh_anew(Rarity.of(now))
    assert [running.assign(one) for one in reports[turn:]] == [restored.assign(one) for one in reports[turn:]]
    assert running.mend() == restored.mend()


def test_what_changed_after_it_was_read_ahead_is_placed_by_what_it_says_now() -> None:
    index = StoryIndex(EVEN)
    first = index.assign(report(QUAKE))
    index.expect([report(BAKERY, 1, item="changed")])
    assert not index.expects(report(QUAKE_TOLD_OTHERWISE, 1, item="changed"))
    assert index.assign(report(QUAKE_TOLD_OTHERWISE, 1, item="changed")).story_id == first.story_id


def test_an_index_that_is_let_go_leaves_nothing_to_look_for() -> None:
    """Neither what it held, nor the rarities it weighed by before."""

    def live() -> None:
        index = StoryIndex(Rarity.of([QUAKE[0]]))
        assign([report(QUAKE), report(QUAKE_TOLD_OTHERWISE, 5), report(BAKERY, 6)], index)
        index.mend()
        index.weigh_anew(Rarity.of([BAKERY[0]]))
        assign([report(BAKERY, 9)], index)
        index.let_all_go()

    live()
    gc.collect()
    gc.disable()
    try:
        live()
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_report_whose_words_are_gone_does_not_hinder_its_story() -> None:
    """Its text was changed after it was placed, and stories are rebuilt as rows are now."""
    index = StoryIndex(EVEN)
    for number, text in enumerate((QUAKE, ("", ""), QUAKE_TOLD_OTHERWISE)):
        index.restore(report(text, number, item=str(number)), "s1")
    assert index.assign(report(QUAKE_TOLD_OTHERWISE, 5, source="b")).story_id == "s1"
    assert index.mend() == []


def agree(reports: Sequence[Report], rarity: Rarity) -> None:
    """Assert that the index decides as one that looks at everything, and holds the same reports."""
    index, plain = StoryIndex(rarity), PlainIndex(rarity)
    for one in reports:
        found, expected = index.assign(one), plain.assign(one)
        assert (found.story_id, found.is_new, found.duplicate) == (
            expected.story_id,
            expected.is_new,
            expected.duplicate,
        )
        assert found.similarity == pytest.approx(expected.similarity, abs=1e-8)
        assert len(index) == len(plain.held)


@settings(max_examples=60)
@given(streams, st.lists(titles, max_size=12))
def test_the_index_decides_as_one_that_looks_at_everything(
    drawn: list[tuple[str, int, float]], past: list[str]
) -> None:
    agree(stream_of(drawn), Rarity.of(past))


@pytest.mark.parametrize("vocabulary", [60, 3_000])
def test_a_busy_window_decides_as_one_that_looks_at_everything(vocabulary: int) -> None:
    """Crowded terms too: with 60 words half of the window shares a term, with 3,000 few do."""
    draw = random.Random(vocabulary)
    names = [f"w{number}x" for number in range(vocabulary)]
    said: list[list[str]] = []
    reports = []
    for number in range(450):
        text = draw.choices(names, [1 / (at + 5) for at in range(vocabulary)], k=14)
        if said and draw.random() < 0.5:
            text = draw.choice(said[-60:]).copy()
            for _ in range(draw.randrange(9)):
                text[draw.randrange(14)] = draw.choice(names)
        said.append(text)
        body = " ".join(text[6:]) if number % 3 else ""
        reports.append(
            report((" ".join(text[:6]), body), number / 6, source=f"s{number % 7}", item=str(number))
        )
    agree(reports, Rarity.of(" ".join(text) for text in said[:200]))


def test_old_reports_leave() -> None:
    index = StoryIndex(EVEN)
    assign(
        [report((f"Unique{number} happening number{number} reported", ""), number) for number in range(400)],
        index,
    )
    assert len(index) <= 7 * 24 + 1  # one report an hour, each the newest of its story
    assign([report(BAKERY, 24 * 60)], index)
    assert len(index) == 1


def test_the_phrase_of_a_trade_with_other_names_and_figures_is_no_story() -> None:
    one = ("Hidden fees: what sensors really cost", "It is Larch Works that paid 870.")
    other = ("Hidden fees: what drones really cost", "It is Prairie Brewing that paid 1,550.")
    reports = [report(one), report(other, 2, source="b")]
    first, second = assign(reports, StoryIndex(EVEN, same_story=0.1))
    assert second.story_id != first.story_id


def test_a_prefix_that_headlines_repeat_weighs_nothing() -> None:
    past = [f"Apply HN: {word} for everybody" for word in ("Kites", "Ovens", "Ropes", "Lamps", "Bells")]
    weighed, plain = Rarity.of_reports((title, "") for title in past), Rarity.of(past[:4])
    one, other = "Apply HN: Fosk rents brixes", "Apply HN: Quara mends tolvas"
    assert likeness(read(one, "", rarity=weighed), read(other, "", rarity=weighed)) == 0
    assert likeness(read(one, "", rarity=plain), read(other, "", rarity=plain)) > 0


def test_a_late_report_finds_its_story() -> None:
    first, _, late = assign([report(QUAKE), report(BAKERY, 40), report(QUAKE_TOLD_OTHERWISE, 2, source="b")])
    assert late.story_id == first.story_id


def test_a_storm_of_copies_is_one_story_and_leaves_no_weight() -> None:
    """Sixty papers print one text of an agency."""
    index = StoryIndex(EVEN)
    assigned = assign([report(QUAKE, number / 60, source=f"s{number}") for number in range(60)], index)
    assert len({one.story_id for one in assigned}) == 1
    assert Counter(one.duplicate for one in assigned) == {True: 59, False: 1}
    assert len(index) == 1


def test_shuffled_words_of_a_seeded_world_are_put_back_together() -> None:
    """Forty events of 30 words, each told five times with two thirds of its words, among 200 others."""
    draw = random.Random(4)
    vocabulary = [f"w{number:04d}x" for number in range(4000)]
    truth: dict[str, int] = {}
    reports = []
    for event in range(240):
        said = draw.sample(vocabulary, 30)
        for telling in range(5 if event < 40 else 1):
            words = draw.sample(said, 20)
            hours = draw.uniform(0, 24)
            text = (" ".join(words[:8]), " ".join(words[8:]))
            reports.append(report(text, hours, source=f"s{telling}", item=f"{event}/{telling}"))
            truth[reports[-1].item_id] = event
    reports.sort(key=lambda one: one.at)
    stories = partition(reports, StoryIndex(Rarity.of(f"{one.title} {one.summary}" for one in reports)))
    wanted = {frozenset(item for item in truth if truth[item] == event) for event in range(240)}
    assert len(stories & wanted) >= 235
