"""The inputs of the study."""

from __future__ import annotations

from typing import Any

import numpy as np

GRID_LENGTHS = tuple(10**e for e in range(2, 8))


def grid_lags(n: int) -> list[int]:
    """Six numbers of lags from 1 to ``n - 1``, evenly spaced on a logarithmic axis.

    Examples
    --------
    >>> grid_lags(1000)
    [1, 4, 16, 63, 251, 999]
    """
    return [round((n - 1) ** (i / 5)) for i in range(6)]


def name(n: int, max_lag: int) -> str:
    """What a table calls a workload."""
    return f"n={n:,} k={max_lag:,}"


def normal(n: int, max_lag: int) -> dict[str, Any]:
    """Independent normal numbers around a mean."""
    return {"x": np.random.default_rng(3).normal(0.1, 1.0, n), "max_lag": max_lag}


def absolute_returns(max_lag: int) -> dict[str, Any]:
    """Absolute daily returns of the S&P 500, 1990 to 2022."""
    from qpp.datasets import sp500_index

    level = sp500_index()["SP500"].to_numpy()
    return {"x": np.abs(np.diff(np.log(level))), "max_lag": max_lag}
