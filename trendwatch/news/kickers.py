"""What some feeds put before every headline: "FINANCE: ...", "UPDATE: ...", "Podcast: ...".

Theory of operation.

Observations. A feed names its column, or that it has a sound track, before each headline. In a digest that is
noise ("AGRICULTURE: Why Marsh Farms gave up" to a farm), and "UPDATE:" reads as if an earlier issue had told
it. But a word and a colon also say what the news is about ("Apple: ...") or what it is ("Review: ...").

Method. Left out is what says how news is served, whatever its case (``_SERVED``), before a colon, and before
a dash where three headlines of the month begin so: "Watch - maker goes bust" may be about a watch. And what
is written in capitals, stands before three headlines or more of the month, and never so inside a text:
"NASA: ..." is a name, since texts write it so too, and "FINANCE: ..." is none. Headlines that go on alike
count once: one that is printed thrice makes no column. What says that something is a view, a test or paid
for stays: who reads must know it. The rest of a headline is never changed.

Known failures. A column in small letters ("Finance: ...") stays: nothing tells it from a subject. A firm in
capitals that no text of the month names is taken for a column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

#: Headlines of a month before which a column stands.
AGAIN = 3
_KIND = (
    r"(updated?|podcast|video|watch|listen|live|live blog|breaking(?: news)?|exclusive|just in|"
    r"photos?|gallery|in pictures|newsletter|audio|webcast)"
)
_DASH = r"\s[–—|-]"
_SERVED, _DASHED = (
    re.compile(rf"{_KIND}\s*(?P<mark>{mark})\s+(?=\S)", re.IGNORECASE) for mark in (f":|{_DASH}", _DASH)
)
_COLUMN = re.compile(r"([A-Z][A-Z&/ ]{2,30}?)(?::|" + _DASH + r")\s+(?=\S)")
_TOLD = re.compile(
    r"(?:opinion|comment|commentary|column|editorial|op-ed|viewpoint|guest post|review|analysis|interview|"
    r"rumou?r|correction|sponsored|promoted|advertorial|paid post|advertisement|satire|recall|warning|"
    r"alert)s?$",
    re.IGNORECASE,
)


class Kickers:
    """What the feeds of some weeks put before headlines."""

    def __init__(self, reports: Iterable[tuple[str, str]]) -> None:
        """Count what stands before the (title, text) of some weeks."""
        kept = list(reports)
        columns = {column for column in _often(_COLUMN, kept) if not _TOLD.fullmatch(column)}
        self._columns = columns - _inside(columns, kept)
        #: how news is often served before a dash, in small letters
        self._served = _often(_DASHED, [(title.casefold(), text) for title, text in kept])

    def without(self, title: str) -> str:
        """Return a headline without what stands before each of a feed's."""
        found = self._column(title)
        if not found:
            return title
        rest = title[found.end() :]
        # "UPDATE: FINANCE: ..."
        return self.without(f"{rest[:1].upper()}{rest[1:]}" if rest.split()[0].islower() else rest)

    def _column(self, title: str) -> re.Match[str] | None:
        served = _SERVED.match(title)
        if served and (served["mark"] == ":" or served[1].casefold() in self._served):
            return served
        column = _COLUMN.match(title)
        return column if column and column[1] in self._columns else None


def _often(before: re.Pattern[str], reports: Iterable[tuple[str, str]]) -> set[str]:
    """Return what stands before so many headlines; those that go on alike count once."""
    texts = {
        (found[1], title[found.end() :].casefold()) for title, _ in reports if (found := before.match(title))
    }
    return {column for column, count in Counter(column for column, _ in texts).items() if count >= AGAIN}


def _inside(columns: set[str], reports: Iterable[tuple[str, str]]) -> set[str]:
    """Return those that some text writes so in mid-sentence: they are names."""
    if not columns:
        return set()
    named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(columns)))})(?!\w)(?!\s*:|\s[–—|-])")
    return {name for title, text in reports for part in (title, text) for name in named.findall(part)}
