"""Links that work without login: signed, for one purpose and one reader, and naming no address.

A link says what it is for, whom it is for (an id, never an address) and when it was made. Whoever holds it
may do that one thing: a link to leave cannot agree, a link to read cannot vote. A link to leave never grows
old, since leaving must always work, nor one to read, which a feed reader keeps for as long as its owner gets
the digest; the others do. Links act on POST only: mail scanners open every link they find.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer

from trendwatch.errors import LinkRefused

Purpose = Literal["unsubscribe", "confirm", "preferences", "votes", "issues"]

#: Where these links lead, below the site's address.
PREFIX = "/mail"
#: After this a link is refused, with a hint to a newer one.
LIFE: dict[Purpose, timedelta | None] = {
    "unsubscribe": None,
    "confirm": timedelta(days=7),
    "preferences": timedelta(days=90),
    "votes": timedelta(days=90),
    "issues": None,
}
_LONGEST = 500


class Links:
    """Makes and reads signed links."""

    def __init__(self, key: str, *, site: str) -> None:
        #: of this database; without it nobody can make a link
        self._signer = URLSafeSerializer(key, salt="trendwatch.mail")
        self._site = site.rstrip("/")

    def to(self, purpose: Purpose, recipient: str, *, made: datetime) -> str:
        """Return the address of a link; the same arguments give the same address."""
        return f"{self._site}{self.path(purpose, recipient, made=made)}"

    def path(self, purpose: Purpose, recipient: str, *, made: datetime) -> str:
        """Return the same below the site's address, for what is written now and leaves later."""
        token = self._signer.dumps([purpose, recipient, int(made.timestamp())])
        text = token if isinstance(token, str) else token.decode()
        return f"{PREFIX}/{purpose}/{quote(text, safe='')}"

    def read(self, token: str, purpose: Purpose, *, now: datetime) -> str:
        """Return the recipient a token was made for.

        Raises:
            LinkRefused: it is forged or damaged, for something else, or too old.
        """
        try:
            value = self._signer.loads(token[:_LONGEST])
            found, recipient, made = value
            at = datetime.fromtimestamp(int(made), UTC)
        except (BadSignature, ValueError, TypeError, OverflowError, OSError) as error:
            raise LinkRefused("This link is damaged. Copy all of it from the mail.") from error
        if found != purpose:
            raise LinkRefused("This link is for something else. Copy all of it from the mail.")
        life = LIFE[purpose]
        if life is not None and now - at > life:
            days = life.days
            raise LinkRefused(
                f"This link is older than {days} days. Use the one in the latest mail.", expired=True
            )
        return str(recipient)
