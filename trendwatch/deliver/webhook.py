"""A digest as a call to a business's own software, signed as Standard Webhooks says.

The id and the body are the same at every try, the timestamp is of the try, so a receiver can tell a repeat
from a replay. While a secret is being changed there are two signatures, and either is enough. A redirect is
an answer like any other and not followed: it may lead anywhere, also inside.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import Protocol

from standardwebhooks import Webhook as Signer

from trendwatch.errors import DeliveryError
from trendwatch.net import FetchTimeout, NetError
from trendwatch.net.headers import retry_after
from trendwatch.net.post import AnswerLost, Posted
from trendwatch.types.delivery import Hook
from trendwatch.types.work import Clock

_GONE = 410
# Where one of these is raised the call may have been taken; elsewhere nothing was sent.
_MAYBE_TAKEN = (AnswerLost, FetchTimeout)


class Posts(Protocol):
    """A way to post: net/post.py, a list in a test."""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Posted:
        """Send a body and return the answer.

        Raises:
            NetError: there is none.
        """
        ...


class Webhook:
    """Calls endpoints."""

    def __init__(self, poster: Posts, *, clock: Clock | None = None) -> None:
        self._poster = poster
        # What a Retry-After date counts from where the answer bears no date.
        self._clock = clock

    def send(self, hook: Hook) -> str:
        """Call an endpoint and return what it said.

        Raises:
            DeliveryError: it did not answer 2xx; says whether it is gone for good and how long to wait.
        """
        try:
            answer = self._poster.post(hook.url, hook.body.encode(), signed(hook))
        except NetError as error:
            doubt = isinstance(error, _MAYBE_TAKEN)
            raise DeliveryError(f"{error.failure}: {error}", permanent=False, in_doubt=doubt) from error
        said = f"{answer.status} {' '.join(answer.said.split())}"[:300].strip()
        if 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110: it was taken
            return said
        if answer.status == _GONE:
            raise DeliveryError(f"it answered {said}: it wants nothing more", permanent=True, gone=True)
        if 300 <= answer.status < 400:  # noqa: PLR2004
            where = answer.headers.get("location", "elsewhere")[:200]
            message = f"it answered {answer.status} and points to {where}; redirects are not followed"
            raise DeliveryError(message, permanent=False)
        raise DeliveryError(
            f"it answered {said}", permanent=False, wait=retry_after(answer.headers, self._clock)
        )


def signed(hook: Hook) -> dict[str, str]:
    """Return the headers that let a receiver check who calls, about what and when."""
    signatures = [Signer(secret).sign(hook.id, hook.at, hook.body) for secret in hook.secrets]
    return {
        "webhook-id": hook.id,
        "webhook-timestamp": str(int(hook.at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def new_secret() -> str:
    """Return a secret of 24 random bytes, in the form that libraries of receivers read."""
    return f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
