"""From weights to a result: figures, and every limit checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import labels
from hft_py.labels import Kind
from hft_py.portfolio import _check
from hft_py.portfolio._assemble import not_applied, trading_cost
from hft_py.portfolio._inputs import Inputs
from hft_py.portfolio._problem import GROSS, TRACKING, TURNOVER, VOLATILITY, Problem
from hft_py.portfolio._solver import Multipliers, SolverError
from hft_py.portfolio.config import MVOConfig
from hft_py.portfolio.result import PortfolioResult

Floats = npt.NDArray[np.float64]

SNAP = 1e-7  # an interior-point solution is this near to a kink or bound that it reaches


def report(
    inputs: Inputs,
    config: MVOConfig,
    problem: Problem,
    weights: Floats,
    *,
    kind: Kind,
    method: str,
    current: Floats | None,
    multipliers: Multipliers | None = None,
    must_keep: bool = True,
    **more: Any,
) -> PortfolioResult:
    """The result of weights; an error where ``must_keep`` and a limit is not kept."""
    prices = None if multipliers is None else named_prices(problem, multipliers)
    limits = _check.limits(inputs, config, weights, current, prices)
    if must_keep and (broken := [one for one in limits if one.violated]):
        first = broken[0]
        raise SolverError(
            f"the solver's weights break {first.name}: {first.value:.9g} is outside "
            f"[{first.lower:.9g}, {first.upper:.9g}]"
        )
    trades = weights - problem.current
    borrow = float(problem.borrow @ np.maximum(-weights, 0.0))
    return PortfolioResult(
        weights=labels.vector_like(kind, inputs.assets, weights),
        trades=labels.vector_like(kind, inputs.assets, trades, "trade"),
        assets=inputs.assets,
        method=method,
        volatility=math.sqrt(max(inputs.risk.variance(weights), 0.0)),
        expected_return=float(problem.alpha @ weights),
        trading_cost=trading_cost(inputs, config, trades),
        borrow_cost=borrow,
        gross=float(np.abs(weights).sum()),
        net=float(weights.sum()),
        turnover=float(np.abs(trades).sum()),
        limits=limits,
        not_applied=not_applied(inputs, config, from_cash=current is None),
        **more,
    )


def snapped(problem: Problem, weights: Floats) -> Floats:
    """Weights within bounds, those within rounding of the current one, 0 or a bound put there.

    What the moved weights were worth to each limit, the others take over.
    """
    lower, upper = problem.box()
    found: Floats = np.clip(weights, lower, upper)
    inside = np.ones(problem.n, dtype=bool)
    for point in (lower, upper, np.zeros(problem.n), problem.current):
        near = np.abs(found - point) < SNAP
        found, inside = np.where(near, point, found), inside & ~near
    ranges, start = problem.ranges, problem.current
    rows = np.vstack([ranges.matrix, np.sign(found), np.sign(found - start)])
    sums = np.abs([weights, weights - start]).sum(axis=1)
    before = np.concatenate([ranges.matrix @ weights, sums])
    after = np.append(ranges.matrix @ found, np.abs([found, found - start]).sum(axis=1))
    ends = [np.inf if end is None else end for end in (problem.gross, problem.turnover)]
    room = np.minimum(before - np.append(ranges.lower, [-np.inf, -np.inf]),
                      np.append(ranges.upper, ends) - before)  # fmt: skip
    near = room < 10 * SNAP
    changed = (before - after)[near]
    if inside.any() and np.abs(changed).max(initial=0.0) > SNAP / 10:
        found[inside] += np.linalg.lstsq(rows[near][:, inside], changed, rcond=None)[0]
    return np.clip(found, lower, upper) + 0.0  # no -0.0


def named_prices(problem: Problem, multipliers: Multipliers) -> Mapping[str, float]:
    """The multipliers by the name of the limit."""
    found = dict(zip(problem.ranges.names, multipliers.ranges.tolist(), strict=True))
    found[GROSS], found[TURNOVER] = multipliers.gross, multipliers.turnover
    found[TRACKING], found[VOLATILITY] = multipliers.tracking_error, multipliers.volatility
    return found
