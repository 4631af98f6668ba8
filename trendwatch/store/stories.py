"""Questions about stories."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, or_, select

from trendwatch.errors import NotFound
from trendwatch.store.engine import reading
from trendwatch.store.mend_tables import StoryAliasRow
from trendwatch.store.statements import table
from trendwatch.store.tables import StoryRow
from trendwatch.types.stories import Story

_STORY = table(StoryRow)
_ALIAS = table(StoryAliasRow)
_NAMES = ("id", "title", "url", "summary", "first_seen_at", "last_seen_at", "items", "sources", "owners")


class Stories:
    """Items folded by event."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, story_id: str) -> Story:
        """Return one story, also by the id of one that was merged into it.

        Raises:
            NotFound: there is none.
        """
        merged = select(_ALIAS.c.story_seq).where(_ALIAS.c.id == story_id).scalar_subquery()
        found = self._select(or_(_STORY.c.id == story_id, _STORY.c.seq == merged), limit=1)
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
