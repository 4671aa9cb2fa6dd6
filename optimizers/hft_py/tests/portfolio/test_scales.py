"""Portfolios do not depend on the unit of forecasts, risk and returns, however small or large."""

from __future__ import annotations

import numpy as np
import pytest

from hft_py.portfolio import (
    MVOConfig,
    MVORebalancer,
    PortfolioResult,
    build_portfolio_mvo,
    efficient_frontier,
    maximum_diversification_portfolio,
    maximum_sharpe_portfolio,
    minimum_cdar_portfolio,
    minimum_cvar_portfolio,
    minimum_variance_portfolio,
)
from hft_py.risk import RiskModel

from .markets import market

RNG = np.random.default_rng(2)
RETURNS = RNG.normal(0.001, 0.02, (40, 6))
SIGMA = np.cov(RETURNS.T)
ALPHA = RNG.normal(0.0, 0.01, 6)
SCALES = [1e-160, 1e-30, 1e30, 1e150]


@pytest.mark.parametrize("scale", SCALES)
def test_portfolios_of_a_covariance(scale: float) -> None:
    root = np.sqrt(scale)
    for portfolio in (minimum_variance_portfolio, maximum_diversification_portfolio):
        expected = portfolio(SIGMA).array()
        np.testing.assert_allclose(portfolio(SIGMA * scale).array(), expected, atol=1e-7)
    expected = maximum_sharpe_portfolio(ALPHA, SIGMA).array()
    found = maximum_sharpe_portfolio(ALPHA * root, SIGMA * scale).array()
    np.testing.assert_allclose(found, expected, atol=1e-7)
    expected = efficient_frontier(ALPHA, SIGMA, points=4).weights
    found = efficient_frontier(ALPHA * root, SIGMA * scale, points=4).weights
    np.testing.assert_allclose(found, expected, atol=1e-6)
    free = MVOConfig(max_weight=0.5, cost_aversion=0.0)
    expected = build_portfolio_mvo(ALPHA, risk_model=SIGMA, config=free).array()
    found = build_portfolio_mvo(ALPHA * scale, risk_model=SIGMA * scale, config=free).array()
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("unit", [1e-10, 1e-5, 1e-4, 1e6])
def test_rebalances_in_other_units_of_returns(unit: float) -> None:
    """Forecasts, deviations, costs and limits on risk in that unit: the same weights and prices."""
    m = market(150, k=5, seed=4)

    def row(unit: float, most: float) -> tuple[PortfolioResult, ...]:
        config = MVOConfig(
            max_weight=0.05, cost_aversion=5.0 * unit, risk_aversion=25.0 / unit, long_only=True,
            max_tracking_error=0.02 * unit, max_volatility=most * unit, periods_per_year=12.0,
            net_min=0.1, infeasible="least_violating",
        )  # fmt: skip
        risk = RiskModel.build(
            m.risk.exposures,
            unit**2 * m.risk.factor_covariance,
            unit**2 * m.risk.specific_variance,
        )
        made = MVORebalancer(risk, config=config, benchmark=0.2 * m.benchmark)
        first = made.rebalance(m.alpha * unit)
        return first, made.rebalance(m.alpha[::-1] * unit, current_weights=first.weights)

    for most in (0.004, 1e-4):
        for one, other in zip(row(1.0, most), row(unit, most), strict=True):
            np.testing.assert_allclose(other.array(), one.array(), atol=1e-6)
            assert other.conflicts == one.conflicts and bool(one.conflicts) == (most == 1e-4)
            if not one.conflicts:
                price = one.limit("volatility").price
                assert price > 0.01
                assert other.limit("volatility").price == pytest.approx(price, rel=1e-4)


@pytest.mark.parametrize("scale", [1e-70, 1e-20, 1e20, 1e70])
def test_portfolios_of_returns(scale: float) -> None:
    for portfolio, figure in ((minimum_cvar_portfolio, "cvar"), (minimum_cdar_portfolio, "cdar")):
        expected, found = portfolio(RETURNS), portfolio(RETURNS * scale)
        np.testing.assert_allclose(found.array(), expected.array(), atol=1e-6)
        assert found.details[figure] / scale == pytest.approx(expected.details[figure], rel=1e-7)


def test_least_variance_in_closed_form() -> None:
    inverse = np.linalg.solve(SIGMA, np.ones(6))
    assert (inverse > 0).all()  # no bound binds
    found = minimum_variance_portfolio(SIGMA).array()
    np.testing.assert_allclose(found, inverse / inverse.sum(), atol=1e-8)


def test_a_frontier_without_forecasts() -> None:
    volatilities = efficient_frontier(np.zeros(6), SIGMA, points=3).volatilities
    assert np.ptp(volatilities) < 1e-9
