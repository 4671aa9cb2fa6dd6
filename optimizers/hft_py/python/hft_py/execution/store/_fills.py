"""Fills: each one once, within the life and the quantity of its order, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from hft_py.execution.orders import OrderState, after_fill
from hft_py.execution.store._models import CHILDREN, EVENTS, FILLS, PARENTS
from hft_py.execution.store._orders import (
    Decision,
    cut_to_plan,
    locked_children,
)
from hft_py.execution.store._sql import Row, among, insert_rows, update_rows

NAMES = [column.name for column in FILLS.columns]
_TIME = NAMES.index("time")


@dataclass
class _Order:
    """A locked parent or child while fills are counted."""

    row: Any
    name: str
    state: OrderState
    filled: int
    closed: int | None
    changed: bool = False
    late: bool = False

    def fill(self, lots: int, time: int) -> OrderState:
        """Count a fill; the state before it."""
        before = self.state
        late = self.closed is not None and time <= self.closed
        self.late |= late
        self.state = after_fill(
            self.name, before, quantity=self.row.quantity, filled=self.filled, fill=lots, late=late
        )
        if self.state == OrderState.FILLED:
            self.closed = time
        self.filled += lots
        self.changed = True
        return before


def add_fills(
    connection: Connection, parents: dict[str, Any], rows: Sequence[Row], decision: Decision
) -> int:
    """Fills of children of locked parents that are not stored yet; returns how many."""
    children = {
        child.child_id: _order(child, child.child_id)
        for child in locked_children(
            connection, among(connection, CHILDREN.c.child_id, (row[1] for row in rows))
        )
    }
    held = {name: _order(row, name) for name, row in parents.items()}
    known = {
        row[0]: row
        for row in connection.execute(
            select(FILLS).where(among(connection, FILLS.c.execution_id, (row[0] for row in rows)))
        )
    }
    used = among(connection, FILLS.c.corrected_by, (row[0] for row in rows))
    for old, new in connection.execute(
        select(FILLS.c.execution_id, FILLS.c.corrected_by).where(used)
    ):
        if new not in known:
            raise ValueError(f"execution {new} cancelled {old}: it is no fill")
    added: list[Row] = []
    events: list[Row] = []
    for row in sorted(rows, key=lambda row: (row[_TIME], row[0])):
        if row[0] in known:
            same_fill(row, known[row[0]])
            continue
        child = _checked(row, children, held)
        parent, lots = held[child.row.parent_id], row[5]
        before = child.fill(lots, row[_TIME])
        events.append(
            decision.event(child.name, "child", "fill", before, child.state, lots, row[0])
        )
        before = parent.fill(lots, row[_TIME])
        if parent.state != before:
            events.append(
                decision.event(parent.name, "parent", "fill", before, parent.state, lots, row[0])
            )
        added.append(row)
    insert_rows(connection, FILLS, added)
    for table, orders in ((CHILDREN, children), (PARENTS, held)):
        changed = [o for o in orders.values() if o.changed]
        values = [(o.name, o.state, o.filled, o.closed) for o in changed]
        update_rows(connection, table, ("state", "filled", "closed"), values)
    insert_rows(connection, EVENTS, events)
    if late := {child.row.parent_id for child in children.values() if child.late}:
        reason = replace(decision, reason="a late fill, beyond the plan")
        cut_to_plan(connection, [parents[name] for name in sorted(late)], reason)
    return len(added)


def _order(row: Any, name: str) -> _Order:
    return _Order(row, name, OrderState(row.state), row.filled, row.closed)


def _checked(row: Row, children: dict[str, _Order], parents: dict[str, _Order]) -> _Order:
    """The child of a fill, which must be the fill's own."""
    given = dict(zip(NAMES, row, strict=True))
    execution, child = given["execution_id"], children.get(given["child_id"])
    if child is None:
        raise ValueError(f"fill {execution}: child {given['child_id']!r} is not in the store")
    parent = parents.get(child.row.parent_id)
    if parent is None or given["parent_id"] != parent.name:
        raise ValueError(
            f"fill {execution} names the parent {given['parent_id']!r}, and its child "
            f"{child.name} is of {child.row.parent_id!r}"
        )
    for name in ("symbol", "side", "currency"):
        wanted = getattr(parent.row, name)
        if given[name] != wanted and None not in (given[name], wanted):
            raise ValueError(f"fill {execution} has {name}={given[name]!r}, its order {wanted!r}")
    if given["time"] < child.row.release_time:
        raise ValueError(
            f"fill {execution} happened before the release time of its order {child.name}"
        )
    return child


def same_fill(given: Row, known: Any) -> None:
    """An error where an execution is stored with other values."""
    for name, new, old in zip(NAMES, given, known, strict=True):
        if name not in ("recorded", "corrected_by") and new != old:
            raise ValueError(f"fill {given[0]} is stored with {name}={old!r}, given {new!r}")
