"""What operators say of tags is kept facet by facet, with who and when, and lies over the model's tags.

Corrections made before lie over the tags of the versions in use from now on; what is counted stays.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None

_TAG_COLUMNS = ("model_seq", "item_seq", "facet", "label", "confidence", "origin", "terms")


def upgrade() -> None:
    judged = op.create_table(
        "judged",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("facet", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("item_seq", "facet"),
    )
    overruled = op.create_table(
        "overruled",
        sa.Column("model_seq", sa.Integer(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("facet", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("origin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.ForeignKeyConstraint(["model_seq"], ["model.seq"]),
        sa.PrimaryKeyConstraint("model_seq", "item_seq", "facet", "label"),
    )
    _take_over(op.get_bind(), judged, overruled)
    op.drop_table("correction")


def _take_over(connection: sa.Connection, judged: sa.Table, overruled: sa.Table) -> None:
    """Cut corrections into facets, and lay them over the tags of the versions in use."""
    names = ("item_seq", "labels", "facets", "made_at", "made_by")
    old = sa.table("correction", *(sa.column(name) for name in names))
    kinds = (
        sa.Integer,
        sa.JSON,
        sa.JSON,
        sqlmodel.sql.sqltypes.UTCDateTime,
        sqlmodel.sql.sqltypes.AutoString,
    )
    typed = [sa.type_coerce(old.c[name], kind()).label(name) for name, kind in zip(names, kinds, strict=True)]
    said = connection.execute(sa.select(*typed).order_by(old.c.made_at, old.c.item_seq)).all()
    tag = sa.table("tag", *(sa.column(name) for name in _TAG_COLUMNS))
    tag.c.terms.type = sa.JSON()
    live = connection.execute(sa.text("SELECT seq FROM model WHERE state IN ('current', 'building')"))
    models = list(live.scalars())
    for one in said:
        for facet in one.facets:
            labels = [key for key in one.labels if key.startswith(f"{facet}:")]
            values = {"item_seq": one.item_seq, "facet": facet, "labels": labels}
            connection.execute(judged.insert().values(**values, made_at=one.made_at, made_by=one.made_by))
            for model in models:
                mine = (tag.c.model_seq == model, tag.c.item_seq == one.item_seq, tag.c.facet == facet)
                kept = sa.select(*(tag.c[name] for name in _TAG_COLUMNS), sa.true()).where(*mine)
                connection.execute(overruled.insert().from_select([*_TAG_COLUMNS, "counted"], kept))
                connection.execute(tag.delete().where(*mine))
                rows = [
                    {"model_seq": model, "item_seq": one.item_seq, "facet": facet, "confidence": 1.0}
                    | {"label": key.partition(":")[2], "origin": "operator", "terms": []}
                    for key in labels
                ]
                waits = sa.text("SELECT 1 FROM pending WHERE model_seq = :model AND item_seq = :item")
                of = {"model": model, "item": one.item_seq}
                if rows and connection.execute(waits, of).first() is None:
                    connection.execute(tag.insert(), rows)


def downgrade() -> None:
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
    op.drop_table("overruled")
    op.drop_table("judged")
