"""Digests keep what they were composed with; deliveries go to several readers who agreed."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(name: str, *, default: str | None = None) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=default)


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=nullable)


def upgrade() -> None:
    _compose_upgrade()
    _delivery_upgrade()


def _compose_upgrade() -> None:
    op.create_table(
        "knowledge",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.add_column("edition", sa.Column("knowledge_hash", sa.String(), server_default="", nullable=False))
    op.add_column("digest", sa.Column("business", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_digest_cutoff", "digest", ["cutoff"], unique=False)
    op.create_table(
        "vote",
        sa.Column("seq", sa.Integer(), nullable=False),
        *(_text(name) for name in ("business_key", "story_id", "period", "kind", "label")),
        _time("voted_at"),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    for column in ("business_key", "voted_at"):
        op.create_index(f"ix_vote_{column}", "vote", [column], unique=False)


def _delivery_upgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.alter_column("digest_seq", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(_text("kind", default="digest"))
        batch_op.add_column(_text("target", default=""))
        batch_op.add_column(sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(_time("first_attempt_at", nullable=True))
        batch_op.add_column(sa.Column("letter", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_delivery_target"), ["target"], unique=False)
    op.create_table(
        "recipient",
        *(_text(name) for name in ("id", "business_key", "address", "consent", "origin")),
        _time("since"),
        _time("changed_at"),
        sa.Column("hard_bounces", sa.Integer(), nullable=False),
        sa.Column("soft_bounces", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "endpoint",
        *(_text(name) for name in ("id", "business_key", "url", "secret")),
        _time("since"),
        _text("former"),
        _time("former_until", nullable=True),
        _text("disabled"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "suppression",
        _text("hash"),
        _text("reason"),
        _time("since"),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "notice",
        sa.Column("seq", sa.Integer(), nullable=False),
        *(_text(name) for name in ("kind", "subject", "audience", "business_key", "text")),
        _time("opened_at"),
        _time("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    open_ones = sa.text("ended_at IS NULL")
    once = {"unique": True, "sqlite_where": open_ones, "postgresql_where": open_ones}
    op.create_index("notice_once", "notice", ["kind", "subject"], **once)
    for table in ("recipient", "endpoint", "notice"):
        op.create_index(f"ix_{table}_business_key", table, ["business_key"], unique=False)
    op.create_table(
        "signing_key",
        _text("purpose"),
        _text("value"),
        sa.PrimaryKeyConstraint("purpose"),
    )


def downgrade() -> None:
    _delivery_downgrade()
    op.drop_table("vote")
    op.drop_index("ix_digest_cutoff", "digest")
    op.drop_column("digest", "business")
    op.drop_column("edition", "knowledge_hash")
    op.drop_table("knowledge")


def _delivery_downgrade() -> None:
    for table in ("signing_key", "notice", "suppression", "endpoint", "recipient"):
        op.drop_table(table)
    op.execute("DELETE FROM delivery WHERE digest_seq IS NULL")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_target"))
        for column in ("letter", "first_attempt_at", "doubts", "target", "kind"):
            batch_op.drop_column(column)
        batch_op.alter_column("digest_seq", existing_type=sa.Integer(), nullable=False)
