"""What is muted appears in no section, and one line says how much was left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sample_digest import BUSINESS, SAMPLE, candidate, composed, edition
from trendwatch.advice.digest import compose
from trendwatch.advice.muting import is_muted, left_out, naming
from trendwatch.advice.quiet import finished
from trendwatch.types.advice import Business, Digest, Memory

NAMES = {
    "area:drones": "Drones",
    "area:iot": "Connected sensors",
    "area:generative_ai": "Generative AI",
    "sector:energy": "Energy",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A drone counts apples", True),
        ("Drones count apples", True),
        ("A connected sensor rings", True),
        ("droned on", False),
        # the name of a sector is an everyday word
        ("Energy bills fall", False),
        ("Generative art", False),
    ],
)
def test_a_technology_is_known_by_its_name(text: str, found: bool) -> None:
    assert bool(naming(NAMES, NAMES).search(text)) is found
    assert not naming((), NAMES).search(text)


def test_what_belongs_to_a_muted_topic_is_muted() -> None:
    parents = {"area:generative_ai": "area:ai", "area:a": "area:b", "area:b": "area:a"}
    assert is_muted(["area:generative_ai"], {"area:ai"}, parents)
    assert not is_muted(["area:ai"], {"area:generative_ai"}, parents)
    assert not is_muted(["area:a"], {"area:ai"}, parents)


def said(digest: Digest) -> str:
    """Return everything our own sections say, but not the line of what was left out."""
    parts = [f"{pick.title} {pick.topics} {pick.why}" for pick in digest.picks]
    parts += [f"{row.name} {row.key}" for row in digest.movements]
    parts += [f"{note.name} {note.elsewhere_words} {note.home_words}" for note in digest.arrivals]
    if one := digest.try_this:
        parts.append(f"{one.name} {one.what} {one.why} {one.inspired_by} {one.first_step}")
    return " ".join(parts).casefold()


@pytest.mark.parametrize("key", sorted(SAMPLE.names))
def test_no_section_names_what_is_muted(key: str) -> None:
    own = f"sector:{BUSINESS.sector}"
    who: Business = replace(BUSINESS, mutes=(key,), areas=(), goals=())
    digest = composed(SAMPLE, who, Memory(issues=4))
    if key.startswith("area:"):
        assert SAMPLE.names[key].casefold() not in said(digest)
    elif key.startswith("sector:") and key != own:
        assert SAMPLE.names[key] not in [topic for pick in digest.picks for topic in pick.topics]


def test_one_line_says_how_much_was_left_out() -> None:
    digest = composed(SAMPLE, replace(BUSINESS, mutes=("area:iot",)), Memory(issues=4))
    (line,) = [note for note in digest.notes if note.startswith("Left out because you muted")]
    assert line.startswith("Left out because you muted connected sensors: ")
    assert "1 technology on the move" in line
    assert not [one for one in composed(SAMPLE, BUSINESS, Memory(issues=4)).notes if "you muted" in one]


def test_nothing_left_out_is_not_told() -> None:
    assert left_out((), NAMES, stories=0, technologies=0, practices=0) == ""
    assert (
        left_out(("area:drones",), NAMES, stories=1, technologies=2, practices=3)
        == "Left out because you muted drones: 1 story, 2 technologies on the move and 3 practices."
    )


def test_general_news_of_a_quiet_week_leaves_out_what_belongs_to_a_muted_topic() -> None:
    told = [
        candidate("g", title="Writing machines win", labels="area:generative_ai", feeds="A,B"),
        candidate("d", title="A drone wins", labels="sector:energy", feeds="A,B"),
    ]
    who = replace(
        BUSINESS, areas=(), goals=(), tools=(), quiet_week="general", mutes=("area:ai", "area:drones")
    )
    where = replace(edition(*told), parents={"area:generative_ai": "area:ai"}, names=NAMES)
    memory = Memory(issues=9)
    found = finished(compose(where, who, memory), where, business=who, memory=memory)
    assert found.quiet_choice == "general"
    assert found.worth_a_look == ()
