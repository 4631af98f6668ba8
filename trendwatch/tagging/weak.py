"""Terms that vote for labels: what the operator wrote in ``taxonomy.toml``, found in a text.

Observations. Twenty terms a label, run over unlabelled news, are worth 128 to 256 labelled texts (ALGORITHMS
1.2); a weighted sum is enough, label models on top of it bring little.

Method. The terms found in a text (phrases: whole words, hyphens, plurals) are summed for each label:

    score = 2 · strong terms + 1 · weak terms - 2 · anti terms        (each different term once)
    votes for the label where score >= 2, against it where score <= -1, abstains in between

Known failures. No sense of meaning ("apple", "cloud" in weather): that is what anti terms are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trendwatch.phrases import Phrases, item_words, split_words
from trendwatch.types.tags import Label, Taxonomy

STRONG, WEAK, ANTI = 2, 1, -2

#: Scores from here on vote for a label; one weak term is not enough.
VOTE = 2
#: Scores down from here vote against it.
AGAINST = -1


@dataclass(frozen=True, slots=True)
class Votes:
    """What the terms in a text say about one label."""

    #: sum of the weights of the terms found
    score: int
    #: the terms for it, strong ones first, each in reading order
    terms: tuple[str, ...]


class Matcher:
    """All terms of a taxonomy, ready to be found."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.labels: tuple[Label, ...] = taxonomy.labels
        #: number of the label, weight, term as written
        self._phrases: Phrases[tuple[int, int, str]] = Phrases()
        for number, label in enumerate(self.labels):
            for terms, weight in ((label.strong, STRONG), (label.weak, WEAK), (label.anti, ANTI)):
                for term in terms:
                    self._phrases.add(term, (number, weight, term))

    def hits(self, title: str, summary: str) -> dict[str, Votes]:
        """Return the votes for every label (full key) with a term in the text."""
        found = self.find(item_words(title, summary))
        return {self.labels[number].full_key: votes for number, votes in found.items()}

    def find(self, tokens: Sequence[str]) -> dict[int, Votes]:
        """Return the same by number of the label, from ``item_words``."""
        ends = self._phrases.find(tokens)
        if not ends:
            return {}
        terms: dict[int, dict[str, int]] = {}
        for number, weight, term in ends:
            terms.setdefault(number, {})[term] = weight
        return {number: _votes(weights) for number, weights in terms.items()}


def _votes(weights: dict[str, int]) -> Votes:
    terms = sorted((term for term, weight in weights.items() if weight > 0), key=lambda term: -weights[term])
    return Votes(sum(weights.values()), tuple(terms))


def term_words(labels: Iterable[Label]) -> list[list[str]]:
    """Return the words of every term, for a vocabulary that must know them."""
    return [split_words(term) for label in labels for term in (*label.strong, *label.weak)]
