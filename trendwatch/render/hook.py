"""A digest as the body of a webhook: the envelope of Standard Webhooks around the digest as JSON.

Beside what it holds it says what people read, title and plain text, for a chat or a ticket.
"""

from __future__ import annotations

import json

from trendwatch.render.email import subject, text
from trendwatch.render.feeds import as_json
from trendwatch.render.template import issue_url
from trendwatch.render.view import view
from trendwatch.types.advice import Digest

#: What happened, for receivers that get more than one kind of call.
KIND = "digest.composed"


def payload(digest: Digest, *, base_url: str = "") -> str:
    """Return the body of a call: the same digest gives the same bytes.

    Args:
        digest: what was composed.
        base_url: where this business's issues are; one is at ``BASE_URL/PERIOD``.
    """
    cutoff = digest.cutoff.isoformat().replace("+00:00", "Z")
    value = {
        "type": KIND,
        "timestamp": cutoff,
        "data": {
            "url": issue_url(base_url, digest.period),
            "title": subject(view(digest)),
            "text": text(digest, base_url=base_url),
            "digest": json.loads(as_json(digest)),
        },
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
