"""Executions that the venue takes back or corrects, each in one transaction.

The rows and events of the original stay. Its row names what replaced it, and counts no more; what
an order is without it follows from the trail: the last state that it was moved to, and the fills
that are left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select

from hft_py.execution.orders import IllegalMoveError, OrderState, after_correction
from hft_py.execution.store._fills import NAMES, same_fill
from hft_py.execution.store._models import CHILDREN, EVENTS, FILLS, PARENTS
from hft_py.execution.store._orders import Decision, cut_to_plan, locked_children, locked_parents
from hft_py.execution.store._sql import Row, insert_rows, update_rows

Make = Callable[[Any, Any], dict[str, Any]]
"""From the row of the original and of its parent: what the corrected fill has instead."""


def replace_fill(
    connection: Connection, execution: str, original: str, make: Make | None, decision: Decision
) -> bool:
    """Cancel a fill, or correct it; False where this execution did so before."""
    owner = connection.execute(select(FILLS.c.parent_id).where(FILLS.c.execution_id == original))
    parent_id = owner.scalar()
    if parent_id is None:
        raise ValueError(f"replaces={original!r}, and no fill of this execution is in the store")
    parent = locked_parents(connection, [parent_id])[parent_id]
    row = _stored(connection, FILLS.c.execution_id == original)
    made = None if make is None else row._asdict() | make(row, parent)
    if made is not None:
        made |= {"execution_id": execution, "corrected_by": None, "recorded": decision.now}
    known = _stored(connection, FILLS.c.execution_id == execution)
    if row.corrected_by == execution:
        _same(execution, known, made)
        return False
    if row.corrected_by is not None:
        raise IllegalMoveError(
            f"fill {original} counts no more: execution {row.corrected_by} replaced it"
        )
    if known is not None or _stored(connection, FILLS.c.corrected_by == execution) is not None:
        raise ValueError(f"execution {execution} is stored already, and did not replace {original}")
    lots = 0 if made is None else made["quantity"]
    child = locked_children(connection, CHILDREN.c.child_id == row.child_id)[0]
    update_rows(connection, FILLS, ("corrected_by",), [(original, execution)])
    if made is not None:
        insert_rows(connection, FILLS, [tuple(made[name] for name in NAMES)])
    event = "cancel_fill" if made is None else "correct_fill"
    time = row.time if made is None else made["time"]
    events: list[Row] = []
    for table, kind, name, order in (
        (CHILDREN, "child", child.child_id, child), (PARENTS, "parent", parent_id, parent)
    ):  # fmt: skip
        filled = order.filled - row.quantity + lots
        state, closed = _state(connection, kind, name, order.quantity, filled, time)
        update_rows(
            connection, table, ("state", "filled", "closed"), [(name, state, filled, closed)]
        )
        if kind == "child" or state != order.state:
            events.append(decision.event(name, kind, event, order.state, state,
                                         lots or row.quantity, execution))  # fmt: skip
    insert_rows(connection, EVENTS, events)
    cut_to_plan(connection, [parent], decision)
    return True


def _state(
    connection: Connection, kind: str, name: str, quantity: int, filled: int, time: int
) -> tuple[OrderState, int | None]:
    """The state of an order with these fills, and when it was closed."""
    moves = (
        select(EVENTS.c.state_after, EVENTS.c.recorded)
        .where(EVENTS.c.order_id == name, EVENTS.c.kind == kind)
        .where(EVENTS.c.event.in_(("move", "release")))
    )
    moved, at = connection.execute(moves.order_by(EVENTS.c.event_id.desc()).limit(1)).one()
    state = after_correction(name, OrderState(moved), quantity=quantity, filled=filled)
    if state == OrderState.FILLED:
        return state, time
    return state, at if state in (OrderState.CANCELLED, OrderState.EXPIRED) else None


def _stored(connection: Connection, where: Any) -> Any:
    return connection.execute(select(FILLS).where(where)).one_or_none()


def _same(execution: str, known: Any, made: dict[str, Any] | None) -> None:
    """An error where an execution comes again with other values."""
    if (known is None) != (made is None):
        was = "cancelled" if known is None else "corrected"
        raise ValueError(f"execution {execution} is stored: it {was} a fill")
    if made is not None:
        same_fill(tuple(made[name] for name in NAMES), known)
