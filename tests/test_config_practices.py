"""Practices: read with the rest, wrong ones placed, whole after export."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config_samples import overlay, write_config
from trendwatch.config import check, diff, export, load
from trendwatch.errors import NotFound
from trendwatch.types.practices import Practice, Range, Risk, RiskKind

OVENS = """\
# what a bakery can do
[practices.oven_watch]
name = "An oven that calls for help"
plain = "A thermometer writes down the heat and sends a message when it falls."
functions = ["marketing"]
areas = ["ai"]
inspired_by = "retail"
fits = ["food"]  # and whoever has an oven
adapt = "Start with the oldest oven."
cost_once = [20, 60, 200]
cost_per_month = [0, 0, 5.5]
hours_first_month = [1, 2, 4]
skills = "low"
integration = ["Is there a socket?"]
ask = ["The fitter"]
vendor_questions = ["Does it work without the internet?"]
objections = ["Bakers: we smell it first."]
trained = ["The night shift: what to do when it calls"]
first_week = ["Buy one.", "Hang it up."]
experiment = "One oven, one month."
measure = "Batches lost."
passes = "One batch saved."
fails = "Two false calls a week."
risks.security = "Change its password."
risks.lock_in = "Ask for the readings as a file."
free_way = "A thermometer and a list."
terms = ["oven sensor", "bakery + thermometer"]
"""
LEAST = """\
[practices.count]
name = "Count"
plain = "Count who comes."
functions = ["marketing"]
inspired_by = "retail"
adapt = "As it is."
cost_once = [0, 0, 0]
cost_per_month = [0, 0, 0]
hours_first_month = [1, 1, 1]
skills = "low"
experiment = "A week."
measure = "People."
passes = "You learn."
fails = "You knew."
"""


def directory_with(tmp_path: Path, practices: str) -> Path:
    return write_config(tmp_path / "config", {"practices.toml": practices})


def test_a_practice_as_the_file_says(tmp_path: Path) -> None:
    config = load(directory_with(tmp_path, LEAST + OVENS), environ={})
    assert [practice.key for practice in config.practices] == ["count", "oven_watch"]
    assert config.practice("oven_watch") == Practice(
        key="oven_watch",
        name="An oven that calls for help",
        plain="A thermometer writes down the heat and sends a message when it falls.",
        functions=("marketing",),
        areas=("ai",),
        inspired_by="retail",
        fits=("food",),
        adapt="Start with the oldest oven.",
        cost_once=Range(low=20, base=60, high=200),
        cost_per_month=Range(low=0, base=0, high=5.5),
        hours_first_month=Range(low=1, base=2, high=4),
        skills="low",
        integration=("Is there a socket?",),
        ask=("The fitter",),
        vendor_questions=("Does it work without the internet?",),
        objections=("Bakers: we smell it first.",),
        trained=("The night shift: what to do when it calls",),
        first_week=("Buy one.", "Hang it up."),
        experiment="One oven, one month.",
        measure="Batches lost.",
        passes="One batch saved.",
        fails="Two false calls a week.",
        risks=(
            Risk(kind=RiskKind.SECURITY, sentence="Change its password."),
            Risk(kind=RiskKind.LOCK_IN, sentence="Ask for the readings as a file."),
        ),
        free_way="A thermometer and a list.",
        terms=("oven sensor", "bakery + thermometer"),
    )
    assert config.practice("count").risks == ()
    assert config.origin("practice", "count") == "file"
    with pytest.raises(NotFound, match=r"^no practice named 'cuont'; did you mean 'count'\?$"):
        config.practice("cuont")


def test_whom_a_practice_is_for(tmp_path: Path) -> None:
    config = load(directory_with(tmp_path, LEAST + OVENS), environ={})
    oven, count = config.practice("oven_watch"), config.practice("count")
    assert [one.is_for(sector) for one in (oven, count) for sector in ("food", "retail")] == [
        *(True, False, True, True)
    ]


def test_no_file_is_no_practices(tmp_path: Path) -> None:
    assert load(write_config(tmp_path), environ={}).practices == ()


# What is written instead of a line of OVENS, and what is said of it; the line counts from the table on.
MISTAKES = [
    (
        "[practices.oven_watch]",
        "[practise.oven_watch]",
        "2: there is no table [practise]; did you mean 'practices'?",
    ),
    (
        "[practices.oven_watch]",
        "[practices.Oven]",
        "2: the key 'Oven' must be lower-case letters, digits and _ only, such as new_scientist",
    ),
    ('name = "An oven that calls for help"\n', "", "2: 'name' is missing"),
    (
        'fits = ["food"]',
        'fits = ["fodd"]',
        "8: fits: there is no sector 'fodd'; did you mean 'food'?",
    ),
    (
        'functions = ["marketing"]',
        'functions = ["marketting"]',
        "5: functions: there is no function 'marketting'; did you mean 'marketing'?",
    ),
    (
        'functions = ["marketing"]',
        "functions = []",
        "5: functions must name at least one, or nobody could want it",
    ),
    ('areas = ["ai"]', 'areas = ["food"]', "6: areas: there is no area 'food'"),
    (
        'inspired_by = "retail"',
        'inspired_by = "retial"',
        "7: inspired_by: there is no sector 'retial'; did you mean 'retail'?",
    ),
    (
        "cost_once = [20, 60, 200]",
        "cost_once = [60, 20, 200]",
        "10: cost_once must be three numbers that do not fall, [low, base, high], such as [0, 50, 300]",
    ),
    (
        "cost_once = [20, 60, 200]",
        "cost_once = 60",
        "10: cost_once must be three numbers that do not fall, [low, base, high], such as [0, 50, 300]",
    ),
    (
        "cost_once = [20, 60, 200]",
        "cost_once = [-1, 0, true]",
        "10: cost_once must be three numbers that do not fall, [low, base, high], such as [0, 50, 300]",
    ),
    ('skills = "low"', 'skills = "lots"', "13: skills must be one of low, some, good, not 'lots'"),
    (
        'first_week = ["Buy one.", "Hang it up."]',
        'first_week = ["Buy one.", " "]',
        "19: first_week[1] must not be empty",
    ),
    ('ask = ["The fitter"]', 'asks = ["The fitter"]', "15: unknown key 'asks'; did you mean 'ask'?"),
    (
        "risks.security =",
        "risks.securty =",
        "24: unknown key 'risks.securty'; did you mean 'security'?",
    ),
    (
        '"oven sensor"',
        '"Oven sensor"',
        "27: terms[0] must be lower-case phrases, several with ' + ' between, such as 'drone + orchard'",
    ),
    (
        '"oven sensor"',
        '"oven + + sensor"',
        "27: terms[0] must be lower-case phrases, several with ' + ' between, such as 'drone + orchard'",
    ),
    (
        '"oven sensor"',
        '"r&d"',
        "27: terms[0] holds 'r&d': a single letter or an address is no word to a search",
    ),
    (
        '"oven sensor"',
        '"bakery + thermometer"',
        "27: terms must name each term once, not 'bakery + thermometer' twice",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES)
def test_mistakes_name_file_and_line(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    assert OVENS.count(right) == 1
    directory = directory_with(tmp_path, OVENS.replace(right, wrong))
    problems = check(directory, {})
    assert [str(problem) for problem in problems] == [f"{directory / 'practices.toml'}:{message}"]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = OVENS.replace('"low"', '"lots"').replace("[20, 60, 200]", "[1]") + LEAST.replace('"A week."', "7")
    lines = [problem.line for problem in check(directory_with(tmp_path, text), {})]
    assert lines == [10, 13, 38]


def test_names_of_labels_are_not_judged_by_a_taxonomy_that_cannot_be_read(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"practices.toml": OVENS, "taxonomy.toml": "broken"})
    [problem] = check(directory, {})
    assert problem.file == directory / "taxonomy.toml"


def test_a_page_changes_adds_and_removes_practices(tmp_path: Path) -> None:
    directory = directory_with(tmp_path, LEAST + OVENS)
    changes = [
        overlay("practice", "count", None),
        overlay("practice", "oven_watch", {"cost_once": [0, 10, 20], "free_way": None}),
    ]
    config = load(directory, environ={}, overlays=changes)
    [oven] = config.practices
    assert (oven.cost_once, oven.free_way) == (Range(low=0, base=10, high=20), "")
    assert config.origin("practice", "oven_watch") == "both"
    [problem] = check(directory, {}, overlays=[overlay("practice", "oven_watch", {"fits": ["x"]})])
    assert (
        str(problem) == "overlay on practice oven_watch: fits: there is no sector 'x'; there are food, retail"
    )


def test_values_and_order_of_practices_stand_in_the_hash_that_digests_keep(tmp_path: Path) -> None:
    texts = (
        "",
        OVENS,
        LEAST + OVENS,
        OVENS + LEAST,  # of two equals the first is suggested
        OVENS.replace("60", "61"),
        OVENS.replace("  # and whoever has an oven", ""),
    )
    hashes = [
        load(directory_with(tmp_path / str(number), text), environ={}).hash
        for number, text in enumerate(texts)
    ]
    assert len(set(hashes)) == 5
    assert hashes[1] == hashes[5]


def test_differences_tell_of_practices(tmp_path: Path) -> None:
    ours = load(directory_with(tmp_path, OVENS.replace("60", "61") + LEAST), environ={})
    theirs = load(directory_with(tmp_path / "shipped", OVENS), environ={})
    assert [(one.where, one.key, one.origin) for one in diff(ours, theirs)] == [
        ("practice oven_watch", "cost_once", "file"),
        ("practice count", "", "file"),
    ]


@pytest.mark.parametrize(
    ("changed", "comments_stay"),
    [
        ({"terms": ["oven sensor"]}, True),
        # dotted keys give way to a table: written anew
        ({"risks": {"ethics": "None we know."}}, False),
    ],
)
def test_export_writes_practices_that_can_be_read_again(
    tmp_path: Path, changed: dict[str, object], comments_stay: bool
) -> None:
    changes = [overlay("practice", "count", None), overlay("practice", "oven_watch", changed)]
    config = load(directory_with(tmp_path, LEAST + OVENS), environ={}, overlays=changes)
    export(config, tmp_path / "written")
    assert load(tmp_path / "written", environ={}) == config
    text = (tmp_path / "written" / "practices.toml").read_text()
    assert ("# and whoever has an oven" in text) is comments_stay
