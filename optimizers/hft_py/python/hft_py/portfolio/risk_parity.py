"""Risk parity: weights whose contributions to the variance are in given proportions.

The right choice where expected returns are not to be trusted, and every asset shall matter. It
needs a covariance in which no long-only portfolio is without risk; a singular one will do.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from hft_py import checks, labels
from hft_py.backend import kernels
from hft_py.portfolio._estimate import Estimate, Floats, bounds, estimate
from hft_py.portfolio.result import Weights

METHODS = ("ccd", "newton")


def compute_risk_parity_weights(
    returns: Any = None,
    *,
    covariance: Any = "sample",
    budgets: Any = None,
    lower: Any = None,
    upper: Any = None,
    method: str = "ccd",
    tolerance: float = 1e-12,
    max_iterations: int = 10_000,
    backend: str | None = None,
) -> Weights:
    """Long-only weights of total one whose contributions to the variance are the budgets.

    Parameters
    ----------
    returns
        Simple returns ``(T, n)``: an array, a pandas or a Polars frame. An array or a pandas frame
        of float64 is read where it lies.
    covariance
        How to estimate the covariance of ``returns``: ``"sample"``, ``"ewma"``, ``"ledoit_wolf"``,
        ``"oas"``, ``"semi"`` (:mod:`hft_py.risk` with its defaults) or a callable of ``returns``;
        or a matrix ``(n, n)`` in place of ``returns``.
    budgets
        The share of the risk of each asset, positive, scaled to sum one. Default: equal shares.
    lower, upper
        Bounds of each weight: a number, an array, or by label. Default: none. Where one binds, the
        assets inside their bounds keep contributions in proportion to their budgets.
    method
        ``"ccd"``, cyclical coordinate descent, a few sweeps of ``n**2``; or ``"newton"``, a few
        steps of ``n**3``. Where a thousand sweeps are not enough (assets that nearly hedge each
        other), Newton's steps follow. Bounds are for ``"ccd"``.
    tolerance
        Relative change of a weight below which the run ends.
    max_iterations
        Sweeps or steps at most.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Returns
    -------
    Weights
        ``details``: ``contributions`` (shares of the variance), ``iterations``, ``converged``.

    Raises
    ------
    TypeError, ValueError
        NaN, an asset without variance, a covariance with a negative eigenvalue or in which some
        long-only portfolio has no risk, budgets that are not positive, contradictory bounds.

    Warns
    -----
    RuntimeWarning
        The tolerance is not met after ``max_iterations``.

    Notes
    -----
    Spinu (2013), "An algorithm for computing risk parity weights"; Griveau-Billion, Richard and
    Roncalli (2013), arXiv 1311.4057; Richard and Roncalli (2019), arXiv 1902.05710, for bounds.

    Examples
    --------
    >>> found = compute_risk_parity_weights(covariance=[[0.01, 0.0], [0.0, 0.04]])
    >>> found.array().round(6).tolist(), found.details["contributions"].round(6).tolist()
    ([0.666667, 0.333333], [0.5, 0.5])
    """
    newton = checks.choice("method", method, METHODS) == "newton"
    limits = (
        checks.real_number("tolerance", tolerance, above=0.0),
        checks.whole_number("max_iterations", max_iterations, least=1),
    )
    found = estimate(returns, covariance, kernels("portfolio", backend))
    n = len(found.assets)
    if budgets is None:
        shares = np.full(n, 1.0 / n)
    else:
        shares = labels.vector("budgets", budgets, found.assets)
        if not (shares > 0).all():
            i = int(np.flatnonzero(~(shares > 0))[0])
            raise ValueError(
                f"budgets of {found.assets[i]!r} is {shares[i]}, expected more than 0: leave the "
                "asset out"
            )
        shares = shares / shares.sum()
    low = high = None
    if lower is not None or upper is not None:
        if newton:
            raise ValueError('method="newton" with bounds, expected method="ccd"')
        low, high = bounds(
            0.0 if lower is None else lower, 1.0 if upper is None else upper, found.assets
        )
    weights, iterations, converged = found.kernels.risk_parity(
        found.covariance, shares, newton, *limits
    )
    if low is not None and high is not None and ((weights < low) | (weights > high)).any():
        weights, more, converged = _within(found, shares, weights, low, high, limits)
        iterations += more
    if not converged:
        warnings.warn(
            f"risk parity has not converged to tolerance={tolerance} after {iterations} "
            "iterations: raise max_iterations, or the tolerance",
            RuntimeWarning,
            stacklevel=2,
        )
    contributions = weights * (found.covariance @ weights)
    return found.result(
        weights,
        "risk parity",
        contributions=contributions / contributions.sum(),
        iterations=iterations,
        converged=converged,
    )


def _within(
    found: Estimate,
    shares: Floats,
    free: Floats,
    lower: Floats,
    upper: Floats,
    limits: tuple[float, int],
) -> tuple[Floats, int, bool]:
    """The bounded minimum whose factor of the logarithms gives weights of total one.

    The total grows from the sum of the lower bounds to that of the upper ones with the factor.
    """
    from scipy.optimize import brentq

    for only, sign in ((lower, 1), (upper, -1)):
        if sign * (1 - only.sum()) <= 1e-12:  # no other weights have the total one
            return only.copy(), 0, True
    state: list[Any] = [free, 0, True]

    def excess(log_factor: float) -> float:
        x, iterations, converged = found.kernels.bounded_risk_parity(
            found.covariance, shares, state[0], math.exp(log_factor), lower, upper, *limits
        )
        state[:] = [x, state[1] + iterations, converged]
        return float(x.sum()) - 1.0

    middle = math.log(float(free @ found.covariance @ free))
    left, right = middle - 1.0, middle + 1.0
    while excess(left) > 0 and left > middle - 200:
        left -= 4.0
    while excess(right) < 0 and right < middle + 200:
        right += 4.0
    if excess(left) < 0 < excess(right):
        excess(brentq(excess, left, right, xtol=1e-15, rtol=1e-15, maxiter=500))
    weights, iterations, converged = state
    return weights, iterations, converged and abs(weights.sum() - 1) <= 1e-9
