"""Random prices, and both forms of a strategy that is built in, without the checks around them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from allocation_o2 import _rust, strategies

Floats = npt.NDArray[np.float64]

NAMES = _rust.builtins()
WITH_COVARIANCE = (
    "MinimumVariance", "MaximumSharpe", "RiskParity", "HierarchicalRiskParity", "MeanVariance",
)  # fmt: skip


def market(seed: int, assets: int, observations: int, drift: float = 0.0) -> Floats:
    """Prices that share a factor; volatilities of one to three per cent, levels far apart."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(scale=0.01, size=observations) * rng.uniform(0.0, 1.5, size=(assets, 1))
    own = rng.normal(scale=rng.uniform(0.01, 0.03, size=(assets, 1)), size=(assets, observations))
    levels = rng.lognormal(3.0, 2.0, size=(assets, 1))
    return np.asarray(levels * np.exp(np.cumsum(drift + shared + own, axis=1)))


def compiled(name: str, prices: Floats, current: Floats | None = None, **parameters: Any) -> Floats:
    """The weights of the strategy in Rust."""
    weights = np.zeros(len(prices)) if current is None else current.copy()
    _rust.builtin(name).create(parameters).predict(prices, weights)
    return weights


def twin(name: str, prices: Floats, current: Floats | None = None, **parameters: Any) -> Floats:
    """Those of the strategy in NumPy."""
    made: Any = getattr(strategies, name)(**parameters)
    if getattr(made, "uses_current", False):
        return np.asarray(
            made.predict(prices, np.zeros(len(prices)) if current is None else current)
        )
    return np.asarray(made.predict(prices))


def moments(prices: Floats, lookback: int, shrinkage: float = 0.0) -> tuple[Floats, Floats]:
    """Mean and covariance as NumPy has them."""
    returns = (prices[:, 1:] / prices[:, :-1] - 1.0)[:, -lookback:]
    covariance = np.atleast_2d(np.cov(returns))
    shrunk = (1 - shrinkage) * covariance
    shrunk += shrinkage * np.diag(covariance).mean() * np.eye(len(prices))
    return returns.mean(axis=1), shrunk
