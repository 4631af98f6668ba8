"""Fit a digest into the words a reader has time for: the least useful thing goes first.

The budget is the reader's: NN/g found that a newsletter gets 51 seconds, so the whole has 600 words.
Sentences are cut first, then rows and notes that nobody asked for. Notes on technologies that were asked
about stay longer than the third story beside the first, and than any row: what moves towards its sector is
what a business reads us for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trendwatch.types.advice import Digest
from trendwatch.types.sources import Source

#: Words of stories, rows, notes and the practice; what pages add around them takes the rest of the 600.
BODY_WORDS = 472
#: An evidence line beside its names: "4 independent sources, first seen 3 Mar ... and 2 more"; "why it
#: matters to you". What a reader may press is not read.
EVIDENCE_WORDS = 16
#: Publishers of a row; what its names add comes on top.
ROW_WORDS = 3
#: Heading and closing line of the section of arrivals.
ARRIVALS_WORDS = 16
#: Headings and lead-ins of the section of the practice: "First step:", "Go on if:".
PRACTICE_WORDS = 20
#: Pages name two sources, and of a long name this much; of a headline twelve words.
NAMES = 2
HEADLINE_WORDS = 12
NAME_CHARS = 32
#: A section is thinned down to this before another one is given up, in this order.
_THINNED = (
    *(("movements", 2), ("worth_a_look", 3), ("movements", 1), ("not asked", 1)),
    *(("worth_a_look", 2), ("movements", 0), ("arrivals", 1)),
)


def fit(digest: Digest) -> Digest:
    """Return a digest within the word budget; the first story is never touched."""
    while _words(digest) > BODY_WORDS:
        smaller = _smaller(digest)
        if smaller == digest:
            break
        digest = smaller
    return digest


def _words(digest: Digest) -> int:
    picks, rows, arrivals = digest.picks, digest.movements, digest.arrivals
    fixed = EVIDENCE_WORDS * len(picks) + ROW_WORDS * len(rows)
    fixed += ARRIVALS_WORDS * bool(arrivals) + PRACTICE_WORDS * (digest.try_this is not None)
    sources: list[tuple[Source, ...]] = [pick.sources for pick in picks]
    sources += [row.evidence for row in rows] + [note.evidence for note in arrivals]
    names = [source.feed[:NAME_CHARS] for told in sources for source in told[:NAMES]]
    return fixed + sum(len(text.split()) for text in (*_texts(digest), *names))


def _texts(digest: Digest) -> Iterator[str]:
    yield from digest.notes
    for pick in digest.picks:
        yield " ".join(pick.title.split()[:HEADLINE_WORDS])
        yield f"{pick.what} {pick.why} {' '.join((*pick.topics, *pick.marks))}"
    for row in digest.movements:
        yield f"{row.name} {row.strength_words} {row.count_words}"
    for note in digest.arrivals:
        yield f"{note.name} {note.elsewhere_words} {note.home_words}"
    if one := digest.try_this:
        yield f"{one.name} {one.what} {one.inspired_by} {one.why} {one.first_step} {one.cost_words}"
        yield f"{one.hours_words} {one.measure} {one.passes} {one.fails}"
        yield from (source.feed[:NAME_CHARS] for source in one.evidence)


def _smaller(digest: Digest) -> Digest:
    """Return a digest with the least useful thing left out."""
    if digest.outside and digest.outside.what:
        return replace(digest, outside=replace(digest.outside, what=""))
    worth = digest.worth_a_look
    for place in reversed(range(len(worth))):
        if worth[place].what:
            bare = replace(worth[place], what="")
            return replace(digest, worth_a_look=(*worth[:place], bare, *worth[place + 1 :]))
    for name, least in _THINNED:
        # Notes that were asked for come first.
        asked = sum(note.asked for note in digest.arrivals) if name == "not asked" else 0
        section = "arrivals" if name == "not asked" else name
        shown = getattr(digest, section)
        if len(shown) > max(least, asked):
            return replace(digest, **{section: shown[:-1]})
    if digest.try_this:
        return replace(digest, try_this=None)
    return replace(digest, worth_a_look=worth[:-1], arrivals=())
