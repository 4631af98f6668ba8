"""What operators said of old items is laid over a new version's tags in batches: a row for each that waits.

A version that is being built was given them all when it was adopted, so none waits after the upgrade. At the
downgrade a version for which some wait is given up: the older schema would make it current without them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unlaid",
        sa.Column("model_seq", sa.Integer(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.ForeignKeyConstraint(["model_seq"], ["model.seq"]),
        sa.PrimaryKeyConstraint("model_seq", "item_seq"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM pending WHERE model_seq IN (SELECT model_seq FROM unlaid)")
    op.execute(
        "UPDATE model SET state = 'old' WHERE state = 'building' AND seq IN (SELECT model_seq FROM unlaid)"
    )
    op.drop_table("unlaid")
