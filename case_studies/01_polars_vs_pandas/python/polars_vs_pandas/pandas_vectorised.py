"""Vectorised pandas, as an expert tunes it: what most users would pick instead of a loop.

Computes the strategy of :mod:`polars_vs_pandas.baseline` on whole frames. Complexity
O(T * N), with some fifteen frames of the input's size, kept or temporary.

When to use it: signals of ordinary size, data in pandas already. When not: signals with
outliers, wide changes of scale or runs of equal values. pandas' rolling deviation
updates a running sum of squares; pandas 3 recomputes a window only where it detects
cancellation, and what it does not detect stays wrong: by tenths of a per cent and more
after an outlier has left the window, beyond any bound where the scale falls by many
orders of magnitude, and a run of equal values may keep a deviation that is not 0.
``tests/test_stability.py`` shows each.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from polars_vs_pandas._arrays import Output, Run


def backtest(signal: pd.DataFrame, returns: pd.DataFrame, run: Run) -> Output:
    """Parameters and result as :func:`polars_vs_pandas.baseline.backtest`."""
    window, k_long, k_short, cost, capital = run
    start = capital / signal.shape[1]
    sigma = signal.rolling(window).std().shift(1)
    sigma = sigma.where(sigma > 0)  # NaN compares false with everything: no position

    long, short = signal > k_long * sigma, signal < -k_short * sigma
    positions = (long.astype(np.int8) - short.astype(np.int8)).iloc[window:-1]

    # Not the int8 frame's own diff: pandas answers in float32 and costs lose nine digits.
    held = positions.astype(np.float64)
    changes = held.diff().abs()
    changes.iloc[0] = held.iloc[0].abs()

    earned = returns.shift(-1).iloc[window:-1].fillna(0.0)
    growth = (1.0 + held * earned - cost * changes).clip(lower=0.0)
    growth.iloc[0] *= start
    accounts = growth.cumprod()
    equity = accounts.sum(axis=1)

    before = accounts.shift(1)
    before.iloc[0] = start
    traded = (changes * before).sum(axis=1)

    previous = equity.shift(1, fill_value=capital)
    daily = (equity / previous - 1.0).where(previous > 0, 0.0)
    return (
        equity.to_numpy(),
        daily.to_numpy(),
        traded.to_numpy(),
        positions.to_numpy(),
    )
