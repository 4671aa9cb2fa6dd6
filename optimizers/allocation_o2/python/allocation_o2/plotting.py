"""Pictures: weights over time, and what portfolios earned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from allocation_o2.result import Comparison
from hft_py import checks, labels
from hft_py.results import pyplot

if TYPE_CHECKING:
    from hft_py.portfolio import WeightsBacktest

__all__ = ["plot_performance", "plot_weights"]

Floats = npt.NDArray[np.float64]


def plot_weights(weights: Any, *, largest: int = 10) -> Any:
    """Weights over time, stacked, as a Matplotlib figure.

    Parameters
    ----------
    weights
        A frame or array ``(n_dates, n_assets)``, as ``predict_rolling`` returns it; a backtest,
        whose turnover is drawn as well; or a comparison, of which each allocator has a panel.
    largest
        So many assets by mean weight have a colour each, the others one together.

    Examples
    --------
    >>> len(plot_weights([[0.5, 0.5], [0.4, 0.6]]).axes)
    1
    """
    from hft_py.portfolio import WeightsBacktest, weights_over_time  # see evaluation
    from hft_py.portfolio.plotting import stacked

    largest = checks.whole_number("largest", largest, least=1)
    if isinstance(weights, WeightsBacktest):
        return weights_over_time(weights, largest=largest)
    if isinstance(weights, Comparison):
        return _panels(weights, largest)
    found = labels.panel("weights", weights)
    figure, axes = pyplot().subplots(figsize=(9, 4), layout="constrained")
    dates = np.arange(len(found.values)) if found.dates is None else np.asarray(found.dates)
    stacked(axes, dates, found.values, found.names, largest)
    return figure


def _panels(found: Comparison, largest: int) -> Any:
    """A panel an allocator, the same assets in the same colours in all."""
    from hft_py.portfolio.plotting import stacked

    columns = 1 if len(found.names) == 1 else 2
    rows = -(-len(found.names) // columns)
    figure, grid = pyplot().subplots(
        rows, columns, figsize=(5.5 * columns, 3 * rows), squeeze=False, sharex=True, sharey=True,
        layout="constrained",
    )  # fmt: skip
    tables = {name: _held(one) for name, one in found.backtests.items()}
    order = np.argsort(-sum(np.abs(table).mean(axis=0) for table in tables.values()))
    for axes in grid.flat[len(found.names) :]:
        axes.set_visible(False)
    for axes, (name, one) in zip(grid.flat, found.backtests.items(), strict=False):
        names = [str(label) for label in one.assets]
        dates = np.asarray(one.dates)
        stacked(axes, dates, tables[name], names, largest, order=order, legend=False)
        axes.set_title(name, fontsize=10)
        axes.tick_params(axis="x", labelrotation=30)
    handles, names = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right center", fontsize=8)
    return figure


def plot_performance(found: Any) -> Any:
    """Equity on a logarithmic axis, and drawdown below it, as a Matplotlib figure.

    Parameters
    ----------
    found
        A comparison, a backtest, or a mapping of names to backtests.

    Examples
    --------
    >>> from allocation_o2 import EqualWeight
    >>> found = EqualWeight().evaluate([[1.0, 1.0, 1.1], [1.0, 1.0, 1.3]])
    >>> len(plot_performance(found).axes)
    2
    """
    from hft_py.portfolio import WeightsBacktest

    if isinstance(found, Comparison):
        found = found.backtests
    elif isinstance(found, WeightsBacktest):
        found = {"portfolio": found}
    if not isinstance(found, Mapping) or not all(
        isinstance(one, WeightsBacktest) for one in found.values()
    ):
        raise TypeError(f"found={checks.short(found)}, expected backtests or a comparison")
    figure, (top, bottom) = pyplot().subplots(
        2, 1, figsize=(9, 6), height_ratios=(2, 1), sharex=True, layout="constrained"
    )
    for name, one in found.items():
        equity, returns = _numbers(one.equity), _numbers(one.returns)
        capital = equity[0] / (1.0 + returns[0]) if returns[0] > -1.0 else equity[0]
        peak = np.maximum(np.maximum.accumulate(equity), capital)
        dates = np.asarray(one.dates)
        top.plot(dates, equity, label=f"{name}: Sharpe {one.metrics['sharpe']:.2f}", linewidth=1)
        bottom.plot(dates, 100 * (equity / peak - 1), linewidth=1)
    top.set_yscale("log")
    top.set_ylabel("equity")
    bottom.set_ylabel("drawdown, %")
    top.legend(fontsize=8)
    return figure


def _held(one: WeightsBacktest) -> Floats:
    weights = one.weights
    if labels.kind_of(weights) == "polars":
        weights = weights.select([str(label) for label in one.assets])
    return np.asarray(weights, dtype=np.float64)


def _numbers(series: Any) -> Floats:
    """A series of a backtest; with Polars it is a frame of dates and one column of numbers."""
    if labels.kind_of(series) == "polars":
        series = series[series.columns[-1]]
    return np.asarray(series, dtype=np.float64)
