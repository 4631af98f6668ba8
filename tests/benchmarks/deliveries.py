"""How long a webhook waits for its call, alone and beside dead ends (D7).

    python -m tests.benchmarks.deliveries

The same healthy businesses in one run: alone, and beside some whose endpoint accepts and says nothing until
the time limit. Said: the median and the 99th percentile from the start of the step to each healthy call.
"""

from __future__ import annotations

import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from tests.seeds import LEASE, NOW, a_delivery, a_digest, a_pick, an_edition, claim_on
from tests.steps import Clock
from trendwatch.deliver.webhook import Webhook
from trendwatch.logs import set_up_logging
from trendwatch.net import FetchTimeout
from trendwatch.net.post import Posted
from trendwatch.pipeline.send import SendReport, Terms, send_due
from trendwatch.store import Store
from trendwatch.types.delivery import Channel

HEALTHY, DEAD, LIMIT, WORKERS = 200, 20, 0.5, 4


class Line:
    """The other side of all webhooks: dead ones take the whole time limit."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self._lock = threading.Lock()

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Posted:
        if "dead" in url:
            time.sleep(LIMIT)
            raise FetchTimeout("not finished")
        with self._lock:
            self.at.append(time.monotonic())
        return Posted(status=204, headers={}, said="")


def run(folder: Path, *, dead: int, failed_before: bool) -> tuple[float, float, SendReport]:
    """Return median and 99th percentile of the healthy in seconds, and what the step says."""
    store = Store.open(f"sqlite:///{folder / f'{dead}{failed_before}.db'}")
    clock, line = Clock(), Line()
    keys = [f"dead{n}" for n in range(dead)] + [f"fine{n}" for n in range(HEALTHY)]
    terms = Terms(
        carrier=lambda _channel: line,  # type: ignore[arg-type, return-value]
        caller=Webhook(line),
        sender="a@b.example",
        site="https://x.example",
        workers=WORKERS,
    )
    weeks = (1, 0) if failed_before else (0,)
    for back in weeks:
        for key in keys if back == 0 else keys[:dead]:
            _compose(store, key, back)
        started = time.monotonic()
        line.at.clear()
        report = send_due(store, terms, clock=clock, lease=LEASE)
        clock.pass_by(timedelta(seconds=5))
    waits = sorted(at - started for at in line.at)
    store.close()
    return waits[len(waits) // 2], waits[int(len(waits) * 0.99)], report


def _compose(store: Store, key: str, back: int) -> None:
    cutoff = NOW - timedelta(weeks=back)
    endpoint = store.endpoints.add(key, f"https://{key}.example/hook", secret="whsec_AAAA", now=NOW)
    digest = a_digest(key, cutoff=cutoff, one_thing=a_pick("s1"))
    claim = claim_on(store, "compose", key)
    store.editions.freeze(an_edition(cutoff), claim=claim, now=NOW)
    delivery = a_delivery(digest, channel=Channel.WEBHOOK, target=endpoint.id, address=endpoint.url)
    store.digests.add(digest, [delivery], claim=claim, now=NOW)
    store.leases.release(claim)


def main() -> None:
    """Print the figures side by side."""
    set_up_logging(level="critical", as_json=False)
    with tempfile.TemporaryDirectory() as name:
        rows = [
            ("alone", run(Path(name), dead=0, failed_before=False)),
            (f"beside {DEAD} that fail for the first time", run(Path(name), dead=DEAD, failed_before=False)),
            (f"beside {DEAD} that failed before", run(Path(name), dead=DEAD, failed_before=True)),
        ]
    for words, (median, late, report) in rows:
        print(
            f"{HEALTHY} healthy webhooks {words}: median {median:.2f} s, p99 {late:.2f} s "
            f"({report.sent} sent, {report.postponed} put off; a dead end takes {LIMIT} s, {WORKERS} workers)"
        )


if __name__ == "__main__":
    main()
