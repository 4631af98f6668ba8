"""A2: who may ask. Everything is closed unless it is listed as open."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from tests.asking import Asker, documented_routes
from tests.seeding import doors
from tests.seeds import NOW
from trendwatch.api import Parts
from trendwatch.api.keys import key_in

PUBLIC = '[serve]\nbase_url = "https://news.example"\n'


@pytest.fixture
def closed(tmp_path: Path) -> Parts:
    return doors(tmp_path, open_to_all=False)


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_a2_every_route_but_health_wants_a_key(closed: Parts) -> None:
    ask = Asker(closed, base_url="http://news.example")
    key = closed.store.keys.create("test", now=NOW)
    spec = ask.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {key}"}).json()
    pages = [
        "/",
        "/trends",
        "/items",
        "/feeds",
        "/about",
        "/digests/hill_farm",
        "/docs",
        "/api/v1/openapi.json",
    ]
    routes = [(method.upper(), path) for path, methods in spec["paths"].items() for method in methods]
    assert sorted(routes) == sorted(documented_routes())
    for method, path in [*routes, *(("GET", page) for page in pages), ("GET", "/nowhere")]:
        answer = ask(method, path)
        if path == "/api/v1/health":
            assert answer.status_code == 200
            continue
        assert answer.status_code == 401, (method, path)
        assert 'Basic realm="' in answer.headers["www-authenticate"]
        wanted = "application/problem+json" if path.startswith("/api/") else "text/html; charset=utf-8"
        assert answer.headers["content-type"] == wanted


def test_a2_missing_wrong_and_revoked_keys(closed: Parts) -> None:
    ask = Asker(closed)
    key = closed.store.keys.create("test", now=NOW)
    for wrong in (
        "",
        "Bearer",
        f"Bearer {key}x",
        f"bearer {key[:-1]}",
        f"Token {key}",
        "Basic !!",
        "Bearer tw_é",
    ):
        assert ask.get("/api/v1/feeds", headers={"Authorization": wrong.encode()}).status_code == 401, wrong
    for right in (f"Bearer {key}", f"bearer  {key}", _basic(f"anybody:{key}")):
        assert ask.get("/api/v1/feeds", headers={"Authorization": right}).status_code == 200
        assert ask.get("/", headers={"Authorization": right}).status_code == 200
    closed.store.keys.revoke(key[:11], now=NOW)
    assert ask.get("/api/v1/feeds", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_an_answer_never_repeats_the_key(closed: Parts) -> None:
    answer = Asker(closed).get("/api/v1/feeds", headers={"Authorization": "Bearer tw_not_a_real_key"})
    assert "not_a_real_key" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer tw_abc", "tw_abc"),
        ("BEARER tw_abc ", "tw_abc"),
        (_basic("x:tw_abc"), "tw_abc"),
        (_basic(":tw_a:b"), "tw_a:b"),
        (_basic("tw_abc"), ""),
        ("Basic ***", ""),
        ("Bearer tw_\x00", ""),
        ("tw_abc", ""),
        ("", ""),
    ],
)
def test_key_in(header: str, key: str) -> None:
    assert key_in(header) == key


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:80", 200), ("news.example", 403)),
        *(("evil.example", 403), ("127.0.0.1.evil.example", 403), ("", 403), ("[", 403)),
    ],
)
def test_w2_without_keys_only_names_of_this_machine_are_answered(
    tmp_path: Path, host: str, status: int
) -> None:
    ask = Asker(doors(tmp_path, full=False, settings=""))
    assert ask.get("/api/v1/feeds", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("host", ["news.example", "127.0.0.1:8000", "localhost"])
def test_a2_a_public_name_needs_a_key_though_only_this_machine_can_connect(tmp_path: Path, host: str) -> None:
    """A proxy in front brings the world, and by default sends our own address as Host (nginx)."""
    parts = doors(tmp_path, settings=PUBLIC)
    assert parts.config().settings.serve.base_url == "https://news.example"
    ask = Asker(parts, Host=host)
    for method, path in (
        ("GET", "/"),
        ("GET", "/api/v1/businesses"),
        ("GET", "/api/v1/businesses/hill_farm/export"),
        ("PATCH", "/api/v1/businesses/hill_farm"),
    ):
        assert ask(method, path).status_code == 401, (method, path)
    key = parts.store.keys.create("test", now=NOW)
    assert ask.get("/api/v1/businesses", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert ask.get("/api/v1/health").status_code == 200
    assert ask.get("/mail/unsubscribe/x").status_code == 403  # what refuses it is the signature


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host"])
def test_a2_what_a_proxy_passes_on_needs_a_key(tmp_path: Path, header: str) -> None:
    ask = Asker(doors(tmp_path, full=False, settings=""))
    assert ask.get("/api/v1/feeds", headers={header: "203.0.113.9"}).status_code == 401


def test_a2_an_operator_may_leave_the_asking_to_a_proxy(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    ask = Asker(parts)
    for host, status in (("news.example", 200), ("127.0.0.1", 200), ("evil.example", 403)):
        assert ask.get("/api/v1/feeds", headers={"Host": host, "Via": "1.1 door"}).status_code == status
    beyond = Asker(replace(parts, open_to_all=False))  # whoever reaches the socket has asked no proxy
    assert beyond.get("/api/v1/feeds", headers={"Host": "news.example"}).status_code == 401


def test_w2_a_foreign_name_is_told_to_send_a_key(tmp_path: Path) -> None:
    answer = Asker(doors(tmp_path, full=False, settings=PUBLIC)).get(
        "/api/v1/feeds", headers={"Host": "evil.example"}
    )
    assert "trendwatch keys add NAME" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1", 204), ("http://evil.example", 403), ("null", 403), ("http://[", 403)],
)
def test_w2_changes_from_other_sites_are_refused(tmp_path: Path, origin: str, status: int) -> None:
    ask = Asker(doors(tmp_path))
    assert ask("DELETE", "/api/v1/feeds/wire", headers={"Origin": origin}).status_code == status
