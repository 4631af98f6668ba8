"""What a business never wants to read of: no section names it, and one line says how much was left out.

A topic is muted by its label, or by that of a topic it belongs to: who mutes artificial intelligence reads
of generative AI no more. What is ours to say (a practice, a row, a note) and headlines are also held against
the name of a muted technology, since a text can speak of drones and carry another label only.

Known failures. A technology is known by its name only: who mutes artificial intelligence still reads a
headline that says "AI" and was given no label of it. Names of sectors and goals are everyday words
("energy", "finance") and count as labels only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from trendwatch.advice.words import a_list, counted, labels
from trendwatch.text import plural, singular

#: Nothing is found by it.
_NEVER = re.compile(r"(?!)")


def is_muted(keys: Iterable[str], mutes: Collection[str], parents: Mapping[str, str]) -> bool:
    """Tell whether one of some labels, or one that it implies, is muted."""
    return bool(mutes) and any(above in mutes for key in keys for above in with_parents(key, parents))


def with_parents(key: str, parents: Mapping[str, str]) -> Iterator[str]:
    """Yield a label and those it implies."""
    seen: set[str] = set()
    while key and key not in seen:
        seen.add(key)
        yield key
        key = parents.get(key, "")


def naming(mutes: Iterable[str], names: Mapping[str, str]) -> re.Pattern[str]:
    """Return what finds the name of a muted technology in a text, as one or as many."""
    return _naming(tuple(sorted(names[key] for key in mutes if key.startswith("area:") and key in names)))


@lru_cache(maxsize=1_000)
def _naming(names: tuple[str, ...]) -> re.Pattern[str]:
    found = {form for name in names for form in _forms(name.casefold())}
    return (
        re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(found)))})(?!\w)", re.IGNORECASE)
        if found
        else _NEVER
    )


def _forms(name: str) -> set[str]:
    head, _, last = name.rpartition(" ")
    one = singular(last)
    return {f"{head} {form}".strip() for form in (last, one, plural(one))}


def left_out(
    mutes: Sequence[str], names: Mapping[str, str], *, stories: int, technologies: int, practices: int
) -> str:
    """Return how much was left out because it is muted, "" for nothing."""
    parts = [
        counted(count, noun, plural=plural_form)
        for count, noun, plural_form in (
            (stories, "story", "stories"),
            (technologies, "technology on the move", "technologies on the move"),
            (practices, "practice", ""),
        )
        if count
    ]
    if not parts:
        return ""
    return f"Left out because you muted {labels(mutes, names, most=3)}: {a_list(parts)}."
