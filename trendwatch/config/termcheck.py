"""What is odd about the terms of a label: the same term twice, or for and against.

Terms are the same where they are found as the same: in any capitals, a hyphen as a space. Twice is a warning:
nothing stops, though two spellings of a weak term may have been meant as one. For and against is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trendwatch.config.tables import Table
from trendwatch.config.termlists import LISTS
from trendwatch.errors import ConfigError

#: What the lists are, as said in a message.
_WORDS = {"strong": "a strong term", "weak": "a weak term", "anti": "a term against"}


def doubled(terms: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield each term that a label has twice for itself, or twice against: list, term, and what to say."""
    seen: dict[tuple[bool, str], tuple[str, str]] = {}
    for name in LISTS:
        for term in terms.get(name, ()):
            key = name == "anti", spelt(term)
            if key not in seen:
                seen[key] = name, term
                continue
            where, first = seen[key]
            like = f" as {first!r}" if first != term else ""
            yield name, term, f"{term!r} is {_WORDS[where]} already{like}; leave it out here"


def contradicting(terms: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield each term that speaks for a label and against it: list, term, and what to say."""
    speaking = {spelt(term): name for name in ("weak", "strong") for term in terms.get(name, ())}
    for term in terms.get("anti", ()):
        if name := speaking.get(spelt(term)):
            yield (
                "anti",
                term,
                f"{term!r} is {_WORDS[name]} too: it cannot speak for the label and against it",
            )


def warnings(labels: Mapping[str, Table]) -> list[ConfigError]:
    """Return what is odd about the terms of all labels, with file and line."""
    return [
        at_term(table, name, term, message=f"{table.key}: {name}: {said}")
        for table in labels.values()
        for name, term, said in doubled({name: _terms(table, name) for name in LISTS})
    ]


def at_term(table: Table, name: str, term: str, *, message: str) -> ConfigError:
    """Return an error placed at the last line of a list that has a term, or at the list."""
    error = table.error(message, name)
    if table.file is None or error.line is None or name in table.overlaid:
        return error
    quoted = (f'"{term}"', f"'{term}'")
    lines = table.file.text.splitlines()[error.line - 1 :]
    ends = next((at for at, line in enumerate(lines) if line.partition("#")[0].rstrip().endswith("]")), 0)
    holding = [at for at, line in enumerate(lines[: ends + 1]) if any(one in line for one in quoted)]
    return ConfigError(message, file=error.file, line=error.line + max(holding, default=0))


def spelt(term: str) -> str:
    """Return what all spellings of a term share."""
    return " ".join(term.lower().replace("-", " ").split())


def _terms(table: Table, name: str) -> list[str]:
    value = table.values.get(name)
    return [term for term in value if isinstance(term, str)] if isinstance(value, list | tuple) else []
