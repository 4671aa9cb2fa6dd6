"""Orders and what the venue says about them, as messages of FIX 4.2 say it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hft_py import checks
from hft_py.fix.message import Message

__all__ = ["Execution", "OrderRequest", "OrderState"]

Price = float | Decimal | str

SIDES = {"buy": "1", "sell": "2", "sell_short": "5"}
ORDER_TYPES = {"market": "1", "limit": "2", "stop": "3", "stop_limit": "4"}
TIMES_IN_FORCE = {"day": "0", "gtc": "1", "ioc": "3", "fok": "4"}
_STATUS = {
    "0": "new",
    "1": "partially_filled",
    "2": "filled",
    "3": "done_for_day",
    "4": "cancelled",
    "5": "replaced",
    "6": "pending_cancel",
    "7": "stopped",
    "8": "rejected",
    "9": "suspended",
    "A": "pending_new",
    "B": "calculated",
    "C": "expired",
    "E": "pending_replace",
}
FINAL = frozenset(("filled", "done_for_day", "cancelled", "rejected", "expired"))
_CORRECTIONS = {"1": "trade_cancelled", "2": "trade_corrected", "3": "status"}


@dataclass(frozen=True)
class OrderRequest:
    """An order to send.

    Parameters
    ----------
    symbol
        The venue's name of the instrument.
    side
        ``"buy"``, ``"sell"`` or ``"sell_short"``.
    quantity
        Whole lots, at least 1.
    order_type
        ``"market"``, ``"limit"``, ``"stop"`` or ``"stop_limit"``.
    price, stop_price
        The limit, and the price that triggers a stop order; each for the types that have one, and
        sent with the decimals it is written with.
    time_in_force
        ``"day"``, ``"gtc"``, ``"ioc"`` or ``"fok"``.
    post_only
        Refuse the order if it would trade at once. Limit orders.
    client_order_id
        ClOrdID (11), new for each order. Default: the connector makes one.
    fields
        More fields by tag or name, such as ``{"Account": "7"}``.

    Raises
    ------
    TypeError, ValueError
        For an order that makes no sense.

    Examples
    --------
    >>> OrderRequest("AAPL", "buy", 1000, "limit", 175.25).price
    175.25
    """

    symbol: str
    side: str
    quantity: int
    order_type: str = "market"
    price: Price | None = None
    time_in_force: str = "day"
    stop_price: Price | None = None
    post_only: bool = False
    client_order_id: str | None = None
    fields: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, text in (("symbol", self.symbol), ("client_order_id", self.client_order_id)):
            if text is None and name == "client_order_id":
                continue
            if not isinstance(text, str):
                raise TypeError(f"{name}={checks.short(text)}, expected text")
            if not text or "\x01" in text:
                raise ValueError(f"{name}={checks.short(text)}, expected text without SOH")
        checks.choice("side", self.side, SIDES)
        checks.choice("order_type", self.order_type, ORDER_TYPES)
        checks.choice("time_in_force", self.time_in_force, TIMES_IN_FORCE)
        checks.whole_number("quantity", self.quantity, least=1, most=2**62)
        self._check_price("price", self.price, self.order_type in ("limit", "stop_limit"))
        self._check_price("stop_price", self.stop_price, self.order_type in ("stop", "stop_limit"))
        if checks.flag("post_only", self.post_only) and self.order_type != "limit":
            raise ValueError(f"post_only is for limit orders, and order_type={self.order_type!r}")

    def _check_price(self, name: str, value: Any, wanted: bool) -> None:
        if wanted and value is None:
            raise ValueError(f"{name} is missing, expected one for order_type={self.order_type!r}")
        if not wanted and value is not None:
            raise ValueError(f"{name}={value!r} has no meaning for order_type={self.order_type!r}")
        if value is not None:
            price_of(name, value)

    def body(self, order_id: str, time: dt.datetime) -> list[tuple[Any, Any]]:
        """The fields of a NewOrderSingle (35=D)."""
        found: list[tuple[Any, Any]] = [
            (11, order_id),
            (21, "1"),
            (55, self.symbol),
            (54, SIDES[self.side]),
            (60, time),
            (38, self.quantity),
            (40, ORDER_TYPES[self.order_type]),
        ]
        if self.price is not None:
            found.append((44, self.price))
        if self.stop_price is not None:
            found.append((99, self.stop_price))
        found.append((59, TIMES_IN_FORCE[self.time_in_force]))
        if self.post_only:
            found.append((18, "6"))
        found.extend(self.fields.items())
        return found


@dataclass(frozen=True)
class Execution:
    """What the venue says about an order: an ExecutionReport (35=8), or that it refused something.

    Parameters
    ----------
    kind
        The report's OrdStatus, such as ``"new"``, ``"partially_filled"``, ``"filled"``,
        ``"cancelled"``, ``"replaced"``, ``"rejected"``; ``"trade_cancelled"`` and
        ``"trade_corrected"`` for an execution that the venue takes back or changes (ExecTransType
        1 and 2); ``"status"`` for the answer to a question; ``"cancel_rejected"`` for a refused
        cancel or replace (35=9); ``"message_rejected"`` for a Reject or BusinessMessageReject.
    order_id
        ClOrdID of our order: of the original one, also after it was replaced.
    exec_id, refers_to
        ExecID (17), and ExecRefID (19) of the execution taken back or changed.
    last_quantity, last_price
        Of this fill; 0 and None where it is none.
    filled, remaining, average_price
        CumQty, LeavesQty, AvgPx as the venue has them.
    status
        OrdStatus (39) by name.
    text
        The venue's Text (58).
    possible_duplicate
        The message was sent again (43=Y): this process has not seen it, an earlier one may have.
    message
        The message itself.
    """

    kind: str
    order_id: str
    exec_id: str | None
    refers_to: str | None
    symbol: str | None
    side: str | None
    last_quantity: int
    last_price: Decimal | None
    filled: int
    remaining: int
    average_price: Decimal | None
    status: str
    text: str
    possible_duplicate: bool
    message: Message = field(repr=False, compare=False)

    @property
    def is_fill(self) -> bool:
        """Whether it adds a fill: not so for one taken back, and for the answer to a question."""
        return self.last_quantity > 0 and self.kind in ("partially_filled", "filled")


@dataclass(frozen=True)
class OrderState:
    """An order as far as this process knows it.

    Parameters
    ----------
    order_id, current_id
        ClOrdID of the order as sent, and the one it has after replaces.
    broker_order_id
        OrderID (37), once the venue has told it.
    request
        The order; quantity and price as replaced.
    status
        ``"unacknowledged"`` until the venue has said anything: then it is unknown whether the order
        lives. Else OrdStatus by name.
    fills
        Quantity and price by ExecID, without those taken back and as corrected.
    """

    order_id: str
    current_id: str
    broker_order_id: str | None
    request: OrderRequest
    status: str
    fills: dict[str, tuple[int, Decimal]]
    text: str = ""

    @property
    def filled(self) -> int:
        """The sum of the fills."""
        return sum(quantity for quantity, _ in self.fills.values())

    @property
    def average_price(self) -> Decimal | None:
        """The mean price of the fills, by quantity."""
        filled = self.filled
        if not filled:
            return None
        return sum((q * price for q, price in self.fills.values()), Decimal(0)) / filled

    @property
    def is_final(self) -> bool:
        """Whether nothing more can come but a fill taken back or changed."""
        return self.status in FINAL


def price_of(name: str, value: Any) -> Any:
    """A positive, finite price."""
    if isinstance(value, str | Decimal):
        try:
            number = Decimal(value)
        except ArithmeticError:
            raise ValueError(f"{name}={value!r}, expected a price such as 175.25") from None
        if not number.is_finite() or number <= 0:
            raise ValueError(f"{name}={value!r}, expected more than 0")
    else:
        checks.real_number(name, value, above=0)
    return value


def status_name(code: str | None) -> str:
    """OrdStatus by name; a code of another version of FIX stays as it is."""
    return _STATUS.get(code or "", code or "")


def execution_of(message: Message, order_id: str) -> Execution:
    """An ExecutionReport about the order of this id."""
    (exec_id, trans, code, symbol, side, shares, price, leaves, filled, average, ref, text, dup) = (
        message.values(17, 20, 39, 55, 54, 32, 31, 151, 14, 6, 19, 58, 43)
    )
    status = status_name(code)
    return Execution(
        kind=_CORRECTIONS.get(trans or "", status),
        order_id=order_id,
        exec_id=exec_id,
        refers_to=ref,
        symbol=symbol,
        side=_SIDE_NAMES.get(side or "", side),
        last_quantity=_quantity(shares),
        last_price=Decimal(price) if price and _quantity(shares) else None,
        filled=_quantity(filled),
        remaining=_quantity(leaves),
        average_price=Decimal(average) if average else None,
        status=status,
        text=text or "",
        possible_duplicate=dup == "Y",
        message=message,
    )


def refusal_of(message: Message, kind: str, order_id: str) -> Execution:
    """An OrderCancelReject, a Reject or a BusinessMessageReject about the order of this id."""
    code, text, dup = message.values(39, 58, 43)
    return Execution(
        kind=kind,
        order_id=order_id,
        exec_id=None,
        refers_to=None,
        symbol=None,
        side=None,
        last_quantity=0,
        last_price=None,
        filled=0,
        remaining=0,
        average_price=None,
        status=status_name(code),
        text=text or "",
        possible_duplicate=dup == "Y",
        message=message,
    )


_SIDE_NAMES = {code: name for name, code in SIDES.items()}


def _quantity(text: str | None) -> int:
    # Quantities of FIX 4.2 are decimals: "100.0" and "100" are the same number of lots.
    return int(text) if text and text.isdigit() else int(Decimal(text)) if text else 0
