"""vectorbt (1.2) at its best engine, for what it can express of this strategy.

Its simulator trades orders against a cash account: a short of constant exposure is an
order every day, and each order pays a fee on its own value, while this strategy charges
an asset's capital once per change of side and lets it compound. The equity therefore
differs wherever cost > 0 (at cost 0 they agree, see ``tests/test_study.py``), and two
stages are compared, each by its positions ``int8[T - W - 1, N]``. vectorbt is imported at
the first call: that takes seconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from polars_vs_pandas._arrays import Floats, Positions


def positions(
    signal: Floats, window: int, k_long: float, k_short: float, **_: Any
) -> dict[str, Positions]:
    """Rolling deviation by vectorbt's engine and the comparisons on arrays.

    ``engine="auto"`` is its Rust extension where ``vectorbt-rust`` is installed, else
    Numba. Only positions are computed: less work than the other rows do.
    """
    from vectorbt.generic import dispatch  # type: ignore[import-not-found, unused-ignore]

    sigma = dispatch.rolling_std(signal, window, minp=window, ddof=1, engine="auto")
    sigma = sigma[window - 1 : -2]
    today = signal[window:-1]
    moving = sigma > 0
    long = today > k_long * sigma
    long &= moving
    short = today < -k_short * sigma
    short &= moving
    return {"positions": long.view(np.int8) - short.view(np.int8)}


def portfolio(
    signal: Floats, returns: Floats, window: int, cost: float, capital: float, **rule: float
) -> dict[str, Any]:
    """The whole chain of a vectorbt user: positions, orders to +-100 % per asset, value.

    Also gives vectorbt's own equity ``[T - W - 1]`` under its own fee rule.
    """
    import pandas as pd
    import vectorbt as vbt  # type: ignore[import-not-found, unused-ignore]

    held = positions(signal, window, **rule)["positions"]
    earned = np.nan_to_num(returns[window + 1 :], nan=0.0)
    prices = np.cumprod(np.vstack([np.ones(earned.shape[1]), 1.0 + earned]), axis=0)
    # The order of a row is filled at its price; the last price only values the account.
    targets = np.vstack([held.astype(np.float64), np.full(held.shape[1], np.nan)])
    account = vbt.Portfolio.from_orders(
        pd.DataFrame(prices),
        size=targets,
        size_type="targetpercent",
        fees=cost,
        init_cash=capital / held.shape[1],
        freq="1D",
    )
    value = np.asarray(account.value())
    return {"positions": held, "vectorbt_equity": value[1:].sum(axis=1)}
