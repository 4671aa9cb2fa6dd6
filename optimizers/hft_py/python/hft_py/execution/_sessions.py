"""The open intervals of a venue, and trading time: the time that passes while it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

DAY = 86_400_000_000_000  # nanoseconds


@dataclass(frozen=True, eq=False)
class Sessions:
    """The open intervals of some days: instants in nanoseconds since 1970, UTC.

    ``before`` is the trading time before each interval; ``day_starts`` ``(days + 1,)`` the trading
    time at the start of each day, the whole last; ``regular`` the trading time of a full day.
    """

    opens: Integers
    closes: Integers
    before: Integers
    day_starts: Integers
    regular: int

    @property
    def arrays(self) -> tuple[Integers, Integers, Integers, Integers, int]:
        """The fields, as kernels take them."""
        return self.opens, self.closes, self.before, self.day_starts, self.regular

    def trading_time(self, instants: Any) -> Integers:
        """Trading time from the first open to each instant."""
        t = np.asarray(instants, dtype=np.int64)
        i = np.maximum(np.searchsorted(self.opens, t, side="right") - 1, 0)
        open_for = np.clip(t - self.opens[i], 0, self.closes[i] - self.opens[i])
        found: Integers = self.before[i] + open_for
        return found

    def release(self, trading_time: Any) -> Integers:
        """The instant of each trading time; the next open for that of a close."""
        time = np.asarray(trading_time, dtype=np.int64)
        i = np.searchsorted(self.before, time, side="right") - 1
        found: Integers = self.opens[i] + time - self.before[i]
        return found
