"""Hostile bytes in limited children (P2): whatever a document does, the pool lives."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from trendwatch import sandbox as module
from trendwatch.news.parse import parse
from trendwatch.sandbox import Sandbox
from trendwatch.types.news import Document, Failure, ParsedFeed, PollFailure

CPU_SECONDS = 2


def document(body: bytes | str) -> Document:
    return Document(url="https://feeds.example/feed", body=body.encode() if isinstance(body, str) else body)


def rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


FINE = document(rss("<item><title>fine</title><pubDate>2026-01-05T10:00:00Z</pubDate></item>"))
# feedparser compares each category with all before it: 60,000 take a minute. Markup in a title is its.
ENDLESS = document(
    rss(f"<item><title><b>x</b></title>{''.join(f'<category>c{n}</category>' for n in range(60_000))}</item>")
)
HUNGRY = document(rss("<item><title>" + "&nbsp;&#8217;" * 1_000_000 + "</title></item>"))


def limited(outcome: ParsedFeed | PollFailure) -> bool:
    return isinstance(outcome, PollFailure) and outcome.failure == Failure.PARSE_LIMIT


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cpu_seconds=CPU_SECONDS) as opened:
        yield opened


def children() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid is not None]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_the_same_values_as_in_process(sandbox: Sandbox) -> None:
    for body in (FINE, document(""), document("<html/>"), document("<!DOCTYPE a [ ]><rss/>")):
        assert sandbox.parse(body) == parse(body)


def test_importing_is_cheap() -> None:
    code = "import sys, trendwatch.sandbox; print({'feedparser', 'pebble', 'selectolax'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_nothing_runs_before_the_first_document() -> None:
    before = set(children())
    with Sandbox():
        assert set(children()) <= before


def test_p2_a_child_that_takes_too_long_is_ended(sandbox: Sandbox) -> None:
    started = time.monotonic()
    assert limited(sandbox.parse(ENDLESS))
    assert time.monotonic() - started < CPU_SECONDS + 4
    assert sandbox.parse(FINE) == parse(FINE)


def test_p2_a_child_that_takes_too_much_memory_is_ended() -> None:
    with Sandbox(workers=1, memory_mb=256) as small:
        outcome = small.parse(HUNGRY)
        assert limited(outcome), outcome
        assert small.parse(FINE) == parse(FINE)


def test_p2_a_document_larger_than_memory_allows_is_refused(sandbox: Sandbox) -> None:
    assert limited(sandbox.parse(document(b" " * (33 * 1024 * 1024))))


def test_p2_one_bad_document_among_many_costs_only_itself(sandbox: Sandbox) -> None:
    documents = [ENDLESS if n == 7 else FINE for n in range(40)]
    outcomes = [future.result() for future in [sandbox.submit(one) for one in documents]]
    assert [limited(outcome) for outcome in outcomes] == [n == 7 for n in range(40)]


def test_killed_children_are_replaced(sandbox: Sandbox) -> None:
    for _ in range(3):
        sandbox.parse(FINE)
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        assert sandbox.parse(FINE) == parse(FINE)


def test_a_child_killed_at_work_is_a_limit(sandbox: Sandbox) -> None:
    future = sandbox.submit(ENDLESS)
    time.sleep(0.5)
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    assert limited(future.result(timeout=20))


def test_children_are_replaced_before_they_grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DOCUMENTS_PER_CHILD", 4)
    seen: set[int] = set()
    with Sandbox(workers=1) as young:
        for _ in range(12):
            assert young.parse(FINE) == parse(FINE)
            seen.update(children())
    assert len(seen) >= 3


def test_a_bug_surfaces(sandbox: Sandbox) -> None:
    broken = Document(url="", body=b"<rss/>", content_type=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        sandbox.parse(broken)
    assert sandbox.parse(FINE) == parse(FINE)


def test_closing_ends_what_is_open() -> None:
    before = set(children())
    with Sandbox(workers=1, cpu_seconds=20) as short:
        futures = [short.submit(ENDLESS), short.submit(FINE)]
        while not (mine := set(children()) - before):
            time.sleep(0.01)
    with pytest.raises(CancelledError):
        futures[0].result(timeout=0)
    assert futures[1].done()
    assert not any(map(alive, mine))


ORPHANS = """
import json, multiprocessing, sys, time
from trendwatch.sandbox import Sandbox
from trendwatch.types.news import Document
if __name__ == "__main__":
    sandbox = Sandbox(cpu_seconds=60)
    sandbox.parse(Document(url="", body=b"<rss/>"))
    work = b"<rss><channel><item><title><b>x</b></title>"
    work += b"".join(b"<category>%d</category>" % n for n in range(200_000))
    sandbox.submit(Document(url="", body=work))
    time.sleep(1)
    print(json.dumps([child.pid for child in multiprocessing.active_children()]), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = json.loads(parent.stdout.readline())
        assert len(pids) == 2
        assert all(map(alive, pids))
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 15
        while any(map(alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(alive, pids))


HOSTILE = {
    "attributes": rss("<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"),
    "brackets": rss("<" * 300_000),
    "tags": rss("<a>" * 60_000),
    "nesting": rss("<a>" * 30_000 + "</a>" * 30_000),
    "nested markup": rss("<item><description type='xhtml'>" + "<div>" * 20_000 + "</description></item>"),
    "items": rss("<item><title>x</title></item>" * 30_000),
    "loose items": rss("<item><title>x&bogus;</title><b></item>" * 8_000),
    "author": rss(f"<item><author>{'a' * 1_000_000}</author></item>"),
    "categories": rss(
        f"<item><title><b>x</b></title>{''.join(f'<category>c{n}</category>' for n in range(60_000))}</item>"
    ),
    "links": rss(f"<item>{'<link>http://a.example/</link>' * 20_000}</item>"),
    "references": rss("<item><title>" + "&amp;" * 300_000 + "</title></item>"),
    "ampersands": rss("<item><title>" + "&" * 400_000 + "</title></item>"),
    "comments": rss("<!--" * 500_000),
    "sections": rss("<![CDATA[" * 200_000),
    "namespaces": "<rss " + " ".join(f'xmlns:a{n}="http://a/{n}"' for n in range(50_000)) + "/>",
    "name": f"<{'a' * 5_000_000}/>",
    "accents": rss(f"<item><title>{chr(0x301) * 1_000_000}</title></item>"),
    "html": rss(f"<item><description><![CDATA[{'<div>' * 400_000}]]></description></item>"),
    "many html": rss(f"<item><description><![CDATA[{'<ul><li>' * 8_000}]]></description></item>" * 30),
    "number": rss(f"<item><pubDate>{'1' * 2_000_000}</pubDate></item>"),
    "reference": rss(f"<item><title>&#{'9' * 2_000_000};</title></item>"),
    "json depth": "[" * 5_000_000,
    "json objects": '{"version":"https://jsonfeed.org/version/1","items":[' + '{"id":' * 300_000,
    "json number": '{"version":"https://jsonfeed.org/version/1","items":[],"x":' + "9" * 5_000_000 + "}",
    "json items": '{"version":"https://jsonfeed.org/version/1","items":[' + "{}," * 200_000 + "{}]}",
    "utf-16": rss("<" * 150_000).encode("utf-16"),
    "utf-7": b"+ADw-rss+AD4-" + b"+ADwAIQ-" * 300_000,
    "laughs": '<!DOCTYPE a [<!ENTITY a "b">' + '<!ENTITY a "&a;&a;">' * 50 + "]><rss>&a;</rss>",
    "quadratic": f'<!DOCTYPE a [<!ENTITY a "{"x" * 56_000}">]><rss>{"&a;" * 56_000}</rss>',
    "zeros": b"\0" * 10_000_000,
}


def test_p2_thirty_hostile_documents(sandbox: Sandbox) -> None:
    """30 of 30 end within the limits, and the pool still works."""
    assert len(HOSTILE) == 30
    started = time.monotonic()
    futures = {name: sandbox.submit(document(body)) for name, body in HOSTILE.items()}
    outcomes = {name: future.result() for name, future in futures.items()}
    assert all(isinstance(outcome, ParsedFeed | PollFailure) for outcome in outcomes.values())
    assert limited(outcomes["categories"])
    assert time.monotonic() - started < 30 * CPU_SECONDS
    assert sandbox.parse(FINE) == parse(FINE)
