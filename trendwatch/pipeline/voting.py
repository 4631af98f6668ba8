"""Votes and rules:  a story that was shown | its labels as frozen | keep the vote;  votes | rules | effect.

A vote is on a story of a digest, with the labels that digest's edition gave it: what is learnt does not
depend on a later model. A mute also changes the profile; everything else only counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from trendwatch.advice.columns import confidences
from trendwatch.advice.rules import Effect, accepted, effect, proposed, refused, undone
from trendwatch.advice.words import a_list, in_words
from trendwatch.config import Config
from trendwatch.errors import InputError, NotFound
from trendwatch.pipeline.changing import change_business
from trendwatch.store import Store
from trendwatch.types.advice import Business, Digest, Edition, Memory
from trendwatch.types.votes import Rule, RuleKind, Vote, VoteKind

#: A vote is looked for in this many issues where it does not say in which.
ISSUES = 26
#: Issues that show what a rule would have done: about a month.
EFFECT_ISSUES = 4
_ON_A_LABEL = frozenset({VoteKind.WRONG_TAG, VoteKind.MUTE})


def cast(
    store: Store,
    config: Config,
    business_key: str,
    *,
    story_id: str,
    kind: VoteKind,
    now: datetime,
    label: str = "",
    period: str = "",
    by: str = "api",
) -> Vote:
    """Keep what a business says of a story it was shown; a mute also changes its profile.

    Args:
        store: what is known
        config: in force
        business_key: who says it
        story_id: a story of one of its digests
        kind: what is said
        now: aware UTC
        label: full key that is wrong or muted, one of the story's
        period: of the digest that showed it; "" for the latest that did
        by: through which door

    Raises:
        NotFound: there is no such business, or it was not shown this story.
        InputError: a label is missing, not the story's, or given where none is needed.
    """
    business = config.business(business_key)
    digest = _shown_in(store, business_key, story_id, period=period)
    labels = labels_of(store, digest, story_id)
    _check_label(label, kind, labels=labels, business=business, names=config.taxonomy.names())
    vote = Vote(
        business_key=business_key,
        story_id=story_id,
        period=digest.period,
        kind=kind,
        label=label,
        voted_at=now,
        labels=tuple(labels.items()),
    )
    if kind is VoteKind.MUTE and label not in business.mutes:
        change_business(
            store,
            config,
            business_key,
            given=lambda who: {"mutes": [*(one for one in who.mutes if one != label), label]},
            by=by,
            now=now,
        )
    store.votes.cast(vote)
    return vote


def mutable(labels: Iterable[str], business: Business) -> list[str]:
    """Return the labels a reader is offered to mute: technologies and other sectors, but not its own.

    What a story does (a function, an effect) is in most of what is worth reading: muting one in passing would
    silence half of it.
    """
    own = f"sector:{business.sector}"
    return [one for one in labels if one.startswith(("area:", "sector:")) and one != own]


def _check_label(
    label: str, kind: VoteKind, *, labels: Mapping[str, float], business: Business, names: Mapping[str, str]
) -> None:
    """Check that a vote names a label where it needs one, and one that it may name.

    Raises:
        InputError: it does not.
    """
    if kind in _ON_A_LABEL and label not in labels:
        raise InputError(_none_of_its_topics(labels, label, names))
    if kind is VoteKind.MUTE and label == f"sector:{business.sector}":
        raise InputError(
            "this is your own trade: without it nearly nothing is left. Mute another topic of the story, "
            "or say that it is not for you"
        )
    if label and kind not in _ON_A_LABEL:
        raise InputError(f"a vote {kind} is on the whole story; leave the label out")


def _none_of_its_topics(labels: Mapping[str, float], label: str, names: Mapping[str, str]) -> str:
    offered = a_list([in_words(one, names) for one in labels]) or "it has none"
    asked = f"{label[:100]!r} is none of the story's topics" if label else "choose one of the story's topics"
    return f"{asked}: {offered} ({', '.join(labels)})" if labels else f"{asked}: {offered}"


def labels_of(store: Store, digest: Digest, story_id: str) -> dict[str, float]:
    """Return the labels of a story as a digest's edition froze them, surest first."""
    edition = store.editions.get(digest.edition_id)
    found = next((one for one in edition.candidates if one.story_id == story_id), None)
    return {} if found is None else confidences(found, edition.parents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A rule that votes propose, with what it would have done."""

    rule: Rule
    effect: Effect


def proposals(store: Store, config: Config, business: Business, *, now: datetime) -> list[Proposal]:
    """Return the rules that a business's votes propose, each with its effect on the last issues."""
    votes = store.votes.of(business.key)
    found = proposed(votes, business, now=now, parents=config.taxonomy.parents())
    issues = last_issues(store, business.key) if found else []
    return [Proposal(rule=rule, effect=effect(rule, business, issues)) for rule in found]


def last_issues(
    store: Store, business_key: str, *, limit: int = EFFECT_ISSUES
) -> list[tuple[Edition, Memory]]:
    """Return the editions of a business's last issues, with what it had been shown before each."""
    digests = store.digests.of(business_key, limit=limit)[::-1]
    editions = ((one, store.editions.find(one.edition_id)) for one in digests)
    return [
        (edition, store.digests.memory(business_key, before=digest.cutoff))
        for digest, edition in editions
        if edition is not None
    ]


def decide(
    store: Store, config: Config, business_key: str, *, rule: Rule, decision: str, by: str, now: datetime
) -> Business:
    """Accept, refuse or undo a rule; return the business as it is then.

    Raises:
        NotFound: there is no such business, or no such rule to undo.
        InputError: the decision is none of accept, decline and undo.
        ConfigError: there is no such label.
    """
    decided = {"accept": accepted, "decline": refused, "undo": undone}
    if decision not in decided:
        raise InputError(f"{decision[:30]!r} is no decision: accept, decline or undo")
    if decision == "undo":
        _check_there_is(rule, config.business(business_key))
    change = partial(decided[decision], rule)
    return change_business(store, config, business_key, given=change, by=by, now=now)


def forget_taste(store: Store, config: Config, business_key: str, *, by: str, now: datetime) -> Business:
    """Learn from later votes only; the rules stay, and no vote is deleted."""
    return change_business(
        store, config, business_key, given={"votes_since": now.isoformat()}, by=by, now=now
    )


def _check_there_is(rule: Rule, business: Business) -> None:
    """Refuse a rule that was neither accepted nor declined.

    Raises:
        NotFound: it is such a one.
    """
    held = {RuleKind.LESS: business.less, RuleKind.MORE: business.more, RuleKind.NEVER: business.mutes}
    if rule.label not in held[rule.kind] and rule.key not in business.declined:
        raise NotFound("rule", rule.key, hint=f"trendwatch business rules {business.key} lists them")


def _shown_in(store: Store, business_key: str, story_id: str, *, period: str) -> Digest:
    """Return the issue that showed a story: of a period, else the latest that did.

    Raises:
        NotFound: none did.
    """
    if period:
        found = [store.digests.get(business_key, period)]
    else:
        found = store.digests.of(business_key, limit=ISSUES)
    for digest in found:
        if any(pick.story_id == story_id for pick in digest.picks):
            return digest
    if not story_id:
        raise InputError("choose a story of the digest")
    raise NotFound(
        "story", story_id[:60], hint=f"{business_key} was not shown it; votes are on stories that were"
    )
