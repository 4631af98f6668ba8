"""Lines that are piped in or imported: those that are wrong are told and left out, the others are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from trendwatch.errors import InputError
from trendwatch.jsonlines import WrongLine, json_value, line_text, whole

#: So many wrong lines are another kind of file.
MOST_WRONG = 100


class ItemLine(NamedTuple):
    """A line of standard input, as plain text."""

    id: str
    title: str
    summary: str
    #: "" where the line does not say
    language: str


class Wrong:
    """Tells of each wrong line; the verb goes on, and ends with exit code 1."""

    def __init__(self) -> None:
        self.lines = 0

    def __call__(self, error: InputError) -> None:
        """Tell of one.

        Raises:
            InputError: there are too many.
        """
        self.lines += 1
        typer.echo(f"trendwatch: {error}", err=True)
        if self.lines == MOST_WRONG:
            raise InputError(f"{MOST_WRONG} lines are wrong: the rest was not read")

    def end(self) -> None:
        """End the verb where there were wrong lines.

        Raises:
            Exit: with code 1.
        """
        if self.lines:
            plural = "line was" if self.lines == 1 else "lines were"
            typer.echo(f"trendwatch: {self.lines} wrong {plural} left out", err=True)
            raise typer.Exit(1)


def standard_input() -> Iterable[bytes]:
    """Return the lines of standard input as they come, whatever the locale takes them for."""
    return sys.stdin.buffer


def file_lines(path: Path) -> list[bytes]:
    """Return the lines of a file, unpacked where it is packed.

    Raises:
        InputError: it cannot be read.
    """
    import gzip
    import zlib

    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot be read: {error}", file=str(path)) from error


def read_items(lines: Iterable[bytes], wrong: Callable[[InputError], None]) -> Iterator[ItemLine]:
    """Yield id, title, summary and language of each line, as plain text; tell of those that are wrong.

    Raises:
        InputError: as ``wrong`` does.
    """
    for number, line in enumerate(lines, start=1):
        try:
            if text := line_text(line):
                yield _item(json_value(text))
        except WrongLine as error:
            said = f"{error}; a line has id and title, summary if there is one"
            wrong(InputError(said, file="standard input", line=number))


def _item(row: object) -> ItemLine:
    """Return a line as it is read.

    Raises:
        WrongLine: it is no object, lacks a field, or its id could not be said again.
    """
    from trendwatch.news.fields import read_language
    from trendwatch.text import plain

    if not isinstance(row, dict):
        raise WrongLine("it is no JSON object; give one object a line")
    if missing := [name for name in ("id", "title") if row.get(name) is None]:
        raise WrongLine(f"{' and '.join(map(repr, missing))} missing")
    texts = plain(str(row["title"])), plain(str(row.get("summary") or ""))
    return ItemLine(whole(str(row["id"]), field="id"), *texts, read_language(str(row.get("language") or "")))
