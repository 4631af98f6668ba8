"""Questions about archives: dated items of the past, kept as past."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from trendwatch.news.identity import content_hash
from trendwatch.store.arriving import insert_items
from trendwatch.store.feeds import FRESH, configured
from trendwatch.store.intake import feed_rows, known_items
from trendwatch.store.leases import Leases
from trendwatch.store.statements import insert
from trendwatch.store.tables import FeedRow
from trendwatch.types.news import Feed, Item
from trendwatch.types.work import Claim


class Archives:
    """Items that came from a file, not from a poll."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def keep(
        self, sources: Sequence[Feed], items: Sequence[Item], *, claim: Claim
    ) -> tuple[tuple[Item, ...], int]:
        """Keep items as past; return those that are new, and how many others say something else than is kept.

        Sources nobody knows are kept as off. What is known stays as it is: an archive is older than a poll.

        Raises:
            LeaseLost: another process reads an archive now.
        """
        with self._leases.under(claim) as connection:
            rows = [{**configured(feed, None), **FRESH, "enabled": False, "fetches": 0} for feed in sources]
            if rows:
                unknown = insert(connection, FeedRow).on_conflict_do_nothing(index_elements=["key"])
                connection.execute(unknown, rows)
            known = known_items(connection, [item.id for item in items])
            new = list({item.id: item for item in items if item.id not in known}.values())
            insert_items(connection, new, feed_rows(connection, sorted({item.feed_key for item in new})))
        said = {item_id: one.content_hash for item_id, one in known.items()}
        said |= {item.id: content_hash(item) for item in new}
        return tuple(new), sum(said[item.id] not in {"", content_hash(item)} for item in items)
