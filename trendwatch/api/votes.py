"""What a business says of the stories it was shown, and the rules that follow from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.advice.rules import effect_words, ground_words, held_words, in_force, parse_rule, rule_words
from trendwatch.advice.taste import learn
from trendwatch.api.asked import Key, Limit
from trendwatch.errors import NotFound
from trendwatch.pipeline.voting import cast, decide, forget_taste, proposals
from trendwatch.types.advice import Business
from trendwatch.types.votes import Rule, Vote, VoteKind
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["votes"])

_Text = Annotated[str, Field(max_length=100)]


class VoteShape(BaseModel):
    """What was said of one story; a later vote on it stands for an earlier one, and both are listed."""

    story_id: str
    period: str
    kind: VoteKind
    label: str
    voted_at: datetime


class VoteList(BaseModel):
    """Votes of a business, the latest first."""

    votes: list[VoteShape]


class NewVote(BaseModel):
    """What is said of a story that was shown."""

    model_config = ConfigDict(extra="forbid")

    story_id: _Text
    kind: VoteKind
    #: full key that is wrong or muted; only for these two kinds
    label: _Text = ""
    #: issue that showed it; the latest that did where it is left out
    period: Annotated[str, Field(max_length=10)] = ""


class EffectShape(BaseModel):
    """What a rule would have done to the last issues."""

    issues: int
    before: int
    after: int
    gone: tuple[str, ...]
    come: tuple[str, ...]
    words: str


class RuleShape(BaseModel):
    """A rule, in force or proposed."""

    key: str
    words: str
    #: why it is proposed, in counts
    ground: str = ""
    effect: EffectShape | None = None


class LikingShape(BaseModel):
    """What votes say of one label."""

    label: str
    #: added to a story that carries it; 0 below two votes
    points: float
    useful: int
    votes: int


class RuleList(BaseModel):
    """Everything that was learnt or decided about a business: nothing else is."""

    #: each can be undone
    rules: list[RuleShape]
    #: each can be accepted or declined; nothing happens before
    proposed: list[RuleShape]
    #: refused, and so not proposed again; undo forgets that
    declined: list[str]
    #: learnt from votes, and fading
    learnt: list[LikingShape]
    #: votes before this are not learnt from any more
    votes_since: datetime | None


class Decision(BaseModel):
    """What is decided on a rule."""

    model_config = ConfigDict(extra="forbid")

    #: accept, decline or undo
    decision: Annotated[str, Field(max_length=20)]


@router.get("/businesses/{key}/votes")
def votes(key: Key, parts: Given, limit: Limit = 50) -> VoteList:
    """List the votes of a business, the latest first."""
    parts.config().business(key)
    found = parts.store.votes.of(key)[::-1][:limit]
    return VoteList(votes=[_vote(one) for one in found])


@router.post("/businesses/{key}/votes", status_code=201)
def add_vote(key: Key, body: NewVote, parts: Given) -> VoteShape:
    """Say of a story that it was useful or not, that a label is wrong, or mute one of its labels."""
    given = {"label": body.label, "period": body.period, "now": parts.clock()}
    return _vote(cast(parts.store, parts.config(), key, story_id=body.story_id, kind=body.kind, **given))  # type: ignore[arg-type]


@router.delete("/businesses/{key}/votes/{story_id}", status_code=204)
def remove_vote(
    key: Key, story_id: Annotated[str, Path(max_length=100, description="As in the list.")], parts: Given
) -> Response:
    """Take back what was said of a story; a mute stays until its rule is undone."""
    parts.config().business(key)
    if all(one.story_id != story_id for one in parts.store.votes.of(key)):
        raise NotFound("vote", story_id)
    cast(parts.store, parts.config(), key, story_id=story_id, kind=VoteKind.NOTHING, now=parts.clock())
    return Response(status_code=204)


@router.get("/businesses/{key}/rules")
def rules(key: Key, parts: Given) -> RuleList:
    """List the rules of a business, those its votes propose with their effect, and what was learnt."""
    return _rules(parts, parts.config().business(key))


@router.post("/businesses/{key}/rules/{rule}")
def decide_rule(
    key: Key,
    rule: Annotated[str, Path(max_length=120, description="Such as less:area:drones.")],
    body: Decision,
    parts: Given,
) -> RuleList:
    """Accept, decline or undo a rule."""
    meant = parse_rule(rule)
    if meant is None:
        raise NotFound("rule", rule, hint="rules are called like less:area:drones, more:..., never:...")
    return _rules(parts, _decided(parts, key, meant, decision=body.decision))


@router.delete("/businesses/{key}/rules", status_code=204)
def forget_learnt(key: Key, parts: Given) -> Response:
    """Forget what was learnt from votes; rules stay, and votes are still listed."""
    forget_taste(parts.store, parts.config(), key, by="api", now=parts.clock())
    return Response(status_code=204)


def _decided(parts: Parts, key: str, rule: Rule, *, decision: str) -> Business:
    return decide(parts.store, parts.config(), key, rule=rule, decision=decision, by="api", now=parts.clock())


def _rules(parts: Parts, business: Business) -> RuleList:
    config, now = parts.config(), parts.clock()
    names = config.taxonomy.names()
    taste = learn(parts.store.votes.of(business.key), business, now=now)
    return RuleList(
        rules=[RuleShape(key=one.key, words=held_words(one, business, names)) for one in in_force(business)],
        proposed=[
            RuleShape(
                key=one.rule.key,
                words=rule_words(one.rule, names),
                ground=ground_words(one.rule),
                effect=EffectShape(
                    issues=one.effect.issues,
                    before=one.effect.before,
                    after=one.effect.after,
                    gone=one.effect.gone,
                    come=one.effect.come,
                    words=effect_words(one.effect),
                ),
            )
            for one in proposals(parts.store, config, business, now=now)
        ],
        declined=list(business.declined),
        learnt=[
            LikingShape(label=key, points=one.points, useful=one.useful, votes=one.votes)
            for key, one in taste.likings.items()
        ],
        votes_since=business.votes_since,
    )


def _vote(one: Vote) -> VoteShape:
    return VoteShape(**{name: getattr(one, name) for name in VoteShape.model_fields})
