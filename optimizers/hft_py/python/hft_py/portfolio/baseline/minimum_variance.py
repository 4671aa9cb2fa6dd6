"""The portfolio of least variance: in closed form, or within bounds by a primal active set.

Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithm 16.3.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def minimum_variance(covariance: Floats, lower: Floats | None, upper: Floats | None) -> Floats:
    """Weights of least variance and total one; without bounds in closed form."""
    if lower is None or upper is None:
        return _closed_form(covariance)
    weights = _feasible(np.diag(covariance), lower, upper)
    free = (lower < weights) & (weights < upper)
    for _ in range(100 + 20 * len(weights)):
        blocked = free.any() and _advance(covariance, weights, free, lower, upper)
        if not blocked:
            enters = _entering(covariance, weights, free, lower, upper)
            if enters is None:
                return weights
            free[enters] = True
            # Two are needed to move where nothing is free.
            if free.sum() == 1:
                pair = _entering(covariance, weights, free, lower, upper)
                free[pair if pair is not None else enters] = True
    raise RuntimeError("the active set of a minimum variance portfolio did not converge")


def _closed_form(covariance: Floats) -> Floats:
    factor = _factor(covariance)
    if factor is None:
        raise ValueError(
            "covariance=a singular matrix, expected a positive definite one: shrink it, or ask "
            "for long_only=True"
        )
    weights = _solve(factor, np.ones(len(covariance)))
    found: Floats = weights / weights.sum()
    return found


def _factor(matrix: Floats, ridge: float = 0.0) -> Floats | None:
    variances = np.diag(matrix)
    try:
        found = np.linalg.cholesky(matrix + ridge * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return None
    factor = np.asarray(found, dtype=np.float64)
    sound = np.diag(factor) ** 2 > 4 * len(matrix) * np.finfo(float).eps * variances
    return factor if sound.all() else None


def _regularised(matrix: Floats) -> Floats:
    """The factor with the smallest ridge that makes one, from 1e-12 of the mean variance on."""
    mean = float(np.diag(matrix).mean())
    for ridge in (0.0, *(mean * 10.0**power for power in range(-12, 0, 2))):
        factor = _factor(matrix, ridge)
        if factor is not None:
            return factor
    raise RuntimeError("a covariance has no Cholesky factor")


def _solve(factor: Floats, right: Floats) -> Floats:
    from scipy.linalg import solve_triangular

    half = solve_triangular(factor, right, lower=True)
    found: Floats = solve_triangular(factor.T, half, lower=False)
    return found


def _feasible(variances: Floats, lower: Floats, upper: Floats) -> Floats:
    """Weights within bounds of total one: those of small variance as large as may be."""
    weights = lower.copy()
    rest = 1 - lower.sum()
    for i in np.argsort(variances, kind="stable"):
        room = upper[i] - lower[i]
        more = max(min(rest, room), 0.0)
        weights[i] = upper[i] if more == room else lower[i] + more
        rest -= more
    return weights


def _advance(
    covariance: Floats,
    weights: Floats,
    free: npt.NDArray[np.bool_],
    lower: Floats,
    upper: Floats,
) -> bool:
    """Go to the minimum over the free assets, or to the first bound on the way: then True."""
    factor = _regularised(covariance[np.ix_(free, free)])
    ones = _solve(factor, np.ones(int(free.sum())))
    step = _solve(factor, -(covariance @ weights)[free])
    step -= step.sum() / ones.sum() * ones
    bound = np.where(step < 0, lower[free], upper[free])
    room = np.full(len(step), np.inf)
    np.divide(bound - weights[free], step, out=room, where=step != 0)
    first = int(room.argmin())
    blocked = bool(room[first] < 1)
    weights[free] += (max(room[first], 0.0) if blocked else 1.0) * step
    if blocked:
        index = np.flatnonzero(free)[first]
        weights[index] = bound[first]
        free[index] = False
    return blocked


def _entering(
    covariance: Floats,
    weights: Floats,
    free: npt.NDArray[np.bool_],
    lower: Floats,
    upper: Floats,
) -> int | None:
    """The held asset whose multiplier has the most wrong sign."""
    gradient = covariance @ weights
    room = lower < upper
    if free.any():
        level = gradient[free].mean()
    else:
        level = gradient[room & (weights > lower)].max(initial=-np.inf)
    wrong = np.where(weights <= lower, level - gradient, gradient - level)
    wrong[~room | free] = -np.inf
    worst = int(wrong.argmax())
    # Where the least variance is zero, gradients are rounding of the covariance.
    slack = 1e-11 * np.abs(gradient).max() + 1e-15 * covariance.max()
    return worst if wrong[worst] > slack else None
