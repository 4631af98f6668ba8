"""How rare words are: what each weighs in a text, frozen for a week so that scores can be compared.

Words and their beginnings are numbered as they are first met. A number says what a term weighs, so a text is
two short columns, and a window full of texts is weighed anew for the next week in one go.

    weight = (1 + ln count) · (ln((1 + texts) / (1 + texts with the word)) + 1), then the part has length 1
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from trendwatch.news.uses import BEGINNING, MARK, PREFIX, Uses
from trendwatch.news.vouching import Usage
from trendwatch.statistics import Floats
from trendwatch.text import STOP_WORDS

Numbers = NDArray[np.int64]

#: The number of all stop words.
STOP = 0
#: A text that says a word more often says nothing more.
_MOST = 64
#: A prefix of so many headlines of four weeks is the name of a column: "Show HN:", "Podcast:".
REPEATED = 5
_TF = [0.0, *(1 + math.log(count) for count in range(1, _MOST + 1))]


class Rarity:
    """How rare words are, and the numbers they are known by."""

    def __init__(
        self,
        counts: Mapping[str, int],
        *,
        texts: int,
        usage: Usage | None = None,
        columns: frozenset[str] = frozenset(),
    ) -> None:
        #: how the same texts use names
        self.usage = Usage([]) if usage is None else usage
        self._columns = columns
        self._texts = texts
        self._counts = dict(counts)
        self._numbers = _Numbers(self)
        self._numbers.update(dict.fromkeys(STOP_WORDS, STOP))
        self._beginnings: dict[str, int] = {}
        #: by number
        self._weights = array("d", [0.0])
        self._terms = [""]
        #: by number of a word that of its beginning; a beginning is its own
        self._begins = array("q", [STOP])

    @classmethod
    def of(cls, texts: Iterable[str]) -> Rarity:
        """Count as ``of_reports`` does, of bare headlines."""
        return cls.of_reports((text, "") for text in texts)

    @classmethod
    def of_reports(cls, reports: Iterable[tuple[str, str]]) -> Rarity:
        """Count in how many of some (title, text) each word and each beginning occurs, and what repeats."""
        return cls.of_uses(Uses.of(reports))

    @classmethod
    def of_uses(cls, uses: Uses) -> Rarity:
        """Weigh words by how some reports use them."""
        columns = frozenset(prefix for prefix, repeated in uses.prefixes.items() if repeated >= REPEATED)
        return cls(uses.counts, texts=uses.texts, usage=uses.usage, columns=columns)

    def without_column(self, head: str) -> str:
        """Return a headline without the name of a column before it."""
        found = PREFIX.match(head) if self._columns else None
        return head[found.end() :] if found and found.group(1).lower() in self._columns else head

    def __len__(self) -> int:
        """Return how many numbers are given."""
        return len(self._weights)

    def weight(self, word: str) -> float:
        """Return the inverse document frequency: highest for unseen words, 1 where nothing was counted."""
        return math.log((1 + self._texts) / (1 + self._counts.get(word, 0))) + 1

    def numbers(self, tokens: Iterable[str]) -> list[int]:
        """Return the number of each word."""
        return list(map(self._numbers.__getitem__, tokens))

    def beginnings(self, numbers: Numbers) -> Numbers:
        """Return the number of each word's beginning."""
        return np.frombuffer(self._begins, dtype=np.int64)[numbers]

    def weights(self, counts: Mapping[int, int]) -> list[float]:
        """Return the TF-IDF of counted words, of unit length."""
        known = self._weights
        raw = [
            known[number] if count == 1 else known[number] * _TF[min(count, _MOST)]
            for number, count in counts.items()
        ]
        length = math.sqrt(sum([weight * weight for weight in raw]))
        return [weight / length for weight in raw]

    def all_weights(self, terms: Numbers, counts: Numbers, parts: Numbers) -> Floats:
        """Return what ``weights`` does of many parts that stand one behind the other.

        Args:
            terms: numbers of words
            counts: how often each is said
            parts: which part each is in, ascending
        """
        raw = np.frombuffer(self._weights)[terms] * np.array(_TF)[np.minimum(counts, _MOST)]
        return np.asarray(raw / np.sqrt(np.bincount(parts, raw * raw))[parts])

    def renumbered(self, terms: Numbers, heard: Rarity) -> Numbers:
        """Return the numbers of words as another numbers them, and of their beginnings, by their number here.

        Args:
            terms: numbers of words in the order in which the other one meets them
            heard: the other
        """
        known, first = np.unique(terms, return_index=True)
        met = known[np.argsort(first)]
        numbers = np.zeros(len(self), dtype=np.int64)
        now = np.array(heard.numbers([self._terms[number] for number in met.tolist()]), dtype=np.int64)
        numbers[met] = now
        numbers[self.beginnings(met)] = heard.beginnings(now)
        return numbers

    def number_of(self, word: str) -> int:
        """Give a word its number, and its beginning one."""
        number = self._new(word)
        begin = word[:BEGINNING] + MARK
        if begin not in self._beginnings:
            self._beginnings[begin] = self._new(begin)
        self._begins[number] = self._beginnings[begin]
        return number

    def _new(self, term: str) -> int:
        self._weights.append(self.weight(term))
        self._terms.append(term)
        number = len(self._terms) - 1
        self._begins.append(number)
        return number


class _Numbers(dict[str, int]):
    """The numbers of words; one that is asked for the first time is given the next."""

    def __init__(self, rarity: Rarity) -> None:
        super().__init__()
        # or the two would hold each other, and with them all that the week before weighed
        self._rarity: Rarity = proxy(rarity)

    def __missing__(self, word: str) -> int:
        number = self[word] = self._rarity.number_of(word)
        return number
