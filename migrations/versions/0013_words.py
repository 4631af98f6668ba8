"""Words by day: which items say a word that is followed, and which weeks were looked through for it.

Stories of words used to be kept as counts of weeks, by a model version they do not depend on; those counts
lead to no item and are dropped. Words that still rise are followed again from the next week that is judged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "term_use",
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("term", "week", "item_seq"),
    )
    op.create_index("ix_term_use_item_seq", "term_use", ["item_seq"])
    op.create_table(
        "term_week",
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "week"),
    )
    op.execute("DELETE FROM series WHERE key <> '*' AND key NOT LIKE '%:%'")


def downgrade() -> None:
    op.drop_table("term_week")
    op.drop_table("term_use")
