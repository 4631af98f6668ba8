"""The filters say what the steps of the service say on a store, and forget what nothing asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from tests.seeds import NOW, a_model, a_taxonomy
from tests.steps import a_memory, easy_rules, rule_tagger
from tests.store_replay import Replay
from tests.test_replay import a_stream, dated
from trendwatch.pipeline.replay import Dated, chunks, replay_trends
from trendwatch.pipeline.stream import Stream
from trendwatch.store import Store
from trendwatch.types.trends import Trend


def on_a_store(lines: Sequence[Dated]) -> tuple[list[str], list[Trend]]:
    store = Store.open("sqlite://")
    store.models.adopt(a_model(), since=NOW)
    found = list(
        replay_trends(Replay(store, a_taxonomy(), memory=a_memory()), lines, rules=easy_rules(top_terms=3))
    )
    replay = Replay(fresh := Store.open("sqlite://"), a_taxonomy(), memory=a_memory())
    fresh.models.adopt(a_model(), since=NOW)
    stories = [story for chunk in chunks(lines) for story in replay.read(chunk)]
    store.close()
    fresh.close()
    return stories, found


def as_a_stream(lines: Sequence[Dated]) -> tuple[list[str], list[Trend]]:
    found = list(replay_trends(Stream(rule_tagger()), lines, rules=easy_rules(top_terms=3)))
    stream = Stream(rule_tagger())
    return [story for chunk in chunks(lines) for story in stream.read(chunk)], found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_stream_says_what_the_steps_say_on_a_store(seed: int) -> None:
    lines = a_stream(weeks=24, seed=seed)
    random = Random(seed)
    twice = [lines[at] for at in random.sample(range(len(lines)), 5)]
    lines = sorted([*lines, *twice], key=lambda one: one.date)
    stories, found = on_a_store(lines)
    assert as_a_stream(lines) == (stories, found)
    assert found


def test_memory_does_not_grow_with_the_stream() -> None:
    def held(weeks: int) -> tuple[int, ...]:
        stream = Stream(rule_tagger())
        lines = [
            dated(10 * week + at, NOW + timedelta(weeks=week, days=at), title=f"till {week} {at} choir frost")
            for week in range(weeks)
            for at in range(5)
        ]
        for chunk in chunks(lines):
            stream.read(chunk)
        parts = (stream._reads, stream._known, stream._stories, stream._begun, stream._tally._counted)
        return tuple(map(len, parts))

    assert held(40) == held(60)
