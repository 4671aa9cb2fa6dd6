"""The orders of one session: what was sent, what the venue said, what is unknown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hft_py.fix.application import Application
from hft_py.fix.message import Message
from hft_py.fix.orders import (
    Execution,
    OrderRequest,
    OrderState,
    execution_of,
    refusal_of,
)

_LOG = logging.getLogger("hft_py.fix")
# Messages back to which a Reject is brought to its order: more than are ever under way.
_REMEMBERED = 100_000


class _Order:
    """One order; changed under the tracker's lock."""

    __slots__ = ("broker_order_id", "current_id", "fills", "order_id", "request", "status", "text")

    def __init__(self, order_id: str, request: OrderRequest) -> None:
        self.order_id = self.current_id = order_id
        self.request = request
        self.broker_order_id: str | None = None
        self.status = "unacknowledged"
        self.text = ""
        self.fills: dict[str, tuple[int, Decimal]] = {}

    def state(self) -> OrderState:
        return OrderState(
            self.order_id,
            self.current_id,
            self.broker_order_id,
            self.request,
            self.status,
            dict(self.fills),
            self.text,
        )


class Tracker(Application):
    """Follows orders through the messages of a session, each execution once.

    Executions are recognised by ExecID: one that comes again changes nothing and is not told again.
    """

    def __init__(
        self, tell: Callable[[Execution], None], logged_on: Callable[[bool], None]
    ) -> None:
        self._tell, self._logged_on = tell, logged_on
        self._lock = threading.Lock()
        self._orders: dict[str, _Order] = {}
        self._by_id: dict[str, _Order] = {}
        # ClOrdID by the number of its message; new requests by the ClOrdID of the replace.
        self._by_number: dict[int, str] = {}
        self._replacing: dict[str, OrderRequest] = {}
        self._seen: set[str] = set()

    # What is sent.

    def add(self, order_id: str, request: OrderRequest) -> None:
        """An order that is about to be sent."""
        with self._lock:
            if order_id in self._by_id:
                raise ValueError(
                    f"client_order_id={order_id!r} was used before, expected a new one"
                )
            self._by_id[order_id] = self._orders[order_id] = _Order(order_id, request)

    def discard(self, order_id: str) -> None:
        """An order that was not sent after all."""
        with self._lock:
            del self._by_id[order_id], self._orders[order_id]

    def amend(self, order_id: str, new_id: str, request: OrderRequest | None) -> OrderState:
        """A cancel, or with ``request`` a replace, that is about to be sent under ``new_id``."""
        with self._lock:
            order = self._find(order_id)
            if new_id in self._by_id:
                raise ValueError(f"client_order_id={new_id!r} was used before, expected a new one")
            self._by_id[new_id] = order
            if request is not None:
                self._replacing[new_id] = request
            return order.state()

    def sent(self, number: int, order_id: str) -> None:
        """Note the number of a message, by which a Reject names it."""
        self._by_number[number] = order_id
        self._by_number.pop(number - _REMEMBERED, None)

    # What is known.

    def state(self, order_id: str) -> OrderState:
        with self._lock:
            return self._find(order_id).state()

    def states(self) -> list[OrderState]:
        with self._lock:
            return [order.state() for order in self._orders.values()]

    def unacknowledged(self) -> list[str]:
        with self._lock:
            return [o.order_id for o in self._orders.values() if o.status == "unacknowledged"]

    def _find(self, order_id: str) -> _Order:
        order = self._by_id.get(order_id)
        if order is None:
            raise KeyError(f"order_id={order_id!r} is no order of this connector")
        return order

    # What comes.

    def on_logon(self, session: Any) -> None:
        self._logged_on(True)

    def on_logout(self, session: Any, text: str) -> None:
        self._logged_on(False)

    def on_message(self, message: Message, session: Any) -> None:
        kind = message.msg_type
        if kind == "8":
            self._report(message)
        elif kind == "9":
            self._refused(message, "cancel_rejected", message.get(11))

    def on_reject(self, message: Message, session: Any) -> None:
        number = message.get(45)
        order_id = self._by_number.get(int(number)) if number and number.isdigit() else None
        self._refused(message, "message_rejected", message.get(379) or order_id)

    def _report(self, message: Message) -> None:
        cl_ord_id, original, broker_id = message.values(11, 41, 37)
        with self._lock:
            order = self._by_id.get(cl_ord_id or "") or self._by_id.get(original or "")
            execution = execution_of(message, order.order_id if order else cl_ord_id or "")
            known = execution.exec_id if execution.kind != "status" else None
            if known is not None:
                if known in self._seen:
                    _LOG.info("execution %s came again and was not booked again", known)
                    return
                self._seen.add(known)
            if order is not None:
                self._book(order, execution, cl_ord_id or "")
                order.broker_order_id = broker_id or order.broker_order_id
        self._tell(execution)

    def _book(self, order: _Order, execution: Execution, cl_ord_id: str) -> None:
        price = execution.last_price
        if execution.kind == "trade_cancelled":
            order.fills.pop(execution.refers_to or "", None)
        elif execution.kind == "trade_corrected" and execution.exec_id and price is not None:
            order.fills.pop(execution.refers_to or "", None)
            order.fills[execution.exec_id] = (execution.last_quantity, price)
        elif execution.is_fill and execution.exec_id and price is not None:
            order.fills[execution.exec_id] = (execution.last_quantity, price)
        if execution.kind == "replaced":
            order.current_id = cl_ord_id
            order.request = self._replacing.pop(cl_ord_id, order.request)
        # "Rejected" in answer to a question means that the venue does not know the order.
        unknown_there = execution.kind == "status" and execution.status == "rejected"
        if execution.status and not (unknown_there and order.status != "unacknowledged"):
            order.status = execution.status
        order.text = execution.text or order.text

    def _refused(self, message: Message, kind: str, order_id: str | None) -> None:
        with self._lock:
            order = self._by_id.get(order_id or "")
            if order is None:
                _LOG.warning("the venue refused a message that is about no order: %r", message)
                return
            if kind == "message_rejected" and order_id == order.order_id:
                order.status = "rejected"
            self._replacing.pop(order_id or "", None)
            execution = refusal_of(message, kind, order.order_id)
            order.text = execution.text or order.text
        self._tell(execution)


def amended(
    request: OrderRequest, quantity: int | None, price: Any, client_order_id: str | None
) -> OrderRequest:
    """A request with another quantity or price, checked like a new one."""
    return replace(
        request,
        quantity=request.quantity if quantity is None else quantity,
        price=request.price if price is None else price,
        client_order_id=client_order_id,
    )
