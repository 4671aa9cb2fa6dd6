"""What the store does to orders, each function inside a transaction of its caller.

Whoever changes an order of a parent locks the parent's row first, in the order of the identifiers,
and its children after it: two processes wait for each other in one direction only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, select

from hft_py.execution.orders import CLOSED, LIVE, IllegalMoveError, OrderState, after_move
from hft_py.execution.store._models import CHILDREN, EVENTS, PARENTS
from hft_py.execution.store._sql import Row, among, insert_new, insert_rows, update_rows

PLAN = ("parent_id", "sequence", "release_time", "expiry", "quantity", "limit_price",
        "participation")  # fmt: skip
"""What a child was planned with; it never changes."""
_LOCKED = [PARENTS.c[name] for name in ("parent_id", "symbol", "side", "quantity", "lot",
                                        "currency", "state", "filled", "closed")]  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """Who changes something, when (nanoseconds), why, and from which inputs (a hash)."""

    actor: str
    now: int
    reason: str | None = None
    inputs: str | None = None

    def event(
        self,
        order: str,
        kind: str,
        event: str,
        before: str | None,
        after: str,
        quantity: int,
        execution: str | None = None,
    ) -> Row:
        """A row of the audit trail."""
        return (order, kind, event, before, after, quantity, self.now, self.actor, self.reason,
                self.inputs, execution)  # fmt: skip


def locked_parents(connection: Connection, ids: Iterable[str]) -> dict[str, Any]:
    """The rows of parents, which no other process changes until the end of the transaction."""
    wanted = sorted(set(ids))
    statement = select(*_LOCKED).where(among(connection, PARENTS.c.parent_id, wanted))
    rows = connection.execute(statement.order_by(PARENTS.c.parent_id).with_for_update())
    found = {row.parent_id: row for row in rows}
    for name in wanted:
        if name not in found:
            raise ValueError(f"parent_id {name!r} is not in the store: add the parent first")
    return found


def locked_children(connection: Connection, where: Any) -> list[Any]:
    """The rows of children of locked parents."""
    order = (CHILDREN.c.parent_id, CHILDREN.c.sequence)
    return list(
        connection.execute(select(CHILDREN).where(where).order_by(*order).with_for_update())
    )


def add_parents(connection: Connection, rows: Sequence[Row], decision: Decision) -> int:
    """Parents that are new; returns how many."""
    same = [c.name for c in PARENTS.columns if c.name not in ("state", "filled", "closed")]
    added = insert_new(connection, PARENTS, rows, same=same, what="parents")
    insert_rows(
        connection,
        EVENTS,
        [decision.event(r[0], "parent", "add", None, OrderState.NEW, r[3]) for r in added],
    )
    return len(added)


def add_children(
    connection: Connection, parents: dict[str, Any], rows: Sequence[Row], decision: Decision
) -> int:
    """Children of locked parents; returns how many are new.

    What is filled, what is alive and what is new may not be more than the parent.
    """
    before = _allotted(connection, parents)
    added = insert_new(connection, CHILDREN, rows, same=PLAN, what="children", look=bool(before))
    planned: dict[str, int] = {}
    for row in added:
        planned[row[1]] = planned.get(row[1], 0) + row[5]
    for name, lots in planned.items():
        parent, total = parents[name], lots + before.get(name, 0)
        if parent.state in CLOSED:
            raise IllegalMoveError(f"parent {name} is {parent.state}: it takes no children")
        if total > parent.quantity:
            raise ValueError(
                f"children of {name} and its fills come to {total} lots, and the parent has "
                f"{parent.quantity}"
            )
    insert_rows(
        connection,
        EVENTS,
        [
            decision.event(name, "parent", "plan", parents[name].state, parents[name].state, lots)
            for name, lots in planned.items()
        ],
    )
    return len(added)


def _allotted(connection: Connection, parents: Iterable[str]) -> dict[str, int]:
    """Lots of each parent that are filled, or in children that are alive."""
    lots = case(
        (CHILDREN.c.state.in_(sorted(CLOSED)), CHILDREN.c.filled), else_=CHILDREN.c.quantity
    )
    where = among(connection, CHILDREN.c.parent_id, parents)
    grouped = select(CHILDREN.c.parent_id, func.sum(lots)).where(where)
    return {
        name: int(total)
        for name, total in connection.execute(grouped.group_by(CHILDREN.c.parent_id))
    }


def release_due(connection: Connection, decision: Decision) -> list[str]:
    """Children whose time has come begin to work; those whose time has passed expire."""
    new, now = CHILDREN.c.state == OrderState.NEW, decision.now
    due = new & (CHILDREN.c.release_time <= now)
    names = connection.execute(select(CHILDREN.c.parent_id).where(due).distinct()).scalars().all()
    if not names:
        return []
    parents = locked_parents(connection, names)
    children = locked_children(connection, due & among(connection, CHILDREN.c.parent_id, names))
    released = [child for child in children if child.expiry > now]
    missed = [child for child in children if child.expiry <= now]
    update_rows(
        connection,
        CHILDREN,
        ("state", "released", "holder"),
        [(c.child_id, OrderState.WORKING, now, decision.actor) for c in released],
    )
    events = [
        decision.event(c.child_id, "child", "release", c.state, OrderState.WORKING, c.quantity)
        for c in released
    ]
    started = sorted({c.parent_id for c in released})
    started = [name for name in started if parents[name].state == OrderState.NEW]
    events += move_parents(
        connection, [parents[name] for name in started], OrderState.WORKING, decision
    )
    insert_rows(connection, EVENTS, events)
    move_children(connection, missed, OrderState.EXPIRED, decision)
    return [child.child_id for child in released]


def move_children(
    connection: Connection, children: Sequence[Any], to: OrderState, decision: Decision
) -> int:
    """Move locked children; those that are there already are left alone. How many moved."""
    moved = []
    for child in children:
        state = OrderState(child.state)
        if after_move(child.child_id, state, to, filled=child.filled) != state:
            moved.append(child)
    closed = decision.now if to in CLOSED else None
    rows = [(child.child_id, to, closed) for child in moved]
    update_rows(connection, CHILDREN, ("state", "closed"), rows)
    insert_rows(
        connection,
        EVENTS,
        [decision.event(c.child_id, "child", "move", c.state, to, c.quantity) for c in moved],
    )
    return len(moved)


def cut_to_plan(connection: Connection, parents: Sequence[Any], decision: Decision) -> None:
    """Cancel waiting children, the last first, where a late fill took what was planned again."""
    allotted = _allotted(connection, [parent.parent_id for parent in parents])
    for parent in parents:
        excess = allotted[parent.parent_id] - parent.quantity
        if excess <= 0:
            continue
        own = CHILDREN.c.parent_id == parent.parent_id
        waiting = locked_children(connection, own & (CHILDREN.c.state == OrderState.NEW))
        cut = []
        while excess > 0 and waiting:
            cut.append(waiting.pop())
            excess -= cut[-1].quantity
        move_children(connection, cut, OrderState.CANCELLED, decision)


def move_named(
    connection: Connection, names: Sequence[str], to: OrderState, decision: Decision
) -> int:
    """Move the children of these identifiers, which must be stored."""
    named = among(connection, CHILDREN.c.child_id, names)
    owners = dict(
        connection.execute(select(CHILDREN.c.child_id, CHILDREN.c.parent_id).where(named)).all()
    )
    for name in names:
        if name not in owners:
            raise ValueError(f"child_id {name!r} is not in the store")
    locked_parents(connection, owners.values())
    return move_children(connection, locked_children(connection, named), to, decision)


def move_parents(
    connection: Connection, parents: Sequence[Any], to: OrderState, decision: Decision
) -> list[Row]:
    """Move locked parents, and return the events, which the caller inserts."""
    closed = decision.now if to in CLOSED else None
    for parent in parents:
        after_move(parent.parent_id, OrderState(parent.state), to, filled=parent.filled)
    rows = [(parent.parent_id, to, closed) for parent in parents]
    update_rows(connection, PARENTS, ("state", "closed"), rows)
    return [decision.event(p.parent_id, "parent", "move", p.state, to, p.quantity) for p in parents]


def close_parent(
    connection: Connection, name: str, to: OrderState, decision: Decision
) -> list[str]:
    """Close a parent and every live child; returns the children that a venue has."""
    parent = locked_parents(connection, [name])[name]
    children = [
        child
        for child in locked_children(connection, CHILDREN.c.parent_id == name)
        if child.state in LIVE
    ]
    if parent.state != to:
        after_move(name, OrderState(parent.state), to, filled=parent.filled)
        insert_rows(connection, EVENTS, move_parents(connection, [parent], to, decision))
    move_children(connection, children, to, decision)
    return [child.child_id for child in children if child.state != OrderState.NEW]


def amend_parent(
    connection: Connection, name: str, quantity: int, rows: Sequence[Row], decision: Decision
) -> int:
    """Another quantity: children that were not released make room for new ones."""
    parent = locked_parents(connection, [name])[name]
    if parent.state in CLOSED:
        raise IllegalMoveError(f"parent {name} is {parent.state}: it cannot be amended")
    given = {row[0] for row in rows}
    waiting = [
        child
        for child in locked_children(
            connection, (CHILDREN.c.parent_id == name) & (CHILDREN.c.state == OrderState.NEW)
        )
        if child.child_id not in given
    ]
    move_children(connection, waiting, OrderState.CANCELLED, decision)
    if quantity != parent.quantity:
        if quantity <= parent.filled:
            raise ValueError(
                f"quantity={quantity} lots of {name}, and {parent.filled} are filled: expected "
                "more, or cancel the parent"
            )
        kept = _allotted(connection, [name]).get(name, 0)
        if quantity < kept:
            raise ValueError(
                f"quantity={quantity} lots of {name}, and {kept} are filled or at a venue: cancel "
                "those children first"
            )
        update_rows(connection, PARENTS, ("quantity",), [(name, quantity)])
        event = decision.event(name, "parent", "amend", parent.state, parent.state, quantity)
        insert_rows(connection, EVENTS, [event])
    parent = locked_parents(connection, [name])[name]
    return add_children(connection, {name: parent}, rows, decision)
