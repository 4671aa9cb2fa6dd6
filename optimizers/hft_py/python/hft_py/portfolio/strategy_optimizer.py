"""Strategies tuned, combined and measured on data that neither step has seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.portfolio import _validation
from hft_py.portfolio._tuning import Run, parameter_spaces, tune
from hft_py.portfolio.backtest import summary
from hft_py.portfolio.constraints import StrategyConstraints
from hft_py.portfolio.multi_strategy import (
    OBJECTIVES,
    MultiStrategyResult,
    optimize_multi_strategy,
    table,
)
from hft_py.portfolio.strategies import STRATEGIES
from hft_py.results import Result
from hft_py.risk import metrics
from hft_py.risk.metrics import DAILY

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class StrategyPlan(Result):
    """What :meth:`MultiStrategyOptimizer.optimize` found.

    Attributes
    ----------
    allocations
        Weights of strategies in assets ``(S, A)`` from the latest window.
    strategies
        For each strategy ``params`` (of the latest window), ``sharpe`` and ``deflated_sharpe``
        (annual ratio and probability in that window), ``n_trials``, and
        ``out_of_sample_sharpe`` over all test windows, NaN without any.
    best
        The strategy of the greatest Sharpe ratio in the latest window.
    returns
        Of the combined portfolio over all test windows, ``(D,)``, after costs; empty without any.
    metrics
        Of ``returns``, as in a backtest; empty without any.
    folds
        The :class:`MultiStrategyResult` of each window, the latest last.
    dates
        Of ``returns``.
    asset_types
        Sizes of ``allocations`` summed by type of asset; empty where no types were given.

    Examples
    --------
    >>> prices = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.01, (300, 2)), axis=0))
    >>> plan = MultiStrategyOptimizer(["momentum"], ["A", "B"]).optimize(
    ...     prices, {"momentum": {"window": (5, 60)}}, train=150, test=100, generations=5,
    ...     population_size=20, evaluations=20, seed=1,
    ... )
    >>> plan["allocations"].shape, plan["best"], plan.strategies["momentum"]["n_trials"]
    ((1, 2), 'momentum', 20)
    """

    allocations: Any
    strategies: dict[Hashable, dict[str, Any]]
    best: Hashable
    returns: Any
    metrics: dict[str, float]
    folds: tuple[MultiStrategyResult, ...]
    dates: Any
    asset_types: Mapping[Hashable, float] = field(default_factory=dict)


class MultiStrategyOptimizer:
    """Tunes strategies, then allocates over strategies and assets, window by window.

    Parameters
    ----------
    strategies
        Names of :mod:`hft_py.portfolio.strategies`, or a mapping of names to callables
        ``strategy(prices, **params)`` of prices ``(T, A)`` that return positions ``(T, A)``, each
        known at its close and using no later price.
    assets
        Their labels, in the order of arrays; frames are read by label.
    asset_types
        The type of each asset, for ``max_type_weight`` and the totals of the result.
    objectives, constraints
        Of :func:`~hft_py.portfolio.optimize_multi_strategy`.
    trading_cost
        Of a unit of position changed, charged to the strategies. Default: ten basis points.

    Raises
    ------
    TypeError, ValueError
        An unknown strategy, asset or constraint.

    Examples
    --------
    >>> MultiStrategyOptimizer(["momentum", "mean_reversion"], ["A", "B"]).assets
    ('A', 'B')
    """

    def __init__(
        self,
        strategies: Sequence[str] | Mapping[Hashable, Callable[..., Any]],
        assets: Sequence[Hashable],
        asset_types: Mapping[Hashable, Hashable] | None = None,
        *,
        objectives: Sequence[str] = OBJECTIVES,
        constraints: Any = None,
        trading_cost: float = 0.001,
    ) -> None:
        self.calls: dict[Hashable, Callable[..., Any]]
        if isinstance(strategies, Mapping):
            self.calls = dict(strategies)
            for name, call in self.calls.items():
                if not callable(call):
                    raise TypeError(f"strategies has {name!r}={call!r}, expected a callable")
        else:
            names = [checks.choice("strategies", name, STRATEGIES) for name in strategies]
            self.calls = {name: STRATEGIES[name] for name in labels.unique("strategies", names)}
        self.assets = labels.unique("assets", list(assets))
        if not self.calls or not self.assets:
            raise ValueError("strategies or assets is empty, expected one or more of each")
        for label in asset_types or {}:
            if label not in self.assets:
                raise ValueError(f"asset_types names {label!r}, which is no asset")
        self.asset_types = dict(asset_types) if asset_types else None
        self.objectives = objectives
        self.constraints = StrategyConstraints.of(constraints)
        self.trading_cost = checks.real_number("trading_cost", trading_cost, least=0.0)

    def optimize(
        self,
        historical_data: Any,
        strategy_params: Mapping[Hashable, Any] | None = None,
        *,
        walk_forward: bool = True,
        train: int = 756,
        test: int = 126,
        evaluations: int = 100,
        periods_per_year: float = DAILY,
        seed: int | np.random.Generator | None = None,
        **options: Any,
    ) -> StrategyPlan:
        """Tune and allocate on each window of ``train`` dates, earn over the next ``test``.

        Parameters
        ----------
        historical_data
            Prices ``(T, A)``, positive, without gaps: an array, or a frame with the assets among
            its columns.
        strategy_params
            For each strategy the spaces of its parameters: ``{"window": (5, 250)}``, where two
            whole numbers bound whole numbers, a :class:`~hft_py.mle.ParameterSpace`, or a fixed
            value.
        walk_forward
            Default: windows follow each other, so later data change none of the earlier ones, and
            ``returns`` are out of sample. False: one window with everything, nothing is tested.
        train, test
            Dates of a window, and between windows. Default: three years and half a year.
        evaluations
            Parameters tried for each strategy and window, by differential evolution, for the
            Sharpe ratio of an equal weight in each asset.
        periods_per_year
            Default: daily prices.
        seed, options
            As for :func:`~hft_py.portfolio.optimize_multi_strategy`; ``options`` are
            ``population_size``, ``generations``, ``choose``, ``backend``.

        Returns
        -------
        StrategyPlan

        Raises
        ------
        TypeError, ValueError
            Bad prices, unknown parameters, too few dates, positions that are not finite.

        Examples
        --------
        >>> prices = 100 * np.exp(np.cumsum(np.full((40, 1), 0.01), axis=0))
        >>> plan = MultiStrategyOptimizer(["buy_and_hold"], ["A"], objectives=["return"]).optimize(
        ...     prices, walk_forward=False, generations=2, population_size=4, seed=1
        ... )
        >>> plan.allocations.tolist(), plan.metrics
        ([[1.0]], {})
        """
        market = self._market(historical_data)
        prices = market.values
        spaces = parameter_spaces(self.calls, strategy_params or {})
        number = checks.seed_number(seed)
        runs = {name: Run(name, call, self.trading_cost) for name, call in self.calls.items()}
        length, step = len(prices), len(prices)
        if checks.flag("walk_forward", walk_forward):
            length = checks.whole_number("train", train, least=20, most=len(prices) - 1)
            step = checks.whole_number("test", test, least=1)
        budget = checks.whole_number("evaluations", evaluations, least=8)
        by_place: dict[Hashable, Hashable] | None = None
        if self.asset_types:
            by_place = {i: self.asset_types.get(label) for i, label in enumerate(self.assets)}
        folds, own, combined, report = [], [], [], {}
        # The last window has all the latest dates, and nothing after it.
        starts = [*range(0, len(prices) - length, step), len(prices) - length]
        for place, first in enumerate(starts):
            window = prices[first : first + length]
            report = {
                name: tune(run, window, *spaces[name], budget, number) for name, run in runs.items()
            }
            final = place == len(starts) - 1
            until = first + length + (0 if final else step)
            whole = prices[first:until]
            earned = np.stack(
                [run.earned(whole, report[name]["params"], length) for name, run in runs.items()],
                axis=1,
            )
            found = optimize_multi_strategy(
                dict(zip(self.calls, np.moveaxis(earned[: length - 1], 1, 0), strict=True)),
                objectives=self.objectives,
                constraints=self.constraints,
                asset_types=by_place,
                trading_cost=self.trading_cost,
                periods_per_year=periods_per_year,
                seed=number,
                **options,
            )
            folds.append(found)
            if not final:
                combined.append(np.einsum("tsa,sa->t", earned[length - 1 :], found.array()))
                own.append(earned[length - 1 :].mean(axis=2))
        return self._plan(market, folds, report, combined, own, starts, length, periods_per_year)

    def _plan(
        self,
        market: labels.Labelled,
        folds: list[MultiStrategyResult],
        report: dict[Hashable, dict[str, Any]],
        combined: list[Floats],
        own: list[Floats],
        starts: list[int],
        length: int,
        periods: float,
    ) -> StrategyPlan:
        returns = np.concatenate(combined) if combined else np.empty(0)
        alone = np.concatenate(own) if own else np.empty((0, len(self.calls)))
        for place, name in enumerate(self.calls):
            earned = alone[:, place]
            report[name]["out_of_sample_sharpe"] = (
                metrics.sharpe(earned, periods_per_year=periods) if len(earned) else math.nan
            )
            report[name]["sharpe"] *= periods**0.5
        rows = np.arange(starts[0] + length, starts[0] + length + len(returns))
        dates = rows if market.dates is None else market.dates[rows]
        figures = {}
        if len(returns):
            none = np.zeros_like(returns)
            equity: Floats = np.cumprod(1 + returns, dtype=np.float64)
            figures = summary(equity, returns, none, none, 1.0, periods)
            del figures["mean_turnover"], figures["costs_paid"]  # the strategies paid them
        weights = folds[-1].array()
        totals: dict[Hashable, float] = {}
        for label, size in zip(self.assets, np.abs(weights).sum(axis=0), strict=True):
            kind = (self.asset_types or {}).get(label)
            totals[kind] = totals.get(kind, 0.0) + float(size)
        return StrategyPlan(
            allocations=table(market.kind, list(self.calls), self.assets, weights),
            strategies=report,
            best=max(report, key=lambda name: report[name]["sharpe"]),
            returns=returns,
            metrics=figures,
            folds=tuple(folds),
            dates=dates,
            asset_types=totals if self.asset_types else {},
        )

    def _market(self, data: Any) -> labels.Labelled:
        found = labels.panel("historical_data", data, least=21)
        values = found.values
        if found.kind == "numpy":
            if found.values.shape[1] != len(self.assets):
                raise ValueError(
                    f"historical_data has {found.values.shape[1]} columns, expected "
                    f"{len(self.assets)} as assets"
                )
        else:
            for label in self.assets:
                if label not in found.assets:
                    raise ValueError(f"historical_data has no column {label!r}")
            columns = [found.assets.index(label) for label in self.assets]
            values = np.ascontiguousarray(values[:, columns])
        market = labels.Labelled(values, self.assets, found.dates, found.kind)
        return _validation.positive("historical_data", market)
