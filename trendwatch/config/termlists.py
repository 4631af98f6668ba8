"""What changes of a label's terms say: which terms are added and removed, beside those of its file.

    added = {strong = ["rotor taxi"]}    removed = {weak = ["rotor"]}    accepted = ["skypost"]

A change keeps what differs, never a whole list, so that terms which a later ``taxonomy.toml`` brings count
too. ``accepted`` are new words that somebody made strong terms: kept apart, so that taking one back never
takes a term that stands in the file or that was written by hand. A list that is whole (``strong = [...]``,
as it was kept before) still replaces the file's; it becomes a difference when the label is changed next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

LISTS = ("strong", "weak", "anti")
ADDED, REMOVED, ACCEPTED = "added", "removed", "accepted"
#: Keys of a change that no file has.
DIFFERENCES = frozenset({ADDED, REMOVED, ACCEPTED})

Values = Mapping[str, object]


def misfit(changes: Values) -> str:
    """Return why a change of terms cannot be laid, "" where it can."""
    for name in (ADDED, REMOVED):
        inside = changes.get(name, {})
        if not isinstance(inside, Mapping) or not set(inside) <= set(LISTS):
            return f"{name} must be a table of {', '.join(LISTS)}"
        if not all(_is_terms(terms) for terms in inside.values()):
            return f"{name} must hold lists of terms"
    return "" if _is_terms(changes.get(ACCEPTED, ())) else f"{ACCEPTED} must be a list of terms"


def laid(base: Values, changes: Values) -> dict[str, object]:
    """Return the lists of a label that a change alters, whole.

    Args:
        base: what the file says of the label
        changes: of an overlay that fits
    """
    found: dict[str, object] = {name: changes[name] for name in LISTS if name in changes}
    accepted = _terms(changes.get(ACCEPTED))
    for name in LISTS:
        more, less = _part(changes, ADDED, name), _part(changes, REMOVED, name)
        more = [*more, *accepted] if name == "strong" else more
        # a word that became evidence enough alone is no weak evidence besides
        less = [*less, *accepted] if name == "weak" else less
        given = _terms(found.get(name, base.get(name)))
        altered = _without(given, less) + _without(more, given)
        if altered != given:
            found[name] = altered
    return found


def differing(base: Values, wanted: Values, *, accepted: Collection[str] = ()) -> dict[str, object]:
    """Return the change that makes a label of a file what is wanted; {} where it is so already.

    Args:
        base: what the file says; nothing where no file has the label
        wanted: what the label is to say, with whole lists; what is left out stays as it is in the file
        accepted: words among the strong terms that somebody accepted
    """
    found = {
        name: value for name, value in wanted.items() if name not in LISTS and base.get(name, "") != value
    }
    own = _without(_terms(base.get("strong")), ())
    taken = [term for term in accepted if term in _terms(wanted.get("strong", ())) and term not in own]
    added = {
        name: _without(_terms(terms), [*_terms(base.get(name)), *(taken if name == "strong" else ())])
        for name, terms in wanted.items()
        if name in LISTS
    }
    removed = {
        name: _without(_terms(base.get(name)), [*_terms(terms), *(taken if name == "weak" else ())])
        for name, terms in wanted.items()
        if name in LISTS
    }
    parts: dict[str, object] = {ADDED: _filled(added), REMOVED: _filled(removed), ACCEPTED: taken}
    return {**found, **{name: part for name, part in parts.items() if part}}


def accepted_of(changes: Values) -> list[str]:
    """Return the words of a change that somebody accepted."""
    return _terms(changes.get(ACCEPTED))


def _filled(parts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {name: terms for name, terms in parts.items() if terms}


def _part(changes: Values, part: str, name: str) -> list[str]:
    inside = changes.get(part, {})
    assert isinstance(inside, Mapping)
    return _terms(inside.get(name))


def _terms(value: object) -> list[str]:
    return [term for term in value if isinstance(term, str)] if isinstance(value, list | tuple) else []


def _is_terms(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(term, str) for term in value)


def _without(terms: Iterable[str], gone: Collection[str]) -> list[str]:
    return [term for term in dict.fromkeys(terms) if term not in gone]
