"""A portfolio that follows weights by date, through the library's one backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from allocation_o2._prices import Prices
from hft_py import labels

if TYPE_CHECKING:
    from hft_py.portfolio import WeightsBacktest

Floats = npt.NDArray[np.float64]


def backtest(
    prices: Prices, weights: Floats, rows: slice, cost: Any, **options: Any
) -> WeightsBacktest:
    """Trade into ``weights`` at the closes of ``rows``; the last close is followed by no return."""
    from hft_py.portfolio import backtest_weights  # which takes most of a second to import

    if rows.start >= prices.values.shape[1] - 1:
        raise ValueError(
            f"prices has {prices.values.shape[1]} observations, expected one more: the first "
            "weights are those of the last date, which no return follows"
        )
    targets = np.full(prices.values.T.shape, np.nan)  # a row of NaN trades nothing
    targets[rows] = weights
    market = prices.values.T
    if prices.assets is not None:
        market = labels.panel_like(prices.kind, prices.assets, market, prices.dates)
    return backtest_weights(targets, market, cost=cost, **options)
