"""What is known of each asset on a day, and what it earned afterwards.

Everything of a day is computed from prices up to that day, by sums that later prices do not enter:
appending prices changes no number of an earlier day, not by a rounding error.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hft_py import checks
from hft_py.signatures._inputs import Floats
from hft_py.signatures.paths import rolling_signature

LEAST_VOLATILITY = 1e-4  # a day; of a price that does not move


class Settings(NamedTuple):
    """How features and targets are made."""

    window: int
    depth: int
    horizon: int
    delay: int
    volatility_days: int
    lead_lag: bool
    time_aug: bool
    threads: int
    backend: str | None

    @property
    def first_day(self) -> int:
        """The first day with a signature: a return each for a volatility, and a window of them."""
        return self.volatility_days + self.window


class Features(NamedTuple):
    """By decision, every ``horizon`` days: ``D`` decisions, ``n`` assets, ``F`` words."""

    days: np.ndarray[tuple[int], np.dtype[np.intp]]
    signatures: Floats  # (D, n, F)
    volatility: Floats  # (D, n), of a day


def positive_prices(prices: Any) -> Floats:
    """Checked prices ``(days, assets)``, of two assets or more."""
    closes = checks.finite_array("prices", prices, ndim=2)
    if closes.shape[1] < 2:
        raise ValueError(f"prices has {closes.shape[1]} columns, expected 2 assets or more")
    if not (closes > 0).all():
        day, asset = (int(i) for i in np.argwhere(closes <= 0)[0])
        raise ValueError(f"prices[{day}, {asset}] is {closes[day, asset]}, expected more than 0")
    return closes


def asset_names(prices: Any, count: int) -> tuple[str, ...]:
    """The columns of a frame, or numbers."""
    names = getattr(prices, "columns", None)
    return tuple(map(str, range(count) if names is None else names))


def volatility(prices: Floats, days: int) -> Floats:
    """Root mean square of the last ``days`` log returns, from day ``days`` on."""
    squares = np.diff(np.log(prices), axis=0) ** 2
    count = len(squares) - days + 1
    total = np.zeros((max(count, 0), prices.shape[1]))
    for lag in range(days):
        total += squares[lag : lag + count]
    return np.maximum(np.sqrt(total / days), LEAST_VOLATILITY)


def features(prices: Floats, settings: Settings) -> Features:
    """The signature of each asset's path, beside that of the market, on each day of decision.

    A path's steps are log returns over the volatility of the day before, and its second channel
    the mean of them over all assets; both are divided by the root of the window, so that a random
    walk moves by about 1.
    """
    days, window = settings.volatility_days, settings.window
    sigma = volatility(prices, days)  # of day `days` first
    returns = np.diff(np.log(prices), axis=0)[days:]  # of the day after
    steps = returns / sigma[:-1] / np.sqrt(window)
    market = np.broadcast_to(steps.mean(axis=1, keepdims=True), steps.shape)
    path = np.stack([steps, market], axis=-1).swapaxes(0, 1)
    path = np.concatenate([np.zeros_like(path[:, :1]), path.cumsum(axis=1)], axis=1)
    rows = rolling_signature(
        path,
        settings.depth,
        window + 1,
        step=settings.horizon,
        lead_lag=settings.lead_lag,
        time_aug=settings.time_aug,
        threads=settings.threads,
        backend=settings.backend,
    )
    at = settings.first_day + settings.horizon * np.arange(rows.shape[1])
    return Features(at, np.ascontiguousarray(rows.swapaxes(0, 1)), sigma[at - days])


def next_returns(prices: Floats, settings: Settings) -> Floats:
    """What each decision earned by asset, ``(D', n)``: from ``delay`` days later, for a horizon.

    Only decisions whose return is known by the last price.
    """
    first = settings.first_day + settings.delay
    begins = prices[first : len(prices) - settings.horizon : settings.horizon]
    ends = prices[first + settings.horizon :: settings.horizon]
    found: Floats = ends / begins - 1.0
    return found


def known(features: Features, decision: int, settings: Settings) -> int:
    """How many decisions, from the first, have a return that is known at this one."""
    elapsed = settings.delay + settings.horizon
    found = np.searchsorted(features.days + elapsed, features.days[decision], side="right")
    return int(found)
