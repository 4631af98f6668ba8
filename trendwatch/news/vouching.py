"""Which reports of a story vouch for another one: that both tell the very same event, judged pair by pair.

What was observed. A story is a chain of likenesses, and a tenth of what is joined is another event. Whoever
chooses the stories that most publishers tell chooses those mistakes: in the demo's digests 57 % of the
stories claimed more publishers than told the event, 28 % were really told by one ("Hidden fees: what ...
really cost" of four trades). What such events share is the phrase, not who, what and how much.

Method. A word is as rare as the news of a month has it, the two reports left out:

    r = log((n + 1) / (df + 1)) / log(n + 2)        1: nobody else says it, 0: everybody does

A word that is written with a capital in mid-sentence more often than without is a name (headlines In Title
Case do not count). Words count by their first six letters, figures without their units. Of two reports:

    4 · cosine of their words, weighed by r
    + 1 for each name and + 3 for each figure in common, times r²        two of each at most
    - 0.5 for each name that only one and another that only the other has, times r²       two at most
    - 1.5 where both have names and none in common
    - 1   where both headlines have figures, and neither's stands in the other report

From ``VOUCHES`` on they vouch for each other. The weights were set by hand between those of two logistic
regressions: over 2,457 pairs of simulated reports (worlds 4 to 6), and over these and 1,999 headline pairs
scored by people.

Measured (``tests.benchmarks.vouching``). Of the stories of several publishers in three worlds not looked at
25.5 % claim too many as joined, 1.5 % as vouched for; 4.8 % of the true publishers are lost. Headline pairs
alone: 87 % of those that people call the same pass, 8 % of the unrelated. Of 63 real stories read by eye 47
keep two publishers, about one in ten of these tells a neighbouring event; six of the other 16 tell the same.

Known failures. What is told in wholly other words vouches for nothing. Where neither names anybody only the
words speak ("private 5G networks" of two columns). What belongs to one long event (the Olympic Games) shares
its names. German writes every noun like a name.

Rejected: a stricter cosine alone (AUC 0.95 on simulated pairs where this has 0.98), rare pairs of words as
well (nothing gained at 98 % precision), figures that clash in the texts (real reports name other years).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from trendwatch.text import STOP_WORDS, SUMMARY_CHARS, headline
from trendwatch.types.weeks import DAYS, MONTHS

Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]

#: Points from which two reports vouch for each other.
VOUCHES = 2.0
#: Points of a report with itself: more than any two can have.
CERTAIN = 100.0
WORDS, NAME, FIGURE = 4.0, 1.0, 3.0
STRANGER, OTHER_NAMES, OTHER_FIGURES = 0.5, 1.5, 1.0
#: More names or figures in common prove no more.
ENOUGH = 2.0
#: Fewer reports before say nothing of how rare a word is: what none of them says is as rare as can be.
FEWEST_READ = 100
#: Letters a word counts by: "removes" meets "removed".
BEGINNING = 6
#: Reports that are compared: what only they say is as rare as can be, however many more are joined to them.
PAIR = 2
#: A headline with more capitals than this share is in Title Case: they say nothing of names.
TITLE_CASE = 0.7
#: Points are rounded here: another order of a sum must not decide.
_DIGITS = 9

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w[\w'’+#.-]*\w[+#]*|\w")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
# After these a capital says nothing.
_BEGINS = re.compile(r"[.!?:;\"“”‘(–—|]")
# "AUTOMOTIVE: ...": the column, not the news.
_KICKER = re.compile(r"^[A-Z][A-Z &]{2,30}: *")
_CALENDAR = frozenset(name.lower()[:BEGINNING] for name in (*DAYS, *MONTHS))


@dataclass(frozen=True, slots=True)
class Wording:
    """What a report says, as it is compared."""

    #: beginnings of words, and figures
    words: frozenset[str]
    #: figures of the headline
    figures: frozenset[str]
    #: written with a capital in mid-sentence, and without
    capital: frozenset[str]
    small: frozenset[str]


class _Token(NamedTuple):
    folded: str
    capital: bool
    #: at the start of a sentence, where everything has one
    begins: bool


def wording(title: str, summary: str) -> Wording:
    """Return what a report says."""
    head = list(_tokens(_KICKER.sub("", headline(title))))
    body = list(_tokens(summary[:SUMMARY_CHARS])) if summary else []
    inside = [token for token in head if not token.begins]
    titled = sum(token.capital for token in inside) > TITLE_CASE * len(inside)
    cased = [token for token in (body if titled else [*head, *body]) if not token.begins]
    return Wording(
        words=frozenset(token.folded for token in (*head, *body)),
        figures=frozenset(token.folded for token in head if token.folded[0].isdigit()),
        capital=frozenset(token.folded for token in cased if token.capital),
        small=frozenset(token.folded for token in cased if not token.capital),
    )


def _tokens(text: str) -> Iterator[_Token]:
    begins, end = True, 0
    for found in _TOKEN.finditer(text):
        begins = begins or _BEGINS.search(text, end, found.start()) is not None
        token, end = found.group(), found.end()
        figure = _FIGURE.match(token)
        if figure:
            yield _Token(figure.group(), False, begins)
        else:
            folded = token.lower().replace("’", "'").removesuffix("'s")
            if len(folded) > 1 and folded not in STOP_WORDS:
                yield _Token(folded[:BEGINNING], token[0].isupper(), begins)
        begins = False


class Usage:
    """How the news of a time uses words: in how many reports, and whether as names."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        self.reports = 0
        self._counts = Counter[str]()
        self._capital = Counter[str]()
        self._small = Counter[str]()
        for one in wordings:
            self.add(one)

    def add(self, one: Wording) -> None:
        """Count one more report."""
        self.reports += 1
        self._counts.update(one.words)
        self._capital.update(one.capital)
        self._small.update(one.small)

    def said(self, word: str) -> int:
        """Return how many reports say a word."""
        return self._counts[word]

    def written(self, word: str) -> tuple[int, int]:
        """Return how many reports write a word with a capital in mid-sentence, and how many without."""
        return self._capital[word], self._small[word]

    def is_name(self, word: str) -> bool:
        """Tell whether a word is mostly written as names are."""
        return self._capital[word] > self._small[word] and word not in _CALENDAR

    def rarity(self, word: str, *, own: int) -> float:
        """Return how rare a word is beyond some reports that say it, in [0, 1]."""
        others = max(0, self._counts[word] - own)
        return math.log((self.reports + 1) / (others + 1)) / math.log(self.reports + 2)


class Beside:
    """How the news before some reports uses words, and they themselves: what is named for the first time."""

    def __init__(self, usage: Usage, reports: Sequence[Wording]) -> None:
        self._usage = usage
        self._reports = reports

    def is_name(self, word: str) -> bool:
        """Tell whether a word is mostly written as names are."""
        capital, small = self._usage.written(word)
        capital += sum(word in one.capital for one in self._reports)
        return capital > small + sum(word in one.small for one in self._reports) and word not in _CALENDAR

    def rarity(self, word: str, *, own: int) -> float:
        """Return how rare a word is in the news before, which says nothing of the reports' ``own`` use."""
        reports = max(self._usage.reports, FEWEST_READ)
        return math.log((reports + 1) / (self._usage.said(word) + 1)) / math.log(reports + 2)


class _Speech(Protocol):
    def is_name(self, word: str) -> bool: ...

    def rarity(self, word: str, *, own: int) -> float: ...


def points(reports: Sequence[Wording], usage: _Speech) -> Matrix:
    """Return how much speaks for each two reports of a story telling the same event; from VOUCHES on they do.

    Args:
        reports: of one story
        usage: of the news of that time, these reports included (``Usage``) or beside it (``Beside``)
    """
    own = Counter(word for one in reports for word in one.words)
    vocabulary = {word: place for place, word in enumerate(sorted(own))}
    said = np.zeros((len(reports), len(vocabulary)))
    for row, one in enumerate(reports):
        said[row, [vocabulary[word] for word in one.words]] = 1.0
    rare = np.array([usage.rarity(word, own=min(own[word], PAIR)) ** 2 for word in vocabulary])
    figure = np.array([word[0].isdigit() for word in vocabulary], dtype=bool)
    name = np.array([usage.is_name(word) for word in vocabulary], dtype=bool) & ~figure
    names = _common(said, rare * name)
    found = WORDS * _cosine(_common(said, rare))
    found += NAME * np.minimum(names, ENOUGH)
    found += FIGURE * np.minimum(_common(said, rare * figure), ENOUGH)
    found -= STRANGER * _strangers(names)
    found -= OTHER_NAMES * _apart(_common(said, name.astype(float)))
    found -= OTHER_FIGURES * _clash(reports)
    np.fill_diagonal(found, CERTAIN)
    return np.round(found, _DIGITS)


def vouch(one: Wording, other: Wording, usage: Usage) -> bool:
    """Tell whether two reports tell the same event, by how the news before them uses words."""
    return bool(points([one, other], Beside(usage, [one, other]))[0, 1] >= VOUCHES)


def _common(said: Matrix, weights: Matrix) -> Matrix:
    """Return the weight of what each two reports both say."""
    found: Matrix = (said * weights) @ said.T
    return found


def _cosine(common: Matrix) -> Matrix:
    lengths = np.sqrt(np.maximum(np.diag(common), 1e-9))
    found: Matrix = common / np.outer(lengths, lengths)
    return found


def _strangers(names: Matrix) -> Matrix:
    """Return the weight of the names only one has, or only the other, whichever is less."""
    alone = np.diag(names)[:, None] - names
    found: Matrix = np.minimum(np.minimum(alone, alone.T), ENOUGH)
    return found


def _apart(common: Matrix) -> Mask:
    """Return which two both have something and nothing in common."""
    some = np.diag(common) > 0
    found: Mask = some[:, None] & some[None, :] & (common == 0)
    return found


def _clash(reports: Sequence[Wording]) -> Mask:
    return np.array(
        [
            [
                bool(one.figures and other.figures)
                and one.figures.isdisjoint(other.words)
                and other.figures.isdisjoint(one.words)
                for other in reports
            ]
            for one in reports
        ],
        dtype=bool,
    )
