"""Lines that are piped in or imported: those that are wrong are told and left out, the others are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

import typer

from trendwatch.errors import InputError

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


def read_items(wrong: Wrong) -> Iterator[ItemLine]:
    """Yield id, title, summary and language of each line of standard input, as plain text.

    Raises:
        InputError: too many lines are something else.
    """
    from trendwatch.pipeline.replay import MARK

    for number, read in enumerate(sys.stdin, start=1):
        line = read.removeprefix(MARK)
        if not line.strip():
            continue
        try:
            yield _item(line)
        except (ValueError, TypeError, RecursionError) as error:
            wrong(InputError(_what_is_wrong(error), file="standard input", line=number))


def _item(line: str) -> ItemLine:
    """Return a line as it is read.

    Raises:
        ValueError: it is no JSON.
        TypeError: it is no object, or lacks a field.
    """
    import json

    from trendwatch.news.fields import read_language
    from trendwatch.text import plain

    row = json.loads(line)
    if not isinstance(row, dict):
        raise TypeError("it is no JSON object")
    if missing := [name for name in ("id", "title") if row.get(name) is None]:
        raise TypeError(f"{' and '.join(map(repr, missing))} missing")
    texts = plain(str(row["title"])), plain(str(row.get("summary") or ""))
    return ItemLine(str(row["id"]), *texts, read_language(str(row.get("language") or "")))


def _what_is_wrong(error: Exception) -> str:
    said = str(error) if isinstance(error, TypeError) else f"not JSON ({error})"
    return f"{said}; give one object a line with id and title, summary if there is one"
