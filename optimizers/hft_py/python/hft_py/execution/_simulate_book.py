"""Children in a recorded order book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.backend import kernels
from hft_py.execution import _columns
from hft_py.execution._simulation import Children, Fill
from hft_py.execution._tables import Table
from hft_py.results import optional

Ints = npt.NDArray[np.int64]

_LEVELS = 16


@dataclass(frozen=True, eq=False)
class Book:
    """A recording: its events, and the best prices after each message."""

    library: Any
    events: Any
    ends: Ints
    time: Ints
    bid: Ints
    bid_lots: Ints
    ask: Ints
    ask_lots: Ints
    tick_size: Decimal
    lot_size: Decimal

    @classmethod
    def read(cls, market: Any, tick_size: Any, lot_size: Any, origin: Any) -> Book:
        """The recording replayed once."""
        library = optional("hft_orderbook", "simulate", "an order book")
        events = getattr(market, "events", market)
        sizes = []
        for name, given in (("tick_size", tick_size), ("lot_size", lot_size)):
            given = getattr(market, name, None) if given is None else given
            if given is None:
                raise ValueError(f"{name} is missing, expected it with an array of events")
            sizes.append(_columns.smallest(name, given))
        path = library.replay(events)
        ends = np.flatnonzero(events["flags"] & library.LAST) + 1
        if not len(ends):
            raise ValueError("market has no message, expected a recording")
        shift = 0
        if origin is not None:
            shift = _nanoseconds(origin)

        def whole(name: str) -> Ints:
            found: Ints = path[name].fill_null(0.0).to_numpy().astype(np.int64)
            return found

        return cls(
            library, events, ends, path["ts"].to_numpy() + shift, whole("bid"),
            whole("bid_quantity"), whole("ask"), whole("ask_quantity"), sizes[0], sizes[1],
        )  # fmt: skip

    def rows(self, times: Ints) -> Ints:
        """The message in force at each time; -1 before the first."""
        found: Ints = np.searchsorted(self.time, times, side="right") - 1
        return found

    def mids(self, times: Ints, orders: Table) -> Ints:
        """The mid in half ticks at times of the orders."""
        rows = self.rows(times)
        wrong = (rows < 0) | (times > self.time[-1])
        known = (self.bid_lots[rows] > 0) & (self.ask_lots[rows] > 0)
        if (wrong | ~known).any():
            row = int(np.flatnonzero(wrong | ~known)[0])
            raise ValueError(
                f"order {orders.at('parent_id', row)!r} starts or ends at "
                f"{_time(times[row])}, when the recording, from {_time(self.time[0])} to "
                f"{_time(self.time[-1])}, has no bid and ask: shorten it, or give origin="
            )
        found: Ints = self.bid[rows] + self.ask[rows]
        return found

    def run(
        self, work: Children, patience: float, traded: float, backend: str | None
    ) -> list[Fill]:
        """The fills, child by child, in the order of time."""
        cross = work.crossing(patience)
        first, last = self.rows(work.arrive), self.rows(cross)
        if (first < 0).any():
            child = work.ids[int(np.flatnonzero(first < 0)[0])]
            raise ValueError(f"child {child!r} arrives before the recording begins")
        resting = np.zeros((len(work), 6), dtype=np.int64)
        displayed = self._stops(work, first, last, patience, resting)
        fills: list[list[Fill]] = [[] for _ in range(len(work))]
        left = work.lots.copy()
        for child, row, lots in (
            kernels("execution", backend)
            .rest_orders(self.bid, self.bid_lots, self.ask, self.ask_lots, resting, traded)
            .tolist()
        ):
            before = row - 1  # the quotes that it rested in
            fills[child].append(
                Fill(child, int(self.time[row]), lots, 2 * int(resting[child, 1]),
                     2 * int(self.bid[before]), 2 * int(self.ask[before]), False)
            )  # fmt: skip
            left[child] -= lots
        for child, levels in displayed.items():
            row, need = int(last[child]), int(left[child])
            for tick, lots in levels:
                got = min(lots, need)
                if got > 0:
                    fills[child].append(
                        Fill(child, int(cross[child]), got, 2 * tick, 2 * int(self.bid[row]),
                             2 * int(self.ask[row]), True)
                    )  # fmt: skip
                    need -= got
        return [fill for one in fills for fill in one]

    def _stops(
        self, work: Children, first: Ints, last: Ints, patience: float, resting: Ints
    ) -> dict[int, list[tuple[int, int]]]:
        """Replay once: the queue of each child that arrives, the levels for each that takes.

        Rows of ``resting`` are filled in; without patience they stay empty.
        """
        stops = []
        for child in np.flatnonzero(work.arrive <= work.expire).tolist():
            if patience > 0.0:
                stops.append((int(first[child]), 0, child))
            if patience < 1.0:
                stops.append((int(last[child]), 1, child))
        book, done = self.library.OrderBook(), 0
        found = {}
        for row, takes, child in sorted(stops):
            until = int(self.ends[row])
            if until > done:
                book.apply(self.events[done:until])
                done = until
            buys = work.side[child] > 0
            if takes:
                found[child] = self._displayed(book, work, child, "ask" if buys else "bid")
                continue
            own = "bid" if buys else "ask"
            lots, tick = (self.bid_lots, self.bid) if buys else (self.ask_lots, self.ask)
            if not lots[row]:
                continue  # nothing to join
            price = int(tick[row])
            if work.limited[child]:
                limit = int(work.limit[child])
                price = min(price, limit) if buys else max(price, limit)
            ahead = int(book.quantity_at(own, price))
            resting[child] = (work.side[child], price, work.lots[child], ahead, row,
                              last[child] + 1)  # fmt: skip
        return found

    def _displayed(self, book: Any, work: Children, child: int, side: str) -> list[tuple[int, int]]:
        """Levels of the other side, enough for the whole child and within its limit."""
        count = _LEVELS
        while True:
            ticks, lots = book.levels(side, count)
            if len(ticks) < count or lots.sum() >= work.lots[child]:
                break
            count *= 4
        if work.limited[child]:
            sign, limit = int(work.side[child]), int(work.limit[child])
            within = sign * ticks <= sign * limit
            ticks, lots = ticks[within], lots[within]
        return list(zip(ticks.astype(np.int64).tolist(), lots.astype(np.int64).tolist(),
                        strict=True))  # fmt: skip


def _nanoseconds(origin: Any) -> int:
    if not isinstance(origin, datetime) or origin.tzinfo is None:
        raise TypeError(f"origin={origin!r}, expected a datetime with a time zone")
    since = origin - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000


def _time(nanoseconds: Any) -> str:
    return f"{np.datetime64(int(nanoseconds), 'ns')} UTC"
