"""Mean and variance against what trades cost, by a primal active set.

``min w' C w / 2 - g' w + k sum |w - c|`` with ``w >= 0`` and ``sum w = 1``. The objective has a
kink where a weight is what is held already. Each step goes to the minimum over the free assets,
whose weights lie between kinks and bounds, or as far as the first of those; then the asset is freed
whose multiplier has the most wrong sign.

Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithm 16.3.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve

from allocation_o2.errors import StrategyError
from allocation_o2.strategies._covariance import UNSETTLED, estimate

Floats = npt.NDArray[np.float64]


class MeanVariance:
    """The best trade-off of mean, variance and the cost of trading there, none below zero.

    The weights `w` of the highest `mean' w - risk_aversion / 2 w' covariance w - cost /
    holding_period sum |w - current|`, with the mean and the covariance of one observation's
    returns in the lookback.
    """

    uses_current = True

    def __init__(
        self,
        lookback_period: int = 252,
        risk_aversion: float = 5.0,
        cost: float = 0.001,
        holding_period: int = 21,
        shrinkage: float = 0.0,
    ) -> None:
        self.lookback_period, self.shrinkage = lookback_period, shrinkage
        self.risk_aversion = risk_aversion
        self.cost, self.holding_period = cost, holding_period
        self.min_observations = lookback_period + 1

    def predict(self, prices: Floats, current: Floats) -> Floats:
        """By an active set, from what is held."""
        mean, covariance = estimate(prices, self.lookback_period, self.shrinkage)
        cost = self.cost / self.holding_period / self.risk_aversion
        return solve(covariance, mean / self.risk_aversion, cost, current)


def solve(covariance: Floats, gain: Floats, cost: float, current: Floats) -> Floats:
    """The weights. ``sides`` are 1 for an asset that is free above its kink, -1 below, else 0."""
    kinks = np.maximum(current, 0.0) if cost > 0.0 else np.zeros(len(gain))
    weights, sides = _start(covariance, np.maximum(current, 0.0), cost)
    for _ in range(100 + 20 * len(gain)):
        free = np.flatnonzero(sides)
        # A large cost that all free assets have in common would leave few digits of the slopes.
        common = sides[free[0]] if len(free) else 1
        slopes = covariance @ weights - gain
        costs = cost * (sides - common)
        if len(free) and _advance(covariance, slopes + costs, weights, sides, free, kinks):
            continue
        slopes = covariance @ weights - gain
        slack = 1e-12 * np.abs(slopes).max() + 1e-15 * covariance.diagonal().max()
        if not _enter(slopes, cost, common, weights, sides, free, kinks, slack):
            return weights
    raise StrategyError(UNSETTLED)


def _start(covariance: Floats, held: Floats, cost: float) -> tuple[Floats, npt.NDArray[np.int8]]:
    """What is held, the rest in the asset of least variance; scaled where it is above one."""
    total = held.sum()
    sides = np.zeros(len(held), dtype=np.int8)
    if total > 1.0 + 1e-12:
        sides[held > 0.0] = -1 if cost > 0.0 else 1
        return held / total, sides
    if cost <= 0.0:
        sides[held > 0.0] = 1
    if total < 1.0 - 1e-12:
        least = int(covariance.diagonal().argmin())
        held[least] += 1.0 - total
        sides[least] = 1
    return held, sides


def _advance(
    covariance: Floats,
    slopes: Floats,
    weights: Floats,
    sides: npt.NDArray[np.int8],
    free: npt.NDArray[np.intp],
    kinks: Floats,
) -> bool:
    """Go to the minimum over the free assets, or to the first kink or bound: then True."""
    block = covariance[np.ix_(free, free)]
    ones, step = _solved(block, np.column_stack([np.ones(len(free)), -slopes[free]])).T
    step = step - step.sum() / ones.sum() * ones
    end = np.where(sides[free] > 0, kinks[free], np.where(step < 0.0, 0.0, kinks[free]))
    room = np.full(len(free), np.inf)
    stops = (step != 0.0) & ~((sides[free] > 0) & (step >= 0.0))
    np.divide(end - weights[free], step, out=room, where=stops)
    first = int(room.argmin())
    blocked = bool(room[first] < 1.0)
    weights[free] += (max(room[first], 0.0) if blocked else 1.0) * step
    if blocked:
        weights[free[first]], sides[free[first]] = end[first], 0
    return blocked


def _solved(matrix: Floats, right: Floats) -> Floats:
    """With the smallest ridge that makes a singular matrix definite.

    What is added to all elements changes no step of sum zero, but that a covariance of as many
    assets as returns, which is singular, has a factor.
    """
    mean = matrix.diagonal().mean()
    matrix = matrix + mean
    for ridge in (0.0, *(mean * 10.0**power for power in range(-12, 0, 2))):
        try:
            lower = np.linalg.cholesky(matrix + ridge * np.eye(len(matrix)))
        except np.linalg.LinAlgError:
            continue
        rounding = 4 * len(matrix) * np.finfo(float).eps * matrix.diagonal()
        if (lower.diagonal() ** 2 > rounding).all():
            return np.asarray(cho_solve((lower, True), right))
    raise StrategyError(UNSETTLED)


def _enter(
    slopes: Floats,
    cost: float,
    common: int,
    weights: Floats,
    sides: npt.NDArray[np.int8],
    free: npt.NDArray[np.intp],
    kinks: Floats,
    slack: float,
) -> bool:
    """Free the asset whose multiplier has the most wrong sign, two where none is free."""
    held = sides == 0
    below = (kinks > 0.0) & (weights < kinks)
    ups = np.where(held, slopes + cost * (np.where(below, -1, 1) - common), np.inf)
    downs = np.where(held & ~below & (weights > 0.0), slopes + cost * (-1 - common), -np.inf)
    slack += 1e-15 * cost  # rounding
    buy, sell = int(ups.argmin()), int(downs.argmax())
    side = -1 if below[buy] else 1
    if not len(free):
        if downs[sell] - ups[buy] <= slack:
            return False
        sides[buy], sides[sell] = side, -1
        return True
    level = float((slopes + cost * (sides - common))[free].mean())
    up, down = level - ups[buy], downs[sell] - level
    if max(up, down) <= slack:
        return False
    if up >= down:
        sides[buy] = side
    else:
        sides[sell] = -1
    return True
