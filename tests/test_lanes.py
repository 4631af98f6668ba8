"""Two lanes of sending: what is slow or dead holds back nothing new, however long it takes (D7)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.seeds import LEASE
from tests.steps import Clock
from tests.test_pipeline_send import REFUSED, Mailbox, compose, raising, run, terms
from trendwatch.jobs.schedule import ticking
from trendwatch.pipeline.retries import RETRIES
from trendwatch.pipeline.send import TROUBLED_TIME, SendReport, send_due
from trendwatch.store import Store
from trendwatch.types.delivery import Lane, Mail

#: Seconds until a test that waits for ever is broken off.
PATIENCE = 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that several threads can use."""
    store = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    yield store
    store.close()


def troubled(store: Store, *keys: str) -> Clock:
    """Compose digests whose first try fails; return a clock at which they are tried again."""
    compose(store, *keys)
    clock = Clock()
    run(store, Mailbox(raising(REFUSED)), clock=clock)
    clock.pass_by(RETRIES[0])
    return clock


class Stuck:
    """A mailbox that answers the troubled only when told to, and says when others have their mail."""

    def __init__(self) -> None:
        self.begun, self.arrived, self.let_go = threading.Event(), threading.Event(), threading.Event()
        self.mailbox = Mailbox(self._trouble)

    def _trouble(self, mail: Mail) -> None:
        if "slow" in mail.to:
            self.begun.set()
            assert self.let_go.wait(PATIENCE)
        else:
            self.arrived.set()


def steps_of(store: Store, mailbox: Mailbox, clock: Clock) -> list[Callable[[], object]]:
    def sending(lane: Lane) -> Callable[[], object]:
        def send() -> object:
            return send_due(store, terms(mailbox, workers=4), clock=clock, lease=LEASE, lane=lane)

        return send

    return [sending(lane) for lane in Lane]


def test_d7_what_is_composed_while_the_troubled_lane_is_stuck_leaves_at_once(store: Store) -> None:
    """Ticks for each lane, as the service has. With one for both, nothing new left before all were over."""
    clock, stuck = troubled(store, *(f"slow{number}" for number in range(6))), Stuck()
    fresh, slow = steps_of(store, stuck.mailbox, clock)
    with ticking((slow,), seconds=1), ticking((fresh,), seconds=1):
        assert stuck.begun.wait(PATIENCE)
        compose(store, "new")
        assert stuck.arrived.wait(PATIENCE)
        assert not stuck.let_go.is_set()
        stuck.let_go.set()
    assert "owner@new.example" in {mail.to for mail in stuck.mailbox.mails}


def test_d7_what_is_due_while_a_first_try_is_slow_is_taken_up_by_whoever_is_free(store: Store) -> None:
    compose(store, "slow")
    stuck = Stuck()
    reports: list[SendReport] = []
    sending = threading.Thread(
        target=lambda: reports.append(run(store, stuck.mailbox, workers=2, lane=Lane.FRESH))
    )
    sending.start()
    assert stuck.begun.wait(PATIENCE)
    compose(store, "new")
    assert stuck.arrived.wait(PATIENCE)
    stuck.let_go.set()
    sending.join()
    assert reports == [SendReport(sent=2)]


@pytest.mark.parametrize("workers", [1, 4])
def test_d7_however_many_are_in_trouble_they_hide_nothing_new(store: Store, workers: int) -> None:
    """More than are looked up at once, and all of them older."""
    few: Any = {"workers": workers, "at_once": 3}
    clock = troubled(store, "dead1", "dead2", "dead3")
    compose(store, "new")
    mailbox = Mailbox()
    assert run(store, mailbox, clock=clock, **few, lane=Lane.FRESH) == SendReport(sent=1)
    assert [mail.to for mail in mailbox.mails] == ["owner@new.example"]
    assert run(store, mailbox, clock=clock, **few, lane=Lane.TROUBLED) == SendReport(sent=3)


def test_d7_what_is_for_somebody_in_trouble_waits_in_their_lane(store: Store) -> None:
    reader, _ = store.recipients.name("a", "a@b.example", agreed=True, origin="operator", now=Clock()())
    compose(store, "a", target=reader.id, address="a@b.example")
    run(store, Mailbox(raising(REFUSED)))
    later = Clock()() + timedelta(weeks=1)
    compose(store, "a", cutoff=later, target=reader.id, address="a@b.example")
    assert run(store, Mailbox(), now=later, lane=Lane.FRESH) == SendReport()
    assert run(store, Mailbox(), now=later, lane=Lane.TROUBLED) == SendReport(sent=2)


def test_d7_the_troubled_lane_begins_nothing_after_a_while_so_that_a_stop_is_soon(store: Store) -> None:
    clock = troubled(store, *(f"dead{number}" for number in range(6)))
    tried: list[str] = []

    def trouble(mail: Mail) -> None:
        tried.append(mail.to)
        clock.pass_by(2 * TROUBLED_TIME)
        raise REFUSED

    report = run(store, Mailbox(trouble), clock=clock, workers=4, lane=Lane.TROUBLED)
    assert report.postponed == len(tried)
    assert 1 <= len(tried) <= 2
    rest = run(store, Mailbox(), clock=clock, workers=4, lane=Lane.TROUBLED)
    assert rest.sent >= 4
