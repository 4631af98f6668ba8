"""Where a rule or risk was told, as far as its sources say, and whether that can concern a business.

What was observed. Reports carry no region of their own; their feeds do: of the 356 shipped 269 name a country
(177 the United States), 7 the European Union, 80 none. A regulator speaks for its region, often a paper.

Method. A story is told in the regions of its official sources where it has some, else of all its reports. If
one of them names none, or the business names none, it may concern the business; so may the European Union a
business in it, and a member a business that says no more than "EU".

Known failures. An American paper on a rule in Brussels counts as told in the United States; it loses the mark
*must see* for a bakery in Brno, and keeps its points.
"""

from __future__ import annotations

from collections.abc import Iterable

from trendwatch.advice.weights import OFFICIAL
from trendwatch.advice.words import some_of
from trendwatch.types.advice import Candidate

#: What a feed or business says that is of no one region.
WORLD = "world"
_UNION = "EU"
_MEMBERS = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
_ALSO_CALLED = {"UK": "GB", "EL": "GR"}
#: Regions of shipped feeds and of businesses near them; others are said by their code.
_NAMES = {
    "AU": "Australia",
    "BR": "Brazil",
    "CA": "Canada",
    "CH": "Switzerland",
    "CN": "China",
    "CZ": "Czechia",
    "DE": "Germany",
    "ES": "Spain",
    "EU": "the European Union",
    "FR": "France",
    "GB": "the United Kingdom",
    "GR": "Greece",
    "HK": "Hong Kong",
    "IE": "Ireland",
    "IN": "India",
    "IT": "Italy",
    "JP": "Japan",
    "MX": "Mexico",
    "NG": "Nigeria",
    "NL": "the Netherlands",
    "NO": "Norway",
    "NZ": "New Zealand",
    "SG": "Singapore",
    "US": "the United States",
    "ZA": "South Africa",
}
#: Regions named in a sentence; of more, how many.
_NAMED = 2


def told_in(story: Candidate) -> frozenset[str]:
    """Return the regions that a story was told in, none where a source does not say."""
    sources = [one for one in story.sources if one.kind in OFFICIAL] or story.sources
    found = frozenset(code(one.region) for one in sources)
    return frozenset() if WORLD in found else found


def concerns(regions: frozenset[str], home: str) -> bool:
    """Return whether what was told in some regions can concern a business at home in one."""
    own = code(home)
    if not regions or own == WORLD or own in regions:
        return True
    return (own in _MEMBERS and _UNION in regions) or (own == _UNION and not regions.isdisjoint(_MEMBERS))


def code(region: str) -> str:
    """Return a region as it is compared: "gb" and "UK" are "GB"."""
    if region in {"", WORLD}:
        return WORLD
    return _ALSO_CALLED.get(region.upper(), region.upper())


def named(regions: Iterable[str]) -> str:
    """Return regions as they are said: "the United States and Canada"."""
    return some_of([_NAMES.get(code(one), code(one)) for one in sorted(regions)], _NAMED)
