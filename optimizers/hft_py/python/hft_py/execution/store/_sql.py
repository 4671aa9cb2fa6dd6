"""Statements that the other modules share: batches, sets of identifiers, locks."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

Row = tuple[Any, ...]
_COPIED = 50


def among(connection: Connection, column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column is one of many strings, as one parameter: a database limits their number."""
    given = sorted(set(values))
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps(given)).table_valued("value")
        found: ColumnElement[bool] = column.in_(select(listed.c.value))
        return found
    same: ColumnElement[bool] = column == any_(literal(given, ARRAY(Text)))
    return same


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Rows of values in the order of the table's columns, as one batch of the driver.

    PostgreSQL takes a large one by COPY, which its own ``executemany`` is three times as long as.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) >= _COPIED:
        _copy(connection, table, rows)
        return
    statement, names = _insert(table, connection.dialect)
    if connection.dialect.positional:
        connection.exec_driver_sql(statement, list(rows))
    else:
        connection.exec_driver_sql(statement, [dict(zip(names, r, strict=True)) for r in rows])


def insert_new(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    same: Sequence[str],
    what: str,
    look: bool = True,
) -> list[Row]:
    """Insert the rows that are not stored yet, and return them; the first column identifies one.

    A row that is stored already must have the same values in the columns ``same``: then it was
    handed over twice, which changes nothing.

    Parameters
    ----------
    what
        What the caller named the rows, for the message.
    look
        Look for stored rows first; False where there is no reason to expect any.
    """
    remaining = list(rows)
    while True:
        if look:
            remaining = _unknown(connection, table, remaining, same=same, what=what)
        try:
            with connection.begin_nested():
                insert_rows(connection, table, remaining)
            return remaining
        except IntegrityError as error:  # another process was faster, or they contradict others
            looked, count = look, len(remaining)
            look = True
            if (
                looked
                and len(_unknown(connection, table, remaining, same=same, what=what)) == count
            ):
                raise ValueError(f"{what} contradict what is stored: {error.orig}") from error


def _unknown(
    connection: Connection, table: Table, rows: Sequence[Row], *, same: Sequence[str], what: str
) -> list[Row]:
    """The rows that are not stored."""
    key, names = next(iter(table.columns)), [c.name for c in table.columns]
    where = among(connection, key, (row[0] for row in rows))
    stored = {row[0]: row for row in connection.execute(select(table).where(where))}
    for row in rows:
        for name, given, kept in zip(names, row, stored.get(row[0], row), strict=True):
            if name in same and given != kept:
                raise ValueError(
                    f"{what}: {row[0]} is stored with {name}={kept!r}, given {given!r}"
                )
    return [row for row in rows if row[0] not in stored]


def update_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> None:
    """Set the columns ``names`` of the rows identified by the first value of each."""
    if not rows:
        return
    key = next(iter(table.columns))
    changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(table).where(key == bindparam("row_key")).values(changes)
    labels = ["row_key", *(f"new_{name}" for name in names)]
    connection.execute(statement, [dict(zip(labels, row, strict=True)) for row in rows])


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    names = ", ".join(f'"{name}"' for name in _insert(table, connection.dialect)[1])
    driver: Any = connection.connection.cursor()
    try:
        with driver, driver.copy(f"COPY {table.name} ({names}) FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
    except connection.dialect.dbapi.IntegrityError as error:  # type: ignore[union-attr]
        raise IntegrityError("COPY", None, error) from error


@functools.cache
def _insert(table: Table, dialect: Dialect) -> tuple[str, list[str]]:
    columns: list[Column[Any]] = [c for c in table.columns if c.name != "event_id"]
    names = [c.name for c in columns]
    return str(table.insert().compile(dialect=dialect, column_keys=names)), names
