"""Stories by who told them first, weeks that changed, spikes, and how many rises are due to chance."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counted",
        sa.Column("model_seq", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["model_seq"], ["model.seq"]),
        sa.PrimaryKeyConstraint("model_seq", "week"),
    )
    op.execute(
        "INSERT INTO counted (model_seq, week, changes) "
        "SELECT model_seq, week, 1 FROM reports GROUP BY model_seq, week"
    )
    op.create_table(
        "spike",
        sa.Column("model_seq", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["model_seq"], ["model.seq"]),
        sa.PrimaryKeyConstraint("model_seq", "week", "key"),
    )
    op.create_table(
        "term_verdict",
        sa.Column("term", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("form", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("term"),
    )
    op.create_table(
        "story_alias",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("story_seq", sa.Integer(), nullable=False),
        sa.Column("merged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["story_seq"], ["story.seq"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_story_alias_story_seq"), "story_alias", ["story_seq"])
    with op.batch_alter_table("reports") as reports:
        reports.add_column(sa.Column("stories", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE reports SET stories = reports")  # which came first is not known: as it was
    with op.batch_alter_table("analysis") as analysis:
        analysis.add_column(sa.Column("judged", sa.Integer(), nullable=True))
        analysis.add_column(sa.Column("by_chance", sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("analysis") as analysis:
        analysis.drop_column("by_chance")
        analysis.drop_column("judged")
    with op.batch_alter_table("reports") as reports:
        reports.drop_column("stories")
    op.drop_table("story_alias")
    op.drop_table("term_verdict")
    op.drop_table("spike")
    op.drop_table("counted")
