"""The README's pictures: ``python -m hft_py.portfolio.study.figures FOLDER``.

All are of the 20 S&P 500 stocks that the harness comes with; what each shows, its function says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_py.portfolio import (
    MVOConfig,
    MVORebalancer,
    PortfolioResult,
    efficient_frontier,
    maximum_diversification_portfolio,
    maximum_sharpe_portfolio,
    minimum_cvar_portfolio,
    minimum_variance_portfolio,
)
from hft_py.portfolio._prepared import FULLY_INVESTED
from hft_py.portfolio.plotting import frontier, rebalances
from hft_py.portfolio.study import allocator_figures
from hft_py.risk import ledoit_wolf_covariance
from qpp.datasets import sp500_prices
from qpp.pictures import draw_into_folder

Floats = npt.NDArray[np.float64]

QUARTER = replace(FULLY_INVESTED, max_weight=0.25)


def monthly_returns() -> tuple[list[date], list[str], Floats]:
    """Last days of months, tickers, and returns of the months ending then."""
    prices = sp500_prices().filter(pl.col("date") >= date(2010, 12, 1))
    last = prices.group_by_dynamic("date", every="1mo").agg(pl.all().exclude("date").last())
    ends = prices.group_by_dynamic("date", every="1mo").agg(pl.col("date").last().alias("end"))
    names = [name for name in last.columns if name != "date"]
    values = last.select(names).to_numpy()
    return ends["end"].to_list()[1:], names, values[1:] / values[:-1] - 1


def draw_frontier() -> Any:
    """Long-only portfolios of the 20 stocks; their past means as forecasts, to show the shapes."""
    _, names, returns = monthly_returns()
    returns = returns[12:]
    frame = pl.DataFrame(returns, schema=names)
    risk = ledoit_wolf_covariance(frame)
    mean = dict(zip(names, returns.mean(axis=0).tolist(), strict=True))
    found = efficient_frontier(mean, risk, points=40, config=QUARTER)
    shown: dict[str, tuple[Any, Any]] = {}
    covariance = risk.to_numpy()
    shown["stocks"] = np.sqrt(np.diag(covariance)), returns.mean(axis=0)
    for name, one in {
        "least variance": minimum_variance_portfolio(risk, config=QUARTER),
        "highest Sharpe ratio": maximum_sharpe_portfolio(mean, risk, config=QUARTER),
        "highest diversification": maximum_diversification_portfolio(risk, config=QUARTER),
        "least CVaR": minimum_cvar_portfolio(frame, config=QUARTER),
    }.items():
        weights = one.array()
        shown[name] = np.sqrt(weights @ covariance @ weights), returns.mean(axis=0) @ weights
    figure = frontier(found, periods_per_year=12.0, points=shown)
    figure.suptitle("20 S&P 500 stocks, 2012-2022, monthly, at most 25 % each", fontsize=11)
    return figure


def momentum_row() -> list[PortfolioResult]:
    """A 130/30 portfolio that follows the momentum of twelve months, rebalanced monthly."""
    ends, names, returns = monthly_returns()
    config = MVOConfig(
        net_min=1.0,
        net_max=1.0,
        gross_leverage=1.6,
        min_weight=-0.05,
        max_weight=0.20,
        turnover_limit_annual=6.0,
        periods_per_year=12.0,
        risk_aversion=5.0,
        cost_aversion=1.0,
    )
    found: list[PortfolioResult] = []
    current: Floats | None = None
    rebalancer = None
    for month in range(12, len(returns)):
        past = returns[:month]
        risk = ledoit_wolf_covariance(past[-60:])
        if rebalancer is None:
            rebalancer = MVORebalancer(risk, config=config, assets=names)
        rebalancer.update_risk(risk)
        momentum = past[-12:-1].sum(axis=0)
        score = (momentum - momentum.mean()) / momentum.std()
        one = rebalancer.rebalance(0.01 * score, ends[month - 1], current_weights=current)
        found.append(one)
        grown = one.array() * (1 + returns[month])
        current = grown / (1 + one.array() @ returns[month])
    return found


def draw_rebalances() -> Any:
    """Weights and turnover of the momentum portfolio."""
    return rebalances(momentum_row())


PICTURES: dict[str, Callable[[], Any]] = {
    "frontier": draw_frontier,
    "rebalances": draw_rebalances,
    "dendrogram": allocator_figures.tree,
    "pareto": allocator_figures.pareto,
    "weights": allocator_figures.weights,
}


def main(arguments: list[str] | None = None) -> None:
    """Draw every picture into a folder."""
    draw_into_folder(
        "hft_py.portfolio.study.figures",
        lambda: {f"portfolio_{name}": draw() for name, draw in PICTURES.items()},
        arguments,
    )


if __name__ == "__main__":
    main()
