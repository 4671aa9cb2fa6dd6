"""From inputs and settings to the arrays of a problem."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from hft_py.portfolio._inputs import Inputs
from hft_py.portfolio._problem import Problem, Ranges
from hft_py.portfolio.config import MVOConfig

Floats = npt.NDArray[np.float64]

NET, BETA, SECTOR = "net_exposure", "beta", "sector "
DAYS = 252.0  # trading days in a year: volumes are daily


def assemble(inputs: Inputs, config: MVOConfig) -> Problem:
    """The problem of a rebalance from cash, its forecasts zero; a rebalance replaces both."""
    n = len(inputs.assets)
    lower, upper = config.weight_range
    cost = config.linear_cost if inputs.linear_cost is None else inputs.linear_cost
    zeros = np.zeros(n)
    rates = zeros if inputs.borrow_rates is None else inputs.borrow_rates
    trade_limit = None
    if inputs.adv is not None and config.max_pct_adv is not None:
        trade_limit = config.max_pct_adv * inputs.adv / config.capital
    tracks = inputs.benchmark is not None and config.max_tracking_error is not None
    return Problem(
        alpha=zeros,
        loadings=inputs.risk.loadings,
        specific=inputs.risk.specific,
        current=zeros,
        lower=np.full(n, lower),
        upper=np.full(n, upper),
        linear_cost=config.cost_aversion * np.broadcast_to(cost, n),
        power_cost=config.cost_aversion * impact_coefficients(inputs, config),
        borrow=rates / config.periods_per_year,
        ranges=linear_ranges(inputs, config),
        benchmark=zeros if inputs.benchmark is None else inputs.benchmark,
        risk_aversion=config.risk_aversion,
        trade_limit=trade_limit,
        gross=config.gross_leverage,
        tracking_error=config.max_tracking_error if tracks else None,
        volatility=config.max_volatility,
    )


def impact_coefficients(inputs: Inputs, config: MVOConfig) -> Floats:
    """What ``|x|^(3/2)`` costs: ``impact * daily deviation * sqrt(capital / volume)``."""
    if not config.impact or inputs.adv is None:
        return np.zeros(len(inputs.assets))
    daily = np.sqrt(inputs.risk.variances() * config.periods_per_year / DAYS)
    volume = np.where(inputs.adv > 0, inputs.adv, math.inf)  # without volume nothing is traded
    return config.impact * daily * np.sqrt(config.capital / volume)


def trading_cost(inputs: Inputs, config: MVOConfig, trades: Floats) -> float:
    """What trades cost, as a share of the capital, whatever the aversion to it."""
    linear = config.linear_cost if inputs.linear_cost is None else inputs.linear_cost
    size = np.abs(trades)
    return float(np.sum(linear * size) + impact_coefficients(inputs, config) @ size**1.5)


def linear_ranges(inputs: Inputs, config: MVOConfig) -> Ranges:
    """Net exposure, beta and sectors, each where it is limited."""
    n = len(inputs.assets)
    rows: list[tuple[str, Floats, tuple[float, float]]] = [(NET, np.ones(n), config.net_range)]
    if inputs.betas is not None:
        low = -math.inf if config.beta_min is None else config.beta_min
        high = math.inf if config.beta_max is None else config.beta_max
        rows.append((BETA, inputs.betas, (low, high)))
    if inputs.sectors is not None:
        names = np.array(inputs.sectors)
        rows += [
            (SECTOR + sector, (names == sector).astype(float), config.sector_range(sector))
            for sector in sorted(set(inputs.sectors))
        ]
    kept = [(name, row, ends) for name, row, ends in rows if np.isfinite(ends).any()]
    ends = np.array([ends for _, _, ends in kept]).reshape(-1, 2)
    matrix = np.array([row for _, row, _ in kept]).reshape(-1, n)
    return Ranges(tuple(name for name, _, _ in kept), matrix, ends[:, 0], ends[:, 1])


def not_applied(inputs: Inputs, config: MVOConfig, *, from_cash: bool) -> tuple[str, ...]:
    """The settings that have no effect here, each with its reason."""
    found = []
    if inputs.betas is None and not (config.beta_min is None and config.beta_max is None):
        found.append("beta: no betas given")
    if inputs.adv is None and config.max_pct_adv is not None:
        found.append("max_pct_adv: no adv given")
    if inputs.adv is None and config.impact:
        found.append("impact: no adv given")
    if inputs.sectors is None and not (config.sector_min is None and config.sector_max is None):
        found.append("sectors: no sectors given")
    for setting in ("sector_min", "sector_max"):
        limits = getattr(config, setting)
        if inputs.sectors is not None and isinstance(limits, Mapping):
            unknown = [name for name in limits if name not in inputs.sectors]
            found += [f"{setting} of {name}: no asset is in that sector" for name in unknown]
    if inputs.benchmark is None and config.max_tracking_error is not None:
        found.append("tracking_error: no benchmark given")
    if from_cash and config.turnover_limit_annual is not None:
        found.append("turnover: no current_weights given, the first purchase is not limited")
    return tuple(found)
