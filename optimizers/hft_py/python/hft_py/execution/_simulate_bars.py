"""Children in bars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution._simulation import Children, Fill
from hft_py.execution._tables import Table

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars; prices in half ticks, ``time`` is the end of each."""

    time: Ints
    high: Ints
    low: Ints
    volume: npt.NDArray[np.float64]
    half_spread: int
    most: float

    @classmethod
    def read(cls, market: Any, tick: Decimal, half_spread: Any, most: Any) -> Bars:
        """The bars of a frame, checked."""
        table = Table("market", market, ["time", "high", "low", "volume"], "time")
        time = table.instants("time")
        if not len(time):
            raise ValueError("market has no rows, expected bars")
        if (np.diff(time) <= 0).any():
            row = int(np.flatnonzero(np.diff(time) <= 0)[0]) + 1
            raise ValueError(f"market['time'][{row}] is not after the row above it: sort by time")
        scale = 2.0 * float(1 / tick)
        prices = []
        for column in ("high", "low"):
            values = scale * table.numbers(column)
            table.check(column, np.abs(values) >= 2.0**52, "less than 2^52 half ticks")
            prices.append(np.rint(values).astype(np.int64))
        high, low = prices
        volume = table.numbers("volume")
        table.check("low", low > high, "at most high")
        table.check("volume", volume < 0, "0 or more")
        half = checks.real_number("half_spread", half_spread, least=0.0)
        share = checks.real_number("max_participation", most, above=0.0, most=1.0)
        return cls(time, high, low, volume, round(scale * half), share)

    @property
    def mid(self) -> Ints:
        """The middle of high and low, in half ticks."""
        middle: Ints = (self.high + self.low) // 2
        return middle

    def mids(self, times: Ints, orders: Table) -> Ints:
        """The mid of the bar in force: of the last one that has ended, else of the first."""
        rows = np.maximum(np.searchsorted(self.time, times, side="right") - 1, 0)
        found: Ints = self.mid[rows]
        return found

    def run(
        self, work: Children, patience: float, traded: float, backend: str | None
    ) -> list[Fill]:
        """The fills, child by child, in the order of time."""
        fills: list[Fill] = []
        used: dict[tuple[int, int], int] = {}
        cross = work.crossing(patience)
        middle = self.mid
        for child in range(len(work)):
            arrive, expire = int(work.arrive[child]), int(work.expire[child])
            side, left = int(work.side[child]), int(work.lots[child])
            share = self.most
            if work.share is not None and work.share[child] > 0:
                share = min(share, float(work.share[child]))
            # A bar counts where it begins, at the end of the bar before it, on arrival or later.
            begins = int(np.searchsorted(self.time, arrive, side="left")) + 1
            ends = int(np.searchsorted(self.time, expire, side="right"))
            own = None
            if patience > 0.0 and begins - 1 < len(middle):
                own = int(middle[begins - 1]) - side * self.half_spread
                if work.limited[child]:
                    own = side * min(side * own, 2 * side * int(work.limit[child]))
            for row in range(begins, ends):
                key = int(work.parent[child]), row
                room = int(share * self.volume[row] + 1e-9) - used.get(key, 0)
                price = self._price(row, side, own, self.time[row] > cross[child], patience)
                if price is not None and work.limited[child]:
                    limit = 2 * int(work.limit[child])
                    price = price if side * price <= side * limit else None
                got = min(left, room)
                if price is None or got <= 0:
                    continue
                rested = own is not None and price == own and self.time[row] <= cross[child]
                bid, ask = int(middle[row]) - self.half_spread, int(middle[row]) + self.half_spread
                fills.append(Fill(child, int(self.time[row]), got, price, bid, ask, not rested))
                used[key] = used.get(key, 0) + got
                left -= got
                if not left:
                    break
        return fills

    def _price(
        self, row: int, side: int, own: int | None, crosses: bool, patience: float
    ) -> int | None:
        """The price of a fill in a bar, in half ticks; None for none."""
        if own is None or (crosses and patience < 1.0):
            return int(self.mid[row]) + side * self.half_spread
        through = self.low[row] < own if side > 0 else self.high[row] > own
        return own if through else None
