"""However files are spoilt, the answer is a list of places, never a crash."""

from __future__ import annotations

import random
from pathlib import Path

from tests.config_samples import SMALL, write_config
from tests.conftest import PROJECT
from trendwatch.config import check, load

FILES = {**SMALL, "trendwatch.toml": (PROJECT / "config" / "trendwatch.toml").read_text()}
VALUES = ["1", '""', '"x"', "[]", "{}", "true", "[[1]]", "{ a = 1 }", "nan", "-1", "1979-05-27", '"\\n"']
MARKS = "[]{}=\"'.#\\x\x00é"
MUTANTS = 200


def spoil(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    way = rng.randrange(4)
    if way == 0 and "=" in lines[at]:
        lines[at] = f"{lines[at].split('=')[0]}= {rng.choice(VALUES)}"
    elif way == 1:
        del lines[at]
    elif way == 2:
        lines.insert(at, rng.choice(lines))
    else:
        column = rng.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:column] + rng.choice(MARKS) + lines[at][column:]
    return "\n".join(lines)


def test_spoilt_files_are_explained_in_single_lines(tmp_path: Path) -> None:  # O2
    rng = random.Random(7)
    hits = 0
    for _ in range(MUTANTS):
        name = rng.choice(list(FILES))
        text = FILES[name]
        for _ in range(rng.randint(1, 3)):
            text = spoil(text, rng)
        directory = write_config(tmp_path, {**FILES, name: text})
        problems = check(directory, {})
        hits += bool(problems)
        if not problems:
            load(directory, environ={})
        for problem in problems:
            assert "\n" not in str(problem)
            assert problem.file is not None
            # what a business's file lacks stands on no line of it
            assert problem.line or problem.message.endswith("is missing")
    assert hits > MUTANTS / 2  # a run whose faults all missed proves nothing
