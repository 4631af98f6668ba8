"""Labelled examples from ``examples/*.jsonl``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trendwatch.config.files import example_files, read_text
from trendwatch.errors import ConfigError, InputError
from trendwatch.types.tags import Example, Taxonomy

# A file of another kind is wrong in every line; nobody reads on after these.
_MOST_PROBLEMS = 20


def read_examples(directory: Path, taxonomy: Taxonomy, problems: list[ConfigError]) -> tuple[Example, ...]:
    """Return the examples of all files, file by file; lines that are wrong are problems and left out."""
    found: list[Example] = []
    try:
        paths = example_files(directory)
    except ConfigError as error:
        problems.append(error)
        return ()
    for path in paths:
        found.extend(_examples(path, taxonomy, problems))
    return tuple(found)


def placed_examples(directory: Path, taxonomy: Taxonomy) -> Iterator[tuple[Path, int, Example]]:
    """Yield the examples of files without mistakes, with file and line.

    Raises:
        ConfigError: a file cannot be read.
        InputError: a line is wrong.
    """
    from trendwatch.tagging.examples import parse_examples

    for path in example_files(directory):
        lines = (read_text(path) or "").split("\n")
        numbers = (number for number, line in enumerate(lines, start=1) if line.strip())
        for number, example in zip(numbers, parse_examples(lines, taxonomy, file=str(path)), strict=True):
            yield path, number, example


def _examples(path: Path, taxonomy: Taxonomy, problems: list[ConfigError]) -> list[Example]:
    from trendwatch.tagging.examples import parse_examples

    try:
        lines = (read_text(path) or "").split("\n")
    except ConfigError as error:
        problems.append(error)
        return []
    for _ in range(_MOST_PROBLEMS):
        try:
            return parse_examples(lines, taxonomy, file=str(path))
        except InputError as error:
            message = str(error).removeprefix(f"{path}:{error.line}: ")
            problems.append(ConfigError(message, file=path, line=error.line))
            if error.line is None:
                return []
            # The parser stops at the first mistake: blank that line to find the next.
            lines[error.line - 1] = ""
    return []
