"""Words of everyday: what our own example texts use without meaning one technology.

What was observed. Of the words told as new on six years of repositories every fourth was an English word
that merely fluctuates: hot, fields, community, challenge, bug. Lists of such words (``ordinary``) never end.
But the examples that the tagger learns from are ordinary news about everything, and each says what it is
about: "blockchain" stands in texts about one technology, "community" in texts about five or none.

Method. A word is everyday where at least two examples use it, most of them written small (a name has a
capital), and no technology has more than half of them. An everyday word may still become the name of
something ("capsule" networks); it is asked for a surer rise (``newterms.SURER_BOUND``).

Known failures. English only, as the examples are; a name that is also a word ("hooks") is told late or never.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache

from trendwatch.text import words
from trendwatch.trends.ngrams import fold
from trendwatch.types.tags import Example, Facet

#: Examples that must use a word before anything is said of it.
LEAST_TEXTS = 2
#: The largest share of a word's texts that one technology may have.
MOST_SHARE = 0.5


@lru_cache(maxsize=2)
def everyday_words(examples: tuple[Example, ...]) -> frozenset[str]:
    """Return the folded words that examples use for no technology in particular."""
    texts: Counter[str] = Counter()
    small: Counter[str] = Counter()
    about: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in examples:
        areas = [label for label in one.labels if label.startswith(f"{Facet.AREA}:")]
        for known, is_small in _said(f"{one.title}\n{one.summary}").items():
            texts[known] += 1
            small[known] += is_small
            about[known].update(areas)
    return frozenset(
        known
        for known, count in texts.items()
        if count >= LEAST_TEXTS
        and 2 * small[known] > count
        and max(about[known].values(), default=0) <= MOST_SHARE * count
    )


def _said(text: str) -> dict[str, bool]:
    """Return the words of a text, folded, and whether each is written small somewhere."""
    as_written = {word.strip(_MARKS) for word in text.split()}
    small: dict[str, bool] = {}
    for word in words(text):
        known = fold(word)
        small[known] = small.get(known, False) or word in as_written
    return small


_MARKS = ".,;:!?\"'()[]“”‘’"
