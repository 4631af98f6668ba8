"""Everything about a business: handed out whole and readable again, or gone without a trace (O3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from tests.seeds import LEASE, NOW, a_business, a_digest, a_pick, an_edition, claim_on
from tests.steps import Clock
from trendwatch.deliver.outbox import Outbox
from trendwatch.deliver.webhook import Webhook, new_secret
from trendwatch.errors import InUse, NotFound
from trendwatch.net.guard import Guard
from trendwatch.net.post import Poster
from trendwatch.pipeline.erase import erase, export
from trendwatch.pipeline.outgoing import BY_REQUEST, deliveries_of, invite, know_readers, tell
from trendwatch.pipeline.send import Terms, send_due
from trendwatch.store import Store
from trendwatch.store.engine import reading
from trendwatch.store.frozen import thaw
from trendwatch.types.advice import Business, Digest
from trendwatch.types.delivery import Audience, Channel, Consent, Notice
from trendwatch.types.work import Overlay

KEY, NEIGHBOUR = "zq_unmistakable", "next_door"
ADDRESS, SECOND, THIRD = "owner@zq-mail.example", "left@zq-mail.example", "bounced@zq-mail.example"
SITE = "https://news.example"


def live(store: Store, business: Business, outbox: Outbox) -> None:
    """Let a business have everything: overlay, readers, webhook, digest, mails, notices, leases."""
    values = {"name": business.name, "email": business.email}
    store.overlays.put(
        Overlay(kind="business", key=business.key, values=values, changed_at=NOW, changed_by="api")
    )
    know_readers(store, [business], site=SITE, ask_all=False, mail=Channel.OUTBOX, now=NOW)
    invite(
        store,
        business,
        f"asked@{business.key.replace('_', '-')}.example",
        site=SITE,
        mail=Channel.OUTBOX,
        now=NOW,
    )
    store.endpoints.add(business.key, f"https://{business.key}.example/hook", secret=new_secret(), now=NOW)
    digest = a_digest(business.key, one_thing=a_pick("s1"))
    claim = claim_on(store, "compose", f"business:{business.key}")
    store.editions.freeze(an_edition(), claim=claim, now=NOW)
    outgoing = deliveries_of(store, digest, business, mail=Channel.OUTBOX, now=NOW)
    store.digests.add(digest, outgoing, claim=claim, now=NOW, business=business)
    store.leases.release(claim)
    notice = Notice(
        kind="webhook",
        subject=business.key,
        audience=Audience.OWNER,
        business_key=business.key,
        text=f"about {business.email}",
        opened_at=NOW,
    )
    tell(store, notice, subject="know this", mail=Channel.OUTBOX)
    terms = Terms(
        carrier=lambda _channel: outbox,
        caller=Webhook(Poster(Guard(), user_agent="test", resolve=lambda _host: ["127.0.0.1"])),
        sender="a@b.example",
        site=SITE,
    )
    send_due(store, terms, clock=Clock(), lease=LEASE)


def everything(store: Store) -> Iterator[tuple[str, str]]:
    """Yield every row of every table as text."""
    with reading(store._engine) as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield table.name, " ".join(map(str, row))


def mentions(store: Store, *words: str) -> list[str]:
    return [name for name, row in everything(store) if any(word in row for word in words)]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


@pytest.fixture
def business() -> Business:
    return a_business(KEY, name="Zq Limited", email=ADDRESS, also_to=(SECOND, THIRD))


@pytest.fixture
def lived(store: Store, outbox: Outbox, business: Business) -> Store:
    live(store, business, outbox)
    live(store, a_business(NEIGHBOUR, name="Next Door", email="owner@next.example"), outbox)
    return store


def test_o3_erasing_leaves_no_row_with_id_or_address(lived: Store, outbox: Outbox, tmp_path: Path) -> None:
    words = (KEY, "zq-mail", "zq-unmistakable", "Zq Limited")
    readers = {one.address: one for one in lived.recipients.of(KEY)}
    lived.recipients.leave(readers[SECOND].id, now=NOW)
    ids = [one.id for one in lived.deliveries.of(KEY)]
    assert set(mentions(lived, *words)) >= {
        "digest",
        "delivery",
        "recipient",
        "endpoint",
        "notice",
        "overlay",
        "shown",
    }
    before = [row for row in everything(lived) if NEIGHBOUR in row[1]]
    gone = erase(lived, KEY, remove_file=outbox.remove, clock=Clock())
    assert mentions(lived, *words, *ids) == []
    # a digest and a notice to three addresses, a question to a fourth; the webhook leaves no file
    assert (gone.deliveries, gone.files) == (3 + 3 + 1 + 1, 3 + 3 + 1) == (len(ids), 7)
    left = "".join(path.read_text() for path in (tmp_path / "outbox").iterdir())
    assert all(word not in left for word in words)
    assert [row for row in everything(lived) if NEIGHBOUR in row[1]] == before


def test_o3_only_a_keyed_hash_stays_of_who_left_and_it_still_holds(
    lived: Store, outbox: Outbox, business: Business
) -> None:
    readers = {one.address: one for one in lived.recipients.of(KEY)}
    lived.recipients.leave(readers[SECOND].id, now=NOW)
    erase(lived, KEY, remove_file=outbox.remove, clock=Clock())
    [(_, row)] = [one for one in everything(lived) if one[0] == "suppression"]
    assert SECOND not in row
    # Named again by a file: everybody but the one who left counts as agreed.
    know_readers(lived, [business], site=SITE, ask_all=False, mail=Channel.OUTBOX, now=NOW)
    again = {one.address: one.consent for one in lived.recipients.of(KEY)}
    assert again == {
        ADDRESS: Consent.CONFIRMED,
        SECOND: Consent.UNSUBSCRIBED,
        THIRD: Consent.CONFIRMED,
    }
    # Somebody else's digest is another matter: leaving one is not leaving all.
    other, _ = lived.recipients.name(NEIGHBOUR, SECOND, agreed=True, origin=BY_REQUEST, now=NOW)
    assert other.consent is Consent.CONFIRMED


def test_o3_the_export_is_whole_and_readable_again(lived: Store, business: Business) -> None:
    text = json.dumps(export(lived, KEY, business, now=NOW))
    found = json.loads(text)
    assert (found["format"], found["business"]["email"]) == (1, ADDRESS)
    counted = {name: len(rows) for name, rows in found["tables"].items() if rows}
    with reading(lived._engine) as connection:
        for table in SQLModel.metadata.sorted_tables:
            if "business_key" in table.c:
                rows = connection.execute(select(table).where(table.c.business_key == KEY)).all()
                assert counted.get(table.name, 0) == len(rows), table.name
    [digest] = found["tables"]["digest"]
    assert thaw(Digest, json.dumps(digest["value"])) == lived.digests.get(KEY, "latest")
    assert thaw(Business, json.dumps(digest["business"])) == business
    assert NEIGHBOUR not in text
    assert "whsec_" not in text


def test_o3_nothing_is_erased_while_a_digest_is_made(lived: Store, outbox: Outbox) -> None:
    claim_on(lived, "compose", f"business:{KEY}")
    with pytest.raises(InUse):
        erase(lived, KEY, remove_file=outbox.remove, clock=Clock())
    assert erase(lived, KEY, remove_file=outbox.remove, clock=Clock(NOW + timedelta(hours=1))).deliveries


def test_o3_who_is_not_known_cannot_be_exported(store: Store) -> None:
    with pytest.raises(NotFound):
        export(store, "nobody", None, now=NOW)
