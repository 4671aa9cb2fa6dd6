"""Where the broker and the store differ: listed first, changed only when asked to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hft_py.broker.protocols import (
    BrokerOrder,
    NotSentError,
    Protocol,
    RefusedError,
    UnansweredError,
)
from hft_py.broker.records import ASK, TAKEN, TO_SEND, Child, rows
from hft_py.broker.sending import Sender
from hft_py.results import Result

__all__ = ["COLUMNS", "Reconciliation", "apply", "differences"]

COLUMNS = ("kind", "order_id", "symbol", "store", "broker", "protocol", "remedy")
_NO_ANSWER = (NotSentError, UnansweredError, RefusedError)
_PRICE = 1e-6  # of the price: brokers round the mean


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation(Result):
    """What a comparison found.

    Attributes
    ----------
    differences
        A frame, a row a difference: ``kind`` (below), ``order_id``, ``symbol``, what the ``store``
        and the ``broker`` have, the ``protocol`` that said so, and the ``remedy``:
        ``"apply"`` where :meth:`hft_py.broker.Broker.apply` can bring the store to the broker's
        side, ``"manual_review"`` where somebody has to find out.

        ``filled``, ``average_price``, ``state``: of an order. ``other_order``: the broker has
        another order of this id. ``not_at_broker``: an order that should be there is not known.
        ``not_in_store``: an order that the store does not have. ``unanswered``: no answer came.
        ``position``: units held, against the fills of the store.
    compared
        How many orders were compared.
    """

    differences: Any
    compared: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs."""
        return len(self.differences) == 0


def differences(
    sender: Sender, opening: Mapping[str, float] | None, closed: bool
) -> Reconciliation:
    """Compare orders, fills and positions; nothing is changed."""
    records, found = sender.records, []
    children = [c for c in records.children(closed=closed) if c.route is not None]
    listed: dict[str, tuple[Protocol, BrokerOrder]] = {}
    for route in sender.routes.all:
        if not route.protocol.is_up:
            continue
        try:
            for one in route.protocol.orders() or []:
                listed.setdefault(one.order_id, (route.protocol, one))
        except _NO_ANSWER as error:
            found.append(
                _row("unanswered", "", "", None, str(error), route.protocol, "manual_review")
            )
    for child in children:
        if child.phase == TO_SEND:
            continue
        found += _of_order(sender, child, listed.get(child.order.order_id))
    for name, (protocol, order) in listed.items():
        if records.child(name) is None:
            text = f"{order.side} {order.quantity:g}, {order.status}, {order.filled:g} filled"
            found.append(
                _row("not_in_store", name, order.symbol, None, text, protocol, "manual_review")
            )
    found += _of_positions(sender, opening or {})
    return Reconciliation(records.frame(found, COLUMNS), len(children))


def _row(
    kind: str, order_id: str, symbol: str, store: Any, broker: Any, protocol: Protocol | None,
    remedy: str,
) -> dict[str, Any]:  # fmt: skip
    def text(value: Any) -> str:
        return (
            "" if value is None else f"{value:g}" if isinstance(value, float | int) else str(value)
        )

    name = protocol.name if protocol else ""
    return dict(
        zip(COLUMNS, (kind, order_id, symbol, text(store), text(broker), name, remedy), strict=True)
    )


def _asked(sender: Sender, child: Child) -> tuple[Protocol, BrokerOrder | None] | None:
    """The answer of the protocol that sent it, or of one that knows it; None without any."""
    own = sender.routes.named.get(child.route or "")
    for route in (own, *sender.routes.all):
        if route is None or not route.protocol.is_up:
            continue
        try:
            order = route.protocol.find(child.order)
        except _NO_ANSWER:
            continue
        if order is not None or route is own:
            return route.protocol, order
    return None


def _of_order(
    sender: Sender, child: Child, listed: tuple[Protocol, BrokerOrder] | None
) -> list[dict[str, Any]]:
    order = child.order
    answer = _asked(sender, child) if listed is None or listed[0].name != child.route else listed
    child = sender.records.child(order.order_id) or child  # reports came while we asked
    if answer is None:
        return [
            _row(
                "unanswered", order.order_id, order.symbol, child.state, None, None, "manual_review"
            )
        ]
    protocol, found = answer
    if found is None:
        # One that was never taken, and ended so, is rightly not there.
        if child.is_closed and not child.filled and child.state in ("expired", "rejected"):
            return []
        remedy = "manual_review" if child.phase != ASK else "step"
        return [_row("not_at_broker", order.order_id, order.symbol, child.state, None, protocol,
                     remedy)]  # fmt: skip
    theirs = (found.symbol, found.side, float(found.quantity))
    ours = (order.symbol, order.side, float(order.quantity))
    if theirs != ours:
        return [
            _row(
                "other_order", order.order_id, order.symbol, ours, theirs, protocol, "manual_review"
            )
        ]
    mean, singles = _mean(sender, child)
    rest: list[dict[str, Any]] = []

    def differs(kind: str, store: Any, broker: Any, remedy: str = "apply") -> None:
        rest.append(_row(kind, order.order_id, order.symbol, store, broker, protocol, remedy))

    if found.filled != child.filled:
        by_hand = singles and found.filled < child.filled
        differs("filled", child.filled, found.filled, "manual_review" if by_hand else "apply")
    elif found.filled and found.average_price is not None and mean is not None:
        theirs_mean = float(found.average_price)
        if abs(theirs_mean - mean) > _PRICE * abs(theirs_mean):
            differs("average_price", mean, theirs_mean, "manual_review" if singles else "apply")
    if found.status != child.state:
        reachable = found.status != "filled" and not child.is_closed
        differs("state", child.state, found.status, "apply" if reachable else "manual_review")
    return rest


def _mean(sender: Sender, child: Child) -> tuple[float | None, bool]:
    """The mean price of a child's fills, and whether some were reported one by one."""
    own = [
        fill
        for fill in sender.records.fills(child.parent_id)
        if fill["child_id"] == child.order.order_id
    ]
    total = sum(fill["quantity"] for fill in own)
    value = sum(fill["quantity"] * fill["price"] for fill in own)
    singles = any("/total-" not in fill["execution_id"] for fill in own)
    return (value / total if total else None), singles


def _of_positions(sender: Sender, opening: Mapping[str, float]) -> list[dict[str, Any]]:
    for route in sender.routes.all:
        if not route.protocol.is_up:
            continue
        try:
            held = route.protocol.positions()
        except _NO_ANSWER:
            continue
        if held is not None:
            break
    else:
        return []
    ours: dict[str, float] = dict(opening)
    for fill in sender.records.fills():
        sign = 1.0 if fill["side"] == "buy" else -1.0
        ours[fill["symbol"]] = ours.get(fill["symbol"], 0.0) + sign * fill["quantity"]
    return [
        _row("position", "", symbol, ours.get(symbol, 0.0), held.get(symbol, 0.0), route.protocol,
             "manual_review")
        for symbol in sorted({*ours, *held})
        if abs(ours.get(symbol, 0.0) - held.get(symbol, 0.0)) > 1e-9
    ]  # fmt: skip


def apply(sender: Sender, frame: Any) -> Any:
    """Bring the store to the broker's side, order by order, with what the broker says now."""
    done: list[dict[str, Any]] = []
    wanted = [row for row in rows(frame) if row["remedy"] == "apply"]
    for name in dict.fromkeys(row["order_id"] for row in wanted):
        listed = {row["kind"]: row for row in wanted if row["order_id"] == name}
        result = _applied(sender, name, listed)
        done.append({"order_id": name, "result": result})
    return sender.records.frame(done, ("order_id", "result"))


def _applied(sender: Sender, name: str, listed: dict[str, dict[str, Any]]) -> str:
    records = sender.records
    child = records.child(name)
    answer = None if child is None else _asked(sender, child)
    if child is None or answer is None or answer[1] is None:
        return "not changed: the broker did not answer"
    protocol, found = answer[0], answer[1]
    order = child.order
    if (found.symbol, found.side, found.quantity) != (order.symbol, order.side, order.quantity):
        return "not changed: the broker has another order of this id"
    with sender.lock:
        now, child = sender.clock(), records.child(name) or child
        filled = listed.get("filled")
        if filled is not None and f"{child.filled:g}" != filled["store"]:
            return "not changed: the store has changed since the list was made"
        reason = f"reconciled with {protocol.name}"
        if found.filled < child.filled or "average_price" in listed:
            records.void_totals(child, reason)
            child = records.child(name) or child
        if found.filled > child.filled:
            records.book_total(child, found, protocol.name, now)
            child = records.child(name) or child
        if child.is_closed:
            return "fills"
        if child.phase == ASK:
            records.alive(child, TAKEN + f"{protocol.name}, {reason}", now)
            child = records.child(name) or child
        if found.status in ("cancelled", "expired", "rejected") and found.filled == child.filled:
            records.move(child, found.status, reason, now)
            return "fills and state" if filled else "state"
        return "fills" if filled else "state"
