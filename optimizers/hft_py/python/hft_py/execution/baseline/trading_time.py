"""From instants to trading time and back, and the volume expected in a piece of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any


class TradingTime:
    """Trading time: nanoseconds since the first open, counted while the venue is open."""

    def __init__(self, opens: Any, closes: Any, before: Any, day_starts: Any, regular: int) -> None:
        self.opens, self.closes = list(map(int, opens)), list(map(int, closes))
        self.before, self.day_starts = list(map(int, before)), list(map(int, day_starts))
        self.regular = regular

    def of(self, instant: int) -> int:
        """The trading time of an instant."""
        i = max(bisect_right(self.opens, instant) - 1, 0)
        length = self.closes[i] - self.opens[i]
        return self.before[i] + min(max(instant - self.opens[i], 0), length)

    def slice(self, release: int, last: int) -> tuple[int, int]:
        """Instants of release and expiry of a slice.

        A child lives in one session: it expires at the close where its slice goes over it.
        """
        i = bisect_right(self.before, release) - 1
        start = self.opens[i] + release - self.before[i]
        return start, min(self.closes[i], self.opens[i] + last - self.before[i])

    def volume(self, time: int, cumulative: Any, auctions: Any) -> tuple[float, float, float]:
        """Volume before a trading time: continuous, of opening and of closing auctions.

        A day with fewer hours has the same profile and volume in proportion to its hours.
        """
        d = min(bisect_right(self.day_starts, time) - 1, len(self.day_starts) - 2)
        start = self.day_starts[d]
        length = self.day_starts[d + 1] - start
        bins = len(cumulative) - 1
        position = (time - start) * (bins / length)
        b = min(int(position), bins - 1)
        part = cumulative[b] + (position - b) * (cumulative[b + 1] - cumulative[b])
        regular = float(self.regular)
        continuous = cumulative[bins] * (start / regular) + length / regular * part
        opened = bisect_left(self.day_starts, time, 0, len(self.day_starts) - 1)
        closed = bisect_right(self.day_starts, time) - 1
        return continuous, auctions[0] * opened, auctions[1] * closed
