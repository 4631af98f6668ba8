"""One text that somebody typed, read as an item would be: its language, its tags, and what nearly was one.

The first line is the title where there are several, or where the text is no longer than a title may be; all
else is the summary. An item of a language that is not covered gets no tags, so a text gets none either.
"Low confidence" is said of a label that misses its threshold by at most 0.1: an item does not get it, and
one more word might have changed that.
"""

from __future__ import annotations

from dataclasses import dataclass

from trendwatch.phrases import TITLE_CHARS
from trendwatch.tagging.language import detect
from trendwatch.tagging.model import Tagger
from trendwatch.types.tags import Facet, Opinion, Taxonomy

#: How far below its threshold a label is still told.
NEAR = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A text and what the tagger thinks of it."""

    title: str
    summary: str
    #: what it reads like, such as "de"; that of the taxonomy where it cannot be told
    language: str
    #: otherwise an item like it gets no tags
    covered: bool
    #: () where its language is not covered
    opinions: tuple[Opinion, ...]
    #: of the model that was asked
    version: str

    def given(self, facet: Facet) -> tuple[Opinion, ...]:
        """Return the labels of a facet that an item like it gets, the surest first; () says "none"."""
        return self._of(facet, given=True)

    def low(self, facet: Facet) -> tuple[Opinion, ...]:
        """Return the labels of a facet that nearly were given, the surest first."""
        return self._of(facet, given=False)

    def _of(self, facet: Facet, *, given: bool) -> tuple[Opinion, ...]:
        mine = [one for one in self.opinions if one.facet is facet and one.given is given]
        return tuple(sorted(mine, key=lambda one: -one.confidence))


def read_typed(text: str, tagger: Tagger, taxonomy: Taxonomy) -> Typed:
    """Return what the tagger thinks of a text."""
    title, summary = split(text)
    [language] = detect([f"{title}. {summary}"], ours=taxonomy.language)
    covered = taxonomy.covers(language)
    return Typed(
        title=title,
        summary=summary,
        language=language,
        covered=covered,
        opinions=tuple(tagger.opinions(title, summary, within=NEAR)) if covered else (),
        version=tagger.version,
    )


def split(text: str) -> tuple[str, str]:
    """Return title and summary of a text."""
    first, _, rest = text.strip().partition("\n")
    if rest.strip() or len(first) <= TITLE_CHARS:
        return first.strip(), rest.strip()
    return "", first
