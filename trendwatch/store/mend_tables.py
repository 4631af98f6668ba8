"""The rows of what was put right afterwards, by people or by the mending of stories: see ``tables``."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class TermVerdictRow(SQLModel, table=True):
    """What somebody decided about a term."""

    __tablename__ = "term_verdict"
    #: folded
    term: str = Field(primary_key=True)
    form: str
    #: full key of the label it was added to; "" for none
    label: str
    decided_at: datetime
    decided_by: str


class StoryAliasRow(SQLModel, table=True):
    """An id of a story that was merged into another: links, digests and memory still say it."""

    __tablename__ = "story_alias"
    id: str = Field(primary_key=True)
    story_seq: int = Field(foreign_key="story.seq", index=True)
    merged_at: datetime
