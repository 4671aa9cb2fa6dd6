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
    steps
        The steps used, ``(d,)``; NaN where none was found.
    problems
        For each parameter why it has no curvature, or None.
    doubts
        For each parameter why its curvature may mean little, or None.
    evaluations
        Of the log-likelihood.
    """

    hessian: Array
    steps: Array
    problems: tuple[str | None, ...]
    doubts: tuple[str | None, ...]
    evaluations: int


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
    spent = 1
    top = float(log_likelihood.batch(point[None, :])[0])
    steps = np.full(d, np.nan)
    problems: list[str | None] = [None] * d
    for j in range(d):
        if fixed[j]:
            problems[j] = "a whole number has no curvature"
            continue
        room = min(point[j] - lower[j], upper[j] - point[j])
        width = upper[j] - lower[j] if math.isfinite(upper[j] - lower[j]) else 0.0
        size = max(abs(point[j]), 1e-8 * width) or 1.0
        if room < 1e-9 * size:
            problems[j] = "the estimate lies on its bound"
            continue
        steps[j], problems[j], calls = _step(log_likelihood, point, top, j, FIRST_STEP * size, room)
        spent += calls
    doubts: list[str | None] = [None] * d
    for j in map(int, np.flatnonzero(np.isfinite(steps))):
        room = min(point[j] - lower[j], upper[j] - point[j])
        rises, doubts[j] = _check_maximum(log_likelihood, point, top, j, steps[j], room)
        spent += 4
        if rises:
            problems[j], steps[j] = doubts[j], math.nan
            doubts[j] = None
    hessian = np.full((d, d), np.nan)
    used = np.flatnonzero(np.isfinite(steps))
    if used.size:
        points, places = _stencil(point, steps, used)
        values = log_likelihood.batch(points)
        spent += len(values)
        hessian[np.ix_(used, used)] = _differences(values, places, steps[used], top)
    return Information(hessian, steps, tuple(problems), tuple(doubts), spent)


def covariance_of(hessian: Array) -> tuple[Array, bool]:
    """The inverse of minus a Hessian over the parameters that have one; whether it is a covariance.

    NaN where it is not: the point is no maximum, or parameters cannot be told apart.
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


def _step(
    log_likelihood: Objective, point: Array, top: float, j: int, first: float, room: float
) -> tuple[float, str | None, int]:
    """A step that lowers the log-likelihood by about ``DROP``; or the reason there is none."""
    h = min(first, room)
    rounding = 16.0 * np.finfo(float).eps * max(abs(top), 1.0)
    for calls in range(1, MAX_TRIES + 1):
        pair = np.array([point, point])
        pair[0, j] += h
        pair[1, j] -= h
        values = log_likelihood.batch(pair)
        drop = top - 0.5 * float(values[0] + values[1])
        if not math.isfinite(drop):
            h *= 0.1  # over an edge beyond which there is no density
            continue
        if 0.5 * DROP <= drop <= 2.0 * DROP:
            return h, None, 2 * calls
        wanted = math.sqrt(DROP / drop) if drop > rounding else 10.0
        factor = min(max(wanted, 1e-3), 1e3)
        if factor > 1.0 and h >= room:
            # All the room there is: enough if the drop stands out from rounding.
            good = drop > 1e3 * rounding
            return (h, None, 2 * calls) if good else (math.nan, _FLAT, 2 * calls)
        h = min(h * factor, room)
    return math.nan, _FLAT, 2 * MAX_TRIES


def _check_maximum(
    log_likelihood: Objective, point: Array, top: float, j: int, h: float, room: float
) -> tuple[bool, str | None]:
    """Whether the point is no maximum in a parameter, and what is doubtful about it.

    The slope says how many standard errors away the maximum would be; a curvature that is not the
    same over a step four times as long is that of a kink, or of noise.
    """
    far = min(4.0 * h, room)
    rows = np.array([point] * 4)
    rows[:, j] += [h, -h, far, -far]
    up, down, high, low = map(float, log_likelihood.batch(rows))
    near = top - 0.5 * (up + down)
    away = 0.5 * abs(up - down) / math.sqrt(2.0 * near) if near > 0.0 else 0.0
    if away > MAX_DISTANCE:
        warning = f"the log-likelihood rises in it still: its maximum is {away:.2g} of them away"
        return away > 1.0, warning
    wide = (top - 0.5 * (high + low)) * (h / far) ** 2
    if (
        far >= 2.0 * h
        and math.isfinite(wide)
        and not near / CURVATURE_RATIO <= wide <= near * CURVATURE_RATIO
    ):
        return False, (
            f"the curvature over a step four times as long is {wide / near:.2g} of that: a kink or "
            "noise"
        )
    return False, None


_FLAT = "the log-likelihood has no maximum in it here"


def _stencil(
    point: Array, steps: Array, used: npt.NDArray[np.intp]
) -> tuple[Array, list[tuple[int, int]]]:
    """Points of all differences: two for each parameter, four for each pair."""
    rows, places = [], []
    for a, j in enumerate(used):
        for b, k in enumerate(used[: a + 1]):
            places.append((a, b))
            signs = ((1, 1), (-1, -1)) if a == b else ((1, 1), (1, -1), (-1, 1), (-1, -1))
            for first, second in signs:
                row = point.copy()
                row[j] += first * steps[j]
                if a != b:
                    row[k] += second * steps[k]
                rows.append(row)
    return np.array(rows), places


def _differences(values: Array, places: list[tuple[int, int]], steps: Array, top: float) -> Array:
    hessian = np.empty((len(steps), len(steps)))
    start = 0
    for a, b in places:
        if a == b:
            up, down = values[start : start + 2]
            hessian[a, a] = (up - 2.0 * top + down) / steps[a] ** 2
            start += 2
        else:
            pp, pm, mp, mm = values[start : start + 4]
            hessian[a, b] = (pp - pm - mp + mm) / (4.0 * steps[a] * steps[b])
            hessian[b, a] = hessian[a, b]
            start += 4
    return hessian
