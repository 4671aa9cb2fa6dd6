"""The inputs: which measure of which data. Synthetic ones have a seed; the stocks are real."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.information_theory._validation import Floats
from qpp.study import Inputs, Workload

PAIR = "mutual information, n=100,000, 10 bins"
TRANSFER = "transfer entropy, 2 stocks, 8,312 days"
ROLLING = "rolling mutual information, n=5,000, window 250"
TEST = "mutual information, n=100,000, 1,000 permutations"
SELECTION = "ranking of 200 features, n=100,000"
MRMR = "mRMR, 10 of 200 features, n=10,000"
STOCKS = "transfer entropy, 20 x 20 stocks, 1,000 permutations"


def pair(n: int, **more: Any) -> Inputs:
    """Two normal variables, correlated by 0.45."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=n)
    measure = "significance" if more else "mutual_information"
    return {"measure": measure, "x": x, "y": 0.5 * x + rng.normal(size=n), **more}


def rolling(n: int, window: int) -> Inputs:
    """The same, window by window."""
    return {**pair(n), "measure": "rolling", "window": window}


def selection(n: int, features: int, k: int = 10, method: str = "ranking") -> Inputs:
    """Normal features; a third of them repeat others; the target follows five."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(n, features))
    third = features // 3
    matrix[:, -third:] = 0.5 * matrix[:, -third:] + matrix[:, :third]
    target = matrix[:, :5] @ np.arange(1.0, 6.0) + 3.0 * rng.normal(size=n)
    return {"measure": "selection", "features": matrix, "target": target, "k": k, "method": method}


def stock_returns() -> tuple[Floats, tuple[str, ...]]:
    """Daily log returns of 20 S&P 500 stocks, 1990 to 2022, ``(8312, 20)``, and their names."""
    from qpp.datasets import sp500_prices

    prices = sp500_prices().drop("date")
    returns: Floats = np.diff(np.log(prices.to_numpy()), axis=0)
    return returns, tuple(prices.columns)


def transfer(bins: int) -> Inputs:
    """Apple and Microsoft, each day's return in a third (or another share) of all days."""
    returns, names = stock_returns()
    codes = [
        np.searchsorted(np.quantile(x, np.arange(1, bins) / bins), x, side="right")
        for x in (returns[:, names.index("AAPL")], returns[:, names.index("MSFT")])
    ]
    return {"measure": "transfer_entropy", "source": codes[0], "target": codes[1]}


def stocks(n_permutations: int) -> Inputs:
    """Every two of the 20 stocks."""
    return {"measure": "matrix", "data": stock_returns()[0], "n_permutations": n_permutations}


WORKLOADS = [
    Workload(PAIR, pair, quick=True, n=100_000),
    Workload(TRANSFER, transfer, quick=True, needs="skfolio", bins=3),
    Workload(ROLLING, rolling, quick=True, n=5_000, window=250),
    Workload(TEST, pair, quick=True, n=100_000, n_permutations=1_000),
    Workload(SELECTION, selection, n=100_000, features=200),
    Workload(MRMR, selection, n=10_000, features=200, method="mrmr"),
    Workload(STOCKS, stocks, needs="skfolio", n_permutations=1_000),
]
