"""The density in the coordinates of the samplers: bounds, whole numbers, logarithms, NaN.

A walk moves in *coordinates*: the parameter itself, its logarithm, or, for a whole number, a real
number that rounds to it. The density in coordinates is the objective plus the log-Jacobian of that
change, so the parameters are distributed as the objective says, whatever the coordinates.

Bounds are kept by rejection: a proposal outside has density zero and costs no evaluation. That
leaves detailed balance as it is for every kind of move. Reflection does not, once proposals of the
parameters are correlated: the way back from a reflected point has another probability.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_py.objectives import replace_nan

Floats = NDArray[np.float64]
LINEAR, LOG, INTEGER, LOG_INTEGER = range(4)


class Target:
    """A log-density over coordinates."""

    def __init__(self, objective: Any, lower: Floats, upper: Floats, codes: NDArray[np.int8]):
        self.objective = objective
        self.lower, self.upper = lower, upper
        self.logs = (codes == LOG) | (codes == LOG_INTEGER)
        self.whole = (codes == INTEGER) | (codes == LOG_INTEGER)
        self.plain = not codes.any()
        # A whole number stands for the unit interval around it.
        self.first = np.where(self.whole, lower - 0.5, lower)
        self.last = np.where(self.whole, upper + 0.5, upper)
        self.low, self.high = self.coordinates(self.first), self.coordinates(self.last)
        self.n_evaluations = 0
        self.n_invalid = 0

    def coordinates(self, parameters: Floats) -> Floats:
        """Coordinates of parameters (not rounded ones)."""
        found = np.array(parameters, dtype=float)
        found[..., self.logs] = np.log(found[..., self.logs])
        return found

    def parameters(self, coordinates: Floats) -> Floats:
        """Parameters at coordinates."""
        if self.plain:
            return coordinates
        found = coordinates.copy()
        with np.errstate(over="ignore"):  # far outside, and clipped
            found[..., self.logs] = np.exp(found[..., self.logs])
        found[..., self.whole] = np.floor(found[..., self.whole] + 0.5)
        return np.clip(found, self.lower, self.upper)

    def log_jacobian(self, coordinates: Floats) -> Floats:
        """Log-density of the coordinates less that of the parameters."""
        if self.plain:
            return np.zeros(coordinates.shape[:-1])
        jacobian: Floats = coordinates[..., self.logs].sum(axis=-1)
        return jacobian

    def evaluate(self, coordinates: Floats) -> tuple[Floats, Floats]:
        """Parameters and objective at points of shape ``(m, d)``; outside, minus infinity."""
        parameters = self.parameters(coordinates)
        inside = np.isfinite(coordinates) & (coordinates >= self.low) & (coordinates <= self.high)
        rows = inside.all(axis=1)
        values = np.full(len(coordinates), -np.inf)
        if rows.any():
            values[rows] = self.objective.batch(np.ascontiguousarray(parameters[rows]))
            self.n_evaluations += int(rows.sum())
        self.n_invalid += replace_nan(parameters, values, "density")
        return parameters, values
