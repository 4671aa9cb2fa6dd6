"""Risk budgeting: weights whose contributions to the variance are in given proportions.

``min y' C y / 2 - k sum b log y`` has one minimum over ``y > 0``, where ``y_i (C y)_i = k b_i``.

Sources: Spinu, "An algorithm for computing risk parity weights" (2013); Griveau-Billion, Richard
and Roncalli, "A fast algorithm for computing high-dimensional risk parity portfolios" (2013).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Solution = tuple[Floats, int, bool]

# Sweeps after which coordinate descent gives way to Newton's method: assets hedge each other.
PATIENCE = 1_000
# Coordinates, in deviations, beyond which there is no minimum.
RISKLESS = 1e5


def risk_parity(
    covariance: Floats, budgets: Floats, newton: bool, tolerance: float, max_iterations: int
) -> Solution:
    """Weights without bounds, iterations, and whether the tolerance was met."""
    deviation = np.sqrt(np.diag(covariance))
    total = float(1 / deviation @ covariance @ (1 / deviation))
    y = np.sqrt(budgets * len(budgets) / max(total, 1e-6)) / deviation
    iterations, converged = 0, False
    if not newton:
        sweeps = min(max_iterations, PATIENCE)
        free = (np.zeros(len(y)), np.full(len(y), np.inf))
        y, iterations, converged = bounded_risk_parity(
            covariance, budgets, y, 1.0, *free, tolerance, sweeps
        )
    if not converged and iterations < max_iterations:
        rest = max_iterations - iterations
        y, steps, converged = _newton(covariance, budgets, y, tolerance, rest)
        iterations += steps
    if not np.isfinite(y.sum()) or (y * deviation > RISKLESS).any():
        raise ValueError(
            "covariance=a matrix in which some long-only portfolio has no risk, expected one in "
            "which every long-only portfolio varies"
        )
    return y / y.sum(), iterations, converged


def bounded_risk_parity(
    covariance: Floats,
    budgets: Floats,
    start: Floats,
    factor: float,
    lower: Floats,
    upper: Floats,
    tolerance: float,
    max_iterations: int,
) -> Solution:
    """The minimum within bounds, one coordinate after the other; ``factor`` is ``k``."""
    x = start.copy()
    for sweep in range(max_iterations):
        worst = 0.0
        for i, row in enumerate(covariance):
            rest = float(row @ x) - row[i] * x[i]
            pull = factor * budgets[i]
            root = math.sqrt(rest * rest + 4 * row[i] * pull)
            found = 2 * pull / (rest + root) if rest > 0 else (root - rest) / (2 * row[i])
            found = min(max(found, lower[i]), upper[i])
            worst = max(worst, abs(found - x[i]) / max(found, 1e-300))
            x[i] = found
        if worst <= tolerance:
            return x, sweep + 1, True
    return x, max_iterations, False


def _newton(
    covariance: Floats, budgets: Floats, start: Floats, tolerance: float, max_iterations: int
) -> Solution:
    """Newton steps, shortened while a coordinate would change by more than half."""
    y, deviation = start.copy(), np.sqrt(np.diag(covariance))
    for step in range(max_iterations):
        gradient = covariance @ y - budgets / y
        move = np.linalg.solve(covariance + np.diag(budgets / (y * y)), gradient)
        size = float(np.abs(move / y).max())
        y -= move / (1 + size) if size > 0.5 else move
        if size <= tolerance or (y * deviation > RISKLESS).any():
            return y, step + 1, bool(size <= tolerance)
    return y, max_iterations, False
