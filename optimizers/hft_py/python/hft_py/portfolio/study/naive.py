"""Allocators as a user writes them first: pandas, SciPy and loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def hierarchical_risk_parity(returns: Any) -> Floats:
    """The published algorithm on pandas objects, from correlation distances."""
    import pandas as pd
    import scipy.cluster.hierarchy as hierarchy
    from scipy.spatial.distance import squareform

    covariance, correlation = returns.cov(), returns.corr()
    distance = np.sqrt(((1 - correlation) / 2).clip(lower=0))
    tree = hierarchy.linkage(squareform(distance.to_numpy(), checks=False), "single")
    order = correlation.index[hierarchy.leaves_list(tree)].tolist()

    def variance(names: list[Any]) -> float:
        block = covariance.loc[names, names]
        inverse = 1 / np.diag(block)
        inverse /= inverse.sum()
        return float(inverse @ block.to_numpy() @ inverse)

    weights = pd.Series(1.0, index=order)
    clusters = [order]
    while clusters:
        halves = [
            half
            for names in clusters
            for half in (names[: len(names) // 2], names[len(names) // 2 :])
            if len(names) > 1
        ]
        for left, right in zip(halves[::2], halves[1::2], strict=True):
            first, second = variance(left), variance(right)
            weights[left] *= second / (first + second)
            weights[right] *= first / (first + second)
        clusters = halves
    return np.asarray(weights[returns.columns], dtype=np.float64)


def risk_parity(returns: Any) -> Floats:
    """Spread of the contributions minimised by SciPy's SLSQP."""
    covariance = returns.cov().to_numpy()
    n = len(covariance)

    def spread(weights: Floats) -> float:
        contributions = weights * (covariance @ weights)
        return float(((n * contributions / contributions.sum() - 1) ** 2).sum())

    start = 1 / np.sqrt(np.diag(covariance))
    return _slsqp(spread, start / start.sum())


def minimum_variance(returns: Any) -> Floats:
    """Variance minimised by SciPy's SLSQP, in units near one."""
    covariance = returns.cov().to_numpy()
    covariance = covariance / np.diag(covariance).min()
    n = len(covariance)
    return _slsqp(lambda w: float(w @ covariance @ w), np.full(n, 1 / n))


def _slsqp(objective: Any, start: Floats) -> Floats:
    from scipy.optimize import minimize

    found = minimize(
        objective,
        start,
        method="SLSQP",
        bounds=[(0, 1)] * len(start),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 1_000},
    )
    weights: Floats = found.x
    return weights
