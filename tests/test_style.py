"""What the house style asks and no linter checks."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
MODULES = sorted((PROJECT / "trendwatch").rglob("*.py"))
TESTS = sorted((PROJECT / "tests").rglob("*.py"))

MOST_LINES = 300
MOST_FUNCTION_LINES = 40
MOST_POSITIONAL = 3
MOST_MOCKS = 10
NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
#: Folders whose public functions are verbs and routes.
DOORS = {"api", "cli", "web"}
#: Methods whose arguments another library decides.
NAMED_BY_OTHERS = {"connect_tcp"}
NO_NAMES = {
    "base",
    "common",
    "core",
    "data",
    "helper",
    "helpers",
    "info",
    "manager",
    "misc",
    "process",
    "util",
    "utils",
}
#: The clock is read here and nowhere else; the scheduler says when to wake up, not what time it is.
CLOCKS = {"trendwatch/wiring.py", "trendwatch/jobs/schedule.py"}
CLOCK_CALLS = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}

#: Written in pieces, so that this file does not hold what it looks for.
_HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "docker" + ".io",
    "ghcr" + ".io",
    "quay" + ".io",
    "npm" + "js.",
)
_MACHINE = re.compile(r"/(?:home|Users|root|work)/[a-z]")


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, its docstring left out."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def tracked() -> list[Path]:
    """Return the files of the repository, or of the folder where there is no repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [PROJECT / name for name in listed.stdout.splitlines() if (PROJECT / name).is_file()]


def test_modules_hold_one_idea() -> None:
    lengths = {name_of(path): path.read_text("utf-8").count("\n") for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_functions_are_short() -> None:
    long = {
        f"{name_of(path)}:{function.name}": length(function)
        for path in MODULES
        for function in functions(tree_of(path))
        if length(function) > MOST_FUNCTION_LINES
    }
    assert long == {}


def positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Return the arguments that may be given without their names."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names[names[:1] in (["self"], ["cls"]) :]


def test_arguments_that_could_be_swapped_have_names() -> None:
    """A collaborator and two more at most; verbs and routes are called by libraries, by name."""
    many = [
        f"{name_of(path)}:{function.name}"
        for path in MODULES
        for function in functions(tree_of(path))
        if len(positional(function)) > MOST_POSITIONAL
        and function.name not in NAMED_BY_OTHERS
        and (path.relative_to(PROJECT).parts[1] not in DOORS or function.name.startswith("_"))
    ]
    assert many == []


def raised(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function itself raises something; what stands within it speaks for itself."""
    inner = [node for one in function.body for node in ast.walk(one) if isinstance(node, NESTED)]
    theirs = {id(node) for one in inner for node in ast.walk(one)}
    return any(
        isinstance(node, ast.Raise) and node.exc is not None and id(node) not in theirs
        for one in function.body
        for node in ast.walk(one)
    )


def test_what_is_raised_is_said() -> None:
    """Docstrings of verbs and routes are help texts: what they raise is an answer there."""
    silent = [
        f"{name_of(path)}:{function.name}"
        for path in MODULES
        if path.relative_to(PROJECT).parts[1] not in DOORS
        for function in functions(tree_of(path))
        if not function.name.startswith("_") and ast.get_docstring(function) and raised(function)
        if "aises" not in str(ast.get_docstring(function))
    ]
    assert silent == []


def test_names_say_something() -> None:
    parts = {part.removesuffix(".py") for path in MODULES for part in path.relative_to(PROJECT).parts}
    assert parts & NO_NAMES == set()


def test_the_clock_is_read_in_one_place() -> None:
    found = {
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        if name_of(path) not in CLOCKS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("datetime.") in CLOCK_CALLS
    }
    assert found == set()


def test_no_module_is_left_to_finish() -> None:
    marks = re.compile(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError")
    found = [name_of(path) for path in MODULES if marks.search(path.read_text("utf-8"))]
    assert found == []


def test_fakes_not_mocks() -> None:
    """What stands in for something else is handed over, not put in its place behind its back."""
    said = re.compile("monkeypatch" + r"\.setattr\(|\b(?:Magic)?" + r"Mock\(|\bmock" + r"\.patch")
    uses = [name_of(path) for path in TESTS for _ in said.findall(path.read_text("utf-8"))]
    assert len(uses) < MOST_MOCKS, uses


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{name_of(path)}: {host}" for host in _HOSTS if host in text.lower()]
        found += [f"{name_of(path)}: {match[0]}" for match in _MACHINE.finditer(text)]
    assert found == []
