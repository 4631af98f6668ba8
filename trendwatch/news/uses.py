"""In how many reports of a month each word occurs: counted once for each week, not again in the next three.

The weeks are added up. A week whose reports are not what they were (news that came late, or was taken back)
is counted anew, so that the sum is always what counting everything gives.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from trendwatch.news.vouching import Usage
from trendwatch.news.wordings import wording
from trendwatch.text import headline, reading, words

#: Letters of a beginning. Six are 0.004 worse, four confuse.
BEGINNING = 5
#: Marks a beginning among the words; cannot occur in a word.
MARK = "~"
#: "Podcast: ...", "Test run – ...": a few words before a mark.
PREFIX = re.compile(r"([^\W\d_][\w .&'’-]{0,28}?)(?::| [-–—|])\s+(?=\S)")


class Uses:
    """How some reports use words."""

    def __init__(self) -> None:
        #: reports
        self.texts = 0
        #: reports with a word, or with a beginning (marked)
        self.counts = Counter[str]()
        #: headlines with something before a mark
        self.prefixes = Counter[str]()
        #: how they use names
        self.usage = Usage([])

    @classmethod
    def of(cls, reports: Iterable[tuple[str, str]]) -> Uses:
        """Count some (title, text)."""
        uses = cls()
        for title, text in reports:
            found = set(words(reading(title, text)))
            uses.texts += 1
            uses.counts.update(found)
            uses.counts.update({word[:BEGINNING] + MARK for word in found})
            uses.usage.add(wording(title, text))
            if prefix := PREFIX.match(headline(title)):
                uses.prefixes[prefix.group(1).lower()] += 1
        return uses

    def include(self, other: Uses) -> None:
        """Add what other reports use."""
        self.texts += other.texts
        self.counts.update(other.counts)
        self.prefixes.update(other.prefixes)
        self.usage.include(other.usage)


class Month:
    """What was counted of the weeks before."""

    def __init__(self) -> None:
        self._known: dict[bytes, Uses] = {}

    def uses(self, weeks: Iterable[Sequence[tuple[str, str]]]) -> Uses:
        """Return how the (title, text) of some weeks use words; other weeks are forgotten."""
        before, self._known = self._known, {}
        found = Uses()
        for reports in weeks:
            key = _digest(reports)
            self._known[key] = part = before.get(key) or self._known.get(key) or Uses.of(reports)
            found.include(part)
        return found


def _digest(reports: Sequence[tuple[str, str]]) -> bytes:
    digest = blake2b(digest_size=16)
    for title, text in reports:
        # with both lengths: no two texts can change places with their border
        digest.update(f"{len(title)} {len(text)} {title}{text}".encode("utf-8", "surrogatepass"))
    return digest.digest()
