"""The order in which items were put into stories is kept, so that open stories are rebuilt as they were."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("item", sa.Column("placed", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_item_placed"), "item", ["placed"])


def downgrade() -> None:
    op.drop_index(op.f("ix_item_placed"), table_name="item")
    op.drop_column("item", "placed")
