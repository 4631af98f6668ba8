"""Every door that reads lines survives any bytes, and tells of each line that is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli_world import CommandLine
from trendwatch.jsonlines import WrongLine, json_value, line_text, whole

GOOD = b'{"id": "good", "title": "A drone over the orchard", "date": "2025-02-03", "areas": ["drones"]}'
#: each is wrong for every door that wants an id
WRONG = (
    b'{"id": "\\ud800", "title": "A drone", "date": "2025-02-03"}',
    b'{"id": "2", "title": "caf\xe9", "date": "2025-02-03"}',
    b"\xff\xfe\x00\x00",
    b'{"id": "3"',
    b"[" * 100_000,
    b"1" * 5_000,
    b"[1]",
    b'{"id": null, "title": "A drone", "date": "2025-02-03"}',
)
DOORS = (
    ("practices", "match", "--stdin"),
    ("tag", "--stdin"),
    ("stories", "--stdin"),
    ("trends", "--stdin"),
    ("import", "-"),
    ("evaluate", "--gold", "-"),
)
#: A run of every door takes half a second; the whole figure is for whoever changes them.
EXAMPLES = int(os.environ.get("TRENDWATCH_DOOR_LINES", "8"))


def through(cli: CommandLine, door: tuple[str, ...], piped: bytes) -> tuple[int, str, str]:
    """Push lines through a door that reads standard input, or a file where a "-" stands."""
    file = cli.folder / "piped.jsonl"
    file.write_bytes(piped)
    ran = cli(*(str(file) if part == "-" else part for part in door), stdin=piped)
    return ran.code, ran.out, ran.err


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_a_wrong_line_is_told_by_its_number_and_the_good_ones_go_on(
    cli: CommandLine, door: tuple[str, ...]
) -> None:
    code, out, err = through(cli, door, b"\n".join([GOOD, *WRONG, GOOD.replace(b"good", b"last")]) + b"\n")
    # ids mean nothing to labelled texts: theirs are wrong only where the line cannot be read
    wrong = [3, 4, 5, 6, 7, 8] if door[0] == "evaluate" else list(range(2, len(WRONG) + 2))
    told = [line for line in err.splitlines() if ".jsonl:" in line or "input:" in line]
    assert [int(line.split(":")[2]) for line in told] == wrong
    assert err.splitlines()[-1] == f"trendwatch: {len(wrong)} wrong lines were left out"
    assert code == 1
    assert out or door[0] == "trends"  # two reports make no trend


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40).filter(lambda line: b"\n" not in line),
            st.fixed_dictionaries(
                {},
                optional={
                    name: st.one_of(
                        st.none(),
                        st.integers(),
                        st.floats(),
                        st.text(st.characters(exclude_categories=()), max_size=12),
                        st.dates().map(str),
                        st.lists(st.text(st.characters(exclude_categories=()), max_size=3), max_size=2),
                    )
                    for name in ("id", "title", "summary", "date", "source", "url", "language", "areas")
                },
            ).map(lambda row: json.dumps(row).encode()),
        ),
        max_size=60,
    )
)
def test_no_bytes_end_a_door_with_a_traceback(cli: CommandLine, lines: list[bytes]) -> None:
    for door in DOORS:
        code, _out, err = through(cli, door, b"\n".join([*lines, GOOD]))
        assert code in (0, 1)
        assert "Traceback" not in err
        assert ("wrong line" in err) == (code == 1)


def test_lines_are_utf8_whatever_the_locale(cli: CommandLine) -> None:
    environ = {**os.environ, **cli.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    lines = b"\n".join([*WRONG, '{"id": "é\u2028", "title": "A drone"}'.encode()])
    ran = subprocess.run(
        [sys.executable, "-m", "trendwatch", "--config", str(cli.config), "practices", "match", "--stdin"],
        input=lines,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1
    assert json.loads(ran.stdout) == {"id": "é\u2028", "practices": []}
    assert b"Traceback" not in ran.stderr


def test_what_is_wrong_with_a_line_is_said_in_words() -> None:
    with pytest.raises(WrongLine, match=r"not UTF-8 \(byte 4 of the line\)"):
        line_text(b"caf\xe9")
    with pytest.raises(WrongLine, match=r"id holds half a character \(\\ud800\)"):
        whole("\ud800", field="id")
    with pytest.raises(WrongLine, match="nested too deep"):
        json_value("[" * 100_000)
    assert line_text("\ufeff{}".encode()) == "{}"
