"""What polls bring, against what is kept: identity, ledgers that sum, history, breakages (P6, F7, S1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from tests.seeds import NOW, a_feed, claim_on
from trendwatch.news.items import items_of
from trendwatch.news.ledger import DROP_WORDS, OUTCOME_WORDS, recorded
from trendwatch.store import Store
from trendwatch.store.arriving import insert_items
from trendwatch.store.engine import reading, writing
from trendwatch.store.fetches import total
from trendwatch.store.intake import HISTORY, feed_rows
from trendwatch.store.items import Filter
from trendwatch.store.poll_tables import FetchRow
from trendwatch.store.statements import table
from trendwatch.types.fetches import Drop, FeedUpdate, Fetch, Ledger, Outcome
from trendwatch.types.news import (
    Answer,
    Document,
    Entry,
    Failure,
    FeedState,
    Item,
    NotModified,
    ParsedFeed,
    PollFailure,
)

DAY = timedelta(days=1)


def entry(number: int, guid: str = "https://old.example/?p={}", **values: object) -> Entry:
    texts = {"url": f"https://gazette.example/{number}", "title": f"Loaf {number} is out", "summary": ""}
    return replace(Entry(guid=guid.format(number), **texts), **values)


def read(*entries: Entry, left_out: int = 0) -> ParsedFeed:
    return ParsedFeed(title="Gazette", language="en", entries=entries, left_out=left_out)


class Poller:
    """Polls the gazette as the step does, without a network."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        store.feeds.sync([a_feed("gazette"), a_feed("wire")])

    def document(self, *entries: Entry, left_out: int = 0, backlog: bool = False) -> tuple[Item, ...]:
        parsed = read(*entries, left_out=left_out)
        items = items_of(a_feed("gazette"), parsed, now=self.now, backlog=backlog)
        return self.answer(Document(url="", body=b"12345", milliseconds=250), parsed, items)

    def answer(
        self, answer: Answer, parsed: ParsedFeed | None = None, items: Sequence[Item] = ()
    ) -> tuple[Item, ...]:
        failure = answer.failure if isinstance(answer, PollFailure) else None
        state = FeedState(feed_key="gazette", first_success_at=NOW, polled_at=self.now, failure=failure)
        update = recorded(FeedUpdate(state=state, items=tuple(items)), answer, parsed=parsed, now=self.now)
        claim = claim_on(self.store, "poll", "gazette.example", at=self.now)
        new = self.store.polls.record(update, claim=claim)
        self.store.leases.release(claim)
        self.now += timedelta(hours=1)
        return new

    def fail(self, failure: Failure = Failure.NOT_THERE) -> None:
        self.answer(PollFailure(failure=failure, detail="said so", milliseconds=30))

    @property
    def last(self) -> Fetch:
        return self.store.fetches.history("gazette", limit=1)[0]

    @property
    def titles(self) -> list[str]:
        page = self.store.items.search(Filter(feed_key="gazette"), limit=200)
        return sorted(tagged.item.title for tagged in page.items)


@pytest.fixture
def poller(store: Store) -> Poller:
    return Poller(store)


# --- identity ----------------------------------------------------------------------------------------


def test_p6_a_new_headline_is_kept_on_the_item_and_found_by_search(poller: Poller) -> None:
    [item] = poller.document(entry(1))
    assert poller.document(entry(1, title="Loaf 1 rises, bakers say", summary="It does.")) == ()
    [tagged] = poller.store.items.search(Filter(text="bakers"), limit=5).items
    assert (tagged.item.id, tagged.item.summary) == (item.id, "It does.")
    assert tagged.item.first_seen_at == item.first_seen_at
    assert poller.store.items.search(Filter(text="out"), limit=5).items == ()


def test_p6_churn_across_polls_keeps_items_and_sends_nothing_again(poller: Poller) -> None:
    poller.document(*[entry(n) for n in range(6)])
    for scheme in ("http://new.example/?p={}", "tag:{}", "x-{}"):
        assert [one.title for one in poller.document(*[entry(n, scheme) for n in range(7)])] in (
            ["Loaf 6 is out"],
            [],
        )
    assert len(poller.titles) == 7
    assert poller.last.ledger == Ledger(fetched=7, drops={Drop.CHURNED: 7})
    # Known under the last guids from now on, whatever else changes.
    renamed = [entry(n, "x-{}", title=f"Anew {n}") for n in range(7)]
    assert poller.document(*renamed) == ()
    assert len(poller.titles) == 7


def test_p6_a_guid_given_to_other_news_is_a_new_item(poller: Poller) -> None:
    poller.document(entry(1, "latest"))
    [item] = poller.document(entry(2, "latest"))
    assert item.title == "Loaf 2 is out"
    assert poller.document(entry(2, "latest")) == ()
    assert poller.titles == ["Loaf 1 is out", "Loaf 2 is out"]


def test_p6_content_random_per_fetch_is_updated_24_times(poller: Poller) -> None:
    for fetch in range(30):
        poller.document(entry(1, summary=f"Now {fetch}."))
    [tagged] = poller.store.items.search(Filter(), limit=5).items
    assert tagged.item.summary == "Now 24."
    # 30 polls: 1 new, 24 updates, 5 that were not taken
    assert total(poller.store.fetches.history("gazette")) == Ledger(
        fetched=30, kept=1, drops={Drop.UPDATED: 24, Drop.RESTLESS: 5}
    )


def test_p6_items_of_a_version_that_kept_no_hashes_are_not_counted_as_updated(poller: Poller) -> None:
    poller.document(entry(1))
    with writing(poller.store._engine) as connection:
        connection.execute(text("UPDATE item SET content_hash = ''"))
    poller.document(entry(1, summary="Newer."))
    assert poller.last.ledger.drops == {Drop.KNOWN: 1}
    poller.document(entry(1, summary="Newer still."))
    assert poller.last.ledger.drops == {Drop.UPDATED: 1}


def test_p5_items_of_the_first_fetch_are_back_log_and_later_ones_are_not(poller: Poller) -> None:
    assert [item.backlog for item in poller.document(entry(1), backlog=True)] == [True]
    assert [item.backlog for item in poller.document(entry(1), entry(2))] == [False]
    kept = {one.item.title: one.item.backlog for one in poller.store.items.search(Filter(), limit=5).items}
    assert kept == {"Loaf 1 is out": True, "Loaf 2 is out": False}


# --- ledger ------------------------------------------------------------------------------------------


def test_the_ledger_of_a_poll_sums(poller: Poller) -> None:
    poller.document(entry(1), entry(2), entry(3))
    assert poller.last.ledger == Ledger(fetched=3, kept=3)
    poller.document(entry(1), entry(2, title="Loaf 2 anew"), entry(4), entry(4), left_out=10)
    expected = {Drop.KNOWN: 1, Drop.UPDATED: 1, Drop.DUPLICATE: 1, Drop.LEFT_OUT: 10}
    assert poller.last.ledger == Ledger(fetched=14, kept=1, drops=expected)  # 14 = 1 + 1 + 1 + 1 + 10
    assert total(poller.store.fetches.history("gazette")).balanced


@pytest.mark.parametrize("words", [DROP_WORDS, OUTCOME_WORDS])
def test_every_reason_has_words(words: dict[object, str]) -> None:
    assert set(words) == set(Drop if words is DROP_WORDS else Outcome)


DOCUMENTS = st.lists(
    st.tuples(
        st.lists(
            st.builds(
                Entry,
                guid=st.sampled_from(["", "g", "h", "i", "j"]),
                url=st.sampled_from(["", "https://a.example/1", "http://b.example/1", "https://a.example/2"]),
                title=st.sampled_from(["", "A", "B", "C"]),
                summary=st.sampled_from(["", "Words."]),
            ),
            max_size=8,
        ),
        st.integers(0, 3),
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS)
def test_every_ledger_sums_whatever_feeds_say(documents: list[tuple[list[Entry], int]]) -> None:
    store = Store.open("sqlite://")
    poller = Poller(store)
    for entries, left_out in documents:
        poller.document(*entries, left_out=left_out)
    history = store.fetches.history("gazette")
    assert all(fetch.ledger.balanced for fetch in history)
    assert [one.ledger.fetched for one in reversed(history)] == [len(e) + left for e, left in documents]
    assert total(history).kept == store.items.count()
    store.close()


# --- history -----------------------------------------------------------------------------------------


def test_each_answer_leaves_its_line(poller: Poller) -> None:
    poller.document(entry(1))
    poller.answer(NotModified(milliseconds=20))
    poller.answer(Document(url="", body=b"1234", milliseconds=40))
    poller.fail(Failure.RATE_LIMITED)
    poller.fail()
    lines = [
        (one.outcome, one.failure, one.size, one.milliseconds)
        for one in poller.store.fetches.history("gazette")
    ]
    assert lines == [
        (Outcome.FAILED, Failure.NOT_THERE, 0, 30),
        (Outcome.RESTING, Failure.RATE_LIMITED, 0, 30),
        (Outcome.UNCHANGED, None, 4, 40),
        (Outcome.NOT_MODIFIED, None, 0, 20),
        (Outcome.READ, None, 5, 250),
    ]


def test_a_feed_that_was_not_asked_leaves_no_line(poller: Poller) -> None:
    poller.answer(PollFailure(failure=Failure.RATE_LIMITED, asked=False))
    assert poller.store.fetches.history("gazette") == ()


def test_the_history_is_bounded_and_drops_the_oldest(poller: Poller) -> None:
    for number in range(HISTORY + 7):
        poller.document(entry(number))
    history = poller.store.fetches.history("gazette")
    assert [one.at for one in history] == [NOW + timedelta(hours=n) for n in range(HISTORY + 6, 6, -1)]
    assert poller.store.fetches.histories(limit=30)["gazette"] == history[:30]
    assert "wire" not in poller.store.fetches.histories(limit=30)
    with reading(poller.store._engine) as connection:
        assert connection.execute(select(func.count()).select_from(table(FetchRow))).scalar() == HISTORY


def test_s1_items_state_and_history_are_written_together_or_not_at_all(poller: Poller) -> None:
    poller.document(entry(1))
    broken = Fetch(at=None, outcome=Outcome.READ)  # type: ignore[arg-type]
    items = items_of(a_feed("gazette"), read(entry(2)), now=NOW, backlog=False)
    claim = claim_on(poller.store, "poll", "gazette.example", at=poller.now)
    with pytest.raises(Exception, match=r"(?i)not.null"):
        poller.store.polls.record(
            FeedUpdate(state=FeedState(feed_key="gazette", etag='"2"'), items=items, fetch=broken),
            claim=claim,
        )
    assert poller.titles == ["Loaf 1 is out"]
    [health] = poller.store.feeds.health("gazette")
    assert health.state.etag == ""


def test_an_item_that_comes_again_is_kept_and_indexed_once(poller: Poller) -> None:
    items = items_of(a_feed("gazette"), read(entry(1), entry(2)), now=NOW, backlog=False)
    engine = poller.store._engine
    for new in (items[:1], items):  # the second time as if another writer had been faster
        with writing(engine) as connection:
            insert_items(connection, new, feed_rows(connection, ["gazette"]))
    assert poller.titles == ["Loaf 1 is out", "Loaf 2 is out"]
    assert len(poller.store.items.search(Filter(text="loaf"), limit=5).items) == 2
    if engine.dialect.name == "sqlite":  # raises where the index does not say what the table says
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO item_text(item_text, rank) VALUES ('integrity-check', 1)"))
            assert connection.execute(text("SELECT count(*) FROM arriving")).scalar_one() == 0


# --- breakages ---------------------------------------------------------------------------------------


def told(poller: Poller, at: datetime) -> list[str]:
    return [one.feed_key for one in poller.store.fetches.tell(now=at, after=3 * DAY)]


def test_f7_a_breakage_is_told_once_after_72_hours(poller: Poller) -> None:
    poller.document(entry(1))
    began = poller.now
    for _ in range(5):
        poller.fail()
    assert told(poller, began + 3 * DAY - timedelta(seconds=1)) == []
    assert told(poller, began + 3 * DAY) == ["gazette"]
    poller.fail(Failure.SERVER_ERROR)
    assert told(poller, began + 9 * DAY) == []
    [episode] = poller.store.fetches.broken(since=began)
    assert (episode.began_at, episode.failure, episode.told_at) == (
        *(began, Failure.SERVER_ERROR),  # what it fails with now
        began + 3 * DAY,
    )


def test_f7_recovery_ends_the_episode_and_the_next_one_is_told_anew(poller: Poller) -> None:
    poller.fail()
    assert told(poller, NOW + 4 * DAY) == ["gazette"]
    poller.answer(NotModified())
    assert poller.store.fetches.broken(since=NOW + 9 * DAY) == ()
    again = poller.now
    poller.fail()
    assert told(poller, again + 3 * DAY) == ["gazette"]
    ended = [one.ended_at for one in poller.store.fetches.episodes("gazette")]
    assert ended == [None, NOW + timedelta(hours=1)]


def test_f6_a_server_that_asks_for_rest_is_not_broken_and_does_not_end_a_breakage(poller: Poller) -> None:
    poller.fail(Failure.RATE_LIMITED)
    assert poller.store.fetches.episodes("gazette") == ()
    poller.fail()
    poller.fail(Failure.RATE_LIMITED)
    assert [one.ended_at for one in poller.store.fetches.episodes("gazette")] == [None]


def test_f7_a_feed_that_is_gone_is_told_of_at_once(poller: Poller) -> None:
    poller.fail(Failure.GONE)
    assert told(poller, poller.now) == ["gazette"]


def test_f7_a_feed_that_failed_before_it_was_gone_is_told_of_at_once(poller: Poller) -> None:
    poller.fail(Failure.SERVER_ERROR)
    assert told(poller, poller.now) == []
    poller.fail(Failure.GONE)
    assert told(poller, poller.now) == ["gazette"]
    [episode] = poller.store.fetches.episodes("gazette")
    assert (episode.began_at, episode.failure) == (NOW, Failure.GONE)


def test_f7_a_breakage_that_was_told_is_told_again_once_when_the_feed_is_gone(poller: Poller) -> None:
    poller.fail(Failure.SERVER_ERROR)
    assert told(poller, NOW + 4 * DAY) == ["gazette"]
    for _ in range(2):
        poller.fail(Failure.GONE)
    assert told(poller, NOW + 5 * DAY) == ["gazette"]
    poller.fail(Failure.GONE)
    assert told(poller, NOW + 6 * DAY) == []


def test_each_breakage_ends_with_its_own_feeds_poll(poller: Poller) -> None:
    """Two feeds, written together, that were read at different times."""

    def outcome(key: str, at: datetime, failure: Failure | None) -> FeedUpdate:
        fetch = Fetch(at=at, outcome=Outcome.FAILED if failure else Outcome.NOT_MODIFIED, failure=failure)
        return FeedUpdate(state=FeedState(feed_key=key, polled_at=at, failure=failure), fetch=fetch)

    claim = claim_on(poller.store, "poll", "example", at=NOW)
    claims = {"gazette": claim, "wire": claim}
    for hours, failure in ((0, Failure.NOT_THERE), (5, None)):
        times = {"gazette": NOW + timedelta(hours=hours), "wire": NOW + timedelta(hours=hours, minutes=2)}
        outcomes = [outcome(key, at, failure) for key, at in times.items()]
        poller.store.polls.record_all(outcomes, claims=claims, asked={})
    ended = [one.ended_at for key in times for one in poller.store.fetches.episodes(key)]
    assert ended == list(times.values())


def test_a_feed_that_is_switched_off_is_not_told_of(poller: Poller) -> None:
    poller.fail()
    poller.store.feeds.sync([a_feed("gazette", enabled=False)])
    assert told(poller, NOW + 9 * DAY) == []
    assert poller.store.fetches.broken(since=NOW + 9 * DAY) == ()
