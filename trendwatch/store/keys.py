"""Questions about API keys. A key is shown once; the database holds its prefix and SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import Engine, select, update

from trendwatch.errors import NotFound
from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ApiKeyRow

_KEY = table(ApiKeyRow)
_PREFIX_CHARS = 11  # "tw_" and eight letters: enough to find a row, useless to guess the rest


class ApiKeys:
    """Keys for programs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, name: str, *, now: datetime) -> str:
        """Return a new key; it cannot be shown again."""
        key = "tw_" + secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            values = {"prefix": key[:_PREFIX_CHARS], "sha256": _digest(key), "name": name, "created_at": now}
            connection.execute(insert(connection, ApiKeyRow).values(**values))
        return key

    def accepts(self, key: str) -> bool:
        """Return whether a key is known and not revoked, in constant time for a given prefix."""
        if not (key.isascii() and key.isprintable()):
            return False  # never one of ours, and PostgreSQL takes no NUL
        query = select(_KEY.c.sha256).where(_KEY.c.prefix == key[:_PREFIX_CHARS], _KEY.c.revoked_at.is_(None))
        with reading(self._engine) as connection:
            stored = connection.execute(query).scalar()
        return hmac.compare_digest(stored or "", _digest(key))

    def list(self) -> list[tuple[str, str, datetime, datetime | None]]:
        """Return (prefix, name, created at, revoked at), oldest first."""
        query = select(_KEY.c.prefix, _KEY.c.name, _KEY.c.created_at, _KEY.c.revoked_at)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_KEY.c.created_at, _KEY.c.prefix))
            return [(row.prefix, row.name, row.created_at, row.revoked_at) for row in rows]

    def revoke(self, prefix: str, *, now: datetime) -> None:
        """Make a key useless, at once and for ever.

        Raises:
            NotFound: no key begins so.
        """
        with writing(self._engine) as connection:
            change = update(_KEY).where(_KEY.c.prefix == prefix, _KEY.c.revoked_at.is_(None))
            if not connection.execute(change.values(revoked_at=now)).rowcount:
                raise NotFound("api key", prefix, hint="trendwatch keys list shows them")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
