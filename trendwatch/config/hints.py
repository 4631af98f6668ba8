"""Guesses what was meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], *, nearness: float = 0.6) -> str:
    """Return ``; did you mean 'poll'?`` for the nearest known name, "" where none is near (0 to 1)."""
    from difflib import get_close_matches

    names = sorted(map(str, known))
    same = [candidate for candidate in names if candidate.casefold() == name.casefold()]
    close = same or get_close_matches(name, names, n=1, cutoff=nearness)
    return f"; did you mean {close[0]!r}?" if close else ""
