"""Compose a digest: one edition, one business, what it was shown before. Pure; the same in, the same out.

    judge stories | choose within the caps | one from outside | arrivals, movements, practice | notes | fit

The first story is complete in 60 words and the whole in 600 (see ``fitting``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trendwatch.advice.arriving import arrival_notes
from trendwatch.advice.choosing import best_first, choose, kept_out, outside
from trendwatch.advice.columns import Columns, owners
from trendwatch.advice.evidence import official, opinion, vendor_written
from trendwatch.advice.fitting import fit
from trendwatch.advice.movements import movements, muted_technologies
from trendwatch.advice.muting import left_out
from trendwatch.advice.practices import muted_practices
from trendwatch.advice.profile import Profile, most_specific, profile
from trendwatch.advice.schedule import period_of
from trendwatch.advice.selection import Judged, Refusal, StoryJudgement
from trendwatch.advice.taste import NO_TASTE, learn
from trendwatch.advice.telling import title_of, what_happened
from trendwatch.advice.trying import practice_note
from trendwatch.advice.words import a_list, counted, day, in_words, number, some_of
from trendwatch.text import cut
from trendwatch.types.advice import Business, Digest, Edition, Memory, Pick
from trendwatch.types.influence import Approach
from trendwatch.types.rows import Movement

#: The one thing and up to four more, of which one may come from outside the usual.
STORIES = 5
#: Words of the first story with its reason; its headings take the rest of the 60.
TOP_WORDS = 52
TOPICS = 3
#: Letters of a feed's name in a note.
NAME_CHARS = 32
#: Caps, as a note says what they left out.
_MORE_OF_THE_SAME = {
    Refusal.PER_PUBLISHER: "told by the same publisher",
    Refusal.PER_TECHNOLOGY: "on the same technology",
    Refusal.TOLD_ALREADY: "under the same headline",
}


def compose(
    edition: Edition,
    business: Business,
    memory: Memory,
    *,
    approaches: Sequence[Approach] = (),
    columns: Columns | None = None,
) -> Digest:
    """Return the digest of a business for the period that ends at an edition's cutoff.

    Args:
        edition: everything that may be drawn on, frozen
        business: who it is for
        memory: what it was shown before
        approaches: what has come further elsewhere than in its sector, the nearest first
        columns: of this edition, shared by all businesses; None: they are made
    """
    selection = select(edition, business, memory, columns=columns)
    held, chosen, beyond = selection.judgement.held, selection.chosen, selection.outside
    rows = movements(held)
    digest = Digest(
        business_key=business.key,
        business_name=business.name,
        period=selection.period,
        edition_id=edition.id,
        since=held.since,
        cutoff=edition.cutoff,
        timezone=business.timezone,
        language=business.language,
        one_thing=_top(chosen[0], held) if chosen else None,
        movements=rows,
        worth_a_look=tuple(_pick(one, held) for one in chosen[1:]),
        outside=_beyond(beyond, selection.propensity, held) if beyond else None,
        coverage=edition.coverage,
        notes=(*_notes(selection, memory, rows=rows), *_unwanted(selection.judgement, approaches)),
        model_version=edition.model_version,
        config_hash=edition.config_hash,
        quiet=not chosen,
        arrivals=arrival_notes(held, approaches, memory),
        try_this=practice_note(held, memory),
        trends_from=edition.trends_from if _too_early(edition) and memory.issues == 0 else None,
    )
    return fit(digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which stories a digest is made of, before its words are counted."""

    period: str
    judgement: StoryJudgement
    chosen: list[Judged]
    #: one from beyond what the business asks for
    outside: Judged | None
    #: how likely that one was drawn among its equals
    propensity: float = 0.0

    @property
    def shown(self) -> list[Judged]:
        """Everything chosen, in reading order."""
        return [*self.chosen, *([self.outside] if self.outside else [])]


def select(
    edition: Edition, business: Business, memory: Memory, *, columns: Columns | None = None
) -> Selection:
    """Return the stories of a business's digest and what became of all others.

    Its window begins where its last digest ended; a shared edition may reach further back for others.
    """
    taste = learn(memory.votes, business, now=edition.cutoff) if memory.votes else NO_TASTE
    held = profile(business, edition, columns=columns, since=memory.last_cutoff, taste=taste)
    period = period_of(edition.cutoff, business)
    judgement = StoryJudgement(held, memory)
    chosen = choose(judgement, STORIES)
    beyond, propensity = (outside(judgement, chosen, period=period) if chosen else None) or (None, 0.0)
    if beyond is not None:
        # One place less for the item from outside; what must be seen and what is always wanted stays.
        wanted = sum(1 for one in chosen if one.score.followed or one.must_see)
        chosen = chosen[: max(STORIES - 1, wanted)]
    chosen = best_first(judgement, chosen)
    return Selection(period=period, judgement=judgement, chosen=chosen, outside=beyond, propensity=propensity)


def _pick(one: Judged, held: Profile) -> Pick:
    candidate, score = one.candidate, one.score
    title = title_of(candidate, lead="Update: " if one.update else "")
    return Pick(
        story_id=candidate.story_id,
        title=title,
        what=what_happened(candidate, title),
        why=score.why,
        url=candidate.url,
        score=score.points,
        parts=one.parts,
        topics=_topics(one, held),
        sources=candidate.sources,
        first_seen_at=candidate.first_seen_at,
        first_told_at=candidate.first_told_at,
        marks=tuple(_marks(one)),
    )


def _beyond(one: Judged, propensity: float, held: Profile) -> Pick:
    return replace(_pick(one, held), why=_why_outside(one, held), propensity=round(propensity, 4))


def _topics(one: Judged, held: Profile) -> tuple[str, ...]:
    """Return what a story is about: software it names, then technologies, then sectors, what it met first."""
    matched, parents = one.score.matched, held.edition.parents
    ordered = sorted(one.labels, key=lambda key: key not in matched)
    areas = tuple(key for key in ordered if key.startswith("area:"))
    sectors = tuple(key for key in ordered if key.startswith("sector:"))
    keys = most_specific(areas, parents)[:2] + most_specific(sectors, parents)
    tools = [key.partition(":")[2] for key in matched if key.startswith("tool:")]
    names = [held.edition.names.get(key, key.partition(":")[2]) for key in keys or one.labels]
    return tuple([*tools, *names][:TOPICS])


def _marks(one: Judged) -> Iterator[str]:
    if one.must_see:
        yield "must see"
    if official(one.candidate):
        yield "official source"
    elif not one.proven:
        yield "single source"
    if opinion(one.candidate):
        yield "opinion"
    if vendor_written(one.candidate):
        yield "vendor-written"
    if one.candidate.published_at is None:
        yield "undated"


def _why_outside(one: Judged, held: Profile) -> str:
    areas = most_specific(tuple(key for key in one.labels if key.startswith("area:")), held.edition.parents)
    topic = in_words(areas[0], held.edition.names)
    independent = owners(one.candidate)
    by = f"{number(independent)} independent publishers" if independent > 1 else "an official source"
    return f"It is beyond your topics ({topic}) and told by {by}."


def _top(one: Judged, held: Profile) -> Pick:
    """Return the first story so that it is complete within its words: the reason stays, the sentence goes."""
    pick = _pick(one, held)
    left = TOP_WORDS - len(pick.title.split()) - len(pick.why.split())
    return replace(pick, what=what_happened(one.candidate, pick.title, words=left))


def _too_early(edition: Edition) -> bool:
    return edition.trends_from is not None and edition.trends_from > edition.cutoff


def _few(selection: Selection) -> str:
    """Return why there are fewer stories than places: nothing else passed, or it was more of the same."""
    chosen = selection.chosen
    more = kept_out(selection.judgement, chosen, besides=selection.outside)
    same = [f"{number(more[cap])} more {words}" for cap, words in _MORE_OF_THE_SAME.items() if more[cap]]
    if not same:
        return f"Only {number(len(chosen))} passed this time; we never fill up."
    return f"{a_list(same)} passed too; they were left out for variety.".capitalize()


def _unwanted(judgement: StoryJudgement, approaches: Sequence[Approach]) -> Iterator[str]:
    """Yield how much was left out because it is muted, where anything was."""
    held = judgement.held
    said = left_out(
        held.business.mutes,
        held.edition.names,
        stories=judgement.muted_now,
        technologies=muted_technologies(held, approaches),
        practices=muted_practices(held),
    )
    if said:
        yield said


def _notes(selection: Selection, memory: Memory, *, rows: tuple[Movement, ...]) -> Iterator[str]:
    judgement, chosen = selection.judgement, selection.chosen
    edition = judgement.held.edition
    if memory.issues == 0:
        yield "This is your first issue, so it may also hold stories from before you joined."
    if not chosen:
        yield f"Nothing in {counted(edition.coverage.items, 'item')} met your profile well enough."
    elif len(chosen) < STORIES - 1:
        yield _few(selection)
    if unproven := judgement.count(Refusal.TOO_FEW_SOURCES):
        stories = counted(unproven, "story", plural="stories")
        yield f"Left out: {stories} that only one publisher tells so far."
    # Where it is too early for movements, their section says so in the first issue.
    if edition.trends_from and _too_early(edition):
        if memory.issues:
            begins = day(edition.trends_from, judgement.held.business.timezone)
            yield f"What rises and fades can be told from {begins}: there is too little history yet."
    elif not rows:
        nothing = "Nothing near you" if edition.trends else "No technology"
        yield f"{nothing} was reported clearly more or less than usual."
    if missing := edition.coverage.missing:
        of = f"{len(missing)} of {counted(edition.coverage.feeds, 'feed')}"
        yield f"{of} could not be read: {some_of([cut(title, NAME_CHARS) for title in missing], 3)}."
