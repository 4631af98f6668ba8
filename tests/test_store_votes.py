"""Votes come back as they were cast, in order, and a digest's memory holds those before its cutoff."""

from __future__ import annotations

from datetime import timedelta

from tests.seeds import NOW
from trendwatch.store import Store
from trendwatch.types.votes import Vote, VoteKind

HOUR = timedelta(hours=1)


def a_vote(
    story: str = "s1", kind: VoteKind = VoteKind.USEFUL, *, hours_ago: int = 1, who: str = "farm"
) -> Vote:
    return Vote(
        business_key=who,
        story_id=story,
        period="2025-W09",
        kind=kind,
        label="area:drones" if kind is VoteKind.WRONG_TAG else "",
        voted_at=NOW - HOUR * hours_ago,
        labels=(("area:drones", 0.75), ("sector:energy", 0.5)),
    )


def test_votes_come_back_in_the_order_they_were_cast_and_none_is_lost(store: Store) -> None:
    cast = [a_vote(hours_ago=3), a_vote(kind=VoteKind.NOT_FOR_ME, hours_ago=2), a_vote("s2", hours_ago=1)]
    for one in cast:
        store.votes.cast(one)
    assert store.votes.of("farm") == tuple(cast)
    assert store.votes.of("farm", before=NOW - HOUR * 2) == (cast[0],)
    assert store.votes.of("bakery") == ()


def test_memory_holds_the_votes_before_a_cutoff(store: Store) -> None:
    store.votes.cast(a_vote(hours_ago=2))
    store.votes.cast(a_vote("s2", hours_ago=0))
    store.votes.cast(a_vote("s3", hours_ago=2, who="bakery"))
    assert [one.story_id for one in store.digests.memory("farm", before=NOW).votes] == ["s1"]


def test_wrong_tags_of_all_businesses_are_for_learning(store: Store) -> None:
    store.votes.cast(a_vote())
    store.votes.cast(a_vote("s2", VoteKind.WRONG_TAG, hours_ago=2))
    store.votes.cast(a_vote("s3", VoteKind.WRONG_TAG, hours_ago=9, who="bakery"))
    assert [one.story_id for one in store.votes.wrong_tags(NOW - HOUR * 3)] == ["s2"]
    assert len(store.votes.wrong_tags(NOW - HOUR * 10)) == 2
    store.votes.cast(a_vote("s2", VoteKind.NOTHING))
    assert [one.story_id for one in store.votes.wrong_tags(NOW - HOUR * 10)] == [
        "s3"
    ]  # the other was taken back


def test_votes_are_handed_out_and_forgotten_with_their_business(store: Store) -> None:
    store.votes.cast(a_vote())
    assert len(store.erasure.export("farm")["vote"]) == 1
    store.erasure.erase("farm", now=NOW)
    assert store.votes.of("farm") == ()
