"""Plots: the efficient frontier, and portfolios in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hft_py.portfolio.result import Frontier, PortfolioResult
from hft_py.results import pyplot

__all__ = ["frontier", "rebalances"]

_DARK, _LIGHT = "#1f4e79", "#9db8d2"


def frontier(found: Frontier, *, periods_per_year: float = 1.0, points: Any = None) -> Any:
    """Expected return against volatility, and the weights along the frontier.

    Parameters
    ----------
    periods_per_year
        Turns both axes into annual figures.
    points
        Other portfolios to show, ``{name: (volatility, expected_return)}``, per period; arrays of
        each for a set of portfolios.
    """
    figure, (left, right) = pyplot().subplots(1, 2, figsize=(10.5, 4.2), layout="constrained")
    returns = 100 * periods_per_year * found.expected_returns
    volatilities = 100 * periods_per_year**0.5 * found.volatilities
    left.plot(volatilities, returns, color=_DARK, lw=2, label="efficient frontier")
    marks = pyplot().get_cmap("tab10").colors
    for i, (name, (volatility, expected)) in enumerate((points or {}).items()):
        left.scatter(
            100 * periods_per_year**0.5 * np.asarray(volatility),
            100 * periods_per_year * np.asarray(expected),
            s=18, color=marks[(i + 1) % 10], label=name, zorder=3,
        )  # fmt: skip
    left.set_xlabel("volatility, %")
    left.set_ylabel("expected return, %")
    left.legend(fontsize=8)
    stacked(right, volatilities, found.weights, found.assets)
    right.set_xlabel("volatility, %")
    right.set_title("weights along the frontier", fontsize=10)
    return figure


def rebalances(found: Sequence[PortfolioResult]) -> Any:
    """Weights of portfolios in a row, long above and short below zero, and the turnover of each."""
    weights = np.array([one.array() for one in found])
    turnover = np.array([one.turnover for one in found])
    dates = [one.as_of for one in found]
    times: Any = range(len(found)) if None in dates else dates
    figure, (top, bottom) = pyplot().subplots(
        2, 1, figsize=(9.5, 5.5), sharex=True, height_ratios=[3, 1], layout="constrained"
    )
    stacked(top, times, weights, found[0].assets)
    top.set_title(f"{len(found)} rebalances, {weights.shape[1]} assets", fontsize=10)
    bottom.fill_between(times, 100 * turnover, step="post", color=_LIGHT, lw=0)
    limits = [one.limit("turnover").upper for one in found if _limited(one)]
    if limits:
        bottom.axhline(100 * limits[-1], color="black", lw=0.8, ls="--", label="limit")
        bottom.legend(fontsize=8)
        bottom.set_ylim(0, 130 * limits[-1])
    bottom.set_ylabel("turnover, %")
    bottom.set_xlabel("rebalance" if None in dates else "")
    bottom.margins(x=0)
    return figure


def _limited(one: PortfolioResult) -> bool:
    return any(limit.name == "turnover" for limit in one.limits)


def stacked(
    axis: Any,
    x: Any,
    weights: Any,
    assets: Sequence[Any],
    largest: int = 8,
    *,
    order: Any = None,
    legend: bool = True,
) -> None:
    """Areas of the largest positions, the others in one grey; shorts below zero.

    ``order`` says which assets count as the largest. Default: by mean size.
    """
    if order is None:
        order = np.argsort(-np.abs(weights).mean(axis=0), kind="stable")
    shown, rest = order[:largest], order[largest:]
    colours = [pyplot().get_cmap("tab10")(i % 10) for i in range(len(shown))]
    for sign in (1.0, -1.0):
        part = np.maximum(sign * weights, 0.0)
        areas = [sign * part[:, i] for i in shown]
        labels = [str(assets[i]) for i in shown] if sign > 0 else [""] * len(shown)
        if len(rest):
            areas.append(sign * part[:, rest].sum(axis=1))
            labels.append(f"{len(rest)} others" if sign > 0 else "")
        axis.stackplot(x, [100 * area for area in areas], labels=labels,
                       colors=[*colours, "#d5d5d5"], lw=0)  # fmt: skip
    axis.axhline(0, color="black", lw=0.5)
    axis.set_ylabel("weight, %")
    axis.margins(x=0)
    if legend:
        axis.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), reverse=True)
