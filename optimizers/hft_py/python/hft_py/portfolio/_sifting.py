"""Solve a problem over the assets that are traded, and prove that the others are not.

Trading costs and turnover limits leave most weights as they are. Sifting holds assets at their
current weights and gives the solver the others alone. The multipliers of its solution price the
held ones: if moving an asset either way costs more than it earns, it is not traded at the optimum
of the whole problem either. Where moving one pays, it becomes free and the solver runs again. The
result satisfies the optimality conditions of the whole problem; a wrong guess costs time only.

Where half of the assets are free the whole problem goes to the solver. Limits on risk, which cost
the solver most, are left out until a solution breaks one.

Source, for the name and for linear programs: Bixby, Gregory, Lustig, Marsten and Shanno,
Operations Research 40 (1992) 885.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hft_py.portfolio._problem import Problem
from hft_py.portfolio._program import pattern
from hft_py.portfolio._solver import Multipliers, Part, SolverError

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

WHOLE = 60  # a problem of so few assets is solved whole
# A held asset pays to move if a unit of weight earns more than this share of the largest forecast.
TOLERANCE = 1e-6
# Assets that lack less than this share of the cost of a trade are free at first, so that most
# problems take one round. A larger share would spare building solvers, but large ones run longer.
NEAR = 0.2
BINDS = 1e-4  # nearer to its end a limit counts as binding
NEARLY = 0.95  # of a limit on risk: it will bind


@dataclass(frozen=True, eq=False)
class Solution:
    """Weights, and the multipliers that prove them optimal."""

    weights: Floats
    multipliers: Multipliers
    iterations: int
    free: int


class Sifting:
    """The solver of a sequence of like problems: same assets, risk model and kinds of limits.

    It begins with the prices of the last problem, and keeps its solver while the assets suffice.
    """

    def __init__(self) -> None:
        self._prices: Multipliers | None = None
        self._part: Part | None = None
        self._free: Mask = np.zeros(0, dtype=bool)
        self._risk_limited = False
        self._pattern: tuple[object, ...] = ()

    def __getstate__(self) -> dict[str, object]:
        # A built solver cannot be copied or pickled; prices suffice to build the next one.
        return {**self.__dict__, "_part": None}

    def solve(self, problem: Problem) -> Solution | None:
        """The optimum; None if no portfolio satisfies the limits."""
        box = problem.box()
        if (box[0] > box[1]).any():
            return None
        if not self._risk_limited and keeps_risk_limits(problem, problem.current, NEARLY):
            found = self._solve(replace(problem, tracking_error=None, volatility=None), box)
            if found is None or keeps_risk_limits(problem, found.weights):
                return found
            self._risk_limited, self._part = True, None
        found = self._solve(problem, box)
        if found is not None and not found.multipliers.limits_risk():
            self._risk_limited, self._part = False, None
        return found

    def forget_structure(self) -> None:
        """The risk model has changed; prices still serve as a start."""
        self._part = None

    def _solve(self, problem: Problem, box: tuple[Floats, Floats]) -> Solution | None:
        weights = np.clip(problem.current, *box)
        wanted = self._first(problem, weights, box)
        movable = box[0] < box[1]
        if not movable.any():
            movable[:] = True  # the solver is to say whether the limits are kept
        iterations = 0
        while True:
            if problem.n <= WHOLE or 2 * np.count_nonzero(wanted) > problem.n:
                wanted = movable
            wanted = wanted & movable
            try:
                found = self._over(problem, wanted, weights)
            except SolverError:
                if not (movable & ~self._free).any():
                    raise
                found = None
            if found is None:
                if not (movable & ~self._free).any():
                    return None
                wanted = movable  # the held assets may be the reason
                continue
            weights, self._prices, used = found
            iterations += used
            slope = -smooth_gradient(problem, weights, self._prices)
            level = float(np.abs([problem.alpha, slope]).max())
            sides = one_sided_gains(problem, weights, self._prices, box, slope)
            gain = np.where(self._free, 0.0, np.maximum(*sides))
            pays = gain > TOLERANCE * level
            free, more = int(np.count_nonzero(self._free)), int(np.count_nonzero(pays))
            if not more:
                return Solution(weights, self._prices, iterations, free)
            if free < more and 2 * (free + more) < problem.n:
                # The first prices are rough: no more than twice the assets at a time.
                pays[np.argpartition(-gain, free)[free:]] = False
            wanted = self._free | pays

    def _first(self, problem: Problem, weights: Floats, box: tuple[Floats, Floats]) -> Mask:
        """The assets to begin with: those that must move, and those that gain most by it."""
        free: Mask = weights != problem.current
        count = max(20, problem.loadings.shape[1] + 10, problem.n // 24)
        prices = self._prices or first_prices(problem)
        sides = one_sided_gains(
            problem, weights, prices, box, -smooth_gradient(problem, weights, prices)
        )
        if self._prices is not None:
            free |= np.maximum(*sides) > -NEAR * (problem.linear_cost + prices.turnover)
            count = 5
        if 2 * count < problem.n:
            # As many of either side, so that net, beta and sectors can be kept.
            for side in sides:
                free[np.argpartition(-side, count)[:count]] = True
        return free

    def _over(
        self, problem: Problem, wanted: Mask, weights: Floats
    ) -> tuple[Floats, Multipliers, int] | None:
        """Solve over the assets wanted, with the last solver if it has them and few others."""
        count, shape = np.count_nonzero(wanted), pattern(problem)
        enough = shape == self._pattern and not (wanted & ~self._free).any()
        if self._part is None or not enough or np.count_nonzero(self._free) > 2 * count + 40:
            self._free, self._pattern = wanted, shape
            self._part = Part(problem, np.flatnonzero(wanted), weights)
        return self._part.solve(problem, weights)


def first_prices(problem: Problem) -> Multipliers:
    """Prices of the limits that bind at the current weights, by least squares.

    If these weights were optimal until the forecasts changed, the slopes of the assets held are
    what the binding limits cost, but for trading costs and the news in the forecasts.
    """
    weights, ranges = problem.current, problem.ranges
    used = ranges.matrix @ weights
    binds = np.minimum(np.abs(ranges.upper - used), np.abs(used - ranges.lower)) < BINDS
    columns = list(ranges.matrix[binds])
    single: list[str] = []
    if problem.gross is not None and np.abs(weights).sum() > problem.gross - BINDS:
        columns.append(np.sign(weights))
        single.append("gross")
    for name, limit, benchmark in (
        ("tracking_error", problem.tracking_error, problem.benchmark),
        ("volatility", problem.volatility, np.zeros(problem.n)),
    ):
        active = weights - benchmark
        if limit is not None and problem.variance(active) > (NEARLY * limit) ** 2:
            pull = problem.loadings @ (problem.loadings.T @ active) + problem.specific * active
            columns.append(pull / limit)
            single.append(name)
    found = Multipliers(np.zeros(len(ranges.names)))
    inside = (weights != 0) & (weights > problem.lower) & (weights < problem.upper)
    if not columns or inside.sum() <= len(columns):
        return found
    slope = -smooth_gradient(problem, weights, found)[inside]
    prices = np.linalg.lstsq(np.array(columns)[:, inside].T, slope, rcond=None)[0]
    found.ranges[binds] = prices[: binds.sum()]
    others = np.maximum(prices[binds.sum() :], 0.0).tolist()
    return replace(found, **dict(zip(single, others, strict=True)))


def keeps_risk_limits(problem: Problem, weights: Floats, share: float = 1.0) -> bool:
    """Whether the weights stay below that share of the limits on tracking error and volatility."""
    for limit, benchmark in (
        (problem.volatility, 0.0),
        (problem.tracking_error, problem.benchmark),
    ):
        if limit is not None and problem.variance(weights - benchmark) > (share * limit) ** 2:
            return False
    return True


def one_sided_gains(
    problem: Problem,
    weights: Floats,
    prices: Multipliers,
    box: tuple[Floats, Floats],
    slope: Floats,
) -> tuple[Floats, Floats]:
    """What a unit more, and one less, of each asset earns after the limits' prices.

    Minus infinity at that bound.
    """
    trades = weights - problem.current
    trade = problem.linear_cost + prices.turnover
    short = prices.gross + problem.borrow
    up = slope - np.where(trades >= 0, trade, -trade) - np.where(weights >= 0, prices.gross, -short)
    down = np.where(trades > 0, trade, -trade) + np.where(weights > 0, prices.gross, -short) - slope
    lower, upper = box
    return np.where(weights < upper, up, -math.inf), np.where(weights > lower, down, -math.inf)


def smooth_gradient(problem: Problem, weights: Floats, prices: Multipliers) -> Floats:
    """The Lagrangian's derivative but for the terms with a kink."""
    exposure = problem.loadings.T @ weights
    rate = 2 * problem.risk_aversion
    if problem.volatility is not None:
        rate += prices.volatility / problem.volatility
    pull, weighted = rate * exposure, rate * weights
    if problem.tracking_error is not None and prices.tracking_error:
        share = prices.tracking_error / problem.tracking_error
        pull = pull + share * (exposure - problem.loadings.T @ problem.benchmark)
        weighted = weighted + share * (weights - problem.benchmark)
    found: Floats = problem.loadings @ pull + problem.specific * weighted - problem.alpha
    if prices.ranges.any():
        found += prices.ranges @ problem.ranges.matrix
    if problem.power_cost.any():
        trades = weights - problem.current
        found += 1.5 * problem.power_cost * np.sign(trades) * np.sqrt(np.abs(trades))
    return found
