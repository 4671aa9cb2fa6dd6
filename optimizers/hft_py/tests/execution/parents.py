"""Parents, calendars and profiles that several tests use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hft_py.execution import TradingCalendar, VolumeProfiles

ZONE = "America/New_York"
# A month with Thanksgiving, the early close after it, and a change of the clock on the 3rd.
NYSE = TradingCalendar.named("NYSE", holidays=["2024-11-28"], half_days={"2024-11-29": "13:00"})
TOKYO = TradingCalendar.named("TSE")
PROFILES = VolumeProfiles.of(
    {"U": [9.0e4, 4e4, 3e4, 3e4, 5e4, 8e4], "FLAT": [5e4] * 6},
    opening={"U": 2e4},
    closing={"U": 6e4},
)


def at(text: str, zone: str | None = ZONE) -> pd.Timestamp:
    """A time of New York."""
    return pd.Timestamp(text, tz=zone)


def trades(n: int = 1, **columns: Any) -> pd.DataFrame:
    """``n`` parents of a morning, with columns of the test's own."""
    made: dict[str, Any] = {
        "parent_id": [f"P{i}" for i in range(n)],
        "symbol": "U",
        "side": "buy",
        "quantity": 1000,
        "start": at("2024-11-20 10:00"),
        "end": at("2024-11-20 12:00"),
        "arrival_price": 50.0,
        "volatility": 0.02,
        "adv": 1e6,
    }
    return pd.DataFrame({**made, **columns}, index=range(n))


def random_trades(n: int, seed: int, first: str = "2024-11-01", zone: str = ZONE) -> pd.DataFrame:
    """Parents of all styles, each over several days of the month after ``first``."""
    rng = np.random.default_rng(seed)
    start = at(first, zone) + pd.to_timedelta(rng.integers(0, 26 * 1440, n), unit="min")
    side = rng.choice(["buy", "sell"], n)
    return trades(
        n,
        side=side,
        symbol=rng.choice(["U", "FLAT"], n),
        quantity=rng.integers(60, 10_000, n) * 10,
        lot=10,
        start=start,
        end=start + pd.to_timedelta(rng.integers(4, 8, n), unit="D"),
        volatility=rng.uniform(0.0, 0.1, n),
        style=rng.choice(["twap", "vwap", "is", "pov"], n),
    )
