"""What a broker is spoken to through: orders out, reports in, and what happens to a message."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from hft_py.errors import HftPyError

__all__ = ["BrokerOrder", "NotSentError", "Order", "Protocol", "RefusedError", "Report",
           "UnansweredError"]  # fmt: skip


class NotSentError(HftPyError, RuntimeError):
    """A message surely did not reach the broker: it may go another way at once.

    Parameters
    ----------
    text
        Why.
    retry_after
        Seconds after which this protocol may be tried again, where the broker said so.
    """

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class UnansweredError(HftPyError, RuntimeError):
    """It is unknown whether a message reached the broker, or what it did with it."""


class RefusedError(HftPyError, RuntimeError):
    """The broker did not take an order; the message of the error is its reason."""


@dataclass(frozen=True)
class Order:
    """A child order as a broker gets it.

    Parameters
    ----------
    order_id
        The client order id, the same by every protocol and at every attempt.
    symbol, side, quantity
        What to trade; ``side`` is ``"buy"`` or ``"sell"``, the quantity in units.
    limit_price
        None for a market order.
    """

    order_id: str
    symbol: str
    side: str
    quantity: float
    limit_price: float | None = None


@dataclass(frozen=True)
class BrokerOrder:
    """An order as the broker has it.

    Parameters
    ----------
    order_id, symbol, side, quantity
        As in :class:`Order`.
    status
        A state of :class:`hft_py.execution.OrderState` by name: ``"working"``,
        ``"partially_filled"``, or how it ended.
    filled, average_price
        Of all its executions.
    time
        When it last changed, where the broker says so.
    """

    order_id: str
    symbol: str
    side: str
    quantity: float
    status: str
    filled: float = 0
    average_price: Decimal | None = None
    time: datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class Report:
    """What a broker says about an order without being asked.

    Parameters
    ----------
    kind
        ``"taken"``, ``"fill"``, ``"cancelled"``, ``"expired"``, ``"rejected"``,
        ``"cancel_rejected"``; ``"fill_cancelled"`` and ``"fill_corrected"`` for an execution taken
        back or changed.
    execution_id, replaces
        The broker's id of this execution, and of the one that it takes back or changes.
    quantity, price
        Of this execution.
    filled
        Of the order, this execution included; None where the broker does not say.
    """

    kind: str
    order_id: str
    execution_id: str | None = None
    replaces: str | None = None
    symbol: str | None = None
    side: str | None = None
    quantity: float = 0
    price: float | None = None
    filled: float | None = None
    time: datetime | None = None
    text: str = ""
    raw: Any = field(default=None, repr=False, compare=False)


Heard = Callable[["Protocol", Report], None]


class Protocol(ABC):
    """One way to a broker. A subclass says in each method what happened to the message.

    Attributes
    ----------
    name
        Short and unique among a broker's protocols; it appears in the audit trail.
    ordered
        Whether messages arrive in the order in which they were sent, if at all: then "I do not know
        this order" proves that an order sent before did not arrive.
    totals
        Whether it reports no single executions: fills are booked from an order's totals.
    """

    name: str
    ordered: bool = False
    totals: bool = False

    def start(self, heard: Heard) -> None:  # noqa: B027  # most have nothing to do
        """Hand reports to ``heard`` from now on; each may be forgotten once it has returned."""

    def follow(self, order: Order) -> None:  # noqa: B027
        """Expect reports about an order that an earlier process may have sent."""

    @property
    @abstractmethod
    def is_up(self) -> bool:
        """Whether it makes sense to try."""

    @abstractmethod
    def submit(self, order: Order, again: bool = False) -> BrokerOrder | None:
        """Send an order; None where the answer comes as a report.

        Parameters
        ----------
        again
            It was sent before, and the broker said that it does not know it.

        Raises
        ------
        NotSentError, UnansweredError, RefusedError
        """

    @abstractmethod
    def find(self, order: Order) -> BrokerOrder | None:
        """Ask about an order; None where the broker said that it does not know it.

        Raises
        ------
        NotSentError, UnansweredError
            It said nothing.
        """

    @abstractmethod
    def cancel(self, order: Order) -> None:
        """Ask to cancel an order; what becomes of it is asked or reported.

        Raises
        ------
        NotSentError, UnansweredError, RefusedError
        """

    def ping(self) -> None:  # noqa: B027
        """Ask for something harmless, to measure the way; nothing by default.

        Raises
        ------
        NotSentError, UnansweredError
        """

    def orders(self) -> list[BrokerOrder] | None:
        """All orders that the broker remembers; None where it cannot list them."""
        return None

    def positions(self) -> dict[str, float] | None:
        """Units held by symbol, negative where sold short; None where it cannot tell."""
        return None
