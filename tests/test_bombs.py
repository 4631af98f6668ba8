"""F4: eight bombs, each against a fresh process whose memory the kernel measures."""

from __future__ import annotations

import gzip
import itertools
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.scripted_server import Reply, ScriptedServer

#: A body of 80 MB that packs well.
_ZEROS = b"\x00" * 80_000_000


def gzipped(times: int, body: bytes = _ZEROS) -> bytes:
    for _ in range(times):
        body = gzip.compress(body, 6, mtime=0)
    return body


def coded(codings: str, body: bytes) -> Reply:
    return Reply(body=body, headers={"Content-Encoding": codings})


#: Fetches a small feed, then the bomb; prints what came of it and how many megabytes the peak has grown.
_VICTIM = """
import sys
from trendwatch.fetch import Fetcher
from trendwatch.net.guard import Allowed, Guard
from trendwatch.types.news import Request
fetcher = Fetcher(Guard([Allowed.parse("127.0.0.0/8")]))
def peak():  # not getrusage: that begins with the memory of the process that forked this one
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
fetcher.get(Request(feed_key="small", url=sys.argv[1] + "/small"))
before = peak()
answer = fetcher.get(Request(feed_key="bomb", url=sys.argv[1] + "/bomb"))
print(getattr(answer, "failure", answer), peak() - before)
"""


def bombs() -> dict[str, tuple[Reply, str]]:
    """Return bombs with the class each must end in."""
    large, packed = "body_too_large", gzipped(1)
    # Brotli and zstd are refused by name: that bytes of another kind follow makes no difference.
    return {
        "gzip": (coded("gzip", packed), large),
        "gzip of gzip": (coded("gzip, gzip", gzipped(1, packed)), large),
        "br": (coded("br", packed), "bad_encoding"),
        "zstd": (coded("zstd", packed), "bad_encoding"),
        "deflate": (coded("deflate", zlib.compress(_ZEROS)), "bad_encoding"),
        "ten codings": (coded(", ".join(["gzip"] * 10), gzipped(9, packed)), "bad_encoding"),
        "endless": (Reply(drip=itertools.repeat(b"x" * 100_000)), large),
        "endless gzip": (
            Reply(
                drip=itertools.repeat(gzipped(1, b"\x00" * 2_000_000)), headers={"Content-Encoding": "gzip"}
            ),
            large,
        ),
    }


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
@pytest.mark.timeout(120)
def test_f4_eight_of_eight_bombs_cost_little_memory() -> None:
    found = {}
    with ScriptedServer({"/small": Reply(body=b"<rss/>")}) as server:
        for name, (reply, _) in (made := bombs()).items():
            server.script["/bomb"] = reply
            done = subprocess.run(
                [sys.executable, "-c", _VICTIM, server.url],
                capture_output=True,
                text=True,
                check=True,
                cwd=PROJECT,
            )
            failure, grown = done.stdout.split()
            found[name] = (failure, float(grown))
    for name, (failure, grown) in found.items():
        print(f"\n  {name:14} {failure:15} peak memory + {grown:.0f} MiB", end="")
    assert {name: failure for name, (failure, _) in found.items()} == {
        name: expected for name, (_, expected) in made.items()
    }
    assert max(grown for _, grown in found.values()) <= 64
