"""Weights of least variance, and weights from variances alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.backend import kernels
from hft_py.portfolio._estimate import bounds, estimate
from hft_py.portfolio.result import Weights


def compute_minimum_variance_weights(
    returns: Any = None,
    *,
    covariance: Any = "sample",
    long_only: bool = True,
    lower: Any = None,
    upper: Any = None,
    backend: str | None = None,
) -> Weights:
    """Weights of total one and of least variance, exact to rounding.

    An active set of ``O(k**3)`` a step, ``k`` the number of assets held: right where few are, or
    for up to some hundred assets. Other constraints need a solver.

    Parameters
    ----------
    returns, covariance, backend
        As for :func:`~hft_py.portfolio.compute_risk_parity_weights`.
    long_only
        No weight below zero, the default. Otherwise, without bounds, the closed form
        ``C^-1 1 / 1' C^-1 1``, which needs a covariance that is not singular.
    lower, upper
        Bounds of each weight: a number, an array, or by label; those left out are 0 (-1 where
        ``long_only`` is False) and 1.

    Raises
    ------
    TypeError, ValueError
        NaN, an asset without variance, contradictory bounds, a singular covariance where the
        answer is not unique.

    Notes
    -----
    Where the covariance is singular, several long-only portfolios may have the least variance:
    one of them is found.

    Examples
    --------
    >>> found = compute_minimum_variance_weights(covariance=[[0.01, 0.0], [0.0, 0.04]])
    >>> found.array().round(6).tolist()
    [0.8, 0.2]
    """
    least = 0.0 if checks.flag("long_only", long_only) else -1.0
    found = estimate(returns, covariance, kernels("portfolio", backend))
    low = high = None
    if long_only or lower is not None or upper is not None:
        low, high = bounds(
            least if lower is None else lower,
            1.0 if upper is None else upper,
            found.assets,
            least=0.0 if long_only else -np.inf,
        )
    weights = found.kernels.minimum_variance(found.covariance, low, high)
    return found.result(weights, "minimum variance")


def compute_inverse_volatility_weights(
    returns: Any = None, *, covariance: Any = "sample", backend: str | None = None
) -> Weights:
    """Weights in proportion to one over the volatility: risk parity without correlations.

    Parameters
    ----------
    returns, covariance, backend
        As for :func:`~hft_py.portfolio.compute_risk_parity_weights`.

    Examples
    --------
    >>> found = compute_inverse_volatility_weights(covariance=[[0.01, 0.0], [0.0, 0.04]])
    >>> found.array().round(6).tolist()
    [0.666667, 0.333333]
    """
    return _inverse(returns, covariance, backend, 0.5, "inverse volatility")


def compute_inverse_variance_weights(
    returns: Any = None, *, covariance: Any = "sample", backend: str | None = None
) -> Weights:
    """Weights in proportion to one over the variance: least variance without correlations.

    Parameters are those of :func:`compute_inverse_volatility_weights`.

    Examples
    --------
    >>> compute_inverse_variance_weights(covariance=[[0.01, 0.0], [0.0, 0.04]]).weights.round(6)
    array([0.8, 0.2])
    """
    return _inverse(returns, covariance, backend, 1.0, "inverse variance")


def _inverse(
    returns: Any, covariance: Any, backend: str | None, power: float, method: str
) -> Weights:
    found = estimate(returns, covariance, kernels("portfolio", backend))
    inverse = found.covariance.diagonal() ** -power
    return found.result(inverse / inverse.sum(), method)
