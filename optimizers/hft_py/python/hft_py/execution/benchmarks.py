"""Benchmarks of orders from a record of the market: interval VWAP and TWAP, open, close.

Cumulative sums, and a search for each order: linear in the rows of the market.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.execution import _columns
from hft_py.execution._cost_inputs import Fills, Orders, Units
from hft_py.execution.baseline import fills as kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MARKET = ("vwap", "twap", "open", "close")


@dataclass(frozen=True, eq=False)
class Market:
    """The records of one symbol, in the order of time; prices in units."""

    time: Ints
    day: Ints
    price: Floats
    volume: Floats | None

    def prices(self, start: Ints, end: Ints) -> dict[str, Floats]:
        """Benchmarks of intervals, ends included; NaN where there is none."""
        first = np.searchsorted(self.time, start, side="left")
        last = np.searchsorted(self.time, end, side="right")
        found = {}
        if self.volume is not None:
            traded = np.concatenate([[0.0], np.cumsum(self.volume)])
            money = np.concatenate([[0.0], np.cumsum(self.volume * self.price)])
            with np.errstate(invalid="ignore", divide="ignore"):
                found["vwap"] = (money[last] - money[first]) / (traded[last] - traded[first])
        found["twap"] = self._over_time(start, end)
        here = np.minimum(first, len(self.time) - 1)
        opens = np.searchsorted(self.day, self.day[here], side="left")
        closes = np.searchsorted(self.day, self.day[here], side="right") - 1
        there = first < len(self.time)
        found["open"] = np.where(there, self.price[opens], np.nan)
        found["close"] = np.where(there, self.price[closes], np.nan)
        return found

    def _over_time(self, start: Ints, end: Ints) -> Floats:
        """The mean of the last price over time, from the first record on."""
        seconds = np.diff(self.time) / 1e9
        areas = np.concatenate([[0.0], np.cumsum(self.price[:-1] * seconds)])

        def area(until: Ints) -> Floats:
            row = np.maximum(np.searchsorted(self.time, until, side="right") - 1, 0)
            found: Floats = areas[row] + self.price[row] * (until - self.time[row]) / 1e9
            return found

        begin = np.maximum(start, self.time[0])
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (area(end) - area(begin)) / ((end - begin) / 1e9)
        row = np.maximum(np.searchsorted(self.time, end, side="right") - 1, 0)
        mean = np.where(end == begin, self.price[row], mean)
        return np.where(end < begin, np.nan, mean)


def read_market(market: Any, kind: str, units: Units) -> tuple[dict[Any, Market], bool]:
    """The records by symbol, and whether there is a column of symbols."""
    if _columns.frame_kind("market", market) != kind:
        raise TypeError(f"market is no {kind} frame, expected one as fills is")
    _columns.require("market", market, ["time", "price"])
    time, day = _columns.times("market", market, "time"), _columns.local_days(market, "time")
    price = _columns.numbers("market", market, "price") * units.scales[1]
    volume = None
    if "volume" in market.columns:
        volume = _columns.numbers("market", market, "volume")
        if not (volume >= 0).all():
            row = int(np.flatnonzero(~(volume >= 0))[0])
            raise ValueError(f"market['volume'][{row}] is {volume[row]}, expected 0 or more")
    if not np.isfinite(price).all():
        row = int(np.flatnonzero(~np.isfinite(price))[0])
        raise ValueError(f"market['price'][{row}] is missing or infinite, expected a number")
    named = "symbol" in market.columns
    code, labels = (
        _columns.codes(market["symbol"]) if named else (np.zeros(len(time), np.int64), [None])
    )
    found = {}
    for number, label in enumerate(labels):
        rows = np.flatnonzero(code == number)
        late = np.flatnonzero(np.diff(time[rows]) < 0)
        if len(late):
            row = int(rows[late[0] + 1])
            raise ValueError(f"market['time'][{row}] is before the row above it: sort by time")
        found[label] = Market(
            time[rows], day[rows], price[rows], None if volume is None else volume[rows]
        )
    return found, named


def compare(
    fills: Fills, orders: Orders, units: Units, sums: Ints, market: Any
) -> tuple[Any, list[str]]:
    """A frame of benchmarks and the cost against each; what is left out, and why."""
    filled, paid = sums[:, kernel.FILLED], sums[:, kernel.PAID]
    price = 2.0 * units.scales[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        data: dict[str, Any] = {"parent_id": orders.ids, "average_price": paid / filled / price}
    prices = {"decision": orders.decision, "arrival": orders.arrival}
    known = {name: np.ones(len(orders), np.bool_) for name in prices}
    notes = []
    if market is not None:
        for name, values in _from_market(fills, orders, units, sums, market).items():
            known[name] = ~np.isnan(values)
            prices[name] = np.rint(2.0 * np.where(known[name], values, 0.0)).astype(np.int64)
            if not known[name].all():
                count = int((~known[name]).sum())
                notes.append(f"the market has no {name} for {count} of {len(orders)} orders")
        if "volume" not in market.columns:
            notes.append("market has no volume: no vwap")
    for name, benchmark in prices.items():
        there = known[name] & (filled > 0)
        cost = np.where(there, orders.side * (paid - filled * benchmark), 0)
        data[name] = np.where(known[name], benchmark / price, np.nan)
        data[f"{name}_cost"] = np.where(there, cost / float(1 / units.money), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            data[f"{name}_bp"] = np.where(there, 1e4 * cost / (filled * benchmark), np.nan)
    return _columns.frame_like(fills.kind, data), notes


def _from_market(
    fills: Fills, orders: Orders, units: Units, sums: Ints, market: Any
) -> dict[str, Floats]:
    """Prices in units of the benchmarks of each order."""
    if fills.time is None:
        raise ValueError("fills has no column 'time', expected one with market=")
    zones = {_columns.zone_of(f["time"]) is None for f in (fills.frame, market)}
    if len(zones) == 2:
        raise ValueError("times of market or of fills have no zone: give both one, or neither")
    books, named = read_market(market, fills.kind, units)
    done = sums[:, kernel.FILLED] == orders.quantity
    start = sums[:, kernel.FIRST] if orders.start is None else orders.start
    end = sums[:, kernel.LAST] if orders.end is None else np.where(done, sums[:, kernel.LAST],
                                                                  orders.end)  # fmt: skip
    if named and orders.symbol is None:
        raise ValueError("market has symbols and parents has no column 'symbol', expected one")
    names = [None] * len(orders) if not named else list(orders.symbol or ())
    if missing := [name for name in dict.fromkeys(names) if name not in books]:
        raise ValueError(f"market has no record of the symbol {missing[0]!r}")
    found: dict[str, Floats] = {}
    place = np.array([list(books).index(name) for name in dict.fromkeys(names)])
    order_of = {name: place[i] for i, name in enumerate(dict.fromkeys(names))}
    code = np.array([order_of[name] for name in names])
    for number, book in enumerate(books.values()):
        rows = np.flatnonzero(code == number)
        for name, values in book.prices(start[rows], end[rows]).items():
            found.setdefault(name, np.full(len(orders), np.nan))[rows] = values
    empty = start > end  # without a fill, and no life is known
    return {name: np.where(empty, np.nan, values) for name, values in found.items()}
