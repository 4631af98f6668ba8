"""Fit a digest into the words a reader has time for: the least useful thing goes first.

The budget is the reader's: NN/g found that a newsletter gets 51 seconds, so the whole has 600 words.
Sentences on what happened are shortened first, then rows and notes go that nobody asked for, then sentences,
and only then stories. Notes on technologies that were asked about stay longer than the third story beside the
first, and than any row: what moves towards its sector is what a business reads us for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from trendwatch.advice.sentences import shortened
from trendwatch.types.advice import Digest, Pick
from trendwatch.types.sources import Source

#: Words of stories, rows, notes and the practice; what mails add around them takes the rest of the 600: in
#: 33 digests of the demo at most 81.
BODY_WORDS = 514
#: An evidence line beside its names: "4 independent sources, first seen 3 Mar ... and 2 more"; "why it
#: matters to you". What a reader may press is not read.
EVIDENCE_WORDS = 16
#: Publishers of a row; what its names add comes on top.
ROW_WORDS = 3
#: Heading and closing line of the section of rows, and of that of arrivals.
ROWS_WORDS = 21
ARRIVALS_WORDS = 16
#: Headings and lead-ins of the section of the practice: "First step:", "Go on if:".
PRACTICE_WORDS = 20
#: "No issue came for the week of 17 Feb; this one covers it too."; "Nothing could be read after ...".
LATE_WORDS = 14
#: Pages name two sources, and of a long name this much.
NAMES = 2
NAME_CHARS = 32
#: Words of a sentence on what happened: more than any has, and where all of it has no room.
WHOLE, SHORTER, SHORTEST = 40, 16, 12

#: A digest with one thing less, or the same where nothing of the kind is left.
Step = Callable[[Digest], Digest]


def fit(digest: Digest) -> Digest:
    """Return a digest within the word budget; the first story is never touched."""
    fitted = digest
    for step in _STEPS:
        while _words(fitted) > BODY_WORDS:
            smaller = step(fitted)
            if smaller == fitted:
                break
            fitted = smaller
    return _retold(fitted, digest)


def _retold(fitted: Digest, digest: Digest) -> Digest:
    """Return a fitted digest with longer sentences, where what was left out made more room than needed."""
    whole = {pick.story_id: pick.what for pick in digest.picks}
    for words in (SHORTEST, SHORTER, WHOLE):
        for place, pick in enumerate(_beside_the_first(fitted)):
            longer = shortened(whole[pick.story_id], words)
            told = _telling(fitted, place, longer)
            if len(longer) > len(pick.what) and _words(told) <= BODY_WORDS:
                fitted = told
    return fitted


def _words(digest: Digest) -> int:
    picks, rows, arrivals = digest.picks, digest.movements, digest.arrivals
    fixed = EVIDENCE_WORDS * len(picks) + ROW_WORDS * len(rows)
    fixed += ROWS_WORDS * bool(rows or digest.trends_from) + ARRIVALS_WORDS * bool(arrivals)
    fixed += PRACTICE_WORDS * (digest.try_this is not None) + LATE_WORDS * bool(digest.merged)
    fixed += LATE_WORDS * (digest.coverage.unread_since is not None)
    sources: list[tuple[Source, ...]] = [pick.sources for pick in picks]
    sources += [row.evidence for row in rows] + [note.evidence for note in arrivals]
    sources += [remark.evidence for remark in (*digest.leads, *digest.radar)]
    names = [source.feed[:NAME_CHARS] for told in sources for source in told[:NAMES]]
    return fixed + sum(len(text.split()) for text in (*_texts(digest), *names))


def _texts(digest: Digest) -> Iterator[str]:
    yield digest.business_name
    yield from digest.notes
    yield from (remark.words for remark in (*digest.leads, *digest.radar))
    for pick in digest.picks:
        yield f"{pick.title} {pick.what} {pick.why} {' '.join((*pick.topics, *pick.marks))}"
    for row in digest.movements:
        yield f"{row.name} {row.strength_words} {row.count_words}"
    for note in digest.arrivals:
        yield f"{note.name} {note.elsewhere_words} {note.home_words}"
    if one := digest.try_this:
        yield f"{one.name} {one.what} {one.inspired_by} {one.why} {one.first_step} {one.cost_words}"
        yield f"{one.hours_words} {one.measure} {one.passes} {one.fails}"
        yield from (source.feed[:NAME_CHARS] for source in one.evidence)


def _shorter(words: int) -> Step:
    """Return the step that shortens the last sentence which has a shorter one in it, from outside first."""

    def step(digest: Digest) -> Digest:
        told = _beside_the_first(digest)
        for place in reversed(range(len(told))):
            part = shortened(told[place].what, words)
            if part and part != told[place].what:
                return _telling(digest, place, part)
        return digest

    return step


def _without_sentence(digest: Digest) -> Digest:
    """Return a digest whose last story with a sentence is told by its headline alone."""
    told = _beside_the_first(digest)
    place = next((place for place in reversed(range(len(told))) if told[place].what), None)
    return digest if place is None else _telling(digest, place, "")


def _beside_the_first(digest: Digest) -> list[Pick]:
    return [*digest.worth_a_look, *([digest.outside] if digest.outside else [])]


def _telling(digest: Digest, place: int, what: str) -> Digest:
    """Return a digest with another sentence in a story beside the first, the one from outside the last."""
    worth = list(digest.worth_a_look)
    if digest.outside and place == len(worth):
        return replace(digest, outside=replace(digest.outside, what=what))
    worth[place] = replace(worth[place], what=what)
    return replace(digest, worth_a_look=tuple(worth))


def _rows(least: int) -> Step:
    return lambda digest: replace(digest, movements=digest.movements[: max(least, len(digest.movements) - 1)])


def _stories(least: int) -> Step:
    def step(digest: Digest) -> Digest:
        worth = digest.worth_a_look
        return replace(digest, worth_a_look=worth[: max(least, len(worth) - 1)])

    return step


def _notes(least: int, *, asked: bool = False) -> Step:
    """Return the step that leaves the last arrival note out, where ``asked`` also one that was asked for."""

    def step(digest: Digest) -> Digest:
        notes = digest.arrivals  # those that were asked for come first
        kept = least if asked else max(least, sum(note.asked for note in notes))
        return replace(digest, arrivals=notes[: max(kept, len(notes) - 1)])

    return step


def _without_its_end(digest: Digest) -> Digest:
    """Return a digest whose practice says when to go on only: who may not go on stops."""
    one = digest.try_this
    return replace(digest, try_this=replace(one, fails="")) if one and one.passes else digest


def _without_practice(digest: Digest) -> Digest:
    return replace(digest, try_this=None)


#: From what is missed least; each is taken as often as it helps before the next.
_STEPS: tuple[Step, ...] = (
    *(
        _shorter(SHORTER),
        _rows(2),
        _notes(2),
        _shorter(SHORTEST),
        _without_its_end,
        _stories(3),
        _rows(1),
        _notes(1),
    ),
    *(_without_sentence, _stories(2), _rows(0), _notes(1, asked=True)),
    *(_without_practice, _notes(0, asked=True), _stories(0)),
)
