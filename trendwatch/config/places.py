"""Finds the line of a table or key in a TOML text, since tomllib tells no positions.

One pass over the tokens: a statement is a ``[header]`` or a ``key =`` outside brackets; what follows the
equals sign is skipped up to the line's end outside brackets and strings. So keys of inline tables and
elements of arrays have no place of their own: their key's line is good enough. Only texts that tomllib
has read are scanned, so the syntax is known to be right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from tomllib import loads

# Up to two more quotes may stand before the closing three: """he said "no"""""
_TOKEN = re.compile(
    r"""
    (?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<comment>\#[^\n]*)
    |(?P<bare>[A-Za-z0-9_-]+)
    |(?P<space>[ \t\r]+)
    |(?P<newline>\n)
    |(?P<mark>.)
    """,
    re.DOTALL | re.VERBOSE,
)

Keys = tuple[str, ...]


class Places:
    """The line of each table and key of one text."""

    def __init__(self, lines: Mapping[Keys, int]) -> None:
        self._lines = lines

    def line(self, path: Sequence[str]) -> int | None:
        """Return the line of a path, or of the nearest table around it; None where neither is written."""
        for length in range(len(path), 0, -1):
            found = self._lines.get(tuple(path[:length]))
            if found is not None:
                return found
        return None


def find_places(text: str) -> Places:
    """Return where everything in a valid TOML text stands; elements of ``[[tables]]`` are numbered."""
    scan = _Scan()
    number = 1
    for match in _TOKEN.finditer(text + "\n"):  # a header counts when its line ends
        kind = match.lastgroup or ""
        if kind not in {"comment", "space"}:
            scan.take(kind, match[0], number)
        number += match[0].count("\n")
    return Places(scan.lines)


class _Scan:
    """What is known while reading tokens in order."""

    def __init__(self) -> None:
        self.lines: dict[Keys, int] = {}
        self._table: Keys = ()
        self._name: list[str] = []
        #: brackets open in a header or value
        self._depth = 0
        #: start of a line, in a header, or in a value
        self._state = "key"
        #: running number of the last element of each [[table]]
        self._elements: dict[Keys, int] = {}

    def take(self, kind: str, piece: str, line: int) -> None:
        """Take the next token."""
        if self._state == "value":
            self._skip_value(piece)
        elif kind in {"text", "bare"}:
            self._name.append(_unquoted(piece) if kind == "text" else piece)
        elif self._state == "header":
            self._in_header(kind, piece, line)
        elif piece == "[":
            self._state, self._depth = "header", 1
        elif piece == "=":
            self._note((*self._table, *self._name), line)
            self._name, self._state, self._depth = [], "value", 0

    def _skip_value(self, piece: str) -> None:
        if piece in {"[", "{"}:
            self._depth += 1
        elif piece in {"]", "}"}:
            self._depth -= 1
        elif piece == "\n" and self._depth == 0:
            self._state = "key"

    def _in_header(self, kind: str, piece: str, line: int) -> None:
        if piece == "[":
            self._depth += 1
        elif kind == "newline":
            self._table = self._opened(tuple(self._name), many=self._depth > 1)
            self._note(self._table, line)
            self._name, self._state = [], "key"

    def _opened(self, names: Keys, *, many: bool) -> Keys:
        """Return a header's path, with the running number behind each array of tables in it."""
        path: Keys = ()
        for name in names[:-1]:
            path = (*path, name)
            if path in self._elements:
                path = (*path, str(self._elements[path]))
        path = (*path, names[-1])
        if not many:
            return path
        self._elements[path] = self._elements.get(path, -1) + 1
        return (*path, str(self._elements[path]))

    def _note(self, path: Keys, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)


def _unquoted(piece: str) -> str:
    """Return what a quoted key says; escapes are read by tomllib itself."""
    value = loads(f"key = {piece}")["key"]
    assert isinstance(value, str)
    return value
