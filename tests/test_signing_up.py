"""Making and changing a business from outside: once, in the words it is read in, with where it is."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.asking import Asker
from tests.seeding import doors
from trendwatch.api import Parts
from trendwatch.types.delivery import Consent
from trendwatch.web.homes import guessed

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NEW = {"name": "Twice Ltd", "sector": "retail", "effort": "little"}


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


@pytest.fixture
def ask(parts: Parts) -> Asker:
    return Asker(parts)


def send(ask: Asker, **given: str) -> httpx.Response:
    return ask("POST", "/profile/new", content=urlencode(given).encode(), headers=FORM)


def test_a_business_that_is_added_twice_is_there_once(parts: Parts, ask: Asker) -> None:
    assert ask("POST", "/api/v1/businesses", json=NEW).status_code == 201
    again = ask("POST", "/api/v1/businesses", json=NEW | {"name": "twice  LTD"})
    assert (again.status_code, "'twice_ltd'" in again.json()["detail"]) == (409, True)
    page = send(ask, **NEW, action="save")
    assert (page.status_code, "twice_ltd" in page.text) == (409, True)
    assert send(ask, **NEW, action="preview").status_code == 200
    # the same name elsewhere is another business, and so is one that is given its own key
    assert ask("POST", "/api/v1/businesses", json=NEW | {"sector": "agriculture"}).status_code == 201
    assert ask("POST", "/api/v1/businesses", json=NEW | {"key": "other"}).status_code == 201
    keys = [one.key for one in parts.config().businesses if one.name == "Twice Ltd"]
    assert keys == ["other", "twice_ltd", "twice_ltd_2"]


def test_what_is_read_of_a_business_can_be_written_back(ask: Asker) -> None:
    address = "/api/v1/businesses/hill_farm"
    read = ask.get(address).json()
    assert (read["digest_day"], read["digest_time"]) == ("monday", "07:00")
    assert "digest_weekday" not in read
    assert ask("PATCH", address, json=read).json() == read
    changed = ask("PATCH", address, json=read | {"digest_day": "Friday", "digest_time": "08:30"}).json()
    assert (changed["digest_day"], changed["digest_time"]) == ("friday", "08:30")
    old = ask("PATCH", address, json={"digest_weekday": 2, "digest_time": "06:15:00"}).json()
    assert (old["digest_day"], old["digest_time"]) == ("wednesday", "06:15")
    assert ask("PATCH", address, json={"digest_weekday": 7}).status_code == 422
    assert ask("PATCH", address, json={"key": "other"}).status_code == 422


def test_signing_up_asks_the_address_where_it_is_and_nothing_else(parts: Parts, ask: Asker) -> None:
    page = ask.get("/profile/new", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert 'value="GB" selected' in page
    assert 'value="Europe/London"' in page
    assert 'value="GBP"' in page
    where = {"region": "GB", "currency": "GBP", "timezone": "Europe/London", "email": "o@lab.example"}
    assert send(ask, **NEW, **where, action="preview").status_code == 200
    assert parts.store.recipients.of("twice_ltd") == []
    assert send(ask, **NEW, **where, action="save").status_code == 303
    made = parts.config().business("twice_ltd")
    assert (made.region, made.currency, made.timezone, made.email) == ("GB", "GBP", "Europe/London", "")
    [reader] = parts.store.recipients.of("twice_ltd")
    assert (reader.address, reader.consent) == ("o@lab.example", Consent.ASKED)
    [letter] = [one for one in parts.store.deliveries.latest() if one.target == reader.id]
    assert letter.kind == "letter"


def test_an_address_is_asked_from_the_profile_page(parts: Parts, ask: Asker) -> None:
    assert "0 addresses get it by mail" in ask.get("/profile/hill_farm").text
    answer = ask("POST", "/profile/hill_farm/readers", content=b"email=o%40lab.example", headers=FORM)
    assert (answer.status_code, "1 asked" in answer.text) == (200, True)
    assert [one.consent for one in parts.store.recipients.of("hill_farm")] == [Consent.ASKED]
    wrong = ask("POST", "/profile/hill_farm/readers", content=b"email=nobody", headers=FORM)
    assert wrong.status_code == 422


def test_programs_sign_up_with_an_address_too(parts: Parts, ask: Asker) -> None:
    assert ask("POST", "/api/v1/businesses", json=NEW | {"email": "no address"}).status_code == 422
    assert all(one.key != "twice_ltd" for one in parts.config().businesses)
    assert ask("POST", "/api/v1/businesses", json=NEW | {"email": "o@lab.example"}).status_code == 201
    assert [one.consent for one in parts.store.recipients.of("twice_ltd")] == [Consent.ASKED]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"sector": "x"}, {"timezone": "Mars/Base"}, {"currency": "money"}, {"email": "nobody"}],
)
def test_a_form_that_is_wrong_says_so_keeps_what_was_typed_and_nothing_else(
    parts: Parts, ask: Asker, wrong: dict[str, str]
) -> None:
    before = parts.config().businesses
    answer = send(ask, **(NEW | {"wants": "fewer no-shows", "action": "save"} | wrong))
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert "fewer no-shows" in answer.text
    assert parts.config().businesses == before


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("en-GB,en;q=0.9", ("GB", "GBP", "Europe/London")),
        ("de", ("DE", "EUR", "Europe/Berlin")),
        ("de,en-US;q=0.5", ("US", "USD", "America/New_York")),  # a region that is named wins
        ("zh-Hans-CN", ("world", "EUR", "UTC")),
        ("", ("world", "EUR", "UTC")),
        ("*;q=x,,\x00", ("world", "EUR", "UTC")),
    ],
)
def test_where_a_business_is_is_guessed_or_left_open(said: str, wanted: tuple[str, str, str]) -> None:
    home = guessed(said)
    assert (home.region, home.currency, home.timezone) == wanted


def test_no_trade_is_chosen_for_anybody(ask: Asker) -> None:
    [choice] = LexborHTMLParser(ask.get("/profile/new").text).css("select[name=sector]")
    assert "required" in choice.attributes
    assert choice.css_first("option").attributes["value"] == ""
    assert not choice.css("option[selected]")
    unsaid = ask("POST", "/profile/new", content=b"name=Bean&sector=&action=save", headers=FORM)
    assert unsaid.status_code == 422
