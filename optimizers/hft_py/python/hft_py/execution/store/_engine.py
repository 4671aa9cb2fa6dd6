"""Connections: what makes a commit durable, and the two kinds of transactions.

SQLite: the journal is a write-ahead log (readers do not wait for a writer) and ``synchronous=FULL``
writes it to the disk before a commit returns; ``NORMAL``, which many programs use with it, loses
the last commits in a power cut. A writing transaction begins with ``BEGIN IMMEDIATE``: with a plain
``BEGIN``, two processes read first, and the second one to write fails.

PostgreSQL: ``synchronous_commit=on`` is set for each connection, as a server may have another
default. Transactions are READ COMMITTED; whatever is decided upon is locked first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

BUSY_SECONDS = 60.0
"""How long a transaction waits for another process's lock in SQLite before it is an error."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=ON",  # macOS: the drive writes its cache too; nothing elsewhere
    "PRAGMA checkpoint_fullfsync=ON",
    "PRAGMA foreign_keys=ON",
)


def connect(url: str) -> Engine:
    """An engine of a database of one of the two kinds; nothing is opened yet."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(f"url={url!r}, expected one as sqlite:///orders.db") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError(
                f"url={url!r} is lost with the process, expected a file: sqlite:///orders.db"
            )
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if kind == "postgresql":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed)
        event.listen(engine, "connect", _open_postgresql)
        return engine
    raise ValueError(f"url={url!r} is of {kind}, expected sqlite or postgresql")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write; committed at the end, undone by an exception."""
    with engine.connect().execution_options(hft_py_writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads one state of the database."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**level) as connection, connection.begin():
        yield connection


def _open_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the module shall not begin transactions of its own
    for pragma in _PRAGMAS:
        row = connection.execute(pragma).fetchone()
        if pragma.endswith("=WAL") and row[0] != "wal":
            raise OSError(
                f"SQLite cannot keep a write-ahead log here (journal_mode={row[0]}), expected a "
                "file on a local disk"
            )


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("hft_py_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgresql(connection: Any, record: object) -> None:
    connection.autocommit = True  # so that the setting outlives this first transaction
    connection.execute("SET synchronous_commit = on")
    connection.autocommit = False
