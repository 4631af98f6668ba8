"""``run`` and ``serve`` as processes: they answer, and they stop when they are told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.cli_world import CommandLine, news
from tests.mail_servers import Sink
from tests.scripted_server import Reply, ScriptedServer


@contextmanager
def started(cli: CommandLine, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """Run a verb that stays; give the process, its address and what it said before."""
    command = [sys.executable, "-m", "trendwatch.cli", "--config", str(cli.config), *arguments]
    process = subprocess.Popen(command, env={**os.environ, **cli.environ}, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said: list[str] = []
    try:
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"serves (http://\S+)/", line):
                yield process, found[1], said
                break
    finally:
        process.kill()
        process.communicate()


def answer(url: str) -> httpx.Response:
    """Ask until the server answers; it says its address just before it does."""
    for _ in range(200):
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError(f"{url} does not answer")


def test_run_polls_composes_and_serves_until_it_is_stopped(cli: CommandLine) -> None:
    cli("train")  # once for all tests: the model is in the cache
    papers = {path: Reply(body=body) for path, body in news().items()}
    with ScriptedServer(papers) as server:
        file = cli.config / "feeds.toml"
        file.write_text(file.read_text("utf-8").replace("http://127.0.0.1:9", server.url), "utf-8")
        with started(cli, "--now", cli.now.isoformat(), "run", "--port", "0") as (process, url, _):
            deadline = time.monotonic() + 30
            while not list(cli.folder.glob("outbox/*.eml")) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert list(cli.folder.glob("outbox/*.eml"))
            health = answer(f"{url}/api/v1/health").json()
            assert (health["status"], health["items"]) == ("ok", 4)
            assert answer(f"{url}/").status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_its_address_and_stops(cli: CommandLine, stop: signal.Signals) -> None:
    with started(cli, "serve", "--port", "0") as (process, url, said):
        assert answer(f"{url}/api/v1/health").json()["version"]
        assert answer(f"{url}/api/v1/openapi.json").status_code == 200
        process.send_signal(stop)
        assert process.wait(timeout=20) == 0
    assert len(said) == 1


def test_beyond_this_machine_a_key_is_asked_for(cli: CommandLine) -> None:
    key = cli("keys", "add", "reader", "--json").object["key"]
    with started(cli, "serve", "--host", "0.0.0.0", "--port", "0") as (_, url, _):
        here = url.replace("0.0.0.0", "127.0.0.1")
        assert answer(f"{here}/api/v1/health").status_code == 200
        assert answer(f"{here}/api/v1/feeds").status_code == 401
        given = httpx.get(f"{here}/api/v1/feeds", headers={"Authorization": f"Bearer {key}"})
        assert given.status_code == 200


def test_a_taken_port_is_said_in_one_line(cli: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = cli("run", "--port", str(port))
    assert said.code == 1
    [line] = said.err.splitlines()
    assert line.startswith(f"trendwatch: cannot listen on 127.0.0.1, port {port}: ")


def test_links_lead_to_the_port_that_was_asked_for_not_the_configured_one(cli: CommandLine) -> None:
    with started(cli, "serve", "--port", "0") as (_, url, _):
        feed = answer(f"{url}/api/v1/businesses/hill_farm/digests/latest.atom").text
    assert f"{url}/" in feed
    assert ":8000" not in feed


def test_a2_the_demo_and_a_plain_run_ask_nobody_on_this_machine(cli: CommandLine) -> None:
    """What ``make run`` and ``make demo`` start: loopback, and no public address."""
    with started(cli, "serve", "--port", "0") as (_, url, said):
        for path in ("/", "/api/v1/feeds", "/digests/hill_farm", "/profile/hill_farm"):
            assert answer(f"{url}{path}").status_code == 200, path
    assert len(said) == 1


def test_a2_a_public_name_asks_for_a_key_and_says_so(cli: CommandLine) -> None:
    cli.environ["TRENDWATCH_SERVE_BASE_URL"] = "https://news.example"
    with started(cli, "serve", "--port", "0") as (process, url, _):
        assert answer(f"{url}/api/v1/feeds").status_code == 401
        assert process.stderr is not None
        assert "trendwatch keys add NAME" in process.stderr.readline()


@pytest.mark.parametrize(
    ("settings", "fine", "says"),
    [
        ({}, True, "none asked: 127.0.0.1 is this machine only"),
        ({"BASE_URL": "https://news.example"}, False, "asked at https://news.example: trendwatch keys add"),
        ({"HOST": "0.0.0.0"}, False, "asked at 0.0.0.0: trendwatch keys add NAME"),
        ({"BASE_URL": "https://news.example", "WITHOUT_KEY": "true"}, True, "unless that proxy asks who"),
    ],
)
def test_a2_doctor_says_who_is_let_in(
    cli: CommandLine, settings: dict[str, str], fine: bool, says: str
) -> None:
    cli.environ |= {f"TRENDWATCH_SERVE_{name}": value for name, value in settings.items()}
    said = {one["check"]: one for one in cli("doctor", "--json").objects}["keys"]
    assert (said["ok"], says in said["detail"]) == (fine, True), said
    cli("keys", "add", "reader")
    assert {one["check"]: one for one in cli("doctor", "--json").objects}["keys"]["ok"]


def test_doctor_refuses_mails_whose_links_nobody_can_open(cli: CommandLine) -> None:
    with Sink() as sink:
        cli.environ |= {
            "TRENDWATCH_MAIL_SMTP_HOST": "127.0.0.1",
            "TRENDWATCH_MAIL_SMTP_PORT": str(sink.port),
            "TRENDWATCH_MAIL_SMTP_SECURITY": "none",
        }
        mail = {one["check"]: one for one in cli("doctor", "--json").objects}["mail"]
        assert (mail["ok"], "set serve.base_url" in mail["detail"]) == (False, True)
        cli.environ["TRENDWATCH_SERVE_BASE_URL"] = "https://news.example"
        assert {one["check"]: one for one in cli("doctor", "--json").objects}["mail"]["ok"]
    assert not sink.received
    refused = {one["check"]: one for one in cli("doctor", "--json").objects}["mail"]
    assert not refused["ok"]
    assert refused["detail"].startswith(f"127.0.0.1:{sink.port} failed: ")
    assert refused["detail"].endswith("check the settings under [mail]")


def test_doctor_tells_the_space_that_is_left(cli: CommandLine) -> None:
    space = {one["check"]: one for one in cli("doctor", "--json").objects}["space"]
    assert "MB free for the database" in space["detail"]
    assert "MB free for the outbox" in space["detail"]


def test_python_runs_the_package_itself() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "trendwatch", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("trendwatch ")
