"""What a form sends: read here, without a library, as it holds no files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Body

from trendwatch.errors import InputError

#: For the signature of a route that takes a form.
Sent = Annotated[bytes, Body(media_type="application/x-www-form-urlencoded")]
#: With ``no-referrer`` browsers say ``Origin: null`` of a form, and the gate must know where it comes from.
FORM_HEADERS = {"Referrer-Policy": "same-origin"}

_MOST_FIELDS = 300


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
