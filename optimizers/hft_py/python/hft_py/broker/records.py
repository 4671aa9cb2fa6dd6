"""What the store says about child orders that were sent: the words of its trail, and reading them.

Before a message with an order leaves, the store has the child as ``unknown`` with the reason
"sending by NAME". What is known later is a move with one of the other reasons. So the trail alone
says what a process that was killed knew, and a new one goes on from there.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from hft_py.broker.protocols import BrokerOrder, Order, Report
from hft_py.execution import OrderState, OrderStore
from hft_py.execution._parents import in_units
from hft_py.execution.orders import CLOSED

__all__ = ["Child", "Records", "rows"]

SENDING, TAKEN, NOT_SENT, ABSENT = "sending by ", "taken by ", "not sent by ", "absent at "
TO_SEND, ASK, LIVE, DONE = "to send", "ask", "live", "done"
"""What is to be done about a child: send it, find out what the broker has, follow it, nothing."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Child:
    """A child order, and what the trail says about its way to the broker.

    Parameters
    ----------
    phase
        :data:`TO_SEND`, :data:`ASK`, :data:`LIVE` or :data:`DONE`.
    route
        The protocol that it was last sent by; None where it never was.
    sent_at
        When.
    sends, resends
        How often it was sent, and how often because the broker did not know it.
    """

    order: Order
    parent_id: str
    state: str
    filled: float
    lot: float
    release_time: datetime
    expiry: datetime
    closed: datetime | None
    phase: str
    route: str | None
    sent_at: datetime | None
    sends: int
    resends: int

    @property
    def is_closed(self) -> bool:
        """Whether no move leaves its state."""
        return self.state in CLOSED


class Records:
    """The store as a broker of this name uses it."""

    def __init__(self, store: OrderStore, name: str) -> None:
        self.store, self.name = store, name
        self._trails: dict[str, tuple[str, list[tuple[str, str, datetime]]]] = {}

    def child(self, child_id: str) -> Child | None:
        """A child by its id."""
        found = self._read("children", child_ids=[child_id])
        return self._child(found[0]) if found else None

    def children(self, parent_id: str | None = None, closed: bool = False) -> list[Child]:
        """The children that this broker released: those that are alive, or with ``closed`` all."""
        states = [None] if closed else ["working", "partially_filled", "unknown"]
        found = [
            row
            for state in states
            for row in self._read("children", parent_id=parent_id, state=state, holder=self.name)
        ]
        return [self._child(row) for row in found]

    def waiting(self) -> list[dict[str, Any]]:
        """Children that are not released."""
        return self._read("children", state="new")

    def fills(self, parent_id: str | None = None, replaced: bool = False) -> list[dict[str, Any]]:
        """Fills that count, or with ``replaced`` all."""
        return self._read("fills", parent_id, replaced)

    def _read(self, what: str, *wanted: Any, **named: Any) -> list[dict[str, Any]]:
        """Rows of the store as it reads them for its frames: a frame for each look is slow."""
        store = self.store
        with store._reading(store.engine) as connection:
            names, values, times = getattr(store._read, what)(connection, *wanted, **named)
        found = [dict(zip(names, row, strict=True)) for row in values]
        for row in found:
            for name in ("quantity", "filled"):
                if name in row and "lot" in row:
                    lots, lot = np.array([row[name]]), np.array([row["lot"]])
                    row[name] = in_units(lots, lot)[0].item()
            for name in times:
                if row.get(name) is not None:
                    up = 999 if name == "release_time" else 0  # no fill is before it
                    row[name] = _EPOCH + timedelta(microseconds=(row[name] + up) // 1_000)
        return found

    def _child(self, row: dict[str, Any]) -> Child:
        order = Order(row["child_id"], row["symbol"], row["side"], row["quantity"],
                      row["limit_price"])  # fmt: skip
        moves = self._moves(order.order_id, row["state"])
        sent = [(reason, at) for _, reason, at in moves if reason.startswith(SENDING)]
        last = moves[-1][1] if moves else ""
        if row["state"] in CLOSED:
            phase = DONE
        elif row["state"] == OrderState.UNKNOWN:
            phase = ASK
        elif not sent or last.startswith((NOT_SENT, ABSENT)):
            phase = TO_SEND
        else:
            phase = LIVE
        return Child(
            order, row["parent_id"], row["state"], row["filled"], row["lot"], row["release_time"],
            row["expiry"], row["closed"], phase,
            sent[-1][0].removeprefix(SENDING) if sent else None, sent[-1][1] if sent else None,
            len(sent), sum(reason.startswith(ABSENT) for _, reason, _ in moves),
        )  # fmt: skip

    def _moves(self, child_id: str, state: str) -> list[tuple[str, str, datetime]]:
        """What a child was moved to, why and when; read again after each move of this process."""
        known = self._trails.get(child_id)
        if known is None or known[0] != state:
            found = [
                (event["state_after"], event["reason"] or "", event["recorded"])
                for event in self._read("events", child_id)
                if event["kind"] == "child" and event["event"] == "move"
            ]
            self._trails[child_id] = known = (state, found)
        return known[1]

    def forget(self, alive: set[str]) -> None:
        """Drop what is remembered of orders that are over."""
        self._trails = {name: kept for name, kept in self._trails.items() if name in alive}

    def move(self, child: Child, to: str, reason: str, now: datetime) -> None:
        """Move a child, with a reason for the trail."""
        self._trails.pop(child.order.order_id, None)
        self.store.move_children([child.order.order_id], to, actor=self.name, reason=reason, at=now)

    def alive(self, child: Child, reason: str, now: datetime) -> None:
        """Move a child from unknown to what an order that is not over is, by its fills."""
        self.move(child, "partially_filled" if child.filled else "working", reason, now)

    def book(self, child: Child, report: Report, source: str, now: datetime) -> bool:
        """Book an execution once; False where it was booked before."""
        name = f"{child.order.order_id}/{report.execution_id}"
        known = self.fills(child.parent_id, replaced=True)
        if any(name in (fill["execution_id"], fill["corrected_by"]) for fill in known):
            return False
        quantity = report.quantity
        total = covered(child, known)
        if total and report.filled is not None and report.filled - quantity < total:
            quantity = report.filled - total  # the rest is in a fill that was booked from totals
            if quantity <= 0:
                return False
        self._add(child, name, quantity, report.price, report.time, source, now)
        return True

    def book_total(self, child: Child, found: BrokerOrder, source: str, now: datetime) -> bool:
        """Book what an order's totals have beyond its fills; False where that is nothing.

        The price is such that the mean price of all its fills is the broker's.
        """
        if found.filled <= child.filled or found.average_price is None:
            return False
        every = self.fills(child.parent_id, replaced=True)
        own = [fill for fill in every if fill["child_id"] == child.order.order_id]
        made = sum("/total-" in fill["execution_id"] for fill in own)
        value = sum(fill["quantity"] * fill["price"] for fill in own if not fill["corrected_by"])
        average, quantity = float(found.average_price), found.filled - child.filled
        price = round((average * found.filled - value) / quantity, 9)
        name = f"{child.order.order_id}/total-{made}-{found.filled:g}"
        self._add(child, name, quantity, price if price > 0 else average, found.time, source, now)
        return True

    def void_totals(self, child: Child, reason: str) -> int:
        """Take back the fills of a child that were booked from totals; how many."""
        own = [
            fill for fill in self.fills(child.parent_id) if fill["child_id"] == child.order.order_id
        ]
        if any("/total-" not in fill["execution_id"] for fill in own):
            raise ValueError(
                f"{child.order.order_id} has fills that the broker reported one by one: which of "
                "them changed must be said by it, or entered with the store's correct_fill"
            )
        for fill in own:
            name = fill["execution_id"]
            self.store.cancel_fill(f"{name}-void", name, actor=self.name, reason=reason)
        return len(own)

    def has(self, child: Child, execution_id: str | None) -> bool:
        """Whether an execution of a child is in the store, be it replaced or not."""
        name = f"{child.order.order_id}/{execution_id}"
        known = self.fills(child.parent_id, replaced=True)
        return any(name == fill["execution_id"] for fill in known)

    def replace(self, child: Child, report: Report) -> bool:
        """Take back or correct an execution; False where that was done before."""
        name = f"{child.order.order_id}/{report.execution_id}"
        replaces = f"{child.order.order_id}/{report.replaces}"
        reason = report.text or None
        if report.kind == "fill_cancelled":
            return self.store.cancel_fill(name, replaces, actor=self.name, reason=reason)
        return self.store.correct_fill(
            name, replaces, quantity=report.quantity, price=report.price, actor=self.name,
            reason=reason,
        )  # fmt: skip

    def _add(
        self, child: Child, name: str, quantity: float, price: Any, at: datetime | None,
        source: str, now: datetime,
    ) -> None:  # fmt: skip
        # The broker's clock is not ours: a fill lies within the life of its order all the same.
        time = max(at or now, child.release_time)
        if child.closed is not None:
            time = min(time, child.closed)
        fill = {
            "execution_id": name, "child_id": child.order.order_id, "parent_id": child.parent_id,
            "symbol": child.order.symbol, "side": child.order.side, "quantity": quantity,
            "price": float(price), "time": time, "broker": source,
        }  # fmt: skip
        self.store.add_fills(self.frame([fill]), actor=self.name, reason=f"reported by {source}")

    def frame(self, found: Sequence[dict[str, Any]], columns: Iterable[str] = ()) -> Any:
        """Rows as a frame of the store's package."""
        package = importlib.import_module(self.store._frames)
        names = list(found[0]) if found else list(columns)
        return package.DataFrame({name: [row[name] for row in found] for name in names})


def covered(child: Child, fills: Iterable[dict[str, Any]]) -> float:
    """The highest total from which a fill of a child was booked that counts; 0 without one."""
    begins = f"{child.order.order_id}/total-"
    found = [
        float(fill["execution_id"].rpartition("-")[2])
        for fill in fills
        if fill["execution_id"].startswith(begins) and not fill["corrected_by"]
    ]
    return max(found, default=0.0)


def rows(frame: Any) -> list[dict[str, Any]]:
    """A frame's rows, with None for whatever is missing."""
    if hasattr(frame, "to_dicts"):
        found: list[dict[str, Any]] = frame.to_dicts()
    else:
        found = frame.to_dict("records")
    # NaN and NaT are the only values that differ from themselves.
    return [
        {name: None if value is None or value != value else value for name, value in row.items()}
        for row in found
    ]
