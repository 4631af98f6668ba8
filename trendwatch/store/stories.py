"""Questions about stories."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from trendwatch.errors import NotFound
from trendwatch.store.engine import reading
from trendwatch.store.leases import table
from trendwatch.store.tables import StoryRow
from trendwatch.types.stories import Story

_STORY = table(StoryRow)
_NAMES = ("id", "title", "url", "summary", "first_seen_at", "last_seen_at", "items", "sources", "owners")


class Stories:
    """Items folded by event."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, story_id: str) -> Story:
        """Return one story.

        Raises:
            NotFound: there is none.
        """
        found = self._select(_STORY.c.id == story_id, limit=1)
        if not found:
            raise NotFound("story", story_id)
        return found[0]

    def latest(self, *, limit: int) -> list[Story]:
        """Return the stories that were reported last, newest first."""
        return self._select(limit=limit)

    def _select(self, *conditions: Any, limit: int) -> list[Story]:
        order = (_STORY.c.last_seen_at.desc(), _STORY.c.seq.desc())
        query = select(*(_STORY.c[name] for name in _NAMES)).where(*conditions).order_by(*order).limit(limit)
        with reading(self._engine) as connection:
            return [Story(**row) for row in connection.execute(query).mappings()]
