"""The naive pandas loop: row by row, with the window recomputed at every row.

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

from polars_vs_pandas._arrays import Output, Run


def backtest(signal: pd.DataFrame, returns: pd.DataFrame, run: Run) -> Output:
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
    >>> equity, daily, traded, positions = backtest(signal, returns, Run(2, 1.0, 1.0, 0.0, 100.0))
    >>> positions.ravel().tolist(), equity.round(6).tolist()
    ([1, -1], [110.0, 99.0])
    """
    window, k_long, k_short, cost, capital = run
    rows, assets = signal.shape
    position = pd.DataFrame(0, index=signal.index, columns=signal.columns, dtype=np.int8)
    account = pd.DataFrame(capital / assets, index=signal.index, columns=signal.columns)
    equity = pd.Series(capital, index=signal.index)
    daily_return = pd.Series(0.0, index=signal.index)
    traded = pd.Series(0.0, index=signal.index)

    for t in range(window, rows - 1):
        history = signal.iloc[t - window : t]
        sigma = history.std(ddof=1, skipna=False)
        # Equal values have no deviation; the rounding of their mean would give them one.
        sigma[history.max() == history.min()] = 0.0

        today = signal.iloc[t]
        long = (sigma > 0) & (today > k_long * sigma)
        short = (sigma > 0) & (today < -k_short * sigma)
        position.iloc[t] = long.astype(np.int8) - short.astype(np.int8)

        change = (position.iloc[t] - position.iloc[t - 1]).abs()
        earned = position.iloc[t] * returns.iloc[t + 1].fillna(0.0)
        growth = 1 + earned - cost * change
        account.iloc[t + 1] = (account.iloc[t] * growth).clip(lower=0.0)

        traded.iloc[t + 1] = (change * account.iloc[t]).sum()
        equity.iloc[t + 1] = account.iloc[t + 1].sum()
        if equity.iloc[t] > 0:
            daily_return.iloc[t + 1] = equity.iloc[t + 1] / equity.iloc[t] - 1

    earning = slice(window + 1, None)
    return (
        np.asarray(equity.iloc[earning], dtype=np.float64),
        np.asarray(daily_return.iloc[earning], dtype=np.float64),
        np.asarray(traded.iloc[earning], dtype=np.float64),
        np.asarray(position.iloc[window:-1], dtype=np.int8),
    )
