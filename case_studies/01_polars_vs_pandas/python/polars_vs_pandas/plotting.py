"""The figure of a backtest: equity above, drawdown below."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from polars_vs_pandas import metrics
from polars_vs_pandas.result import BacktestResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, GRID = "#1f2933", "#6b7785", "#e4e7eb"
CURVE, FALL = "#1f5fa8", "#b8432f"
LOG_FROM = 3.0  # highest over lowest equity from which a linear axis hides the early years


def draw(result: BacktestResult) -> Figure:
    """Draw on a figure of its own, without pyplot's global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 5.6), layout="constrained", facecolor="white")
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [2.6, 1]})
    dates = _dates(result)
    equity = np.concatenate(([result.capital], result.equity))
    _equity(above, dates, equity, result)
    _drawdown(below, dates, result)
    for axes in (above, below):
        _quiet(axes)
    figure.align_ylabels()
    return figure


def _dates(result: BacktestResult) -> np.ndarray:
    """The start and the days, as they are where an axis can show them, else as row numbers."""
    shown = result.dates.dtype.kind in "Miuf" or isinstance(result.start, dt.date)
    if shown:
        return np.concatenate(([result.start], result.dates))
    return np.arange(result.window, result.window + 1 + result.dates.size)


def _equity(axes: Axes, dates: np.ndarray, equity: np.ndarray, result: BacktestResult) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    m = result.metrics
    axes.plot(dates, equity, color=CURVE, linewidth=1.4)
    axes.axhline(result.capital, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
    if equity.min() > 0 and equity.max() / equity.min() > LOG_FROM:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _money(value)))
    axes.set_ylabel("equity")
    rule = f"window {result.window}, k {result.k_long:g} / {result.k_short:g}, cost {result.cost:g}"
    axes.set_title(
        f"Sharpe {m['sharpe']:.2f}    return {m['cagr']:+.1%} a year    "
        f"volatility {m['volatility']:.1%}",
        loc="left",
        color=INK,
        fontsize=12,
        fontweight="bold",
        pad=22,
    )
    axes.text(
        0.0,
        1.02,
        f"{len(result.assets)} assets, {rule}",
        transform=axes.transAxes,
        color=QUIET,
        fontsize=9.5,
        va="bottom",
    )


def _drawdown(axes: Axes, dates: np.ndarray, result: BacktestResult) -> None:
    from matplotlib.ticker import PercentFormatter

    falls = np.concatenate(([0.0], metrics.drawdowns(result.equity, result.capital)))
    axes.fill_between(dates, falls, 0.0, color=FALL, alpha=0.25, linewidth=0)
    axes.plot(dates, falls, color=FALL, linewidth=0.9)
    deepest = int(np.argmin(falls))
    if falls[deepest] < 0:
        axes.plot(dates[deepest], falls[deepest], "o", color=FALL, markersize=4)
        right = deepest > 0.9 * len(falls)
        axes.annotate(
            f"{falls[deepest]:.1%}".replace("-", "\N{MINUS SIGN}"),
            (dates[deepest], falls[deepest]),
            xytext=(4 if right else 0, -5),
            textcoords="offset points",
            ha="right" if right else "center",
            va="top",
            color=FALL,
            fontsize=9.5,
        )
        axes.set_ylim(falls[deepest] * 1.45, 0.0)
    decimals = 0 if falls[deepest] < -0.05 else 1
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=decimals))
    axes.set_ylabel("drawdown")
    axes.set_xlim(dates[0], dates[-1])
    if np.issubdtype(dates.dtype, np.integer):
        axes.set_xlabel("row")


def _quiet(axes: Axes) -> None:
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.tick_params(colors=QUIET, labelsize=9.5, which="both", length=0)
    axes.yaxis.label.set_color(INK)
    axes.xaxis.label.set_color(INK)


def _money(value: float) -> str:
    for size, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g} {unit}"
    return f"{value:.4g}"
