"""Allocation over strategies and assets, with several objectives at once.

NSGA-II keeps a set of portfolios none of which another beats in every objective, the Pareto front.
Right where objectives have no common unit, or no convex form (drawdown, Calmar ratio); for mean and
variance alone a solver is exact.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.backend import kernels
from hft_py.labels import Kind
from hft_py.portfolio._current import held
from hft_py.portfolio._first_population import first_population
from hft_py.portfolio.constraints import StrategyConstraints
from hft_py.progress import reporting
from hft_py.results import Result
from hft_py.risk.metrics import DAILY

Floats = npt.NDArray[np.float64]
OBJECTIVES = ("sharpe", "return", "diversification", "risk", "drawdown", "calmar", "cost")
MAXIMISED = ("sharpe", "return", "diversification", "calmar")


@dataclass(frozen=True, eq=False, repr=False)
class MultiStrategyResult(Result):
    """A portfolio of strategies and the front that it was chosen from.

    Attributes
    ----------
    weights
        Strategies by assets ``(S, A)``: an array, or a frame of the package of the input; a Polars
        one names them in its column ``strategy``.
    metrics
        Every objective of the chosen portfolio, by name, in its own sign: annual figures, falls as
        positive fractions.
    violations
        Constraints that the chosen portfolio exceeds, in words; empty where it keeps them all.
    pareto_values
        Objectives of the front ``(P, M)``, in their own sign, in the order of ``objectives``.
    pareto_weights
        Its portfolios ``(P, S, A)``.
    objectives, strategies, assets
        The names.
    n_evaluations, seed, backend
        How it was found.

    Examples
    --------
    >>> returns = np.random.default_rng(0).normal(0.001, 0.01, (100, 2, 2))
    >>> found = optimize_multi_strategy(returns, generations=5, seed=1)
    >>> found.weights.shape, found["metrics"]["risk"] > 0
    ((2, 2), True)
    """

    weights: Any
    metrics: dict[str, float]
    violations: tuple[str, ...]
    pareto_values: Floats
    pareto_weights: Floats
    objectives: tuple[str, ...]
    strategies: tuple[Hashable, ...]
    assets: tuple[Hashable, ...]
    n_evaluations: int
    seed: int
    backend: str = field(default="python", compare=False)

    def array(self) -> Floats:
        """The weights as a plain array ``(S, A)``."""
        polars = hasattr(self.weights, "schema")
        return np.asarray(self.weights.drop("strategy") if polars else self.weights, np.float64)

    def plot(self, x: str | None = None, y: str | None = None) -> Any:
        """The front in two of the objectives, as a Matplotlib figure."""
        from hft_py.portfolio.plotting_weights import pareto_front

        return pareto_front(self, x, y)


def optimize_multi_strategy(
    strategy_returns: Any,
    n_strategies: int | None = None,
    n_assets: int | None = None,
    objectives: Sequence[str] = OBJECTIVES,
    constraints: Any = None,
    *,
    choose: str | None = None,
    asset_types: Mapping[Hashable, Hashable] | None = None,
    trading_cost: float = 0.001,
    current_weights: Any = None,
    periods_per_year: float = DAILY,
    population_size: int = 100,
    generations: int = 100,
    seed: int | np.random.Generator | None = None,
    progress: Any = False,
    backend: str | None = None,
) -> MultiStrategyResult:
    """Weights of strategies in assets, kept constant over time, by several objectives.

    Parameters
    ----------
    strategy_returns
        What a unit of capital in each strategy and asset returns each period: an array
        ``(T, S, A)``; ``(T, S A)``, strategy by strategy; or a mapping of strategies to frames or
        arrays ``(T, A)``.
    n_strategies, n_assets
        ``S`` and ``A``; needed for ``(T, S A)``, checked elsewhere.
    objectives
        ``"sharpe"``, ``"return"``, ``"diversification"`` (the ratio of Choueifaty and Coignard),
        ``"calmar"``, all maximised; ``"risk"`` (annual deviation), ``"drawdown"``, ``"cost"``
        (annual, of rebalancing to constant weights, were returns normal, and of getting there from
        ``current_weights``), minimised. Default: all; the fewer, the closer their front is met.
    constraints
        :class:`StrategyConstraints`, or a mapping of their names.
    choose
        The objective by which one portfolio of the front is chosen. Default: the first.
    asset_types
        The type of each asset, for ``max_type_weight``.
    trading_cost
        Of a unit of value traded. Default: ten basis points.
    current_weights
        ``(S, A)`` held at present, for ``"cost"``: an array, or a frame as ``weights`` of a result
        is, matched by label. Default: none, and entering costs nothing.
    periods_per_year
        Default: daily returns.
    population_size, generations
        Even, 4 at least; ``population_size * (generations + 1)`` portfolios are evaluated.
    seed
        Draws the random numbers; the same seed, the same result, in both backends.
    progress
        False, True for a bar, or a callable, by generation.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Returns
    -------
    MultiStrategyResult
        Where nothing keeps the constraints, the portfolio that exceeds them least.

    Raises
    ------
    TypeError, ValueError
        An unknown objective or constraint, constraints that contradict each other, NaN, sizes that
        do not fit, a strategy that never earns anything anywhere.

    Notes
    -----
    Deb, Pratap, Agarwal and Meyarivan (2002). The figures are in sample: the best of a front is
    better than it will be (:class:`MultiStrategyOptimizer` measures by how much).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> daily = {"trend": rng.normal(4e-4, 0.01, (500, 3)), "carry": rng.normal(0, 0.01, (500, 3))}
    >>> found = optimize_multi_strategy(
    ...     daily, objectives=["sharpe", "drawdown"], constraints={"max_weight": 0.4}, seed=1
    ... )
    >>> found.strategies, round(float(found.weights.sum()), 9), float(found.weights.max()) <= 0.4
    (('trend', 'carry'), 1.0, True)
    """
    cube, strategies, assets, kind = _cube(strategy_returns, n_strategies, n_assets)
    names = [checks.choice("objectives", name, OBJECTIVES) for name in _listed(objectives)]
    labels.unique("objectives", names)
    chosen = checks.choice("choose", names[0] if choose is None else choose, names)
    limits = StrategyConstraints.of(constraints)
    limits.check(cube.shape[1])
    words, rows, most = limits.groups(strategies, assets, asset_types)
    size = checks.whole_number("population_size", population_size, least=4)
    if size % 2:
        raise ValueError(f"population_size={size}, expected an even number")
    rounds = checks.whole_number("generations", generations, least=0)
    fee = checks.real_number("trading_cost", trading_cost, least=0.0)
    yearly = checks.real_number("periods_per_year", periods_per_year, above=0.0)
    number = checks.seed_number(seed)
    now = None if current_weights is None else held(current_weights, strategies, assets)
    core = kernels("portfolio", backend)
    low = np.full(cube.shape[1], float(limits.min_weight or 0.0))
    high = np.full(cube.shape[1], limits.max_weight)
    bounds = (low, high, limits.leverage, not limits.long_only, rows, most)
    task: tuple[Any, ...] = (*bounds, limits.max_concentration, yearly, fee, now)
    first = first_population(cube, limits, low, high, size, number, core)
    with reporting(progress, rounds, "multi-strategy") as reporter:
        weights, values, _, rank = core.nsga2(cube, names, *task, first, rounds, number, reporter)
    weights, values = weights[rank == 0], values[rank == 0]
    best = weights[int(values[:, names.index(chosen)].argmin())]
    figures = core.nsga2(cube, list(OBJECTIVES), *task, best[None], 0, number, None)[1][0]
    shape = (len(strategies), len(assets))
    return MultiStrategyResult(
        weights=table(kind, strategies, assets, best.reshape(shape)),
        metrics=dict(zip(OBJECTIVES, map(float, figures * _signs(OBJECTIVES)), strict=True)),
        violations=tuple(limits.violations(best, words, rows, most)),
        pareto_values=values * _signs(names),
        pareto_weights=weights.reshape(-1, *shape),
        objectives=tuple(names),
        strategies=strategies,
        assets=assets,
        n_evaluations=size * (rounds + 1),
        seed=number,
        backend=core.name,
    )


def table(
    kind: Kind, strategies: Sequence[Hashable], assets: Sequence[Hashable], weights: Floats
) -> Any:
    """Strategies by assets in a package."""
    if kind == "polars":
        frame = labels.panel_like(kind, assets, weights, None)
        series = sys.modules["polars"].Series("strategy", [str(name) for name in strategies])
        return frame.insert_column(0, series)
    return labels.panel_like(kind, assets, weights, list(strategies))


def _signs(names: Sequence[str]) -> Floats:
    return np.array([-1.0 if name in MAXIMISED else 1.0 for name in names])


def _listed(objectives: Any) -> list[Any]:
    if isinstance(objectives, str) or not isinstance(objectives, Sequence) or not objectives:
        raise TypeError(f"objectives={checks.short(objectives)}, expected a list of names")
    return list(objectives)


def _cube(
    given: Any, n_strategies: int | None, n_assets: int | None
) -> tuple[Floats, tuple[Hashable, ...], tuple[Hashable, ...], Kind]:
    """Returns ``(T, S A)``, the labels, and the package they came from."""
    kind: Kind = "numpy"
    if isinstance(given, Mapping):
        panels = [labels.panel(f"strategy_returns of {name!r}", p) for name, p in given.items()]
        if not panels:
            raise ValueError("strategy_returns has no strategy, expected one or more")
        strategies, assets, kind = tuple(given), panels[0].assets, panels[0].kind
        for name, panel in zip(given, panels, strict=True):
            first = panels[0]
            same = labels.same_dates(panel.dates, first.dates)
            if panel.assets != assets or len(panel.values) != len(first.values) or not same:
                raise ValueError(
                    f"strategy_returns of {name!r} has other assets or dates than the first one"
                )
        cube = np.stack([panel.values for panel in panels], axis=1)
    else:
        cube = checks.array("strategy_returns", given, ndim=(2, 3), least=2)
        if not np.isfinite(cube.sum()):  # makes no array as large
            checks.finite_array("strategy_returns", cube, ndim=(2, 3))
        if cube.ndim == 2:
            if n_strategies is None or n_assets is None:
                raise ValueError("strategy_returns is (T, S A): give n_strategies and n_assets")
            s = checks.whole_number("n_strategies", n_strategies, least=1)
            a = checks.whole_number("n_assets", n_assets, least=1)
            if cube.shape[1] != s * a:
                raise ValueError(
                    f"strategy_returns has {cube.shape[1]} columns, expected n_strategies * "
                    f"n_assets = {s * a}"
                )
            cube = cube.reshape(len(cube), s, a)
        strategies, assets = tuple(range(cube.shape[1])), tuple(range(cube.shape[2]))
    for name, asked, found in (
        ("n_strategies", n_strategies, len(strategies)),
        ("n_assets", n_assets, len(assets)),
    ):
        if asked is not None and asked != found:
            raise ValueError(f"{name}={asked}, but strategy_returns has {found}")
    if len(cube) < 2 or not len(assets):
        raise ValueError(f"strategy_returns has shape {cube.shape}, expected (T, S, A)")
    idle = ~np.asarray(cube).any(axis=(0, 2))
    if idle.any():
        name = strategies[int(idle.argmax())]
        raise ValueError(f"strategy_returns of {name!r} are all 0: leave the strategy out")
    return np.ascontiguousarray(cube.reshape(len(cube), -1)), strategies, assets, kind
