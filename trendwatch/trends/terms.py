"""Words nobody has named yet: n-grams that the news suddenly uses.

What was observed. New things arrive as words ("pytorch", "federated learning") months before anybody adds
them to a taxonomy. Raw growth finds only noise: most words are rare, and a rare word grows a thousandfold by
being printed twice; a word that everybody uses doubles in some month of every year; people and firms are
named whenever they speak. Things that arrive come at once (a game) or over a quarter (a library), are written
in several ways, are told by many hands in many weeks, and belong to one field.

Method. Terms and their past are in ``termtable``, how each stands in ``termlevels``. Then a term is

    rising     where IC025(O, E) >= log2 1.5, the bound that labels must pass too
               and the shrunk ratio IC(O, E) >= 1.5 bits: a new word triples, it does not drift
               and at least 3 stories of 3 sources and 2 owners, in 3 different weeks, use it
    a name     where it is not made of ordinary words (``ordinary``), and each part of a phrase seeks the
               other: NPMI >= 0.3 at the weaker of its cuts; words of everyday (``everyday``) must rise
               by a bound of 1, and what comes every year ("cvpr 2018") without its year too
    a topic    where half of the reports that carry an area carry the same one, if four carry any
    of one hand where one site, that writes little else, wrote more than half of its reports: not told
    one rise   with another where they share half of their reports: the clearest is told, as the longest
               term that has 80 % of its reports

and terms are told by strength, at most ``top`` a week. A term that was told is up until its bound was below 0
in 13 weeks in a row; until then it is not told again, nor what half of is about it while it still rises.

Measured (``tests/benchmarks/terms.py``). Six years of trending repositories (one source, 75 a week, at most
two terms a week), as the verb tells them: 72 terms, all six known emergences within two months of their onset
and none of five steady controls (one, "eccv 2020", where summaries count as evidence); a shrunk ratio of 4
against 26 weeks, with the same budget, finds four in 606 terms and tells one control. Demo worlds of two
years, untouched seeds: 33 to 43 terms told, all 21 planted words among them, half of them within six weeks;
82 to 94 % are planted or words of a rising topic.

Before words of everyday, editions of a year and 13 quiet weeks were asked (89 terms; worlds 43 to 51 with
76 to 90 %), hot, fields, jump, samples, bug, community, technologies, resume and documentation were told, a
conference each year, "redux" twice in half a year. What is left of such words (blog, theme, edition, clone)
stands in fewer than two examples, or in those of one technology.

Taken away one at a time, before that, on the repositories (101 terms): windows of 8 and 13 weeks 41 terms and
five emergences; ordinary words 128 terms; one hand 132; three weeks 117; least ratio and cohesion one term
more each. In a first version with a bound of 0.4 bits: without least ratio and cohesion 421 terms, five of
them controls; reports instead of stories 394 terms in a demo world, most of them people and places; φ = 1 566
terms, eight of them controls; a past without lag, and half-lives of 26 and 52 weeks, the same six.

Known failures. One new name in two unlike forms is told twice; a person who is new and in the news for a
month passes; a phrase that starts with a verb ("tap to pay") is cut or lost; spikes of three weeks pass.

Sources: Norén, Hopstadius and Bate 2013; Bouma 2009; Metwally, Agrawal and El Abbadi 2005.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from trendwatch.trends.keptweek import TermText
from trendwatch.trends.newterms import TermJudgement, TermRise, TermRules
from trendwatch.trends.ngrams import fold
from trendwatch.trends.termlevels import TermLevels, term_levels, uses
from trendwatch.trends.termtable import CAPACITY, TermTable

__all__ = ["TermRise", "TermRules", "TermText", "TermWatch"]

#: Weeks below what was expected after which a rise is over: as many as are looked at to find one.
QUIET_WEEKS = 13


class TermWatch:
    """The words of the news, and what was told of them."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self.table = TermTable(capacity=capacity)
        #: folded terms that are up, to the weeks they have been quiet
        self._up: dict[str, int] = {}

    @property
    def week(self) -> int | None:
        """The last week that was added."""
        return self.table.week

    def add(self, week: int, reports: Iterable[TermText]) -> None:
        """Add the reports of the next week."""
        self.table.add(week, reports)

    def was_told(self, terms: Iterable[str], *, since: Mapping[str, int]) -> None:
        """Go through a week that was judged before, whose terms are known."""
        self._settle(term_levels(self.table, since), [fold(term) for term in terms])

    def judge(
        self,
        *,
        since: Mapping[str, int],
        owners: Mapping[str, str],
        rules: TermRules,
        dismissed: AbstractSet[str] = frozenset(),
    ) -> list[TermRise]:
        """Return the terms that rose by the end of the last week, the clearest first.

        Args:
            since: for each feed the week it was first read in; other feeds are left out
            owners: who publishes a feed; a feed without an owner is its own
            rules: when a term is worth a word
            dismissed: terms that are never told, folded
        """
        levels = term_levels(self.table, since)
        judgement = TermJudgement(self.table, levels, rules, owners=owners, since=since, up=set(self._up))
        found = judgement.rises(dismissed)
        self._settle(levels, [fold(term) for rise in found for term in rise.group])
        return found

    def followed(self, also: Iterable[str] = ()) -> dict[str, dict[int, list[str]]]:
        """Return the items of the kept weeks that say the terms that are up, and some others, by week.

        Of what a feed told of a story the first item that says it.

        Args:
            also: terms that are followed whether or not they are up, folded
        """
        keys = sorted({*self._up, *also})
        numbers = {self.table.numbers[key]: key for key in keys if key in self.table.numbers}
        kept = {week.number: week.items for week in self.table.kept}
        found: dict[str, dict[int, list[str]]] = {key: {week: [] for week in kept} for key in keys}
        for number, use in uses(self.table, list(numbers)).items():
            for week, item in sorted(use.items):
                found[numbers[number]][week].append(kept[week][item])
        return found

    def _settle(self, levels: TermLevels, told: Iterable[str]) -> None:
        """Count the quiet weeks of what is up; what was told is up."""
        for key, quiet in list(self._up.items()):
            number = self.table.numbers.get(key)
            above = number is not None and levels.strength[number] >= 0
            if above or quiet + 1 < QUIET_WEEKS:
                self._up[key] = 0 if above else quiet + 1
            else:
                del self._up[key]
        self._up.update(dict.fromkeys(told, 0))
