"""Examples as they would be seen with fewer terms: always the same ones are missing, and only they."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.tagging_world import TAXONOMY
from trendwatch.phrases import item_marks
from trendwatch.tagging.unwritten import thinner
from trendwatch.tagging.weak import Found, Matcher
from trendwatch.types.tags import Facet, Label, Taxonomy

TERMS = tuple(f"term{number:03}" for number in range(400))
LABEL = Label(facet=Facet.AREA, key="many", name="Many", meaning="has many terms", strong=TERMS)


def read(taxonomy: Taxonomy) -> Found:
    return Matcher(taxonomy).read([item_marks(" ".join(TERMS), ""), item_marks("nothing", "")])


def missing(found: Found, other: Found) -> set[int]:
    return set(found.terms.tolist()) - set(other.terms.tolist())


def test_about_two_terms_of_five_are_missing_other_ones_each_time() -> None:
    found = read(Taxonomy((LABEL,)))
    first, second = thinner(found)
    terms = len(found.terms)  # long texts are cut
    assert terms > 100
    for other in (first, second):
        assert 0.25 * terms < len(missing(found, other)) < 0.55 * terms
        assert other.scores[0, 0] == 2 * len(other.terms)
        assert not other.hit[1, 0]
    both = missing(found, first) & missing(found, second)
    assert 0.05 * terms < len(both) < 0.27 * terms  # 0.4 of 0.4


def test_a_term_more_changes_nothing_for_the_others() -> None:
    before = Taxonomy((LABEL,))
    after = Taxonomy((replace(LABEL, strong=("one more", *TERMS)),))
    for one, other in zip(thinner(read(before)), thinner(read(after)), strict=True):
        assert one.terms.tolist() == (other.terms - 1).tolist()


def test_where_terms_stand_stays() -> None:
    found = read(Taxonomy((LABEL,)))
    for other in thinner(found):
        place = dict(zip(found.terms.tolist(), found.before.tolist(), strict=True))
        assert other.before.tolist() == [place[term] for term in other.terms.tolist()]


def test_texts_without_terms_are_seen_as_they_are() -> None:
    found = Matcher(TAXONOMY).read([item_marks("The choir sings", "on Friday")])
    assert all(np.array_equal(other.scores, found.scores) for other in thinner(found))
