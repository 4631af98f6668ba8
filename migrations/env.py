"""Alembic's door to the schema: trendwatch gives the connection, or -x url=... on the command line."""

from alembic import context
from sqlmodel import SQLModel

import trendwatch.store  # noqa: F401 - all its tables fill the metadata
from trendwatch.store.engine import open_engine, writing


def run(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        include_name=lambda name, kind, _parents: not (kind == "table" and str(name).startswith("item_text")),
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url", "sqlite:///data/trendwatch.db")
    with writing(open_engine(url)) as connection:
        run(connection)
