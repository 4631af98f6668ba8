"""The word lists as values, and what British outlets write that American ones do not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "words"

#: British to American, for outlets that write it; whole words, capitals kept.
_AMERICAN = {
    "aluminium": "aluminum",
    "antibiotics": "antibiotics",
    "catalogue": "catalog",
    "centre": "center",
    "centres": "centers",
    "cheque": "check",
    "colour": "color",
    "grey": "gray",
    "haulier": "trucker",
    "hauliers": "truckers",
    "labour": "labor",
    "learnt": "learned",
    "licence": "license",
    "litre": "liter",
    "lorry": "truck",
    "lorries": "trucks",
    "metre": "meter",
    "metres": "meters",
    "mould": "mold",
    "moulds": "molds",
    "organise": "organize",
    "per cent": "percent",
    "programme": "program",
    "term": "semester",
    "tyre": "tire",
    "tyres": "tires",
}
_BRITISH_WORDS = re.compile(r"\b(" + "|".join(_AMERICAN) + r")\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What is said of a topic in a sector."""

    things: tuple[str, ...]
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something news is about."""

    key: str
    #: area keys a text about it carries, parents included
    areas: tuple[str, ...]
    #: function keys; an event is about one of them
    functions: tuple[str, ...]
    anywhere: Vocabulary
    inside: Mapping[str, Vocabulary]

    def words(self, sector: str) -> Vocabulary:
        """Return its words as a sector uses them."""
        return self.inside.get(sector, self.anywhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of event and how it is told."""

    key: str
    #: how often it happens beside the others
    weight: float
    impacts: tuple[str, ...]
    headline: tuple[str, ...]
    lead: tuple[str, ...]


@cache
def topics() -> dict[str, Topic]:
    """Return all topics by key."""
    return {key: _topic(key, table) for key, table in _read("topics").items()}


@cache
def kinds() -> dict[str, Kind]:
    """Return all kinds of events by key."""
    found = {}
    for key, table in _read("grammar").items():
        if "headline" in table:
            texts = {name: tuple(table[name]) for name in ("impacts", "headline", "lead")}
            found[key] = Kind(key=key, weight=float(table["weight"]), **texts)
    return found


@cache
def further() -> dict[str, tuple[str, ...]]:
    """Return second sentences: ``any``, ``term``, and those of each business function."""
    tables = _read("grammar")
    return {name: tuple(texts) for name, texts in (tables["more"] | tables["function"]).items()}


@cache
def sectors() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the words of each sector: actors, sites, trade, suffix, roles, plain, more."""
    return {
        key: {name: split(text) for name, text in table.items()} for key, table in _read("sectors").items()
    }


@cache
def ordinary() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the headlines of news that is about nothing we follow: near misses and plain ones."""
    return {
        key: {name: split(text) for name, text in table.items()} for key, table in _read("ordinary").items()
    }


@cache
def names() -> dict[str, tuple[str, ...]]:
    """Return the parts of names; first names, surnames and months one word each."""
    table = _read("names")
    words = {name: tuple(table[name].split()) for name in ("first", "surname", "month")}
    words |= {name: tuple(table[name].split()) for name in ("product_start", "product_end")}
    lists = {name: split(table[name]) for name in ("place", "vendor_start", "vendor_end", "org_start")}
    return words | lists


@cache
def outlet_titles() -> dict[str, tuple[str, ...]]:
    """Return titles of outlets by sector or kind, and ``owners``."""
    return {name: split(text) for name, text in _read("names")["outlets"].items()}


def american(text: str) -> str:
    """Return a British text as an American outlet writes it."""
    return _BRITISH_WORDS.sub(_as_american, text)


def split(text: str) -> tuple[str, ...]:
    """Return the alternatives of a line; bars inside brackets belong to a choice."""
    return tuple(part.strip() for part in text.split(" | "))


def _as_american(found: re.Match[str]) -> str:
    word = _AMERICAN[found[0].lower()]
    return word.capitalize() if found[0][0].isupper() else word


def _topic(key: str, table: Mapping[str, Any]) -> Topic:
    anywhere = Vocabulary(things=split(table["things"]), does=split(table["does"]))
    inside = {
        sector: Vocabulary(
            things=split(words["things"]) if "things" in words else anywhere.things,
            does=split(words["does"]) if "does" in words else anywhere.does,
        )
        for sector, words in table.get("in", {}).items()
    }
    lists: dict[str, Sequence[str]] = {name: tuple(table[name]) for name in ("areas", "functions")}
    return Topic(
        key=key,
        areas=tuple(lists["areas"]),
        functions=tuple(lists["functions"]),
        anywhere=anywhere,
        inside=inside,
    )


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
