"""Fetching: history and breakages of feeds, identity of items across polls, pages of items."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime

# Columns of older tables: plain ADD COLUMN, which keeps indexes and triggers where they are.
_FEED = (
    ("full_text", sa.Boolean(), sa.false()),
    ("note", _TEXT(), sa.text("''")),
    ("fetches", sa.Integer(), sa.text("0")),
    ("issuer", _TEXT(), sa.text("''")),
    ("skip_hours", _TEXT(), sa.text("''")),
    ("skip_days", _TEXT(), sa.text("''")),
    ("address", _TEXT(), sa.text("''")),
    ("moved_to", _TEXT(), sa.text("''")),
    ("moved_times", sa.Integer(), sa.text("0")),
)
_FEED_UNKNOWN = (
    ("ttl", sa.Interval()),
    ("rhythm", sa.Interval()),
    ("changed_at", _TIME()),
    ("full_at", _TIME()),
    ("moved_since", _TIME()),
)
_ITEM = (
    ("content_hash", _TEXT(), sa.text("''")),
    ("updates", sa.Integer(), sa.text("0")),
)


def upgrade() -> None:
    for table, columns in (("feed", _FEED), ("item", _ITEM)):
        for name, kind, default in columns:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("item", sa.Column("changed_at", _TIME(), nullable=True))
    for name, unknown in _FEED_UNKNOWN:
        op.add_column("feed", sa.Column(name, unknown, nullable=True))
    _rests()
    _history()
    _pages()


def _rests() -> None:
    op.create_table(
        "rest",
        sa.Column("server", _TEXT(), nullable=False),
        sa.Column("until", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("server"),
    )


def _history() -> None:
    op.create_table(
        "fetch",
        sa.Column("feed_seq", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("at", _TIME(), nullable=False),
        sa.Column("outcome", _TEXT(), nullable=False),
        sa.Column("failure", _TEXT(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("drops", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["feed_seq"], ["feed.seq"]),
        sa.PrimaryKeyConstraint("feed_seq", "slot"),
    )
    op.create_table(
        "episode",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("feed_seq", sa.Integer(), nullable=False),
        sa.Column("began_at", _TIME(), nullable=False),
        sa.Column("failure", _TEXT(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("told_at", _TIME(), nullable=True),
        sa.Column("ended_at", _TIME(), nullable=True),
        sa.ForeignKeyConstraint(["feed_seq"], ["feed.seq"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_episode_feed_seq", "episode", ["feed_seq"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "episode_one_open",
        "episode",
        ["feed_seq"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "alias",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alias_item_seq", "alias", ["item_seq"])


def _pages() -> None:
    op.create_table(
        "page",
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("problem", _TEXT(), nullable=True),
        sa.Column("fetched_at", _TIME(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("item_seq"),
    )
    op.create_table(
        "robots",
        sa.Column("origin", _TEXT(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", _TIME(), nullable=False),
        sa.PrimaryKeyConstraint("origin"),
    )


def downgrade() -> None:
    for table in ("robots", "page", "alias", "episode", "fetch", "rest"):
        op.drop_table(table)
    op.drop_column("item", "changed_at")
    for name, _ in _FEED_UNKNOWN:
        op.drop_column("feed", name)
    for table, columns in (("item", _ITEM), ("feed", _FEED)):
        for name, _, _ in columns:
            op.drop_column(table, name)
