"""The observed information: the curvature of a log-likelihood at its maximum, by differences.

The step of each parameter is chosen by what it does: it lowers the log-likelihood by about
:data:`DROP`, 0.001, which is 0.045 standard errors. Such a step does not depend on the parameter's
scale, and balances the two errors: rounding, ``eps |l| / DROP``, 2e-10 for a log-likelihood of
1e3, and truncation, of the order ``DROP / n`` for ``n`` observations. Central differences

``H_jj = (l(+) - 2 l + l(-)) / h_j^2``, ``H_jk = (l(++) - l(+-) - l(-+) + l(--)) / (4 h_j h_k)``

cost ``2 d^2 + 1`` evaluations in three batches, and some more for finding the steps.

Source: Efron and Hinkley, Biometrika 65 (1978), on why the observed information.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy  # scipy.special is loaded when first used: it takes half of this import

from hft_py.mle.baseline.loop import Array
from hft_py.objectives import Objective

DROP = 1e-3
FIRST_STEP = 1e-4  # the first step tried, relative to the parameter or to its range
MAX_TRIES = 25
MAX_DISTANCE = 0.2  # standard errors from the point to the maximum without a warning
CURVATURE_RATIO = 1.15  # between two curvatures that count as equal


@dataclass(frozen=True)
class Information:
    """The curvature at a maximum.

    Attributes
    ----------
    hessian
        Of the log-likelihood, ``(d, d)``; NaN in the rows of parameters without one.
    problems
        For each parameter why it has no curvature, or None.
    doubts
        For each parameter why its curvature may mean little, or None.
    """

    hessian: Array
    problems: tuple[str | None, ...]
    doubts: tuple[str | None, ...]


def observed_information(
    log_likelihood: Objective, point: Array, lower: Array, upper: Array, fixed: Any
) -> Information:
    """The Hessian of ``log_likelihood`` at ``point``, whose steps stay within the bounds.

    Parameters ``fixed`` (whole numbers) have none; neither has one that lies on its bound, where
    the usual theory does not hold, nor one in which the log-likelihood is flat or rises.

    Examples
    --------
    >>> from hft_py.objectives import resolve
    >>> quadratic = resolve(lambda x: -2.0 * x[0] ** 2, 1)
    >>> bound = np.array([1.0])
    >>> found = observed_information(
    ...     quadratic, np.zeros(1), -bound, bound, np.zeros(1, dtype=bool))
    >>> found.hessian.round(6).tolist()
    [[-4.0]]
    """
    d = len(point)
    around = _Neighbourhood(log_likelihood, point)
    steps = np.full(d, np.nan)
    problems: list[str | None] = [None] * d
    doubts: list[str | None] = [None] * d
    rooms = np.minimum(point - lower, upper - point)
    for j in range(d):
        width = upper[j] - lower[j] if math.isfinite(upper[j] - lower[j]) else 0.0
        size = max(abs(point[j]), 1e-8 * width) or 1.0
        if fixed[j]:
            problems[j] = "a whole number has no curvature"
        elif rooms[j] < 1e-9 * size:
            problems[j] = "the estimate lies on its bound"
        else:
            steps[j], problems[j] = around.step(j, FIRST_STEP * size, rooms[j])
    for j in map(int, np.flatnonzero(np.isfinite(steps))):
        rises, doubts[j] = around.check_maximum(j, steps[j], rooms[j])
        if rises:
            problems[j], steps[j], doubts[j] = doubts[j], math.nan, None
    hessian = np.full((d, d), np.nan)
    used = np.flatnonzero(np.isfinite(steps))
    if used.size:
        hessian[np.ix_(used, used)] = around.hessian(steps, used)
    return Information(hessian, tuple(problems), tuple(doubts))


class _Neighbourhood:
    """A log-likelihood around a point."""

    def __init__(self, log_likelihood: Objective, point: Array) -> None:
        self._values = log_likelihood.batch
        self._point = point
        self._top = float(self._values(point[None, :])[0])

    def _along(self, j: int, *steps: float) -> list[float]:
        """Values at steps along one parameter."""
        rows = np.array([self._point] * len(steps))
        rows[:, j] += steps
        return [float(value) for value in self._values(rows)]

    def step(self, j: int, first: float, room: float) -> tuple[float, str | None]:
        """A step that lowers the log-likelihood by about ``DROP``; or the reason there is none."""
        h = min(first, room)
        rounding = 16.0 * np.finfo(float).eps * max(abs(self._top), 1.0)
        for _ in range(MAX_TRIES):
            up, down = self._along(j, h, -h)
            drop = self._top - 0.5 * (up + down)
            if not math.isfinite(drop):
                h *= 0.1  # over an edge beyond which there is no density
                continue
            if 0.5 * DROP <= drop <= 2.0 * DROP:
                return h, None
            wanted = math.sqrt(DROP / drop) if drop > rounding else 10.0
            factor = min(max(wanted, 1e-3), 1e3)
            if factor > 1.0 and h >= room:
                # All the room there is: enough if the drop stands out from rounding.
                return (h, None) if drop > 1e3 * rounding else (math.nan, _FLAT)
            h = min(h * factor, room)
        return math.nan, _FLAT

    def check_maximum(self, j: int, h: float, room: float) -> tuple[bool, str | None]:
        """Whether the point is no maximum in a parameter, and what is doubtful about it.

        The slope says how many standard errors away the maximum would be; a curvature that is not
        the same over a step four times as long is that of a kink, or of noise.
        """
        far = min(4.0 * h, room)
        up, down, high, low = self._along(j, h, -h, far, -far)
        near = self._top - 0.5 * (up + down)
        away = 0.5 * abs(up - down) / math.sqrt(2.0 * near) if near > 0.0 else 0.0
        if away > MAX_DISTANCE:
            warning = (
                f"the log-likelihood rises in it still: its maximum is {away:.2g} of them away"
            )
            return away > 1.0, warning
        wide = (self._top - 0.5 * (high + low)) * (h / far) ** 2
        equal = near / CURVATURE_RATIO <= wide <= near * CURVATURE_RATIO
        if far >= 2.0 * h and math.isfinite(wide) and not equal:
            return False, (
                f"the curvature over a step four times as long is {wide / near:.2g} of that: a "
                "kink or noise"
            )
        return False, None

    def hessian(self, steps: Array, used: npt.NDArray[np.intp]) -> Array:
        """Central differences of the parameters ``used``, in one batch."""
        pairs = [(a, b) for a in range(len(used)) for b in range(a + 1)]
        rows = []
        for a, b in pairs:
            both = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            for first, second in ((1, 0), (-1, 0)) if a == b else both:
                row = self._point.copy()
                row[used[a]] += first * steps[used[a]]
                row[used[b]] += second * steps[used[b]]
                rows.append(row)
        values = iter(self._values(np.array(rows)))
        hessian = np.empty((len(used), len(used)))
        for a, b in pairs:
            h, k = steps[used[a]], steps[used[b]]
            if a == b:
                hessian[a, a] = (next(values) - 2.0 * self._top + next(values)) / h**2
            else:
                pp, pm, mp, mm = (next(values) for _ in range(4))
                hessian[a, b] = hessian[b, a] = (pp - pm - mp + mm) / (4.0 * h * k)
        return hessian


_FLAT = "the log-likelihood has no maximum in it here"


def covariance_of(hessian: Array) -> tuple[Array, bool]:
    """The inverse of minus a Hessian over the parameters that have one; whether it is a covariance.

    NaN where it is not: the point is no maximum, or parameters cannot be distinguished.
    """
    covariance = np.full_like(hessian, np.nan)
    used = np.flatnonzero(np.isfinite(np.diag(hessian)))
    if not used.size:
        return covariance, True
    information = -hessian[np.ix_(used, used)]
    # Scaled to a unit diagonal, so that units do not decide what is singular.
    scale = np.sqrt(np.abs(np.diag(information)))
    scale[scale == 0.0] = 1.0
    scaled = information / np.outer(scale, scale)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled).min() < 1e-10:
        return covariance, False
    covariance[np.ix_(used, used)] = np.linalg.inv(scaled) / np.outer(scale, scale)
    return covariance, True


def wald_intervals(
    estimates: Array, errors: Array, log_scale: Any, bounds: Array, confidence: float
) -> Array:
    """Wald intervals, in the logarithm where ``log_scale``; cut at the bounds."""
    z = float(scipy.special.ndtri(0.5 + 0.5 * confidence))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ends = np.stack([estimates - z * errors, estimates + z * errors], axis=1)
        factor = np.exp(z * errors / estimates)
        logarithmic = np.stack([estimates / factor, estimates * factor], axis=1)
    ends = np.where(np.asarray(log_scale)[:, None], logarithmic, ends)
    return np.asarray(np.clip(ends, bounds[:, :1], bounds[:, 1:]))
