"""The word budget: what is thinned first, and that the first story stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sample_digest import sample_digest
from tests.test_render_email import words
from trendwatch.advice import fitting
from trendwatch.advice.fitting import fit
from trendwatch.render.email import text
from trendwatch.types.advice import Digest


def wordy(notes: int) -> Digest:
    """Return the sample with notes of twenty words each, three of each kind of row."""
    digest = sample_digest()
    said = " ".join(["word"] * 20)
    return replace(digest, notes=(said,) * notes, movements=digest.movements * 3)


def shape(digest: Digest) -> tuple[int, int, int, bool]:
    return (
        len(digest.movements),
        len(digest.arrivals),
        len(digest.worth_a_look),
        digest.try_this is not None,
    )


def test_within_its_budget_a_digest_is_left_alone() -> None:
    digest = replace(sample_digest(), arrivals=())
    assert fit(digest) == digest


def sentences(digest: Digest) -> list[int]:
    return [len(pick.what.split()) for pick in digest.picks]


def test_sentences_are_shortened_then_rows_and_notes_go_and_stories_last() -> None:
    digests = [fit(wordy(notes)) for notes in range(20)]
    found = [shape(digest) for digest in digests]
    assert found == sorted(found, reverse=True)  # nothing comes back as the budget shrinks
    seen = list(dict.fromkeys(found))
    assert seen[0][1:] == (2, 3, True)
    assert seen[-1] == (0, 0, 0, False)
    assert all(practice or arrivals <= 1 for _, arrivals, _, practice in seen)
    # a story with a sentence before a row nobody asked for; no story goes while another has a sentence
    assert all(
        min(told) >= 12 for told, (rows, *_) in zip(map(sentences, digests), found, strict=True) if rows > 2
    )


def test_what_was_left_out_makes_room_for_sentences() -> None:
    """Where a story went that has more words than were missing, the others get their sentences back."""
    said = " ".join(["word"] * 12)
    told = [replace(pick, what=said) for pick in sample_digest().worth_a_look]
    long = replace(told[0], what=" ".join(["word"] * 24), topics=(" ".join(["topic"] * 60),))
    for notes in range(20):
        digest = fit(replace(wordy(notes), worth_a_look=(told[0], told[1], told[0], long)))
        assert fitting._words(digest) <= fitting.BODY_WORDS or not digest.worth_a_look
        if len(digest.worth_a_look) == 3:
            assert max(sentences(digest)[1:]) >= 11
            return
    pytest.fail("no number of notes costs just the long story")


def test_the_first_story_and_the_notes_stay_whatever_happens() -> None:
    digest = fit(wordy(40))
    assert digest.one_thing == sample_digest().one_thing
    assert len(digest.notes) == 40


@pytest.mark.parametrize("notes", [0, 2, 5])
def test_what_is_counted_is_what_is_read(notes: int) -> None:
    digest = fit(wordy(notes))
    # header, headings and the closing paragraph take the rest of the 600
    assert 40 <= words(text(digest)) - fitting._words(digest) <= 600 - fitting.BODY_WORDS
