"""Deliveries, readers, webhooks, export and erasure through command line and API."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.asking import Asker
from tests.cli_world import CommandLine
from tests.seeding import doors
from tests.seeds import NOW, claim_on
from trendwatch.api import Parts
from trendwatch.pipeline.outgoing import know_readers
from trendwatch.types.delivery import Channel, DeliveryState

FARM = "/api/v1/businesses/hill_farm"


def test_cli_who_is_invited_is_asked_and_can_be_removed(cli: CommandLine) -> None:
    said = cli("readers", "invite", "hill_farm", "books@hill.example")
    assert "asked" in said.out
    [reader] = cli("readers", "list", "hill_farm", "--json").objects
    assert (reader["address"], reader["consent"]) == ("books@hill.example", "asked")
    [letter] = cli("deliveries", "list", "--json").objects
    assert (letter["kind"], letter["state"], letter["address"]) == ("letter", "waiting", "books@hill.example")
    assert cli("readers", "remove", reader["id"]).code == 0
    assert cli("deliveries", "list", "--state", "cancelled", "--json").object["id"] == letter["id"]
    assert reader["id"] in cli("readers", "list", "hill_farm").out
    assert cli("readers", "invite", "hill_farm", "nonsense").code == 1
    assert cli("readers", "invite", "nobody", "a@b.example").code == 1


def test_cli_a_delivery_is_sent_again_and_what_is_unknown_is_said(cli: CommandLine) -> None:
    cli("readers", "invite", "hill_farm", "books@hill.example")
    assert "1 sent" in cli("deliver").out
    [letter] = cli("deliveries", "list", "--json").objects
    assert letter["state"] == "sent"
    cli("deliveries", "again", letter["id"])
    assert "1 sent" in cli("deliver").out
    assert len(list(cli.outbox.glob("*.eml"))) == 1  # the same mail under the same name
    wrong = cli("deliveries", "again", "nothing")
    assert (wrong.code, "no delivery named 'nothing'" in wrong.err) == (1, True)
    assert cli("deliveries", "notices", "--all").out == ""
    assert letter["id"] in cli("deliveries", "list").out


def test_cli_a_webhook_lives_its_life_and_inside_addresses_are_refused(cli: CommandLine) -> None:
    refused = cli("webhooks", "add", "hill_farm", "https://10.0.0.7/hook")
    assert (refused.code, "cannot be called" in refused.err) == (1, True)
    made = cli("webhooks", "add", "hill_farm", "http://127.0.0.1:9/hook")
    key, secret = made.out.split()[0], made.out.split()[2]
    assert secret.startswith("whsec_")
    listed = cli("webhooks", "list", "hill_farm", "--json")
    assert secret not in listed.out
    assert listed.object["id"] == key
    assert cli("webhooks", "rotate", key).out.split()[2] not in {secret, ""}
    assert key in cli("webhooks", "list", "hill_farm").out
    assert cli("webhooks", "enable", key).code == 0
    assert cli("webhooks", "remove", key).code == 0
    assert cli("webhooks", "list", "hill_farm", "--json").objects == []
    assert cli("webhooks", "remove", key).code == 1


def test_cli_export_and_erase(cli: CommandLine) -> None:
    cli("business", "add", "mill", "--name", "Mill", "--sector", "agriculture", "--email", "m@mill.example")
    cli("readers", "invite", "mill", "books@mill.example")
    found = cli("business", "export", "mill").object
    assert found["business"]["email"] == "m@mill.example"
    assert found["tables"]["recipient"][0]["address"] == "books@mill.example"
    kept = cli("business", "erase", "hill_farm", "--yes")
    assert (kept.code, "delete it first" in kept.err) == (1, True)
    assert "mill is forgotten" in cli("business", "erase", "mill", "--yes").out
    assert cli("business", "export", "mill").code == 1
    assert cli("business", "show", "mill").code == 1


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = doors(tmp_path)
    know_readers(made.store, made.config().businesses, site="", ask_all=False, mail=Channel.OUTBOX, now=NOW)
    return made


def test_api_recipients_are_asked_and_addresses_are_not_repeated(parts: Parts) -> None:
    ask = Asker(parts)
    made = ask("POST", f"{FARM}/recipients", json={"address": "books@hillfarm.example"})
    assert (made.status_code, made.json()["consent"]) == (202, "asked")
    listed = ask.get(f"{FARM}/recipients")
    assert sorted(one["address_hint"] for one in listed.json()["recipients"]) == [
        "b…@hillfarm.example",
        "o…@hillfarm.example",
    ]
    assert "owner@" not in listed.text + ask.get(f"{FARM}/deliveries").text
    assert ask("DELETE", f"{FARM}/recipients/{made.json()['id']}").status_code == 204
    assert (
        ask("POST", f"{FARM}/recipients", json={"address": "a@b.example\r\nBcc: c@d.example"}).status_code
        == 422
    )
    assert (
        ask("POST", f"{FARM}/recipients", json={"address": "a@b.example", "consent": "confirmed"}).status_code
        == 422
    )


def test_api_a_delivery_is_sent_again_by_its_own_business_only(parts: Parts) -> None:
    ask = Asker(parts)
    [one] = ask.get(f"{FARM}/deliveries").json()["deliveries"]
    assert (one["state"], one["doubts"], one["kind"]) == ("waiting", 0, "digest")
    assert ask("POST", f"{FARM}/deliveries/{one['id']}/again").json()["id"] == one["id"]
    other = ask("POST", f"/api/v1/businesses/corner_shop/deliveries/{one['id']}/again")
    nothing = ask("POST", "/api/v1/businesses/corner_shop/deliveries/nothing/again")
    assert (other.status_code, nothing.status_code) == (404, 404)
    # A1: nobody learns that there is one
    assert other.json()["detail"].replace(one["id"], "nothing") == nothing.json()["detail"]


def test_api_webhooks_are_made_turned_and_removed_by_their_own_business_only(
    parts: Parts, tmp_path: Path
) -> None:
    settings = tmp_path / "config" / "trendwatch.toml"
    settings.write_text(settings.read_text() + '[net]\nallow = [{ address = "127.0.0.1:9" }]\n')
    ask = Asker(parts)
    made = ask("POST", f"{FARM}/webhooks", json={"url": "http://127.0.0.1:9/hook"}).json()
    again = ask("POST", f"{FARM}/webhooks", json={"url": "http://127.0.0.1:9/hook"}).json()
    assert made["secret"].startswith("whsec_")
    assert (again["id"], again["secret"]) == (made["id"], None)
    assert ask.get(f"{FARM}/webhooks").json()["webhooks"][0]["secret"] is None
    turned = ask("POST", f"{FARM}/webhooks/{made['id']}/rotate").json()
    assert turned["secret"] not in {made["secret"], None}
    assert turned["rotating_until"] == "2025-03-04T08:00:00Z"
    assert ask("POST", f"{FARM}/webhooks/{made['id']}/enable").json()["disabled"] == ""
    for action in ("rotate", "enable"):
        other = f"/api/v1/businesses/corner_shop/webhooks/{made['id']}/{action}"
        assert ask("POST", other).status_code == 404
    assert ask("DELETE", f"/api/v1/businesses/corner_shop/webhooks/{made['id']}").status_code == 404
    assert ask("DELETE", f"{FARM}/webhooks/{made['id']}").status_code == 204
    refused = ask("POST", f"{FARM}/webhooks", json={"url": "https://127.0.0.1:1/hook"})
    assert refused.status_code == 422
    assert "not a public web address" in refused.json()["detail"]


def test_api_export_and_erase(parts: Parts, tmp_path: Path) -> None:
    ask = Asker(parts)
    found = ask.get(f"{FARM}/export").json()
    assert found["tables"]["digest"][0]["period"] == "2025-W10"
    kept = ask("DELETE", FARM)
    assert (kept.status_code, "delete it first" in kept.json()["detail"]) == (409, True)
    (tmp_path / "config" / "businesses" / "hill_farm.toml").unlink()
    assert ask("DELETE", FARM).status_code == 204
    assert ask("DELETE", FARM).status_code == 404
    assert ask.get(f"{FARM}/export").status_code == 404
    assert parts.store.digests.issues_of("hill_farm") == {}


def test_api_notices(parts: Parts) -> None:
    assert Asker(parts).get("/api/v1/notices").json() == {"notices": []}


def test_api_needs_a_key_where_pages_of_mails_need_none(parts: Parts) -> None:
    closed = Asker(replace(parts, open_to_all=False), base_url="https://news.example")
    for path in (f"{FARM}/export", f"{FARM}/recipients", f"{FARM}/webhooks", "/api/v1/notices"):
        assert closed.get(path).status_code == 401
    assert closed("DELETE", FARM).status_code == 401
    assert closed.get("/mail/unsubscribe/forged").status_code == 403


def test_the_page_shows_doubts_and_sends_again_from_our_own_pages_only(parts: Parts) -> None:
    ask = Asker(parts)
    [one] = parts.store.deliveries.of("hill_farm")
    claim = claim_on(parts.store, "send", one.id)
    doubt = replace(one, state=DeliveryState.IN_DOUBT, doubts=1, next_attempt_at=None, detail="answer lost")
    parts.store.deliveries.record(doubt, claim=claim)
    shown = ask.get("/deliveries").text
    assert "may have arrived 1 time more, held for you" in shown
    assert "owner@hillfarm.example" not in shown
    address = f"/deliveries/{one.id}/again"
    assert ask("POST", address, headers={"Origin": "https://evil.example"}).status_code == 403
    assert ask("POST", address, headers={"Origin": "http://127.0.0.1"}).status_code == 303
    assert parts.store.deliveries.get(one.id).state is DeliveryState.WAITING
    assert ask("POST", "/deliveries/nothing/again").status_code == 404
