"""Readers remember that they left; a digest that met a bug waits before it is tried again."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=nullable)


def upgrade() -> None:
    op.add_column("recipient", _time("left_at", nullable=True))
    # Who was asked again may have left before: nobody but they can say yes.
    op.execute(
        "UPDATE recipient SET left_at = changed_at WHERE consent IN ('unsubscribed', 'suppressed') "
        "OR (consent = 'asked' AND changed_at <> since)"
    )
    op.create_table(
        "setback",
        sa.Column("business_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        _time("cutoff"),
        sa.Column("crashes", sa.Integer(), nullable=False),
        _time("not_before"),
        sa.PrimaryKeyConstraint("business_key"),
    )


def downgrade() -> None:
    op.drop_table("setback")
    op.drop_column("recipient", "left_at")
