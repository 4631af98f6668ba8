"""Examples: what an operator writes becomes values or a message that says where and what."""

from __future__ import annotations

import json

import pytest

from trendwatch.errors import InputError
from trendwatch.tagging.examples import parse_examples
from trendwatch.types.tags import Example, Facet, Label, Taxonomy

TAXONOMY = Taxonomy(
    (
        Label(facet=Facet.AREA, key="ai", name="AI", meaning="machines that learn"),
        Label(facet=Facet.AREA, key="generative_ai", name="Generative AI", meaning="chatbots", parent="ai"),
        Label(facet=Facet.SECTOR, key="retail", name="Retail", meaning="shops"),
    )
)


def test_reads_labels_with_their_parents() -> None:
    line = json.dumps(
        {"title": " Shop bot ", "summary": "It sells.", "area": ["generative_ai"], "sector": ["retail"]}
    )
    [example] = parse_examples([line], TAXONOMY, file="x.jsonl")
    labels = frozenset({"area:generative_ai", "area:ai", "sector:retail"})
    assert example == Example(title="Shop bot", summary="It sells.", labels=labels)


def test_empty_lines_and_missing_facets_are_fine() -> None:
    [example] = parse_examples(["", '{"title": "Rain expected"}', "  \n"], TAXONOMY, file="x.jsonl")
    assert example.labels == frozenset()
    assert example.summary == ""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "x.jsonl:2: not JSON"),
        ("[" * 100_000, "x.jsonl:2: not JSON"),
        ("[]", "x.jsonl:2: write one JSON object a line"),
        ('{"summary": "no title"}', "x.jsonl:2: an example needs a title"),
        ('{"title": 5}', "x.jsonl:2: title must be text"),
        ('{"title": "t", "area": "ai"}', 'x.jsonl:2: area must be a list of label keys, such as ["drones"]'),
        (
            '{"title": "t", "area": ["generativ_ai"]}',
            "there is no area 'generativ_ai'; did you mean 'generative_ai'?",
        ),
        ('{"title": "t", "sector": ["ai"]}', "there is no sector 'ai'"),
        ('{"title": "t", "sectors": []}', "there is no field 'sectors'; did you mean 'sector'?"),
    ],
)
def test_says_where_and_what(line: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_examples(['{"title": "fine"}', line], TAXONOMY, file="x.jsonl")
    assert message in str(caught.value)
    assert caught.value.line == 2
