"""Feeds remember how far back their documents reach."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed", sa.Column("reach", sa.Interval(), nullable=True))


def downgrade() -> None:
    op.drop_column("feed", "reach")
