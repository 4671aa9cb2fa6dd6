"""Migrations of the tables, by Alembic; :class:`hft_py.execution.OrderStore` runs what is missing.

``python -m hft_py.execution.store.migrate URL [REVISION]`` brings a database to a revision, the
newest unless it is given; ``base`` removes the tables and what is in them.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from hft_py.execution.store._engine import connect, writing
from hft_py.results import optional

__all__ = ["HEAD", "check", "current", "migrate"]

HEAD = "0002"
"""The newest revision."""

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x6866745F  # of PostgreSQL, for this package's migrations: "hft_"


def current(connection: Connection) -> str | None:
    """The revision of a database; None before the first migration."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision in one transaction, up or down; other processes wait.

    Parameters
    ----------
    revision
        A revision's name, ``"head"`` (the newest, the default) or ``"base"`` (no tables).

    Raises
    ------
    ValueError
        The database is of a newer version of this package.
    """
    command = optional("alembic.command", "store", "an order store")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        at = current(connection)
        _known(at)
        config = _config(connection)
        if revision != "head" and at is not None and (revision == "base" or revision < at):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def check(engine: Engine) -> None:
    """An error of Alembic's where the tables are not those of the models."""
    with writing(engine) as connection:
        optional("alembic.command", "store", "an order store").check(_config(connection))


def _known(found: str | None) -> None:
    if found is not None and found > HEAD:
        raise ValueError(
            f"the database is at revision {found}, and this version of hft-py knows {HEAD}: "
            "pip install --upgrade hft-py"
        )


def _config(connection: Connection) -> object:
    config = optional("alembic.config", "store", "an order store").Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m hft_py.execution.store.migrate")
    parser.add_argument("url", help="as sqlite:///orders.db")
    parser.add_argument("revision", nargs="?", default="head", help="default: the newest")
    given = parser.parse_args(arguments)
    engine = connect(given.url)
    try:
        migrate(engine, given.revision)
        with engine.connect() as connection:
            print(f"{engine.url.render_as_string()}: revision {current(connection) or 'base'}")
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
