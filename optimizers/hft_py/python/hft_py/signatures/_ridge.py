"""Ridge regression on sums, to which new observations are added."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hft_py.signatures._inputs import Floats

LEAST_DEVIATION = 1e-8  # features that vary less are constant: the time of a window, for example


class Sums(NamedTuple):
    """Of observations: their number, and sums of products."""

    rows: int
    x: Floats
    y: float
    xx: Floats
    xy: Floats


def sums_of(x: Floats, y: Floats, before: Sums | None = None) -> Sums:
    """Of features ``(..., F)`` and targets ``(...)``, added to those ``before``."""
    flat, targets = x.reshape(-1, x.shape[-1]), y.ravel()
    found = Sums(len(flat), flat.sum(axis=0), float(targets.sum()), flat.T @ flat, flat.T @ targets)
    if before is None:
        return found
    return Sums(
        before.rows + found.rows,
        before.x + found.x,
        before.y + found.y,
        before.xx + found.xx,
        before.xy + found.xy,
    )


class Line(NamedTuple):
    """A linear functional of features, and its constant."""

    constant: float
    coefficients: Floats

    def __call__(self, x: Floats) -> Floats:
        """Of features ``(..., F)``."""
        found: Floats = self.constant + x @ self.coefficients
        return found


def fit(sums: Sums, penalty: float) -> Line:
    """The line that minimises the mean squared error plus ``penalty`` times the squared slope.

    Features have unit variance in the penalty.
    """
    mean, target = sums.x / sums.rows, sums.y / sums.rows
    covariance = sums.xx / sums.rows - np.outer(mean, mean)
    deviation = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    varies = deviation > LEAST_DEVIATION
    scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=varies)
    correlation = covariance * np.outer(scale, scale)
    moment = (sums.xy / sums.rows - mean * target) * scale
    slopes = np.linalg.solve(correlation + penalty * np.eye(len(mean)), moment) * scale
    return Line(target - float(mean @ slopes), slopes)


class Learner:
    """Lines fitted to more and more decisions, each of which is looked at once."""

    def __init__(self, x: Floats, y: Floats, penalty: float, most: int | None) -> None:
        self.x, self.y, self.penalty, self.most = x, y, penalty, most
        self.sums: Sums | None = None
        self.done = 0

    def up_to(self, count: int) -> Line:
        """Fitted to the first ``count`` decisions, or the last ``most`` of these."""
        begin, before = self.done, self.sums
        if self.most is not None:
            begin, before = max(0, count - self.most), None
        self.sums = sums_of(self.x[begin:count], self.y[begin:count], before)
        self.done = count
        return fit(self.sums, self.penalty)
