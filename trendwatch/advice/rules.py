"""Rules that votes propose: visible, explained by counts, shown with their effect, and reversible.

Theory of operation.

Observations. A learnt weight moves a story a little and quietly. Some wishes are plainer than that ("no
blockchain, please"), and their owner should see them as a sentence, decide, and be able to take it back.

Method. Of the last half-year's standing votes, per label: u called useful of n. A rule is proposed

    less    n - u >= 3 and at least three quarters not for me
    never   a label already under *less*, n >= 4 and u = 0
    more    u >= 3 and at least three quarters useful, on a label that the profile does not ask for

and of labels that share their votes only the most specific one speaks (generative AI, not also AI).
Nothing is proposed again after it was refused, and nothing happens before it is accepted. What it would
have done is computed, not guessed: the last issues' editions are chosen from as the business is, and with
the rule.

Known failures. Votes on a story are votes on all its labels, so a sector can take the blame for a topic;
that is why the counts are shown. Three votes are few: the price of a wrong proposal is one click.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trendwatch.advice.digest import select
from trendwatch.advice.taste import standing
from trendwatch.advice.words import counted, in_words
from trendwatch.types.advice import Business, Edition, Memory
from trendwatch.types.votes import Rule, RuleKind, Vote, VoteKind

#: Votes one way before a rule is proposed, and the share of all votes on the label.
LEAST, SHARE = 3, 0.75
#: To go from less to never.
LEAST_NEVER = 4
#: Votes older than this propose nothing.
LOOK_BACK = timedelta(weeks=26)
#: Proposals shown at once: a list of ten is a questionnaire.
SHOWN = 3
_FIELDS = {RuleKind.LESS: "less", RuleKind.MORE: "more", RuleKind.NEVER: "mutes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a rule would have done to a business's last issues."""

    #: issues that were chosen anew
    issues: int
    #: stories with the label, as it is and with the rule
    before: int
    after: int
    #: headlines that go and come
    gone: tuple[str, ...]
    come: tuple[str, ...]


def proposed(
    votes: Iterable[Vote], business: Business, *, now: datetime, parents: Mapping[str, str]
) -> tuple[Rule, ...]:
    """Return the rules that votes cast before ``now`` propose, the best founded first.

    Args:
        votes: of this business
        business: rules it has or refused are not proposed
        now: aware UTC
        parents: full key of each label's parent
    """
    cast, wrong = standing(votes, business, now=now)
    stories: dict[str, dict[str, bool]] = {}
    for vote in cast:
        if vote.voted_at >= now - LOOK_BACK:
            for key, _ in vote.labels:
                if (vote.story_id, key) not in wrong:
                    stories.setdefault(key, {})[vote.story_id] = vote.kind is VoteKind.USEFUL
    found = [
        rule
        for key in sorted(stories)
        if not _told_by_child(key, stories, parents)
        if (rule := _proposal(key, stories[key], business))
    ]
    return tuple(sorted(found, key=lambda one: (-one.votes, one.key))[:SHOWN])


def in_force(business: Business) -> tuple[Rule, ...]:
    """Return the rules of a business, each of which can be taken back."""
    return tuple(
        Rule(kind=kind, label=label) for kind, name in _FIELDS.items() for label in getattr(business, name)
    )


def parse_rule(key: str) -> Rule | None:
    """Return the rule that is named like ``less:area:drones``, None where nothing is."""
    kind, _, label = key.partition(":")
    return Rule(kind=RuleKind(kind), label=label) if kind in set(RuleKind) and ":" in label else None


def accepted(rule: Rule, business: Business) -> dict[str, list[str]]:
    """Return what changes of a profile when a rule is accepted, in the words of its file.

    Less and more of one label take each other's place. Never leaves both where they are: while it holds they
    have nothing to act on, and when it is undone they hold again.
    """
    displaced = {RuleKind.LESS, RuleKind.MORE} - {rule.kind} if rule.kind is not RuleKind.NEVER else set()
    changed = {_FIELDS[kind]: _without(business, _FIELDS[kind], rule.label) for kind in displaced}
    name = _FIELDS[rule.kind]
    changed[name] = [*_without(business, name, rule.label), rule.label]
    return {name: labels for name, labels in changed.items() if labels != list(getattr(business, name))}


def undone(rule: Rule, business: Business) -> dict[str, list[str]]:
    """Return what changes of a profile when a rule is taken back or its refusal forgotten.

    What less or more took the place of does not come back: nobody wrote down that it was there.
    """
    name = _FIELDS[rule.kind]
    return {
        name: _without(business, name, rule.label),
        "declined": [one for one in business.declined if one != rule.key],
    }


def _without(business: Business, name: str, label: str) -> list[str]:
    """Return the labels of a list of a profile but one."""
    return [one for one in getattr(business, name) if one != label]


def refused(rule: Rule, business: Business) -> dict[str, list[str]]:
    """Return what changes of a profile when a rule is refused."""
    return {"declined": [*(one for one in business.declined if one != rule.key), rule.key]}


def effect(rule: Rule, business: Business, issues: Sequence[tuple[Edition, Memory]]) -> Effect:
    """Return what a rule would have done to past issues: chosen anew, as it is and with the rule."""
    values = {name: tuple(labels) for name, labels in accepted(rule, business).items()}
    ruled = replace(business, **values)  # type: ignore[arg-type]
    counts, shown = [0, 0], [dict[str, str](), dict[str, str]()]
    for edition, memory in issues:
        for side, who in enumerate((business, ruled)):
            chosen = select(edition, who, memory).shown
            counts[side] += sum(1 for one in chosen if rule.label in one.labels)
            shown[side] |= {one.candidate.story_id: one.candidate.title for one in chosen}
    gone = tuple(title for key, title in shown[0].items() if key not in shown[1])
    come = tuple(title for key, title in shown[1].items() if key not in shown[0])
    return Effect(issues=len(issues), before=counts[0], after=counts[1], gone=gone, come=come)


def rule_words(rule: Rule, names: Mapping[str, str]) -> str:
    """Return "Less blockchain"."""
    lead = {RuleKind.LESS: "Less", RuleKind.MORE: "More", RuleKind.NEVER: "Nothing more on"}[rule.kind]
    return f"{lead} {in_words(rule.label, names)}"


def held_words(rule: Rule, business: Business, names: Mapping[str, str]) -> str:
    """Return a rule in force as a sentence, with that it is stronger than what the profile asks for."""
    wins = rule.kind is RuleKind.NEVER and rule.label in set(_declared(business))
    return rule_words(rule, names) + (", though you asked for it: never is stronger" if wins else "")


def ground_words(rule: Rule) -> str:
    """Return why a rule is proposed, in counts; "" where it was decided without."""
    if not rule.votes:
        return ""
    if rule.kind is RuleKind.MORE:
        return f"you found {rule.useful} of {counted(rule.votes, 'story', plural='stories')} useful"
    return f"{rule.votes - rule.useful} of {counted(rule.votes, 'story', plural='stories')} were not for you"


def effect_words(one: Effect) -> str:
    """Return "3 stories fewer in your last 4 issues: 1 instead of 4"."""
    last = f"your last {counted(one.issues, 'issue')}" if one.issues > 1 else "your last issue"
    if not one.issues:
        return "There is no issue yet to show what it would do."
    change = one.after - one.before
    if not change:
        others = counted(len(one.gone), "other story", plural="other stories")
        differ = f"; {others} would differ" if one.gone else ""
        return f"No story on it more or fewer in {last}{differ}."
    way = "more" if change > 0 else "fewer"
    stories = counted(abs(change), "story", plural="stories")
    return f"{stories} {way} in {last}: {one.after} instead of {one.before}."


def _proposal(label: str, votes: Mapping[str, bool], business: Business) -> Rule | None:
    useful, count = sum(votes.values()), len(votes)
    against = count - useful
    found: Rule | None = None
    if label in business.less:
        if count >= LEAST_NEVER and not useful:
            found = Rule(kind=RuleKind.NEVER, label=label, useful=useful, votes=count)
    elif against >= LEAST and against >= SHARE * count and label != f"sector:{business.sector}":
        found = Rule(kind=RuleKind.LESS, label=label, useful=useful, votes=count)
    elif useful >= LEAST and useful >= SHARE * count and label not in {*business.more, *_declared(business)}:
        found = Rule(kind=RuleKind.MORE, label=label, useful=useful, votes=count)
    settled = found is None or found.key in business.declined or label in business.mutes
    return None if settled else found


def _declared(business: Business) -> Iterator[str]:
    yield f"sector:{business.sector}"
    yield from business.follows
    yield from (f"area:{key}" for key in business.areas)
    yield from (f"function:{key}" for key in business.goals)


def _told_by_child(label: str, stories: Mapping[str, Mapping[str, bool]], parents: Mapping[str, str]) -> bool:
    """Return whether a label that implies this one has the same votes, and so says it more exactly."""
    return any(parents.get(key) == label and votes == stories[label] for key, votes in stories.items())
