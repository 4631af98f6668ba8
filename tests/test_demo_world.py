from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests.benchmarks.bcubed import b_cubed
from trendwatch.demo.documents import CONTENT_TYPES, document
from trendwatch.demo.grammar import expand, ing, parse
from trendwatch.demo.language import american, kinds, ordinary, sectors, topics
from trendwatch.demo.nuisance import CALM, Nuisance
from trendwatch.demo.outlets import outlets
from trendwatch.demo.server import NewsServer
from trendwatch.demo.troubles import FAILURES, Refusal
from trendwatch.demo.truth import Curve, Shape, WorldTruth, planted
from trendwatch.demo.world import Told, World
from trendwatch.news import parse as news
from trendwatch.text import words
from trendwatch.types.news import Document, ParsedFeed, PollFailure

WEEK = timedelta(weeks=1)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7)


@pytest.fixture(scope="module")
def entries(world: World) -> list[Told]:
    return [entry for week in range(world.weeks) for entry in world.week(week)]


def events_of(world: World, topic: str, sector: str, weeks: range) -> int:
    return sum(
        event.topic is not None and (event.topic.key, event.sector) == (topic, sector)
        for week in weeks
        for event in world.events(week)
    )


# --- the same seed is the same world


def test_the_same_seed_tells_the_same_news_in_any_order() -> None:
    one, other = World(3, weeks=6, feeds=20), World(3, weeks=6, feeds=20)
    backwards = [other.week(week) for week in reversed(range(6))]
    assert [one.week(week) for week in range(6)] == backwards[::-1]


def test_another_seed_tells_other_news_of_the_same_truth() -> None:
    one, other = World(3, weeks=6, feeds=20), World(4, weeks=6, feeds=20)
    assert {entry.title for entry in one.week(2)}.isdisjoint({entry.title for entry in other.week(2)})
    assert one.truth == other.truth


# --- truth


@pytest.mark.parametrize(
    ("shape", "week", "rate"),
    [
        (Shape.STEADY, 0, 4.0),
        (Shape.RISE, 9, 0.0),  # a week before its onset
        (Shape.RISE, 12, 4 * 0.6 * 0.6 * (3 - 1.2)),  # 3 of 5 weeks: x²(3 - 2x) at 0.6
        (Shape.RISE, 14, 4.0),
        (Shape.FADE, 9, 4.0),
        (Shape.FADE, 30, 1.0),  # its floor
        (Shape.SPIKE, 9, 1.0),
        (Shape.SPIKE, 10, 4.0),
        (Shape.SPIKE, 15, 1.0),
    ],
)
def test_curves(shape: Shape, week: int, rate: float) -> None:
    floor = 0.0 if shape is Shape.RISE else 1.0
    curve = Curve(topic="ai", sector="retail", shape=shape, level=4.0, onset=10, ramp=5, floor=floor)
    assert curve.rate(week) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("topic", "sector"),
    [
        ("iot", "agriculture"),
        ("ai", "agriculture"),
        ("drones", "logistics"),
        ("drones", "agriculture"),
        ("booking", "healthcare"),
    ],
)
def test_what_is_planted_to_rise_rises_from_its_onset_and_not_before(
    world: World, topic: str, sector: str
) -> None:
    world = World(7, weeks=150, truth=world.truth)
    [curve] = [one for one in world.truth.curves if (one.topic, one.sector) == (topic, sector)]
    assert events_of(world, topic, sector, range(curve.onset)) == 0
    after = range(curve.onset + curve.ramp // 2, curve.onset + curve.ramp + 8)
    assert events_of(world, topic, sector, after) / len(after) > curve.level / 2


def test_arrivals_have_the_lags_of_the_table(world: World) -> None:
    lags = {one.topic: one.lags for one in world.truth.arrivals()}
    assert lags["iot"] == {"logistics": 28, "agriculture": 82}
    assert lags["drones"] == {"construction": 16, "agriculture": 52}
    assert lags["booking"] == {"sport": 24, "healthcare": 72}
    firsts = {
        sector: min(week for week in range(104) if events_of(world, "iot", sector, range(week, week + 1)))
        for sector in ("manufacturing", "agriculture")
    }
    assert abs(firsts["agriculture"] - firsts["manufacturing"] - 82) <= 9


def test_spikes_die_and_fades_fade(world: World) -> None:
    assert events_of(world, "quantum", "technology", range(47, 49)) > 12
    assert events_of(world, "quantum", "technology", range(50, 104)) < 30
    before, after = (events_of(world, "blockchain", "finance", weeks) for weeks in (range(26), range(60, 86)))
    assert after < before / 3


def test_new_terms_are_written_from_their_onset(entries: list[Told], world: World) -> None:
    for term in world.truth.terms:
        naming = [e for e in entries if term.term.lower() in f"{e.title} {e.summary}".lower()]
        weeks = [(entry.published - world.begin) // WEEK for entry in naming]
        assert min(weeks) >= term.onset, term.term
        assert min(weeks) <= term.onset + 4, term.term
        assert len(naming) > 10, term.term


def test_truth_scales_with_the_weeks_and_is_json() -> None:
    short = planted(26)
    onsets = {(one.topic, one.sector): one.onset for one in short.curves}
    assert onsets["iot", "agriculture"] == 24  # 94 / 4, to the even
    value = planted().as_json()
    assert {"curves", "terms", "arrivals", "background"} <= value.keys()


def test_anything_can_be_planted() -> None:
    truth = WorldTruth(
        curves=(Curve(topic="drones", sector="sport", shape=Shape.STEADY, level=30),),
        plain_per_sector=0,
        ordinary=0,
    )
    told = World(1, weeks=2, feeds=80, truth=truth, nuisance=CALM).week(0)
    assert len(told) > 10
    assert all({"area:drones", "sector:sport"} <= entry.labels for entry in told)


# --- nuisance


def test_holidays_are_quiet_and_the_storm_is_one_event(world: World) -> None:
    sizes = [len(world.week(week)) for week in range(104)]
    christmas = (World.__init__.__kwdefaults__["begin"].replace(month=12, day=25) - world.begin) // WEEK
    assert sizes[christmas] < 0.6 * sizes[christmas - 2]
    told = Counter(entry.event_id for entry in world.week(world.nuisance.storm))
    event, copies = told.most_common(1)[0]
    assert copies >= 30
    assert sum(e.copied for e in world.week(world.nuisance.storm) if e.event_id == event) > 20


def test_copies_are_word_for_word_and_rewrites_are_not(entries: list[Told]) -> None:
    events: dict[str, list[Told]] = {}
    for entry in entries:
        if any(label.startswith("area:") for label in entry.labels):
            events.setdefault(entry.event_id, []).append(entry)
    several = [told for told in events.values() if len({entry.feed_key for entry in told}) > 1]
    assert 0.2 < len(several) / len(events) < 0.5
    rewritten = [
        (told[0].title, entry.title)
        for told in several
        for entry in told[1:]
        if not entry.copied and entry.feed_key != told[0].feed_key
    ]
    assert sum(one != other for one, other in rewritten) > 0.95 * len(rewritten)


def test_the_press_grows_louder_once(world: World) -> None:
    press = {outlet.key for outlet in world.outlets if outlet.role == "press"}
    shares = [
        sum(entry.feed_key in press for week in weeks for entry in world.week(week))
        / sum(len(world.week(week)) for week in weeks)
        for weeks in (range(50, 56), range(57, 63))
    ]
    assert shares[1] > shares[0] * 1.15


def test_nuisance_scales_and_never_stays_never() -> None:
    assert Nuisance().scaled(0.25).storm == 16
    assert CALM.scaled(0.25).storm == -1


# --- language


def test_texts_are_varied(entries: list[Told]) -> None:
    own = [entry for entry in entries if not entry.copied and any("area:" in one for one in entry.labels)]
    titles = [entry.title for entry in own]
    distinct = len(set(titles)) / len(titles)
    vocabulary = Counter(word for entry in own for word in words(f"{entry.title} {entry.summary}"))
    sample = [word for entry in own[:400] for word in words(f"{entry.title} {entry.summary}")][:10_000]
    ratio = len(set(sample)) / len(sample)
    frames = {tuple(word for word in words(title) if word.islower())[:3] for title in titles}
    print(
        f"\n{len(own)} entries, {distinct:.2f} distinct headlines, {len(vocabulary)} words, ratio {ratio:.2f}"
    )
    assert distinct > 0.9
    assert len(vocabulary) > 2_500
    assert ratio > 0.13
    assert len(frames) > 1_500


def test_headline_and_summary_are_not_the_same_words(entries: list[Told]) -> None:
    both = [(set(words(e.title)), set(words(e.summary))) for e in entries[:3000] if e.summary]
    shared = sum(len(title & summary) / len(title) for title, summary in both) / len(both)
    assert 0.05 < shared < 0.5


def test_there_are_near_misses_without_labels(entries: list[Told]) -> None:
    near = [entry for entry in entries if not entry.labels]
    text = " ".join(entry.title for entry in near).lower()
    for word in ("amazon", "cloud", "apple", "drone", "python", "block", "virus"):
        assert word in text
    assert len(near) > 0.05 * len(entries)


def test_american_outlets_write_american() -> None:
    assert american("The centre paid 5 per cent for tyres") == "The center paid 5 percent for tires"
    assert american("Centre of the programmer") == "Center of the programmer"


def test_every_topic_can_be_told_in_every_kind_without_a_hole() -> None:
    truth = WorldTruth(
        background={topic: dict.fromkeys(sectors(), 1.0) for topic in topics()},
        plain_per_sector=8,
        ordinary=40,
    )
    told = World(2, weeks=3, feeds=80, truth=truth, nuisance=CALM)
    texts = [f"{entry.title} {entry.summary}" for week in range(3) for entry in told.week(week)]
    assert len(texts) > 1_500
    assert not [text for text in texts if any(sign in text for sign in "{}[]|")]
    assert len(kinds()) >= 10
    assert len(ordinary()["near"]["plain"]) >= 30


def test_labels_are_those_of_the_taxonomy() -> None:
    from trendwatch.config import load, shipped_directory

    taxonomy = load(shipped_directory(), environ={}).taxonomy
    known = set(taxonomy.names())
    assert {f"area:{area}" for topic in topics().values() for area in topic.areas} <= known
    assert {f"function:{one}" for topic in topics().values() for one in topic.functions} <= known
    assert {f"impact:{one}" for kind in kinds().values() for one in kind.impacts} <= known
    assert {f"sector:{one}" for one in sectors()} == {key for key in known if key.startswith("sector:")}


def test_grammar() -> None:
    draw = Random(1)
    assert expand("[a|a] {what} of {what}", {"what": ("x",)}, draw) == "A x of x".replace("A", "a")
    assert expand("a {what}", {"what": "apple"}, draw) == "an apple"
    assert expand("{does.ing}", {"does": "cut no-shows"}, draw) == "cutting no-shows"
    assert {ing(one) for one in ("see it", "write", "stop x")} == {"seeing it", "writing", "stopping x"}
    for wrong in ("[a|b", "a]"):
        if wrong == "a]":
            assert expand(wrong, {}, draw) == "a]"
        else:
            with pytest.raises(ValueError, match="not closed"):
                parse(wrong)
    with pytest.raises(KeyError):
        expand("{nobody}", {}, draw)


# --- publishing


@pytest.mark.parametrize("feeds", [8, 12, 30, 80])
def test_every_sector_has_feeds(feeds: int) -> None:
    made = outlets(feeds, seed=1, nuisance=Nuisance())
    assert len(made) == feeds
    assert len({one.key for one in made}) == feeds
    assert {sector for one in made for sector in one.sectors if not one.trouble} == set(sectors())


def test_some_outlets_share_an_owner(world: World) -> None:
    owners = Counter(outlet.owner for outlet in world.outlets)
    assert 2 <= sum(count > 1 for count in owners.values()) <= 8
    assert len(owners) > 60


@pytest.mark.parametrize("form", sorted(CONTENT_TYPES))
def test_documents_are_read_as_they_were_meant(world: World, form: str) -> None:
    outlet = replace(world.outlets[0], format=form)
    told = [replace(entry, title=f"{entry.title} <R&D>") for entry in world.week(5)[:15]]
    body = document(outlet, told, now=world.begin + 6 * WEEK)
    parsed = news.parse(Document(url="http://x.example/f", body=body, content_type=CONTENT_TYPES[form]))
    assert isinstance(parsed, ParsedFeed)
    assert [entry.guid for entry in parsed.entries] == [entry.guid for entry in told]
    assert [entry.summary for entry in parsed.entries] == [entry.summary for entry in told]
    for entry, meant in zip(parsed.entries, told, strict=True):
        assert entry.published_at == (meant.published if meant.dated else None)
        assert entry.url == meant.url
    assert parsed.title == outlet.title


def test_a_feed_holds_the_last_entries_as_of_now() -> None:
    world = World(5, weeks=6, feeds=12)
    server = NewsServer(world)
    outlet = next(one for one in world.outlets if not one.trouble and not one.joins and one.leaves is None)
    for week in (1, 3, 6):
        now = world.begin + week * WEEK
        held = server.window(outlet, now)
        assert len(held) <= outlet.window
        assert all(entry.published < now for entry in held)
        assert [entry.published for entry in held] == sorted((e.published for e in held), reverse=True)
        assert len({entry.guid for entry in held}) == len(held)


@pytest.mark.parametrize("trouble", [*FAILURES, "broken", "quiet"])
def test_feeds_in_trouble_are_called_by_their_names(trouble: str) -> None:
    world = World(5, weeks=8, feeds=12, nuisance=replace(CALM, troubles=(trouble,)))
    [outlet] = [one for one in world.outlets if one.trouble]
    outlet = replace(outlet, format="rss")
    found = NewsServer(world).body(outlet, world.begin + 4.5 * WEEK)
    if isinstance(found, Refusal):
        if trouble == "server_error":
            assert found.status == 500
            return
        if trouble == "huge":
            assert found.claimed is not None
            assert found.claimed > 10 * 1024 * 1024
            return
        document = Document(url="http://x.example/f", body=found.body, content_type=found.content_type)
        refused = news.parse(document)
        assert isinstance(refused, PollFailure)
        assert refused.failure is FAILURES[trouble]
        return
    parsed = news.parse(Document(url="http://x.example/f", body=found, content_type="application/rss+xml"))
    assert isinstance(parsed, ParsedFeed)


def test_one_feed_joins_with_a_back_fill_and_one_leaves() -> None:
    world = World(5, weeks=104, feeds=80)
    server = NewsServer(world)
    [late] = [one for one in world.outlets if one.joins]
    [leaver] = [one for one in world.outlets if one.leaves is not None]

    def status(key: str, week: int) -> int:
        found = server.body(world.by_key[key], world.begin + week * WEEK)
        return found.status if isinstance(found, Refusal) else 200

    assert (status(late.key, 47), status(late.key, 48)) == (404, 200)
    assert len(server.window(late, world.begin + 48 * WEEK)) > 40
    assert (status(leaver.key, 69), status(leaver.key, 70)) == (200, 410)


# --- score


def test_b_cubed() -> None:
    true = {"a": "1", "b": "1", "c": "2", "d": "2"}
    assert b_cubed(true, true).f1 == 1.0
    found = b_cubed(dict.fromkeys(true, "s"), true)
    assert (found.precision, found.recall) == (0.5, 1.0)  # 4 · (2/4) / 4
    found = b_cubed({key: key for key in true}, true)
    assert (found.precision, found.recall, found.items) == (1.0, 0.5, 4)
