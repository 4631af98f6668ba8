"""What a form sends: read here, without a library, as it holds no files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Body

from trendwatch.errors import InputError

_KIND = "application/x-www-form-urlencoded"
#: For the signature of a route that takes a form of an operator.
Sent = Annotated[bytes, Body(media_type=_KIND)]
#: The same for a form that anybody may send who was given a link.
Form = Annotated[bytes, Body(media_type=_KIND, max_length=20_000)]
#: More than the largest of ours, the profile with every box ticked.
_MOST_FIELDS = 1_000


def fields(sent: bytes) -> dict[str, Sequence[str]]:
    """Return the values of each field, those left empty dropped.

    Raises:
        InputError: this is no form, or has more fields than any of ours.
    """
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(sent.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InputError("the form cannot be read") from error
    for name, value in pairs:
        if value.strip() and "\0" not in value:
            found.setdefault(name, []).append(value.strip())
    return dict(found)


def first(given: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the first value of a field, "" where it was left empty."""
    return given.get(name, ("",))[0]
