"""Reads texts with known labels, one JSON object a line.

    {"title": "…", "summary": "…", "area": ["drones"], "sector": [], "function": [], "impact": ["cost"]}

A facet that is left out counts as "none of its labels": an example answers in every facet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from trendwatch.errors import InputError
from trendwatch.jsonlines import WrongLine, json_value, line_text, whole
from trendwatch.types.tags import Example, Facet, Taxonomy

_FIELDS = frozenset({"title", "summary", *(facet.value for facet in Facet)})


def parse_examples(lines: Iterable[str], taxonomy: Taxonomy, *, file: str) -> list[Example]:
    """Return the examples of a file, parents of their labels added. Empty lines are skipped.

    Raises:
        InputError: a line is not such an object, has no title, or names an unknown field or label.
    """
    return [
        _example(json_object(line, file=file, number=number), taxonomy, file=file, number=number)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def json_object(line: bytes | str, *, file: str, number: int) -> dict[str, Any]:
    """Return the object on a line.

    Raises:
        InputError: it is not a JSON object.
    """
    try:
        found = json_value(line_text(line))
    except WrongLine as error:
        raise InputError(str(error), file=file, line=number) from error
    if not isinstance(found, dict):
        raise InputError(
            "write one JSON object a line, with title, summary and labels", file=file, line=number
        )
    return found


def strings(row: Mapping[str, Any], field: str, *, file: str, number: int) -> list[str]:
    """Return a list of strings that a line holds under a name; none where it holds nothing.

    Raises:
        InputError: it holds something else.
    """
    found = row.get(field, [])
    if not isinstance(found, list) or not all(isinstance(value, str) for value in found):
        raise InputError(f'{field} must be a list of label keys, such as ["drones"]', file=file, line=number)
    try:
        return [whole(value, field=field) for value in found]
    except WrongLine as error:
        raise InputError(str(error), file=file, line=number) from error


def string(row: Mapping[str, Any], field: str, *, file: str, number: int) -> str:
    """Return a text that a line holds under a name; "" where it holds nothing.

    Raises:
        InputError: it holds something else.
    """
    found = row.get(field, "")
    if not isinstance(found, str):
        raise InputError(f"{field} must be text", file=file, line=number)
    return found


def _example(row: dict[str, Any], taxonomy: Taxonomy, *, file: str, number: int) -> Example:
    """Return the example of a row, with the labels that its own imply.

    Raises:
        InputError: an unknown field or label, or no title.
    """
    for name in row.keys() - _FIELDS:
        hint = _did_you_mean(name, _FIELDS)
        raise InputError(f"there is no field {name!r}{hint}", file=file, line=number)
    title = string(row, "title", file=file, number=number).strip()
    if not title:
        raise InputError("an example needs a title", file=file, line=number)
    labels: set[str] = set()
    for facet in Facet:
        known = {label.key for label in taxonomy.of(facet)}
        for key in strings(row, facet, file=file, number=number):
            if key not in known:
                hint = _did_you_mean(key, known)
                raise InputError(f"there is no {facet} {key!r}{hint}", file=file, line=number)
            labels |= {f"{facet}:{name}" for name in (key, *taxonomy.ancestors(facet, key))}
    summary = string(row, "summary", file=file, number=number).strip()
    return Example(title=title, summary=summary, labels=frozenset(labels))


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
