"""What is stored, as names of columns, rows, and which of the columns are times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from hft_py.execution.store._models import CHILDREN, EVENTS, FILLS, PARENTS
from hft_py.execution.store._sql import among

Read = tuple[list[str], list[Sequence[Any]], tuple[str, ...]]

TIMES = ("start", "end", "decision_time", "release_time", "expiry", "closed", "released", "time",
         "recorded")  # fmt: skip


def parents(connection: Connection, parent_id: str | None) -> Read:
    """One parent or all of them."""
    statement = select(PARENTS).order_by(PARENTS.c.parent_id)
    return _read(connection, _of(statement, PARENTS.c.parent_id, parent_id))


def children(
    connection: Connection,
    *,
    parent_id: str | None = None,
    state: str | None = None,
    holder: str | None = None,
    child_ids: Sequence[str] | None = None,
) -> Read:
    """Children by parent and sequence, with what a venue must know of the parent."""
    owner = (PARENTS.c.symbol, PARENTS.c.side, PARENTS.c.lot, PARENTS.c.currency)
    statement: Any = select(*CHILDREN.c, *owner).join_from(CHILDREN, PARENTS)
    statement = _of(statement, CHILDREN.c.parent_id, parent_id)
    statement = _of(statement, CHILDREN.c.state, state)
    statement = _of(statement, CHILDREN.c.holder, holder)
    if child_ids is not None:
        statement = statement.where(among(connection, CHILDREN.c.child_id, child_ids))
    return _read(connection, statement.order_by(CHILDREN.c.parent_id, CHILDREN.c.sequence))


def fills(connection: Connection, parent_id: str | None, replaced: bool) -> Read:
    """Fills by time; those that were cancelled or corrected too, if asked for."""
    statement = select(*FILLS.c, PARENTS.c.lot).join_from(FILLS, PARENTS)
    if not replaced:
        statement = statement.where(FILLS.c.corrected_by.is_(None))
    statement = _of(statement, FILLS.c.parent_id, parent_id)
    return _read(connection, statement.order_by(FILLS.c.time, FILLS.c.execution_id))


def events(connection: Connection, order_id: str | None) -> Read:
    """Events as they were recorded; their quantities are lots."""
    statement = select(EVENTS).order_by(EVENTS.c.event_id)
    return _read(connection, _of(statement, EVENTS.c.order_id, order_id))


def _of(statement: Any, column: Any, value: str | None) -> Any:
    return statement if value is None else statement.where(column == value)


def _read(connection: Connection, statement: Any) -> Read:
    result = connection.execute(statement)
    return list(result.keys()), [tuple(row) for row in result], TIMES
