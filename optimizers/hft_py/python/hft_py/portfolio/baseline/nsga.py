"""NSGA-II over portfolio weights.

Source: Deb, Pratap, Agarwal and Meyarivan, "A fast and elitist multiobjective genetic algorithm:
NSGA-II", IEEE Trans. Evol. Comput. 6 (2002).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.portfolio.baseline.objectives import Task
from hft_py.rng import Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PURPOSE = 0x4E534741
DRAWS, MOVES, STILL, BEYOND = 17, 2, 0.3, 0.5


def nsga2(
    returns: Floats,
    objectives: list[str],
    lower: Floats,
    upper: Floats,
    total: float,
    long_short: bool,
    groups: Floats,
    limits: Floats,
    concentration: float,
    periods: float,
    trading_cost: float,
    current: Floats | None,
    start: Floats,
    generations: int,
    seed: int,
    progress: Any,
) -> tuple[Floats, Floats, Floats, Ints]:
    """Weights ``(N, D)``, objectives to be minimised ``(N, M)``, violations and ranks ``(N,)``."""
    task = Task(returns, objectives, groups, limits, concentration, periods, trading_cost, current)
    bounds = (lower, upper, total, long_short)
    size = len(start)
    weights = np.array([_repair(w, *bounds) for w in start])
    values, violations = task.evaluate(weights)
    kept, rank, crowding = _survivors(values, violations, size)
    weights, values, violations = weights[kept], values[kept], violations[kept]
    for generation in range(1, generations + 1):
        draws = Stream(seed, generation, PURPOSE)
        made = []
        for _ in range(size // 2):
            made += _pair(weights, rank, crowding, draws.uniforms(DRAWS), bounds)
        children = np.array(made).reshape(-1, weights.shape[1])
        new_values, new_violations = (
            task.evaluate(children) if made else (values[:0], violations[:0])
        )
        weights = np.concatenate([weights, children])
        values = np.concatenate([values, new_values])
        violations = np.concatenate([violations, new_violations])
        kept, rank, crowding = _survivors(values, violations, size)
        weights, values, violations = weights[kept], values[kept], violations[kept]
        due = progress is not None and progress.due(generation - 1, generation)
        if due and not progress(generation, float(values[:, 0].min())):
            break
    return weights, values, violations, rank


def _pair(
    weights: Floats, rank: Ints, crowding: Floats, u: Floats, bounds: tuple[Any, ...]
) -> list[Floats]:
    """Two children of two winners of tournaments: blended, then parts of weights move."""
    size = len(weights)
    parents = []
    for a, b in np.minimum((u[:4] * size).astype(int), size - 1).reshape(2, 2):
        wins = rank[a] < rank[b] or (rank[a] == rank[b] and crowding[a] >= crowding[b])
        parents.append(weights[a if wins else b])
    part = u[4] * (1 + 2 * BEYOND) - BEYOND
    children = []
    for child, (one, other) in enumerate((parents, parents[::-1])):
        own = _repair(one + part * (other - one), *bounds)
        for move in u[5 + 3 * MOVES * child :][: 3 * MOVES].reshape(MOVES, 3):
            _transfer(own, move, long_short=bounds[3])
        children.append(_repair(own, *bounds))
    return children


def _transfer(w: Floats, u: Floats, long_short: bool) -> None:
    """Move a part of a weight, chosen in proportion to its size, to another place."""
    if u[2] < STILL:
        return
    sums = np.cumsum(np.abs(w))
    source = min(int(np.searchsorted(sums, u[0] * sums[-1])), len(w) - 1)
    places = 2 * len(w) if long_short else len(w)
    target = min(int(u[1] * places), places - 1)
    amount = w[source] * (u[2] - STILL) / (1 - STILL)
    w[source] -= amount
    w[target % len(w)] += amount if target < len(w) else -amount


def _repair(w: Floats, lower: Floats, upper: Floats, total: float, long_short: bool) -> Floats:
    """The nearest weights within the bounds, of the total asked for.

    Long-short weights are cut to their bounds and scaled down to the total of their sizes.
    """
    if long_short:
        cut: Floats = np.clip(w, lower, upper)
        gross = float(np.abs(cut).sum())
        return cut * (total / gross) if gross > total else cut
    if ((lower <= w) & (w <= upper)).all() and abs(float(w.sum()) - total) <= 1e-13:
        return w.copy()
    left, right = float((w - upper).min()), float((w - lower).max())
    for _ in range(60):
        shift = 0.5 * (left + right)
        if np.clip(w - shift, lower, upper).sum() > total:
            left = shift
        else:
            right = shift
    moved: Floats = np.clip(w - 0.5 * (left + right), lower, upper)
    return moved


def _survivors(values: Floats, violations: Floats, size: int) -> tuple[Ints, Ints, Floats]:
    """The best, their ranks by domination and their crowding distances."""
    rank, crowding = _standing(values, violations, size)
    order = np.lexsort((-crowding, rank))[:size]
    return order, rank[order], crowding[order]


def _standing(values: Floats, violations: Floats, needed: int) -> tuple[Ints, Floats]:
    count = len(values)
    values, violations = _rounded(values), _rounded(violations)
    lower = violations[:, None] < violations
    fair = (violations[:, None] == violations) & (violations == 0)
    no_worse = (values[:, None] <= values).all(axis=2)
    better = (values[:, None] < values).any(axis=2)
    # Of equal portfolios, the first dominates the others.
    first = no_worse & no_worse.T & np.tri(count, count, -1, dtype=bool).T
    dominates = lower | (fair & ((no_worse & better) | first))
    dominated_by = dominates.sum(axis=0)
    rank = np.full(count, count)
    crowding = np.zeros(count)
    left, level, placed = np.ones(count, dtype=bool), 0, 0
    while left.any() and placed < needed:
        front = np.flatnonzero(left & (dominated_by == 0))
        rank[front], left[front] = level, False
        crowding[front] = _crowding(values[front])
        dominated_by = dominated_by - dominates[front].sum(axis=0)
        placed, level = placed + len(front), level + 1
    return rank, crowding


def _rounded(values: Floats) -> Floats:
    """To 40 bits (Dekker 1971), so that rounding breaks no tie, in one kernel set or the other."""
    scaled = 8193.0 * values
    found: Floats = scaled - (scaled - values)
    return found


def _crowding(values: Floats) -> Floats:
    """The size of the gap between an individual's neighbours; infinite at the ends."""
    found = np.zeros(len(values))
    for column in values.T:
        order = np.argsort(column, kind="stable")
        ordered = column[order]
        if ordered[-1] > ordered[0]:
            found[order[1:-1]] += (ordered[2:] - ordered[:-2]) / (ordered[-1] - ordered[0])
        found[order[[0, -1]]] = np.inf
    return found
