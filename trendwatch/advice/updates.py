"""Stories that tell again what an earlier issue told, under another id: repeats, and updates with a new fact.

Theory of operation.

Observations. A story takes reports for a week; what is written of the same event later is a new story with a
new id. A reader who met it three weeks ago meets it as news.

Method. Headline and first sentence of a story against those an earlier issue showed, as TF-IDF over the words
of the edition; from a cosine of ``SAME_EVENT`` on, with ``NAMES`` rare words in common, it is the same event.
Within four issues it is not shown. Later it is shown only where at least ``NEW_FACT`` of its weight is in
words that were not there, and says *Update*. The answer for a told text is the same for every business, so it
is looked up once for an edition.

Known failures. A column that is headed alike every week is a repeat, and so is a second event told in the
same words; an event told in wholly other words is not recognised. SAME_EVENT is above what makes two reports
one story (0.30 to 0.35, ``news/cluster.py``), since a wrong repeat costs a reader a story. In the demo world,
whose phrases recur more than those of people, 100 told texts met the 129 stories of a later week: 11 pairs of
12,900 were taken for one event (28 at 0.40 without the names), all wrongly.
"""

from __future__ import annotations

from collections import Counter
from math import log, sqrt

from trendwatch.advice.columns import Columns
from trendwatch.phrases import split_words
from trendwatch.text import clean, first_sentence, headline

SAME_EVENT = 0.45
NEW_FACT = 0.3
#: Shorter words carry no event.
_SHORTEST = 3
#: Words in common that at most one story in a hundred has: names and figures, not phrases.
NAMES, RARE = 3, 0.01
#: A word in more stories than this finds nothing by itself.
_COMMON = 200


def told_text(title: str, what: str) -> str:
    """Return what an issue said of a story, to be compared."""
    return f"{title}. {what}"


def alike(columns: Columns, told: str) -> tuple[tuple[int, bool], ...]:
    """Return the places of the stories that tell the same event as a told text, and which have a new fact."""
    index = columns.once("events", lambda: _Index(columns))
    return columns.once(("alike", told), lambda: tuple(index.alike(told)))


class _Index:
    def __init__(self, columns: Columns) -> None:
        self._words = [
            _words(told_text(clean(headline(one.title)), first_sentence(clean(one.summary))))
            for one in columns.candidates
        ]
        self._stories: dict[str, list[int]] = {}
        for at, words in enumerate(self._words):
            for word in words:
                self._stories.setdefault(word, []).append(at)
        self._lengths = [self._length(words) for words in self._words]

    def alike(self, told: str) -> list[tuple[int, bool]]:
        """Return where the same event is told, and whether with a new fact."""
        words = _words(told)
        length, shared = self._length(words), Counter[int]()
        for word in words:
            if len(found := self._stories.get(word, ())) <= _COMMON:
                for at in found:
                    shared[at] += 1
        found_alike = []
        for at in sorted(at for at, count in shared.items() if count > 1):
            common = words & self._words[at]
            likeness = self._mass(common) / (length * self._lengths[at])
            if likeness >= SAME_EVENT and self._names(common) >= NAMES:
                new = 1 - self._mass(common) / self._mass(self._words[at])
                found_alike.append((at, new >= NEW_FACT))
        return found_alike

    def _names(self, words: frozenset[str]) -> int:
        rare = max(2.0, RARE * len(self._words))
        return sum(len(self._stories[word]) <= rare for word in words)

    def _mass(self, words: frozenset[str]) -> float:
        return sum(self._rarity(word) ** 2 for word in sorted(words))

    def _length(self, words: frozenset[str]) -> float:
        return sqrt(self._mass(words)) or 1.0

    def _rarity(self, word: str) -> float:
        return log((1 + len(self._words)) / (1 + len(self._stories.get(word, ())))) + 1


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in split_words(text) if len(word) >= _SHORTEST)
