"""CMA-ES: a normal search distribution whose covariance adapts to the objective.

Coordinates are scaled by the caller (``offset``, ``scale``), so that one step size fits all of
them. Points are ``m + sigma C^(1/2) z`` with the symmetric root of ``C``: unlike ``B D z`` it does
not depend on the signs and order of eigenvectors, so every implementation of the eigenvalue
problem gives the same run. The root is renewed when ``C`` has changed enough to matter, which
makes a generation ``O(lambda n^2)``; the separable variant keeps the diagonal only, at
``O(lambda n)``.

Source: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772 (2016), whose symbols and
equation numbers are kept; active update as there; separable: Ros and Hansen, PPSN X (2008).
"""

from __future__ import annotations

import math

import numpy as np

from hft_py.mle.baseline import stopping
from hft_py.mle.baseline.bounds import MARGIN, folded, reflected, unfolded
from hft_py.mle.baseline.constants import cma_constants
from hft_py.mle.baseline.loop import Array, Method, ranked
from hft_py.rng import Stream

PURPOSE = 0x434D  # of the random numbers of a run
WIDEST = 1.0 / 3.0  # standard deviation of a coordinate in widths of a finite range
# Generations per coordinate before a search that folds begins to: its first steps are so wide that
# folding would lay distant parts of the box over each other.
OPENING = 3
MAX_RESAMPLES = 100  # draws of one point before it is put on the bound instead


class CMAES(Method):
    """The search distribution."""

    def __init__(
        self,
        *,
        mean: Array,
        sigma: float,
        lower: Array,
        upper: Array,
        offset: Array,
        scale: Array,
        population_size: int,
        active: bool,
        separable: bool,
        boundary: str,
        seed: int,
        stream: int,
        max_iterations: int,
        max_evaluations: int,
        target: float,
        tolerance: float,
        parameter_tolerance: float,
    ) -> None:
        super().__init__(len(mean), max_iterations, max_evaluations, target)
        n = len(mean)
        self.constants = cma_constants(n, population_size, active, separable, 2023)
        self.population_size = population_size
        self.sigma = self._sigma_0 = sigma
        self._lower, self._upper, self._offset, self._scale = lower, upper, offset, scale
        self._boxed = np.isfinite(lower) & np.isfinite(upper)
        self._opening = boundary == "fold"
        self._separable, self._boundary = separable, "resample" if self._opening else boundary
        self.mean = self._coordinates(mean)
        self._draws = Stream(seed, stream, PURPOSE)
        self._tolerance, self._parameter_tolerance = tolerance, parameter_tolerance
        self._p_sigma, self._p_c = np.zeros(n), np.zeros(n)
        # A diagonal where separable, a matrix elsewhere.
        self._C = np.ones(n) if separable else np.eye(n)
        self._root, self._inverse = self._C.copy(), self._C.copy()
        self._D, self._B = np.ones(n), np.eye(n) if not separable else np.ones(n)
        self._rooted = 0
        rate = (self.constants.c_1 + self.constants.c_mu) * n * 10.0
        self._gap = population_size / rate if rate > 0.0 else math.inf
        self._points = self._z = self._y = np.empty((0, n))
        self._exact = np.empty(0, dtype=bool)
        self._ranges = stopping.Ranges(n, population_size)
        for name in ("sigma", "axis_ratio", "mean"):
            self._history[name] = []

    def _next_size(self) -> int:
        return self.population_size

    # -- sampling ------------------------------------------------------------------------
    def _sample(self, z: Array) -> tuple[Array, Array]:
        """Steps and points of normals, one a row (38)-(40)."""
        y = z * self._root if self._separable else z @ self._root
        return y, self._place(self.mean + self.sigma * y)

    def _place(self, u: Array) -> Array:
        """Points of scaled coordinates, one a row; folded where that is the rule."""
        x = self._offset + self._scale * u
        if self._boundary == "fold":
            margin = MARGIN * self._scale
            near = (x < self._lower + margin) | (x > self._upper - margin)
            for place in np.argwhere(near):
                j = place[-1]
                x[tuple(place)] = folded(
                    float(x[tuple(place)]),
                    float(self._lower[j]),
                    float(self._upper[j]),
                    float(margin[j]),
                )
        return x

    def _coordinates(self, point: Array) -> Array:
        """The scaled coordinates of a point."""
        u = point.copy()
        if self._boundary == "fold":
            for j in range(self.dimension):
                low, high = float(self._lower[j]), float(self._upper[j])
                u[j] = unfolded(float(point[j]), low, high, MARGIN * float(self._scale[j]))
        return np.asarray((u - self._offset) / self._scale)

    def _inside(self, x: Array) -> bool:
        return bool(((x >= self._lower) & (x <= self._upper)).all())

    def ask(self) -> Array:
        if self._opening and self.iterations >= OPENING * self.dimension:
            self._opening = False
            x = self._place(self.mean)
            self._boundary = "fold"
            self.mean = self._coordinates(x)
        size, n = self.population_size, self.dimension
        z = self._draws.normals(size * n).reshape(size, n)
        y, x = self._sample(z)
        exact = np.ones(size, dtype=bool)
        for k in range(size):
            tries = 1
            while self._boundary == "resample" and tries < MAX_RESAMPLES and not self._inside(x[k]):
                z[k] = self._draws.normals(n)
                again = self._sample(z[k : k + 1])
                y[k], x[k] = again[0][0], again[1][0]
                tries += 1
            if self._inside(x[k]):
                continue
            # Folded and reflected points are functions of the step; those put on a bound are not.
            exact[k] = self._boundary == "reflect"
            for j in range(n):
                low, high = float(self._lower[j]), float(self._upper[j])
                value = float(x[k, j])
                if self._boundary == "reflect":
                    x[k, j] = reflected(value, low, high)
                else:
                    x[k, j] = min(max(value, low), high)
        self._points, self._z, self._y, self._exact = x, z, y, exact
        return x.copy()

    def _steps(self, points: Array) -> tuple[Array, Array]:
        """Steps ``y`` of the points told, and their ``z``: recomputed where they were changed."""
        if points.shape != self._points.shape:
            y, z = np.empty_like(points), np.empty_like(points)
            known = np.zeros(len(points), dtype=bool)
        else:
            y, z = self._y.copy(), self._z.copy()
            known = self._exact & (points == self._points).all(axis=1)
        for k in np.flatnonzero(~known):
            y[k] = (self._coordinates(points[k]) - self.mean) / self.sigma
            z[k] = y[k] * self._inverse if self._separable else self._inverse @ y[k]
        return y, z

    # -- learning ------------------------------------------------------------------------
    def _learn(self, points: Array, values: Array, violations: Array) -> str | None:
        k, n = self.constants, self.dimension
        order = ranked(values, violations)
        y, z = self._steps(points)
        y, z = y[order], z[order]
        self.iterations += 1

        w = k.weights[: k.mu]
        y_w, z_w = w @ y[: k.mu], w @ z[: k.mu]
        self.mean = self.mean + self.sigma * y_w  # (41)-(42)
        rate = math.sqrt(k.c_sigma * (2.0 - k.c_sigma) * k.mu_eff)
        self._p_sigma = (1.0 - k.c_sigma) * self._p_sigma + rate * z_w  # (43)
        length = math.sqrt(float(self._p_sigma @ self._p_sigma))
        # h_sigma: the path is not updated while the step size grows fast.
        correction = math.sqrt(1.0 - (1.0 - k.c_sigma) ** (2 * self.iterations))
        h_sigma = 1.0 if length / correction < (1.4 + 2.0 / (n + 1.0)) * k.chi else 0.0
        rate = math.sqrt(k.c_c * (2.0 - k.c_c) * k.mu_eff)
        self._p_c = (1.0 - k.c_c) * self._p_c + h_sigma * rate * y_w  # (45)
        self._adapt(y, z, h_sigma)
        self.sigma *= math.exp(min(1.0, k.c_sigma / k.d_sigma * (length / k.chi - 1.0)))  # (44)
        reason = None
        if self.evaluations - self._rooted >= self._gap or self._separable:
            self._rooted = self.evaluations
            reason = self._renew_root()
        return self._record(values[order]) or reason

    def _adapt(self, y: Array, z: Array, h_sigma: float) -> None:
        """The covariance (46)-(47)."""
        k, n = self.constants, self.dimension
        squared = np.maximum((z * z).sum(axis=1), 1e-300)
        w = np.where(k.weights >= 0.0, k.weights, k.weights * n / squared)
        missing = (1.0 - h_sigma) * k.c_c * (2.0 - k.c_c)
        decay = 1.0 + k.c_1 * missing - k.c_1 - k.c_mu * float(k.weights.sum())
        if self._separable:
            self._C = decay * self._C + k.c_1 * self._p_c**2 + k.c_mu * (w @ (y * y))
        else:
            rank_mu = (w[:, None] * y).T @ y
            self._C = decay * self._C + k.c_1 * np.outer(self._p_c, self._p_c) + k.c_mu * rank_mu

    def _narrow(self) -> None:
        """Scale down coordinates whose deviation has grown beyond what the box can use.

        Wider steps leave the box mostly, and where they land tells little of the shape.
        """
        deviations = self.sigma * np.sqrt(self._C if self._separable else np.diag(self._C))
        for j in np.flatnonzero(self._boxed & (deviations > WIDEST)):
            factor = WIDEST / float(deviations[j])
            self._p_c[j] *= factor
            if self._separable:
                self._C[j] *= factor * factor
            else:
                self._C[j, :] *= factor
                self._C[:, j] *= factor

    def _renew_root(self) -> str | None:
        """The root of ``C`` and its inverse; a reason to stop where there is none."""
        if not np.isfinite(self._C).all():
            return "condition_number"
        self._narrow()
        if self._separable:
            eigenvalues = self._C
        else:
            self._C = 0.5 * (self._C + self._C.T)
            eigenvalues, self._B = np.linalg.eigh(self._C)
        least, most = float(eigenvalues.min()), float(eigenvalues.max())
        # Of the eigenvalues of C: of their roots it would be 1e7.
        if not least > 0.0 or most > stopping.WORST_CONDITION * least:
            return "condition_number"
        self._D = np.sqrt(eigenvalues)
        if self._separable:
            self._root, self._inverse = self._D, 1.0 / self._D
        else:
            self._root = (self._B * self._D) @ self._B.T
            self._inverse = (self._B / self._D) @ self._B.T
        return None

    # -- stopping ------------------------------------------------------------------------
    def _record(self, values: Array) -> str | None:
        """Note the generation; the reason to stop, if any."""
        n = self.dimension
        self._history["sigma"].append(self.sigma)
        self._history["axis_ratio"].append(float(self._D.max() / self._D.min()))
        self._history["mean"].append(self._place(self.mean))
        reason = self._ranges.note(values, self._tolerance, self.iterations)
        if reason is not None:
            return reason
        deviations = np.sqrt(self._C if self._separable else np.diag(self._C))
        reach = self.sigma * np.maximum(np.abs(self._p_c), deviations)
        if reach.max() < self._parameter_tolerance * self._sigma_0:
            return "parameter_tolerance"
        if self.sigma * float(self._D.max()) > stopping.FURTHEST * self._sigma_0:
            return "step_too_large"
        axis = self.iterations % n
        step = np.zeros(n)
        if self._separable:
            step[axis] = 0.1 * self.sigma * self._D[axis]
        else:
            step = 0.1 * self.sigma * self._D[axis] * self._B[:, axis]
        if (self.mean + step == self.mean).all():
            return "no_effect_axis"
        if (self.mean + 0.2 * self.sigma * deviations == self.mean).any():
            return "no_effect_coordinate"
        return None
