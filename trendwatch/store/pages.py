"""Questions about pages of items: which are to be read, what became of them, what sites allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Engine, bindparam, select

from trendwatch.store.engine import reading, writing
from trendwatch.store.leases import Leases
from trendwatch.store.poll_tables import PageRow, RobotsRow
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import FeedRow, ItemRow
from trendwatch.types.pages import Page, PageProblem, Robots, WantedPage
from trendwatch.types.work import Claim

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_PAGE = table(PageRow)
_ROBOTS = table(RobotsRow)


class Pages:
    """The pages of items whose feeds ask for full text."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def wanted(self, *, since: datetime, limit: int) -> list[WantedPage]:
        """Return items without a page that were first seen since a time, the latest first; no back-log."""
        asked = (_FEED.c.full_text, _FEED.c.enabled, _ITEM.c.backlog.is_(False))
        query = (
            select(_ITEM.c.id, _ITEM.c.url)
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .outerjoin(_PAGE, _PAGE.c.item_seq == _ITEM.c.seq)
            .where(*asked, _ITEM.c.first_seen_at >= since, _PAGE.c.item_seq.is_(None))
            .order_by(_ITEM.c.seq.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [WantedPage(item_id=row.id, url=row.url) for row in connection.execute(query)]

    def keep(self, pages: Sequence[Page], *, claim: Claim) -> None:
        """Keep what became of pages; one that is kept already stays as it is.

        Raises:
            LeaseLost: another process reads pages now.
        """
        rows = [
            {
                "b_item": page.item_id,
                "b_text": page.text,
                "b_problem": str(page.problem) if page.problem else None,
                "b_fetched_at": page.fetched_at,
            }
            for page in pages
        ]
        if not rows:
            return
        seq = select(_ITEM.c.seq).where(_ITEM.c.id == bindparam("b_item")).scalar_subquery()
        with self._leases.under(claim) as connection:
            statement = insert(connection, PageRow).values(
                item_seq=seq,
                text=bindparam("b_text"),
                problem=bindparam("b_problem"),
                fetched_at=bindparam("b_fetched_at"),
            )
            connection.execute(statement.on_conflict_do_nothing(), rows)

    def of(self, item_ids: Sequence[str]) -> dict[str, Page]:
        """Return what became of the pages of items, by item id."""
        query = select(_ITEM.c.id, _PAGE).join(_ITEM, _ITEM.c.seq == _PAGE.c.item_seq)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(_ITEM.c.id.in_(item_ids))).mappings().all()
        return {
            row["id"]: Page(
                item_id=row["id"],
                text=row["text"],
                problem=PageProblem(row["problem"]) if row["problem"] else None,
                fetched_at=row["fetched_at"],
            )
            for row in rows
        }

    def robots(self, origins: Iterable[str], *, since: datetime) -> dict[str, Robots]:
        """Return what sites allow, by origin, as far as it was asked since a time."""
        query = select(_ROBOTS).where(_ROBOTS.c.origin.in_(list(origins)), _ROBOTS.c.fetched_at >= since)
        with reading(self._engine) as connection:
            return {row["origin"]: Robots(**row) for row in connection.execute(query).mappings()}

    def keep_robots(self, found: Sequence[Robots]) -> None:
        """Keep what sites allow, in the place of what they allowed before."""
        rows = [
            {"origin": one.origin, "rules": one.rules, "known": one.known, "fetched_at": one.fetched_at}
            for one in found
        ]
        if rows:
            with writing(self._engine) as connection:
                statement = insert(connection, RobotsRow)
                names = ("rules", "known", "fetched_at")
                newer = {name: statement.excluded[name] for name in names}
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["origin"], set_=newer), rows
                )
