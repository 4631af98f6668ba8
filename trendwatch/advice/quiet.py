"""A week in which nothing met the profile: what was chosen for it is done, and said.

The first four issues go out whatever they hold: who has just come must see that it works. After that the
owner's choice holds: nothing, a note of two lines, or what most publishers told, marked as general news.
"""

from __future__ import annotations

from dataclasses import replace

from trendwatch.advice.columns import owners
from trendwatch.advice.fitting import fit
from trendwatch.advice.muting import is_muted, naming
from trendwatch.advice.schedule import merged
from trendwatch.advice.telling import title_of, what_happened
from trendwatch.types.advice import Business, Candidate, Digest, Edition, Memory, Pick

#: Issues that are always sent.
FIRST_ISSUES = 4
#: Stories of general news in a quiet week.
GENERAL = 3
#: Independent publishers, or it is no general news.
LEAST_OWNERS = 2


def finished(digest: Digest, edition: Edition, *, business: Business, memory: Memory) -> Digest:
    """Return a digest with the weeks it makes up for and what a quiet week brings."""
    late = merged(business, digest.cutoff, since=digest.since, last=memory.last_cutoff)
    if late:
        digest = replace(digest, merged=late)
    if digest.quiet:
        choice = "first" if memory.issues < FIRST_ISSUES else business.quiet_week
        digest = replace(digest, quiet_choice=choice)
        if choice == "general":
            digest = replace(digest, worth_a_look=_general(edition, digest, business=business, memory=memory))
    return fit(digest) if digest.quiet_choice == "general" else digest


def is_sent(digest: Digest) -> bool:
    """Tell whether a digest leaves the house; one that does not stands in the archive."""
    return digest.quiet_choice != "none"


def _general(edition: Edition, digest: Digest, *, business: Business, memory: Memory) -> tuple[Pick, ...]:
    """Return what most publishers told, of what may be shown to this business."""
    named = naming(business.mutes, edition.names)
    told = [
        one
        for one in edition.candidates
        if digest.since <= one.first_seen_at < digest.cutoff
        and not one.backlog
        and one.story_id not in memory.shown
        and owners(one) >= LEAST_OWNERS
        and not is_muted((tag.full_key for tag in one.tags), business.mutes, edition.parents)
        and not named.search(one.title)
    ]
    told.sort(key=lambda one: (-owners(one), -one.first_seen_at.timestamp(), one.story_id))
    return tuple(_pick(one, edition) for one in told[:GENERAL])


def _pick(one: Candidate, edition: Edition) -> Pick:
    title = title_of(one)
    areas = [tag.full_key for tag in one.tags if tag.full_key.startswith("area:")]
    return Pick(
        story_id=one.story_id,
        title=title,
        what=what_happened(one, title),
        why=f"Not about your topics: {owners(one)} independent publishers told it this week.",
        url=one.url,
        score=0.0,
        parts=(),
        topics=tuple(edition.names.get(key, key.partition(":")[2]) for key in areas[:2]),
        sources=one.sources,
        first_seen_at=one.first_seen_at,
        first_told_at=one.first_told_at,
        marks=("general news",),
    )
