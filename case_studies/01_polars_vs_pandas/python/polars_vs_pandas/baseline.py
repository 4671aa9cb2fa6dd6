"""The naive pandas loop: one row after the other, the window taken anew at every row.

What it computes: the long/short threshold strategy of this study, with costs, capital
compounding separately in each asset. Complexity: O(T * W * N) reads of the signal, plus
a dozen pandas calls at each of the T rows, which dominate at ordinary sizes.

When to use it: to read what the strategy is, and to check the others. When not: for any
parameter search. It is the reference of the study because each row is computed from
nothing but its own window, so no error is carried from one row to the next.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from polars_vs_pandas.arrays import Output


def backtest(
    signal: pd.DataFrame,
    returns: pd.DataFrame,
    window: int,
    k_long: float,
    k_short: float,
    cost: float,
    capital: float,
) -> Output:
    """Walk through the rows as a trader would live through them.

    At row t: sigma is the sample standard deviation (ddof 1) of the signal over rows
    t-W .. t-1; the position is +1 where signal > k_long * sigma, -1 where signal <
    -k_short * sigma, else 0 (0 too where sigma is not > 0 or anything it needs is NaN).
    It is held to row t+1: each asset's capital becomes max(0, capital * (1 + position *
    return[t+1] - cost * |change of position|)). A NaN return counts as 0.

    Parameters are those of :func:`polars_vs_pandas.run_backtest`, already validated.

    Examples
    --------
    >>> signal = pd.DataFrame({"A": [1.0, -1.0, 2.0, -3.0, 0.0]})
    >>> returns = pd.DataFrame({"A": [0.0, 0.0, 0.0, 0.1, 0.1]})
    >>> equity, daily, traded, positions = backtest(signal, returns, 2, 1.0, 1.0, 0.0, 100.0)
    >>> positions.ravel().tolist(), equity.round(6).tolist()
    ([1, -1], [110.0, 99.0])
    """
    rows, assets = signal.shape
    dates = signal.index[window + 1 :]
    positions = pd.DataFrame(0, index=dates, columns=signal.columns)
    book = pd.DataFrame(0.0, index=dates, columns=["equity", "daily_return", "traded"])

    account = pd.Series(capital / assets, index=signal.columns)
    before = pd.Series(0, index=signal.columns)
    equity = capital
    for t in range(window, rows - 1):
        history = signal.iloc[t - window : t]
        sigma = history.std(ddof=1, skipna=False)
        # Equal values have no deviation; the rounding of their mean would give them one.
        sigma = sigma.where(history.max() > history.min(), 0.0)

        today = signal.iloc[t]
        position = pd.Series(0, index=signal.columns)
        position[(sigma > 0) & (today > k_long * sigma)] = 1
        position[(sigma > 0) & (today < -k_short * sigma)] = -1

        change = (position - before).abs()
        growth = 1 + position * returns.iloc[t + 1].fillna(0.0) - cost * change
        traded = (change * account).sum()
        account = (account * growth).clip(lower=0.0)

        previous, equity = equity, account.sum()
        daily_return = equity / previous - 1 if previous > 0 else 0.0
        positions.iloc[t - window] = position
        book.iloc[t - window] = [equity, daily_return, traded]
        before = position

    return (
        book["equity"].to_numpy(),
        book["daily_return"].to_numpy(),
        book["traded"].to_numpy(),
        positions.to_numpy(dtype=np.int8),
    )
