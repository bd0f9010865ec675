"""Runs the migrations over the connection that the hub hands in."""

from alembic import context

from mdm.tables import SQLModel

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # A migration that cannot get its lock gives way instead of stopping the hub behind it.
    connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
