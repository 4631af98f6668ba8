"""The terms told last are read in their order, without all that were ever told."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("trend_week", "trend", ["model_seq", "kind", "week", "strength"])
    op.create_index("trend_key", "trend", ["model_seq", "kind", "key", "week"])


def downgrade() -> None:
    op.drop_index("trend_key", table_name="trend")
    op.drop_index("trend_week", table_name="trend")
