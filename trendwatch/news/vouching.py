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
2.9 % claim too many as joined, where one report vouches for what joins, and 1.7 % as vouched for by what is
shown; 1.8 % of the true publishers are lost. By likeness alone 25.5 % claimed too many. Headline pairs alone:
87 % of those that people call the same pass, 8 % of the unrelated. All 42 real stories keep two publishers.

Known failures. What is told in wholly other words vouches for nothing. Where neither names anybody only the
words speak ("private 5G networks" of two columns). What belongs to one long event (the Olympic Games) shares
its names. German writes every noun like a name.

Rejected: a stricter cosine alone (AUC 0.95 on simulated pairs where this has 0.98), rare pairs of words as
well (nothing gained at 98 % precision), figures that clash in the texts (real reports name other years).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from trendwatch.news.wordings import BEGINNING, Wording
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
#: Reports that are compared: what only they say is as rare as can be, however many more are joined to them.
PAIR = 2
#: Points are rounded here: another order of a sum must not decide.
_DIGITS = 9
#: Of a report that says nothing rare.
_NO_LENGTH = 1e-9

_CALENDAR = frozenset(name.lower()[:BEGINNING] for name in (*DAYS, *MONTHS))


class _Remembered(dict[str, float]):
    """What a usage says of words; each is asked once."""

    def __init__(self, of: Callable[[Usage, str], float], usage: Usage) -> None:
        super().__init__()
        self._of = of
        # or the two would hold each other
        self._usage: Usage = proxy(usage)

    def __missing__(self, word: str) -> float:
        found = self[word] = self._of(self._usage, word)
        return found


class Usage:
    """How the news of a time uses words: in how many reports, and whether as names."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        self.reports = 0
        self._counts = Counter[str]()
        self._capital = Counter[str]()
        self._small = Counter[str]()
        #: for two reports beside these: a word's rarity squared, and how much oftener it has a capital
        self.squares = _Remembered(Usage._square, self)
        self.leads = _Remembered(Usage._lead, self)
        for one in wordings:
            self.add(one)

    def add(self, one: Wording) -> None:
        """Count one more report."""
        self.reports += 1
        self._counts.update(one.words)
        self._capital.update(one.capital)
        self._small.update(one.small)
        self.squares.clear()
        self.leads.clear()

    def include(self, other: Usage) -> None:
        """Count all reports of another."""
        self.reports += other.reports
        self._counts.update(other._counts)
        self._capital.update(other._capital)
        self._small.update(other._small)
        self.squares.clear()
        self.leads.clear()

    def is_name(self, word: str) -> bool:
        """Tell whether a word is mostly written as names are."""
        return self._capital[word] > self._small[word] and word not in _CALENDAR

    def rarity(self, word: str, *, own: int) -> float:
        """Return how rare a word is beyond some reports that say it, in [0, 1]."""
        others = max(0, self._counts[word] - own)
        return math.log((self.reports + 1) / (others + 1)) / math.log(self.reports + 2)

    def beside(self, word: str) -> float:
        """Return how rare a word is for reports that are not among these, in [0, 1]."""
        reports = max(self.reports, FEWEST_READ)
        return math.log((reports + 1) / (self._counts[word] + 1)) / math.log(reports + 2)

    def _square(self, word: str) -> float:
        return self.beside(word) ** 2

    def _lead(self, word: str) -> float:
        return -math.inf if word in _CALENDAR else self._capital[word] - self._small[word]


def points(reports: Sequence[Wording], usage: Usage) -> Matrix:
    """Return how much speaks for each two reports of a story telling the same event; from VOUCHES on they do.

    Args:
        reports: of one story
        usage: of the news of that time, these reports included
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
    """Tell whether two reports tell the same event, by how the news before them uses words.

    As ``points`` would tell of the two if names counted with that news and rarity without them, which a test
    holds it against, in a tenth of the time.
    """
    both = one.words & other.words
    if not both:
        return False
    rare = usage.squares.__getitem__
    mine, theirs = _names(one, other, usage), _names(other, one, usage)
    common = mine & theirs
    names = sum(map(rare, common))
    lengths = [max(sum(map(rare, each.words)), _NO_LENGTH) for each in (one, other)]
    alone = min(sum(map(rare, mine)), sum(map(rare, theirs))) - names
    found = WORDS * sum(map(rare, both)) / math.sqrt(lengths[0] * lengths[1])
    found += NAME * min(names, ENOUGH)
    found += FIGURE * min(sum([rare(word) for word in both if word[0].isdigit()]), ENOUGH)
    found -= STRANGER * min(alone, ENOUGH)
    found -= OTHER_NAMES * bool(mine and theirs and not common)
    found -= OTHER_FIGURES * _clashing(one, other)
    return round(found, _DIGITS) >= VOUCHES


def _names(one: Wording, other: Wording, usage: Usage) -> set[str]:
    """Return the names one of two reports has: no figure is one, it has no capital."""
    leads = usage.leads
    return {
        word
        for word in one.words
        if (lead := leads[word]) > -2  # noqa: PLR2004 - two reports can make up for so much
        and lead
        + (word in one.capital)
        + (word in other.capital)
        - (word in one.small)
        - (word in other.small)
        > 0
    }


def _common(said: Matrix, weights: Matrix) -> Matrix:
    """Return the weight of what each two reports both say."""
    found: Matrix = (said * weights) @ said.T
    return found


def _cosine(common: Matrix) -> Matrix:
    lengths = np.sqrt(np.maximum(np.diag(common), _NO_LENGTH))
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
    return np.array([[_clashing(one, other) for other in reports] for one in reports], dtype=bool)


def _clashing(one: Wording, other: Wording) -> bool:
    return (
        bool(one.figures and other.figures)
        and one.figures.isdisjoint(other.words)
        and other.figures.isdisjoint(one.words)
    )
