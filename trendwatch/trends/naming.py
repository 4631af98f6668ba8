"""What a term must be to name something: no ordinary words, no words of everyday, no edition of a year."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from trendwatch.text import STOP_WORDS
from trendwatch.trends.ngrams import fold
from trendwatch.trends.ordinary import ORDINARY, PLAIN

_YEAR = re.compile(r"(?:19|20)\d\d")


def can_name(form: str) -> bool:
    """Tell whether a term can be a name: no ordinary word at an edge, not plain words only."""
    parts = form.split(" ")
    if parts[0] in ORDINARY or parts[-1] in ORDINARY:
        return False
    return any(part not in PLAIN and part not in STOP_WORDS for part in parts)


def is_mere(form: str, everyday: AbstractSet[str]) -> bool:
    """Tell whether a term is made of plain words and words of everyday alone."""
    return all(part in PLAIN or part in STOP_WORDS or fold(part) in everyday for part in form.split(" "))


def undated(form: str) -> str:
    """Return what stands before the year in a term ("cvpr 2018": cvpr), "" where none stands in it.

    Such a term is the next edition of what there is each year, as new as that is without its year.
    """
    parts = form.split(" ")
    year = next((at for at, part in enumerate(parts) if at and _YEAR.fullmatch(part)), 0)
    return " ".join(parts[:year])
