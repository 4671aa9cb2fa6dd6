"""Optimality of a portfolio, checked by code that shares nothing with the solver's.

For every asset the subdifferential of the Lagrangian is an interval; at an optimum it contains 0.
Multipliers come from the result's limits; of the bounds on one asset they are free on one side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.portfolio import MVOConfig, PortfolioResult

Floats = npt.NDArray[np.float64]
NEAR = 1e-6


def distance_to_optimality(
    found: PortfolioResult,
    alpha: Floats,
    covariance: Floats,
    config: MVOConfig,
    current: Floats,
    *,
    betas: Floats | None = None,
    sectors: Any = None,
    adv: Floats | None = None,
    benchmark: Floats | None = None,
    borrow_rates: Floats | None = None,
) -> Floats:
    """How far 0 is from each asset's interval, in units of the utility for a unit of weight."""
    w = found.array()
    n = len(w)
    price = {one.name: one.price for one in found.limits}
    gradient = -alpha + 2 * config.risk_aversion * covariance @ w
    gradient += price.get("net_exposure", 0.0)
    if betas is not None:
        gradient += price.get("beta", 0.0) * betas
    if sectors is not None:
        gradient += [price.get(f"sector {sector}", 0.0) for sector in sectors]
    if "volatility" in price and w.any():
        gradient += price["volatility"] * covariance @ w / np.sqrt(w @ covariance @ w)
    if "tracking_error" in price:
        active = w - benchmark
        deviation = np.sqrt(active @ covariance @ active)
        gradient += price["tracking_error"] * covariance @ active / deviation
    trade = w - current
    if config.impact:
        assert adv is not None
        daily = np.sqrt(np.diag(covariance) * config.periods_per_year / 252)
        rate = config.cost_aversion * config.impact * daily * np.sqrt(config.capital / adv)
        gradient += 1.5 * rate * np.sign(trade) * np.sqrt(np.abs(trade))
    low, high = gradient.copy(), gradient.copy()
    cost = config.cost_aversion * config.linear_cost + price.get("turnover", 0.0)
    gross = price.get("gross_leverage", 0.0)
    borrow = np.zeros(n) if borrow_rates is None else borrow_rates / config.periods_per_year
    low += np.where(trade > NEAR, cost, -cost) + np.where(w > NEAR, gross, -gross - borrow)
    high += np.where(trade < -NEAR, -cost, cost) + np.where(w < -NEAR, -gross - borrow, gross)
    lower, upper = (np.full(n, end) for end in config.weight_range)
    if adv is not None and config.max_pct_adv is not None:
        room = config.max_pct_adv * adv / config.capital
        lower, upper = np.maximum(lower, current - room), np.minimum(upper, current + room)
    # At its upper bound an asset may want to rise, at its lower one to fall.
    low = np.where(w < lower + NEAR, -np.inf, low)
    high = np.where(w > upper - NEAR, np.inf, high)
    return np.maximum(np.maximum(low, -high), 0.0)


def slackness(found: PortfolioResult) -> float:
    """The largest product of a price and the distance to the end of the limit that it belongs to.

    A limit that raises the utility when raised (positive price) must be at its upper end.
    """
    products = [0.0]
    for one in found.limits:
        if one.price == one.price:
            end = one.upper if one.price > 0 else one.lower
            products.append(abs(one.price * (end - one.value)) if np.isfinite(end) else 0.0)
            if not np.isfinite(end):
                products.append(abs(one.price))
    return max(products)
