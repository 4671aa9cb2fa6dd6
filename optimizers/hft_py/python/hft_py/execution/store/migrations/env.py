"""Alembic runs this for each command; :mod:`hft_py.execution.store.migrate` connects."""

from alembic import context

from hft_py.execution.store._models import Base

config = getattr(context, "config", None)
if config is not None:  # run by Alembic, not imported by a tool that looks for examples
    context.configure(connection=config.attributes["connection"], target_metadata=Base.metadata)
    context.run_migrations()
