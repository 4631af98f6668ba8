"""Why a story is in a digest, or the first gate that kept it out. Pure: the same edition, the same answer.

candidates of the edition | gates of selection | caps and places | words a reader has time for
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trendwatch.advice.caps import PER_AREA, per_owner
from trendwatch.advice.choosing import left_out
from trendwatch.advice.digest import STORIES, Selection, select
from trendwatch.advice.muting import naming
from trendwatch.advice.regions import named, told_in
from trendwatch.advice.selection import (
    FEW_SOURCES,
    LATE,
    MUST_SCORE,
    SURE_SCORE,
    SURE_SCORE_FEW,
    Judged,
    Refusal,
)
from trendwatch.advice.words import a_list, labels, number
from trendwatch.types.advice import Business, Digest, Edition, Memory, Part

#: Beyond the gates of selection.
NOT_IN_EDITION = "not_in_edition"
NO_ROOM = "no_room"
CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Gate:
    """What people read of a gate: in a list, and as the answer of one story."""

    short: str
    #: "" where figures of the story belong into it
    sentence: str = ""


#: In the order of the gates, the nearest to a digest first.
GATES = {
    CHOSEN: Gate("in the digest", "It is in the digest."),
    NO_ROOM: Gate(
        "chosen, left out for length",
        "It was chosen, and left out again because the digest would have been longer than four minutes.",
    ),
    Refusal.NO_PLACE: Gate("good, but others came first"),
    Refusal.PER_TECHNOLOGY: Gate(
        "enough on that technology already",
        f"The digest holds {number(PER_AREA)} better stories on the same technology.",
    ),
    Refusal.PER_PUBLISHER: Gate(
        "enough from that publisher already",
    ),
    Refusal.TOLD_ALREADY: Gate(
        "the same headline already", "The digest holds a story with the same headline."
    ),
    Refusal.TOO_FEW_SOURCES: Gate("only one publisher so far"),
    Refusal.TOO_FEW_POINTS: Gate("meets too little of the profile"),
    Refusal.NOT_TECHNOLOGY: Gate(
        "not about technology",
        "It meets your sector or goals, but no technology, rule or risk was found in it.",
    ),
    Refusal.SHOWN_BEFORE: Gate("shown before", "An earlier digest has shown it."),
    Refusal.BACKLOG: Gate(
        "older than its source is known to us",
        "It was in its source before we knew that source, and is older than this digest.",
    ),
    Refusal.TOO_OLD: Gate(
        "published too long ago",
        f"It was published more than {LATE.days} days before the days of this digest.",
    ),
    Refusal.OUTSIDE_WINDOW: Gate(
        "first seen on other days", "It was first seen before or after the days of this digest."
    ),
    Refusal.MUTED: Gate("muted"),
    Refusal.NO_LINK: Gate("without a link to follow", "It has no link that a reader could follow."),
    NOT_IN_EDITION: Gate(
        "of other days", "It was not first seen in the days that this digest was drawn from."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a story in one digest."""

    story_id: str
    #: "" where the edition does not hold it
    title: str
    #: ``chosen``, or the first gate that kept it out
    gate: str
    #: one sentence for the owner
    words: str
    points: float
    parts: tuple[Part, ...] = ()

    @property
    def short(self) -> str:
        """What became of it, in a few words."""
        return GATES[self.gate].short


def unknown(story_id: str) -> Verdict:
    """Return the verdict on a story that an edition does not hold."""
    return Verdict(
        story_id=story_id, title="", gate=NOT_IN_EDITION, words=GATES[NOT_IN_EDITION].sentence, points=0.0
    )


def considered(
    edition: Edition, business: Business, memory: Memory, *, digest: Digest
) -> tuple[Verdict, ...]:
    """Return what became of every story of an edition, those in the digest first, then the nearest to it."""
    selection = select(edition, business, memory)
    ordered = sorted(selection.judgement, key=lambda one: int(selection.judgement.rank[one.at]))
    verdicts = [_verdict(one, selection, digest) for one in ordered]
    verdicts.sort(key=lambda one: (one.gate != CHOSEN, -one.points))
    return tuple(verdicts)


def _verdict(one: Judged, selection: Selection, digest: Digest) -> Verdict:
    gate = _gate(one, selection, digest)
    return Verdict(
        story_id=one.candidate.story_id,
        title=one.candidate.title,
        gate=gate,
        words=" ".join(_sentences(one, gate, selection)),
        points=one.score.points,
        parts=one.parts,
    )


def _gate(one: Judged, selection: Selection, digest: Digest) -> str:
    story_id = one.candidate.story_id
    if any(pick.story_id == story_id for pick in digest.picks):
        return CHOSEN
    found = left_out(selection.judgement, selection.chosen, one)
    return NO_ROOM if found is None else str(found)


def _sentences(one: Judged, gate: str, selection: Selection) -> Iterator[str]:
    yield _words(one, gate, selection)
    if one.pressing and one.must_see:
        yield "It had its place whatever its points: it must be seen."
    elif one.pressing:
        home = named([selection.judgement.held.business.region])
        told = named(told_in(one.candidate))
        yield f"It would be a must-see in {told}, where it was told; you are in {home}."


def _words(one: Judged, gate: str, selection: Selection) -> str:
    names = selection.judgement.held.edition.names
    if gate == Refusal.MUTED:
        mutes = selection.judgement.held.mutes
        muted = [key for key in one.labels if key in mutes]
        named = [key for key in sorted(mutes) if naming([key], names).search(one.candidate.title)]
        return f"You muted {labels(muted or named, names)}."
    points = one.score.points
    if gate == Refusal.NO_PLACE:
        return _no_place(one, selection)
    if gate == Refusal.PER_PUBLISHER:
        most = number(per_owner(selection.judgement))
        return f"The digest holds {most} stories of each publisher that told it, which came first."
    if gate == Refusal.TOO_FEW_POINTS:
        about = labels([key for key in one.labels if key.startswith(("area:", "sector:"))], names)
        met = (
            "meets too little of your profile"
            if one.score and one.score.matched
            else "meets nothing of your profile"
        )
        told = f" It is about {about}." if about else ""
        return f"It {met}: {points:.1f} points, and {MUST_SCORE:g} are needed.{told}"
    if gate == Refusal.TOO_FEW_SOURCES:
        few = selection.judgement.held.edition.coverage.sources < FEW_SOURCES
        sure = SURE_SCORE_FEW if few else SURE_SCORE
        return f"Only one publisher told it, and {points:.1f} points do not make up for it: {sure:g} would."
    return GATES[gate].sentence


def _no_place(one: Judged, selection: Selection) -> str:
    """Return what had the places: better stories, and why some that score less came first."""
    weaker = [other for other in selection.chosen if other.score.points < one.score.points]
    first = {
        "what must be seen": any(other.must_see for other in weaker),
        "what you follow": any(other.score.followed for other in weaker),
        "what more publishers tell": any(other.proven and not one.proven for other in weaker),
    }
    came = [words for words, did in first.items() if did]
    if weaker and not came:
        came = ["stories less alike"]
    better = ["better stories"] if len(weaker) < len(selection.chosen) else []
    return f"It may be shown, but {a_list([*better, *came])} filled the {number(STORIES)} places."
