"""Orders by FIX, through a connector."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from hft_py import checks
from hft_py.broker.protocols import (
    BrokerOrder,
    Heard,
    NotSentError,
    Order,
    Protocol,
    RefusedError,
    Report,
    UnansweredError,
)
from hft_py.fix import Execution, FIXConnector, OrderRequest

__all__ = ["FixProtocol"]

_KINDS = {
    "new": "taken", "pending_new": "taken", "partially_filled": "fill", "filled": "fill",
    "cancelled": "cancelled", "expired": "expired", "done_for_day": "expired",
    "rejected": "rejected", "trade_cancelled": "fill_cancelled",
    "trade_corrected": "fill_corrected", "cancel_rejected": "cancel_rejected",
}  # fmt: skip
_ENDS = {"filled": "filled", "cancelled": "cancelled", "expired": "expired",
         "done_for_day": "expired", "rejected": "rejected"}  # fmt: skip
_UNKNOWN_ORDER = "5"  # OrdRejReason (103)
_STEPS = 64


class FixProtocol(Protocol):
    """Orders through a :class:`hft_py.fix.FIXConnector`, which the caller connects and closes.

    Reports reach the store on the connector's thread before the session counts them as received:
    one that a kill interrupts is sent again by the venue.

    Parameters
    ----------
    connector
        Its session needs a ``store`` on disk if reports shall outlive this process.
    timeout
        Seconds to wait for the answer to a question. Default: 5.
    advance
        For an :class:`hft_py.fix.InMemoryLink`: its ``advance``, called instead of waiting.
    name
        In the audit trail. Default: ``"fix"``.
    """

    ordered = True

    def __init__(
        self,
        connector: FIXConnector,
        *,
        timeout: float = 5.0,
        advance: Callable[[float], None] | None = None,
        name: str = "fix",
    ) -> None:
        if not isinstance(connector, FIXConnector):
            raise TypeError(f"connector={checks.short(connector)}, expected a FIXConnector")
        self.connector, self.name, self._advance = connector, name, advance
        self.timeout = checks.real_number("timeout", timeout, above=0.0)
        self._heard: Heard | None = None
        self._answers: dict[str, Execution | None] = {}
        self._answered = threading.Condition()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"FixProtocol({self.connector.config.settings.name!r}, name={self.name!r})"

    def start(self, heard: Heard) -> None:
        """See :meth:`Protocol.start`."""
        self._heard = heard
        self.connector.listen(self._execution)

    @property
    def is_up(self) -> bool:
        """Whether the session is logged on."""
        return self.connector.is_connected

    def follow(self, order: Order) -> None:
        """See :meth:`Protocol.follow`."""
        with self._lock:
            try:
                self.connector.order(order.order_id)
            except KeyError:
                self.connector.adopt(_request(order))

    def submit(self, order: Order, again: bool = False) -> None:
        """See :meth:`Protocol.submit`; the answer is a report."""
        if not self.is_up:  # the session would keep the order, and send it whenever it logs on
            raise NotSentError("the session is not logged on")
        try:
            request = _request(order)
        except (TypeError, ValueError) as error:
            raise RefusedError(f"FIX cannot say this order: {error}") from None
        try:
            known = self._known(order.order_id)
            if known or again:
                self.follow(order)
                self.connector.send_again(order.order_id)
            else:
                self.connector.send_order(request)
        except (OSError, RuntimeError) as error:  # not sent, and never will be
            raise NotSentError(f"{type(error).__name__}: {error}") from None

    def find(self, order: Order) -> BrokerOrder | None:
        """See :meth:`Protocol.find`."""
        found = self._ask(order)
        if found.kind == "message_rejected":
            raise UnansweredError(f"the venue does not answer questions: {found.text}")
        if found.status == "rejected" and _is_unknown(found):
            return None
        average = found.average_price if found.filled else None
        status = _ENDS.get(found.status, "partially_filled" if found.filled else "working")
        return BrokerOrder(
            order.order_id, found.symbol or order.symbol, found.side or order.side,
            found.message.int(38) if 38 in found.message else order.quantity, status,
            found.filled, average, _time(found), found.text,
        )  # fmt: skip

    def cancel(self, order: Order) -> None:
        """See :meth:`Protocol.cancel`; the answer is a report."""
        if not self.is_up:
            raise NotSentError("the session is not logged on")
        self.follow(order)
        try:
            self.connector.cancel(order.order_id)
        except (OSError, RuntimeError) as error:  # not sent, and never will be
            raise NotSentError(f"{type(error).__name__}: {error}") from None

    def _known(self, order_id: str) -> bool:
        try:
            self.connector.order(order_id)
        except KeyError:
            return False
        return True

    def _ask(self, order: Order) -> Execution:
        if not self.is_up:
            raise NotSentError("the session is not logged on")
        self.follow(order)
        # The listener takes the answer, not the connector: some venues answer a question about an
        # order that they do not have as if they refused an order.
        with self._answered:
            self._answers[order.order_id] = None
        try:
            return self.connector.status(order.order_id, 0.0)
        except TimeoutError:
            pass  # sent, and not waited for
        except (OSError, RuntimeError) as error:  # not sent, and never will be
            raise NotSentError(f"{type(error).__name__}: {error}") from None
        if self._advance is not None:
            for _ in range(_STEPS):
                self._advance(self.timeout / _STEPS)
                if self._answers[order.order_id] is not None:
                    break
        with self._answered:
            wait = self.timeout if self._advance is None else 0.0
            self._answered.wait_for(lambda: self._answers[order.order_id] is not None, wait)
            found = self._answers.pop(order.order_id)
        if found is None:
            raise UnansweredError(f"{order.order_id}: the venue gave no status in {self.timeout} s")
        return found

    def _execution(self, execution: Execution) -> None:
        """On the connector's thread."""
        kind = _KINDS.get(execution.kind)
        unknown = execution.kind == "rejected" and execution.message.get(103) == _UNKNOWN_ORDER
        if unknown or execution.kind in ("status", "message_rejected"):
            with self._answered:
                if execution.order_id in self._answers:
                    self._answers[execution.order_id] = execution
                    self._answered.notify_all()
            kind = "rejected" if execution.message.get(372) == "D" else None
        if execution.kind == "replaced":
            kind = "taken"
        if kind is None or self._heard is None:
            return
        filled = execution.filled if execution.message.msg_type == "8" else None
        price = execution.last_price
        self._heard(
            self,
            Report(
                kind, execution.order_id, execution.exec_id, execution.refers_to, execution.symbol,
                execution.side, execution.last_quantity, None if price is None else float(price),
                filled, _time(execution), execution.text, execution,
            ),
        )  # fmt: skip


def _request(order: Order) -> OrderRequest:
    quantity: Any = int(order.quantity) if order.quantity == int(order.quantity) else order.quantity
    kind = "market" if order.limit_price is None else "limit"
    return OrderRequest(order.symbol, order.side, quantity, kind, order.limit_price,
                        client_order_id=order.order_id)  # fmt: skip


def _is_unknown(found: Execution) -> bool:
    """Whether "rejected" means that the venue never had this order."""
    return (
        found.message.get(103) == _UNKNOWN_ORDER
        or (found.message.get(37) or "NONE").upper() == "NONE"
    )


def _time(execution: Execution) -> Any:
    return execution.message.time(60) if 60 in execution.message else None
