"""Corrections by operators, items whose language no model covers, and how the tags of a week look."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("item_seq"),
    )
    op.create_table(
        "correction",
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("facets", sa.JSON(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("item_seq"),
    )
    op.create_table(
        "uncovered",
        sa.Column("model_seq", sa.Integer(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.ForeignKeyConstraint(["model_seq"], ["model.seq"]),
        sa.PrimaryKeyConstraint("model_seq", "item_seq"),
    )
    op.create_table(
        "tag_week",
        sa.Column("model_seq", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("untagged", sa.Float(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("novelty", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["model_seq"], ["model.seq"]),
        sa.PrimaryKeyConstraint("model_seq", "week"),
    )


def downgrade() -> None:
    for name in ("tag_week", "uncovered", "correction", "asked"):
        op.drop_table(name)
