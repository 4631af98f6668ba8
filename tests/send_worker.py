"""A process that runs the send step until it is killed; started by tests/test_send_kill.py."""

from __future__ import annotations

import time
from datetime import timedelta

from tests.seeds import a_digest, a_pick
from trendwatch.deliver.smtp import Smtp
from trendwatch.deliver.webhook import Webhook
from trendwatch.logs import set_up_logging
from trendwatch.net.guard import Guard
from trendwatch.net.post import Poster
from trendwatch.pipeline.send import Terms, send_due
from trendwatch.render.email import mail
from trendwatch.store import Store
from trendwatch.wiring import make_clock

#: Short, so that what a killed process held is soon another's.
LEASE = timedelta(seconds=1)

set_up_logging(level="critical", as_json=False)
# What is slow the first time is done here, once, before any process is forked.
mail(a_digest(one_thing=a_pick("s1")), sender="a@b.example", to="c@d.example", message_id="<warm@up>")


def work(url: str, port: int) -> None:
    """Send what is due, again and again."""
    store = Store.open(url)
    terms = Terms(
        carrier=lambda _channel: Smtp("127.0.0.1", port, security="none", timeout=10, final_timeout=10),
        caller=Webhook(Poster(Guard(), user_agent="test")),
        sender="trendwatch@news.example",
        site="https://news.example",
    )
    while True:
        send_due(store, terms, clock=make_clock(), lease=LEASE)
        time.sleep(0.01)
