"""Full-text search over titles and summaries: FTS5 on SQLite, an expression index on PostgreSQL."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE VIRTUAL TABLE item_text USING fts5(title, summary, content='item', content_rowid='seq', "
    "tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER item_text_insert AFTER INSERT ON item BEGIN "
    "INSERT INTO item_text(rowid, title, summary) VALUES (new.seq, new.title, new.summary); END",
    "CREATE TRIGGER item_text_delete AFTER DELETE ON item BEGIN "
    "INSERT INTO item_text(item_text, rowid, title, summary) "
    "VALUES ('delete', old.seq, old.title, old.summary); END",
    "CREATE TRIGGER item_text_update AFTER UPDATE OF title, summary ON item BEGIN "
    "INSERT INTO item_text(item_text, rowid, title, summary) "
    "VALUES ('delete', old.seq, old.title, old.summary); "
    "INSERT INTO item_text(rowid, title, summary) VALUES (new.seq, new.title, new.summary); END",
)
# The expression of store/items.py, which says why signs become spaces.
_POSTGRESQL = (
    "CREATE INDEX item_text ON item USING gin (to_tsvector('simple', "
    "translate(title || ' ' || summary, './-@_:<>&+~=?#', '              ')))",
)


def upgrade() -> None:
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER item_text_{trigger}")
        op.execute("DROP TABLE item_text")
    else:
        op.execute("DROP INDEX item_text")
