"""Series by day: a column for each day of the week; what was counted before has none."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def upgrade() -> None:
    for day in _DAYS:
        op.add_column("series", sa.Column(day, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for day in reversed(_DAYS):
        op.drop_column("series", day)
