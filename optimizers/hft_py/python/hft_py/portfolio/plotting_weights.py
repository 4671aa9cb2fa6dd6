"""Pictures of allocators: a tree with weights, weights over time, a Pareto front."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.portfolio.plotting import stacked
from hft_py.portfolio.result import Weights
from hft_py.results import pyplot


def dendrogram(found: Weights) -> Any:
    """The tree of a hierarchical allocator above the weights of its leaves.

    Parameters
    ----------
    found
        With ``details["linkage"]``, as the hierarchical allocators return it.

    Examples
    --------
    >>> from hft_py.portfolio import compute_hierarchical_risk_parity_weights
    >>> covariance = np.diag([0.01, 0.02, 0.03])
    >>> figure = dendrogram(compute_hierarchical_risk_parity_weights(covariance=covariance))
    >>> len(figure.axes)
    2
    """
    from scipy.cluster.hierarchy import dendrogram as draw

    if "linkage" not in found.details or len(found.assets) < 2:
        raise ValueError(
            f"{found.method!r} has no tree: pass the result of a hierarchical allocator"
        )
    figure, (top, bottom) = pyplot().subplots(
        2, 1, figsize=(9, 6), height_ratios=(2, 1), layout="constrained"
    )
    tree = draw(found.details["linkage"], ax=top, no_labels=True, color_threshold=0)
    order = [int(leaf) for leaf in tree["leaves"]]
    centres = 5.0 + 10.0 * np.arange(len(order))  # where SciPy puts leaves
    bottom.bar(centres, 100 * found.array()[order], width=7.0)
    bottom.set_xticks(centres, [str(found.assets[i]) for i in order], rotation=60)
    bottom.set_xlim(top.get_xlim())
    bottom.set_ylabel("weight, %")
    top.set_ylabel("distance")
    top.set_title(f"{found.method}, volatility {100 * found.volatility:.2f} % a period")
    return figure


def weights_over_time(found: Any, *, largest: int = 10) -> Any:
    """Weights as they drift, stacked, shorts below zero; and the turnover of each rebalance.

    Parameters
    ----------
    found
        A :class:`~hft_py.portfolio.WeightsBacktest`.
    largest
        So many assets by mean weight have a colour each, the others one together.

    Examples
    --------
    >>> from hft_py.portfolio import backtest_weights
    >>> figure = weights_over_time(backtest_weights([1.0], [[1.0], [1.1], [1.2]]))
    >>> len(figure.axes)
    2
    """
    weights = found.weights
    if hasattr(weights, "columns"):
        weights = weights[
            [str(name) if hasattr(weights, "schema") else name for name in found.assets]
        ]
    values = np.asarray(weights, dtype=np.float64)
    figure, (top, bottom) = pyplot().subplots(
        2, 1, figsize=(9, 6), height_ratios=(3, 1), sharex=True, layout="constrained"
    )
    dates = np.asarray(found.dates)
    stacked(top, dates, values, found.assets, largest)
    turnover = found.turnover
    turnover = turnover["turnover"] if hasattr(turnover, "columns") else turnover
    traded = np.asarray(turnover)
    bottom.vlines(dates[traded > 0], 0, 100 * traded[traded > 0])
    if (traded[1:] > 0).any():  # buying everything at the start is out of scale
        bottom.set_ylim(0, 110 * traded[1:].max())
    bottom.set_ylabel("turnover, %")
    sharpe = found.metrics["sharpe"]
    top.set_title(f"Weights over time: Sharpe ratio {sharpe:.2f} after costs")
    return figure


def pareto_front(
    found: Any,
    x: str | None = None,
    y: str | None = None,
    *,
    frontier: Any = None,
) -> Any:
    """The front in two of its objectives, the chosen portfolio among them.

    Parameters
    ----------
    found
        A :class:`~hft_py.portfolio.MultiStrategyResult`.
    x, y
        Objectives. Default: ``"risk"`` and ``"return"`` where both are there, else the first two.
    frontier
        Points ``(k, 2)`` of ``x`` and ``y`` to draw beside it, for instance an efficient frontier.

    Examples
    --------
    >>> from hft_py.portfolio import optimize_multi_strategy
    >>> returns = np.random.default_rng(0).normal(0.001, 0.01, (100, 2, 2))
    >>> figure = pareto_front(optimize_multi_strategy(returns, generations=5, seed=1))
    >>> len(figure.axes) >= 1
    True
    """
    names = found.objectives
    if len(names) < 2:
        raise ValueError(f"a front needs two objectives, found {names[0]!r} alone")
    default = ("risk", "return") if {"risk", "return"} <= set(names) else names
    across, up = x or default[0], y or default[1]
    columns = [names.index(checks.choice(k, v, names)) for k, v in (("x", across), ("y", up))]
    figure, axes = pyplot().subplots(figsize=(8, 6), layout="constrained")
    points = found.pareto_values[:, columns]
    others = [name for name in names if name not in (across, up)]
    if others:
        shade = found.pareto_values[:, names.index(others[0])]
        drawn = axes.scatter(*points.T, c=shade, cmap="viridis", label="Pareto front")
        figure.colorbar(drawn, label=others[0])
    else:
        axes.scatter(*points.T, label="Pareto front")
    if frontier is not None:
        axes.plot(*np.asarray(frontier, dtype=np.float64).T, color="black", label="frontier")
    axes.plot(
        found.metrics[across], found.metrics[up], "r*", markersize=14, label="chosen portfolio"
    )
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.legend()
    axes.set_title(f"{len(points)} portfolios of {found.n_evaluations:,} evaluated")
    return figure
