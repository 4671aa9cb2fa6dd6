"""The oracle of the tests, for small inputs: its positions are exact.

A float is a rational number, and ``signal > k * sigma`` with ``k, sigma >= 0`` is
``signal > 0 and signal**2 > k**2 * variance``: no root is taken and nothing is rounded.
pandas and Polars have each been wrong after an outlier left the window, so neither can
be the reference. Complexity O(T * N * W) in rational arithmetic: some
milliseconds a cell. For tests only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from polars_vs_pandas._arrays import Floats, Output, Run


def deviation(window: Sequence[float]) -> float:
    """Two-pass sample deviation (ddof 1) with ``math.fsum``: within a few ulp.

    The second term corrects for the rounding of the mean (Chan, Golub and LeVeque,
    The American Statistician 1983, equation 1.7).

    Examples
    --------
    >>> deviation([0.1, 0.1, 0.1]), deviation([1e9, 1e9 + 1, 1e9 + 2])
    (0.0, 1.0)
    """
    mean = math.fsum(window) / len(window)
    away = [x - mean for x in window]
    squares = math.fsum(d * d for d in away) - math.fsum(away) ** 2 / len(window)
    return math.sqrt(max(squares, 0.0) / (len(window) - 1))


def variance(window: Sequence[float]) -> Fraction:
    """Sample variance (ddof 1), exactly.

    Examples
    --------
    >>> variance([1.0, 2.0, 4.0])
    Fraction(7, 3)
    """
    values = [Fraction(x) for x in window]
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((x - mean) ** 2 for x in values), Fraction(0)) / (len(values) - 1)


def position(signal: float, window: Sequence[float], k_long: float, k_short: float) -> int:
    """+1, -1 or 0, exactly; 0 where anything is NaN or the window does not vary.

    Examples
    --------
    >>> [position(s, [-1.0, 0.0, 1.0], 1.0, 1.0) for s in (1.5, 1.0, -1.5, math.nan)]
    [1, 0, -1, 0]
    """
    if math.isnan(signal) or any(math.isnan(x) for x in window):
        return 0
    spread = variance(window)
    if spread == 0 or signal == 0:
        return 0
    k = k_long if signal > 0 else k_short
    outside = Fraction(signal) ** 2 > Fraction(k) ** 2 * spread
    return (1 if signal > 0 else -1) if outside else 0


def backtest(signal: Floats, returns: Floats, run: Run) -> Output:
    """The whole strategy, one scalar at a time, sums over assets by ``math.fsum``."""
    window, k_long, k_short, cost, capital = run
    rows, assets = signal.shape
    positions = np.zeros((rows - window - 1, assets), dtype=np.int8)
    accounts = [capital / assets] * assets
    equity, daily, traded = [], [], []
    previous = capital
    for j in range(rows - window - 1):
        t = window + j
        moved = []
        for i in range(assets):
            now = position(signal[t, i], signal[t - window : t, i].tolist(), k_long, k_short)
            before = int(positions[j - 1, i]) if j else 0
            positions[j, i] = now
            earned = 0.0 if math.isnan(returns[t + 1, i]) else float(returns[t + 1, i])
            moved.append(abs(now - before) * accounts[i])
            growth = 1 + now * earned - cost * abs(now - before)
            accounts[i] = max(0.0, accounts[i] * growth)
        equity.append(math.fsum(accounts))
        traded.append(math.fsum(moved))
        daily.append(equity[-1] / previous - 1 if previous > 0 else 0.0)
        previous = equity[-1]
    return np.array(equity), np.array(daily), np.array(traded), positions


def closeness(signal: Floats, window: int, k_long: float, k_short: float) -> Floats:
    """How near each decision is to its threshold: ||s| - k sigma| / (k sigma), ``[D, N]``.

    An implementation that rounds may decide otherwise where this is as small as its
    error; infinite where there is no threshold to be near to.
    """
    rows, assets = signal.shape
    near = np.full((rows - window - 1, assets), np.inf)
    for j, i in np.ndindex(near.shape):
        now, past = signal[window + j, i], signal[j : window + j, i]
        k = k_long if now > 0 else k_short
        if np.isnan(past).any() or np.isnan(now):
            continue
        threshold = k * deviation(past.tolist())
        if threshold > 0:
            near[j, i] = abs(abs(now) - threshold) / threshold
    return near
