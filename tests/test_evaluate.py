"""Scores by hand, and gold as it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trendwatch.errors import InputError
from trendwatch.tagging.evaluate import Gold, evaluate, parse_gold
from trendwatch.types.tags import Facet, Origin, Tag


def tag(key: str, confidence: float = 0.9) -> Tag:
    facet, name = key.split(":")
    return Tag(facet=Facet(facet), label=name, confidence=confidence, origin=Origin.MODEL)


def gold(*labels: str, maybe: tuple[str, ...] = (), facets: tuple[Facet, ...] = (Facet.AREA,)) -> Gold:
    return Gold(
        title="t", summary="", labels=frozenset(labels), maybe=frozenset(maybe), facets=frozenset(facets)
    )


def test_one_label_by_hand() -> None:
    # 8 true; 6 found, 2 missed; 3 wrongly given on 4 texts without
    texts = [gold("area:ai")] * 8 + [gold()] * 4
    tags = [[tag("area:ai")]] * 6 + [[]] * 2 + [[tag("area:ai")]] * 3 + [[]]
    result = evaluate(tags, texts)
    score = result.labels["area:ai"]
    assert score.support == 8
    assert score.precision.value == pytest.approx(6 / 9)
    assert score.recall.value == pytest.approx(6 / 8)
    assert score.f1.value == pytest.approx(12 / 17)  # 2 · 6 / (9 + 8)
    assert score.f1.low < 12 / 17 < score.f1.high
    area = result.facets[Facet.AREA]
    assert area.macro_f1.value == pytest.approx(12 / 17)
    assert (area.wrongly_tagged, area.without, area.given, area.counted) == (0.75, 4, 9, 1)
    assert result.items == 12


def test_macro_leaves_out_labels_with_few_texts_but_micro_does_not() -> None:
    texts = [gold("area:ai")] * 8 + [gold("area:iot")] * 2
    result = evaluate([[tag("area:ai")]] * 8 + [[]] * 2, texts)
    area = result.facets[Facet.AREA]
    assert area.macro_f1.value == 1
    assert area.micro_f1.value == pytest.approx(16 / 18)  # 2 · 8 / (8 + 10)
    assert result.labels["area:iot"].f1.value == 0


def test_unsure_labels_are_not_scored() -> None:
    texts = [gold(maybe=("area:ai",)), gold("area:ai")]
    result = evaluate([[tag("area:ai")], [tag("area:ai")]], texts)
    assert result.labels["area:ai"].precision.value == 1
    assert result.facets[Facet.AREA].without == 0  # somebody saw one in the first text


def test_facets_nobody_looked_at_are_not_scored() -> None:
    result = evaluate([[tag("sector:retail"), tag("area:ai")]], [gold("area:ai")])
    assert set(result.facets) == {Facet.AREA}
    assert set(result.labels) == {"area:ai"}
    assert result.facets[Facet.AREA].given == 1


def test_calibration_error_by_hand() -> None:
    # two tags, two bins: |0 - 0.6| · ½ + |1 - 0.8| · ½ = 0.4
    result = evaluate([[tag("area:ai", 0.6)], [tag("area:ai", 0.8)]], [gold(), gold("area:ai")])
    assert result.ece == pytest.approx(0.4)
    assert result.facets[Facet.AREA].ece == pytest.approx(0.4)


def test_tags_of_equal_confidence_are_judged_together() -> None:
    # half of them are right: |0.5 - 0.5| = 0, however they are ordered
    assert evaluate([[tag("area:ai", 0.5)]] * 40, [gold("area:ai"), gold()] * 20).ece == pytest.approx(0)


def test_perfectly_calibrated() -> None:
    texts = [gold("area:ai")] * 100
    assert evaluate([[tag("area:ai", 1.0)]] * 100, texts).ece == pytest.approx(0)


def test_nothing_at_all() -> None:
    assert evaluate([], []).items == 0
    result = evaluate([[]], [gold()])
    assert result.labels == {}
    assert result.facets[Facet.AREA].macro_f1.value == 0
    assert result.ece == 0


def test_same_input_same_intervals() -> None:
    texts, tags = [gold("area:ai"), gold()] * 10, [[tag("area:ai")], []] * 10
    assert evaluate(tags, texts) == evaluate(tags, texts)


def test_every_text_needs_its_tags() -> None:
    with pytest.raises(ValueError, match="1 texts with tags, 2 with gold"):
        evaluate([[]], [gold(), gold()])


def test_parse_gold() -> None:
    row = {
        "id": "g1",
        "title": "t",
        "summary": "s",
        "areas": ["ai"],
        "areas_maybe": ["ai", "iot"],
        "sectors": [],
    }
    [text] = parse_gold(["", json.dumps(row)], file="gold.jsonl")
    assert text == Gold(
        title="t",
        summary="s",
        labels=frozenset({"area:ai"}),
        maybe=frozenset({"area:iot"}),
        facets=frozenset({Facet.AREA, Facet.SECTOR}),
    )


def test_parse_gold_says_where() -> None:
    with pytest.raises(InputError, match=r"gold\.jsonl:1: areas must be a list"):
        parse_gold(['{"areas": "ai"}'], file="gold.jsonl")


@pytest.mark.shared
def test_reads_the_shared_gold(shared_data: Path) -> None:
    import gzip

    with gzip.open(shared_data / "text" / "gold_tags_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = parse_gold(lines, file="gold_tags_dev.jsonl.gz")
    assert len(texts) == 848
    assert sum("area:generative_ai" in text.labels for text in texts) == 94
