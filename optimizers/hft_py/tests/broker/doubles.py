"""A broker's book as sets and numbers, and protocols to it that lose, delay, double and reorder."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hft_py.broker import (
    BrokerOrder,
    NotSentError,
    Order,
    Protocol,
    RefusedError,
    Report,
    UnansweredError,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A time that a test moves."""

    seconds: float = 0.0

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Held:
    """An order in the book: its executions by id, as they stand."""

    order: Order
    by: str
    executions: dict[str, tuple[float, float]] = field(default_factory=dict)
    ended: str | None = None
    corrected: bool = False

    @property
    def filled(self) -> float:
        return sum(quantity for quantity, _ in self.executions.values())

    @property
    def status(self) -> str:
        if self.ended:
            return self.ended
        if self.filled == self.order.quantity:
            return "filled"
        return "partially_filled" if self.filled else "working"


@dataclass
class Book:
    """What the broker has. ``doubles`` are order messages whose id it had already."""

    held: dict[str, Held] = field(default_factory=dict)
    doubles: list[str] = field(default_factory=list)
    refuses: bool = False
    reports: list[Report] = field(default_factory=list)
    delivered: int = 0
    count: int = 0
    path: Path | None = None

    def save(self) -> None:
        """Keep it for another process, as a whole."""
        if self.path is not None:
            new = self.path.with_suffix(".new")
            new.write_bytes(pickle.dumps(self))
            new.replace(self.path)

    def take(self, order: Order, by: str, at: datetime) -> None:
        """An order message arrives."""
        if order.order_id in self.held:
            self.doubles.append(order.order_id)
            self.tell(by, Report("rejected", order.order_id, text="duplicate id", time=at))
        elif self.refuses:
            self.held[order.order_id] = Held(order, by, ended="rejected")
            self.tell(by, Report("rejected", order.order_id, filled=0, time=at))
        else:
            self.held[order.order_id] = Held(order, by)
            self.tell(by, Report("taken", order.order_id, filled=0, time=at))
        self.save()

    def fill(self, name: str, quantity: float, price: float, at: datetime) -> None:
        held = self.held[name]
        self.count += 1
        held.executions[f"E{self.count}"] = (quantity, price)
        self.tell(held.by, Report("fill", name, f"E{self.count}", None, held.order.symbol,
                                  held.order.side, quantity, price, held.filled, at))  # fmt: skip
        self.save()

    def replace(self, name: str, execution: str, quantity: float, price: float) -> None:
        """Take an execution back (a quantity of 0), or correct it."""
        held = self.held[name]
        self.count += 1
        del held.executions[execution]
        held.corrected = True
        kind = "fill_corrected" if quantity else "fill_cancelled"
        if quantity:
            held.executions[f"E{self.count}"] = (quantity, price)
        self.tell(held.by, Report(kind, name, f"E{self.count}", execution, held.order.symbol,
                                  held.order.side, quantity, price, held.filled))  # fmt: skip
        self.save()

    def end(self, name: str, at: datetime, how: str = "cancelled") -> None:
        held = self.held[name]
        held.ended = how
        self.tell(held.by, Report(how, name, filled=held.filled, time=at))
        self.save()

    def tell(self, by: str, report: Report) -> None:
        if by == "fix":
            self.reports.append(report)


class Double(Protocol):
    """A protocol whose next message meets a fault: ``faults`` are used up one by one.

    ``lost``: it never arrives. ``no answer``: it arrives, and the answer is lost. ``late``: it
    arrives ``delay`` seconds later. ``not sent``: it surely does not leave.
    """

    def __init__(self, name: str, book: Book, clock: Clock, *, reports: bool) -> None:
        self.name, self.book, self.clock = name, book, clock
        self.ordered, self.totals = reports, not reports
        self.up = True
        self.faults: list[str] = []
        self.silent = 0
        self.delay = 5.0
        self.flying: list[tuple[float, Order]] = []
        self.heard: Any = None
        self.sent: list[tuple[str, bool]] = []
        self.questions = 0

    @property
    def is_up(self) -> bool:
        return self.up

    def start(self, heard: Any) -> None:
        self.heard = heard

    def arrive(self, everything: bool = False) -> None:
        """What was late arrives in its time."""
        due = [one for one in self.flying if everything or one[0] <= self.clock.seconds]
        self.flying = [one for one in self.flying if one not in due]
        for _, order in due:
            self.book.take(order, self.name, self.clock())

    def submit(self, order: Order, again: bool = False) -> BrokerOrder | None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "not sent" or not self.up:
            raise NotSentError("no connection")
        self.sent.append((order.order_id, again))
        if fault == "late":
            self.flying.append((self.clock.seconds + self.delay, order))
        elif fault != "lost":
            self.book.take(order, self.name, self.clock())
        if self.ordered:
            return None  # whatever happened, reports say it
        if fault:
            raise UnansweredError("no answer")
        held = self.book.held[order.order_id]
        if held.ended == "rejected":
            raise RefusedError("no")
        return self._shown(held)

    def find(self, order: Order) -> BrokerOrder | None:
        self.questions += 1
        if not self.up:
            raise NotSentError("no connection")
        if self.silent:
            self.silent -= 1
            raise UnansweredError("no answer")
        if self.ordered:
            self.arrive(everything=True)  # what was sent before a question arrives before it
        held = self.book.held.get(order.order_id)
        return None if held is None else self._shown(held)

    def cancel(self, order: Order) -> None:
        self.find(order)
        held = self.book.held.get(order.order_id)
        if held is None or held.status not in ("working", "partially_filled"):
            raise RefusedError("too late")
        self.book.end(order.order_id, self.clock())

    def orders(self) -> list[BrokerOrder] | None:
        if self.ordered:
            return None
        return [self._shown(held) for held in self.book.held.values()]

    def positions(self) -> dict[str, float] | None:
        if self.ordered:
            return None
        found: dict[str, float] = {}
        for held in self.book.held.values():
            sign = 1.0 if held.order.side == "buy" else -1.0
            symbol = held.order.symbol
            found[symbol] = found.get(symbol, 0.0) + sign * held.filled
        return {symbol: units for symbol, units in found.items() if units}

    def _shown(self, held: Held) -> BrokerOrder:
        order, filled = held.order, held.filled
        value = sum(Decimal(q) * Decimal(p) for q, p in held.executions.values())
        average = value / Decimal(filled) if filled else None
        return BrokerOrder(order.order_id, order.symbol, order.side, order.quantity, held.status,
                           filled, average, self.clock())  # fmt: skip

    def deliver(self, limit: int = 10**6) -> None:
        """Reports reach the broker in their order; each counts once it was taken."""
        while self.book.delivered < len(self.book.reports) and limit:
            self.heard(self, self.book.reports[self.book.delivered])
            self.book.delivered += 1
            self.book.save()
            limit -= 1
