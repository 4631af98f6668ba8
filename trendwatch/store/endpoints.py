"""Questions about webhooks: where a business's own software takes its digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, select, update

from trendwatch.errors import NotFound
from trendwatch.store.delivery_rows import cancel, end_notice
from trendwatch.store.delivery_tables import EndpointRow
from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.types.delivery import Endpoint
from trendwatch.types.identity import stable_id

_ENDPOINT = table(EndpointRow)

#: How long the secret before goes on signing beside the new one.
ROTATION = timedelta(hours=24)


class Endpoints:
    """Webhooks of businesses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, business_key: str, url: str, *, secret: str, now: datetime) -> Endpoint:
        """Keep a webhook; one that is there already stays as it is. Return what is kept."""
        key = stable_id("webhook", business_key, url)
        with writing(self._engine) as connection:
            values = {"business_key": business_key, "url": url, "secret": secret, "since": now}
            statement = insert(connection, EndpointRow).values(id=key, former="", disabled="", **values)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
        return self.get(key)

    def get(self, endpoint: str) -> Endpoint:
        """Return one webhook.

        Raises:
            NotFound: there is none of this id.
        """
        found = self.find(endpoint)
        if found is None:
            raise NotFound("webhook", endpoint, hint="trendwatch webhooks list shows them")
        return found

    def find(self, endpoint: str) -> Endpoint | None:
        """Return one webhook, None where there is none of this id."""
        found = self._select(_ENDPOINT.c.id == endpoint)
        return found[0] if found else None

    def of(self, business_key: str) -> list[Endpoint]:
        """Return the webhooks of a business."""
        return self._select(_ENDPOINT.c.business_key == business_key)

    def rotate(self, endpoint: str, *, secret: str, now: datetime) -> Endpoint:
        """Give a webhook a new secret; the one before signs beside it for a day. Return it.

        Raises:
            NotFound: there is none of this id.
        """
        before = self.get(endpoint)
        changed = replace(before, secret=secret, former=before.secret, former_until=now + ROTATION)
        values = {name: getattr(changed, name) for name in ("secret", "former", "former_until")}
        return self._update(endpoint, values)

    def enable(self, endpoint: str, *, now: datetime) -> Endpoint:
        """Switch a webhook on again, and end what was told of it; return it.

        Raises:
            NotFound: there is none of this id.
        """
        with writing(self._engine) as connection:
            connection.execute(update(_ENDPOINT).where(_ENDPOINT.c.id == endpoint).values(disabled=""))
            end_notice(connection, "webhook", endpoint, now=now)
        return self.get(endpoint)

    def remove(self, endpoint: str, *, now: datetime) -> None:
        """Forget a webhook, take back what waits for it, and end what was told of it."""
        with writing(self._engine) as connection:
            cancel(connection, endpoint, "the webhook was removed")
            connection.execute(delete(_ENDPOINT).where(_ENDPOINT.c.id == endpoint))
            end_notice(connection, "webhook", endpoint, now=now)

    def _update(self, endpoint: str, values: dict[str, Any]) -> Endpoint:
        with writing(self._engine) as connection:
            connection.execute(update(_ENDPOINT).where(_ENDPOINT.c.id == endpoint).values(**values))
        return self.get(endpoint)

    def _select(self, condition: Any) -> list[Endpoint]:
        query = select(_ENDPOINT).where(condition).order_by(_ENDPOINT.c.since, _ENDPOINT.c.id)
        with reading(self._engine) as connection:
            return [Endpoint(**row) for row in connection.execute(query).mappings()]
