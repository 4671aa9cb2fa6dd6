"""Least variance, best ratios, the frontier, tails and few names, each by another way."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
from scipy import optimize

pytest.importorskip("clarabel", reason="clarabel is not installed")

from hft_py.portfolio import (
    InfeasiblePortfolioError,
    MVOConfig,
    build_portfolio_mvo,
    compute_minimum_variance_weights,
    efficient_frontier,
    maximum_diversification_portfolio,
    maximum_sharpe_portfolio,
    minimum_cdar_portfolio,
    minimum_cvar_portfolio,
    minimum_variance_portfolio,
)
from hft_py.portfolio.tail import drawdowns, shortfall

from .markets import Floats, market

M = market(30, k=4, seed=11)
LONG_SHORT = MVOConfig(
    max_weight=9.0, net_min=1.0, net_max=1.0, gross_leverage=None, beta_min=None, beta_max=None,
    turnover_limit_annual=None, cost_aversion=0.0, periods_per_year=12.0,
)  # fmt: skip
ALPHA = M.alpha + 0.02


def test_closed_forms_without_other_limits() -> None:
    inverse = np.linalg.inv(M.covariance)
    least = inverse @ np.ones(30)
    found = minimum_variance_portfolio(M.risk, config=LONG_SHORT)
    np.testing.assert_allclose(found.weights, least / least.sum(), atol=1e-6)
    tangent = inverse @ (ALPHA - 0.001)
    found = maximum_sharpe_portfolio(ALPHA, M.risk, risk_free=0.001, config=LONG_SHORT)
    np.testing.assert_allclose(found.weights, tangent / tangent.sum(), atol=2e-6)
    assert found.utility == pytest.approx(np.sqrt((ALPHA - 0.001) @ tangent), rel=1e-7)
    spread = inverse @ np.sqrt(np.diag(M.covariance))
    found = maximum_diversification_portfolio(M.risk, config=LONG_SHORT)
    np.testing.assert_allclose(found.weights, spread / spread.sum(), atol=2e-6)


LIMITS: list[dict[str, Any]] = [
    {"max_weight": 0.08, "min_weight": -0.02, "gross_leverage": 1.3},
    {"max_weight": 0.2, "beta_max": 0.9, "beta_min": 0.85, "gross_leverage": 1.5},
    {"max_weight": 0.2, "min_weight": 0.0, "max_tracking_error": 0.03},
    {"max_weight": 0.2, "min_weight": 0.0, "max_volatility": 0.062},
    {"max_weight": 0.2, "min_weight": 0.0, "sector_max": 0.35, "turnover_limit_annual": 14.0},
    {"max_weight": 0.2, "min_weight": 0.0, "cost_aversion": 2.0, "impact": 0.5, "capital": 1e5},
]


@pytest.mark.parametrize("changes", LIMITS)
def test_every_limit_of_the_best_ratio_is_scaled(changes: dict[str, Any]) -> None:
    """The best ratio is that of a mean-variance portfolio, at some risk aversion, with the limits.

    A limit scaled wrongly would give another portfolio, or one that breaks it.
    """
    config = dataclasses.replace(LONG_SHORT, **changes)
    data: dict[str, Any] = {
        "betas": M.betas, "sectors": M.sectors, "benchmark": M.benchmark, "adv": M.adv,
        "current_weights": M.benchmark,
    }  # fmt: skip
    best = maximum_sharpe_portfolio(ALPHA, M.risk, config=config, **data)
    assert best.violated == ()

    def ratio(log_aversion: float) -> float:
        aversion = float(np.exp(log_aversion))
        one = build_portfolio_mvo(
            ALPHA, risk_model=M.risk,
            config=dataclasses.replace(config, risk_aversion=aversion), **data,
        )  # fmt: skip
        cost = config.cost_aversion * one.trading_cost
        return (one.expected_return - cost) / one.volatility

    grid = np.linspace(-3, 7, 21)
    start = grid[int(np.argmax([ratio(x) for x in grid]))]
    found = optimize.minimize_scalar(
        lambda x: -ratio(x), bounds=(start - 0.5, start + 0.5), method="bounded",
        options={"xatol": 1e-4},
    )  # fmt: skip
    assert best.utility == pytest.approx(-found.fun, rel=1e-6)


def test_no_return_above_the_risk_free_rate() -> None:
    with pytest.raises(ValueError, match="above risk_free=0.5"):
        maximum_sharpe_portfolio(ALPHA, M.risk, risk_free=0.5)
    with pytest.raises(InfeasiblePortfolioError, match="weight bounds"):
        maximum_sharpe_portfolio(
            ALPHA, M.risk, config=dataclasses.replace(LONG_SHORT, max_weight=0.01)
        )


def test_frontier_is_convex_and_efficient() -> None:
    config = dataclasses.replace(LONG_SHORT, max_weight=0.2, min_weight=0.0)
    found = efficient_frontier(ALPHA, M.risk, points=9, config=config)
    variance = found.volatilities**2
    assert (np.diff(found.expected_returns) > 0).all() and (np.diff(variance) > 0).all()
    assert (np.diff(variance, 2) > -1e-12).all()
    np.testing.assert_allclose(
        found.weights[0], minimum_variance_portfolio(M.risk, config=config).weights, atol=1e-5
    )
    top = np.argsort(-ALPHA)[:5]
    np.testing.assert_allclose(found.weights[-1][top], 0.2, atol=1e-6)
    for i in (3, 5):  # the slope is that of a risk aversion which gives the same portfolio
        one = build_portfolio_mvo(
            ALPHA, risk_model=M.risk,
            config=dataclasses.replace(config, risk_aversion=found.slopes[i]),
        )  # fmt: skip
        np.testing.assert_allclose(found.weights[i], one.weights, atol=2e-4)
    assert found.to_frame().shape == (9, 32)


def scenarios(kind: str) -> Floats:
    """Returns with fat tails; or those of the market for many periods."""
    rng = np.random.default_rng(5)
    if kind == "small":
        return 0.01 * rng.standard_t(3, (60, 4)) + 0.001
    return 0.01 * rng.standard_t(3, (400, 12)) + 0.001


@pytest.mark.parametrize("level", [0.0, 0.5, 0.9, 0.95])
def test_least_shortfall_by_another_program(level: float) -> None:
    """SciPy's linear program over the same scenarios, written without the limits' code."""
    returns = scenarios("large")
    periods, n = returns.shape
    share = 1 - level
    cost = np.r_[np.zeros(n), 1.0, np.full(periods, 1 / (share * periods))]
    rows = np.hstack([-returns, -np.ones((periods, 1)), -np.eye(periods)])
    expected = optimize.linprog(
        cost, rows, np.zeros(periods), np.r_[np.ones(n), np.zeros(1 + periods)][None], [1.0],
        bounds=[(0, 1)] * n + [(None, None)] + [(0, None)] * periods,
    )  # fmt: skip
    found = minimum_cvar_portfolio(returns, level=level)
    assert found.details["cvar"] == pytest.approx(expected.fun, rel=1e-7, abs=1e-10)
    worst = np.sort(returns @ found.weights)[: max(round(share * periods), 1)]
    assert found.details["cvar"] == pytest.approx(-worst.mean(), rel=1e-9)


def test_least_drawdown_against_a_search() -> None:
    returns = scenarios("small")
    found = minimum_cdar_portfolio(returns, level=0.8)
    assert found.details["cdar"] == pytest.approx(
        shortfall(drawdowns(returns @ found.weights), 0.2)
    )

    def cdar(x: Floats) -> float:
        w = np.abs(x) / np.abs(x).sum()
        return shortfall(drawdowns(returns @ w), 0.2)

    best = min(
        optimize.minimize(
            cdar,
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000},
        ).fun
        for start in ([1.0, 1, 1, 1], found.weights + 0.05)
    )
    assert found.details["cdar"] <= best + 1e-9
    assert found.details["cdar"] == pytest.approx(best, rel=2e-3)


def test_few_names_by_enumeration() -> None:
    """The loss told is at least the true one: all portfolios of 3 of 8 names are tried."""
    m = market(8, seed=21)
    base = MVOConfig(
        long_only=True, max_weight=0.6, beta_min=None, beta_max=None, periods_per_year=12.0
    )
    free = build_portfolio_mvo(m.alpha, risk_model=m.risk, config=base)
    assert np.count_nonzero(free.weights) > 3
    few = build_portfolio_mvo(
        m.alpha, risk_model=m.risk, config=dataclasses.replace(base, max_positions=3)
    )
    assert np.count_nonzero(few.weights) == 3 and few.violated == ()
    assert few.cardinality_loss == pytest.approx(free.utility - few.utility, abs=1e-9)
    best = max(
        build_portfolio_mvo(
            m.alpha[list(names)], risk_model=m.risk.subset([m.risk.assets[i] for i in names]),
            config=base,
        ).utility
        for names in itertools.combinations(range(8), 3)
    )  # fmt: skip
    assert best - 0.1 * abs(best) <= few.utility <= best + 1e-9
    assert best - few.utility <= few.cardinality_loss + 1e-9
    with pytest.raises(InfeasiblePortfolioError) as caught:
        build_portfolio_mvo(
            m.alpha, risk_model=m.risk, config=dataclasses.replace(base, max_positions=1)
        )
    assert "max_positions" in caught.value.conflicts


@pytest.mark.parametrize("unit", [1e-4, 0.01, 1.0, 30.0])  # of daily returns: from seconds to years
def test_answers_do_not_depend_on_the_unit_of_returns(unit: float) -> None:
    """The weights of an exact active set; nothing is left of the solver's absolute tolerances."""
    rng = np.random.default_rng(1)
    daily = 0.01 * rng.normal(size=(1_000, 1)) + 0.015 * rng.normal(size=(1_000, 100))
    covariance, forecast = np.cov(daily.T) * unit**2, daily.mean(axis=0) * unit
    exact = compute_minimum_variance_weights(covariance=covariance).array()
    least = minimum_variance_portfolio(covariance)
    np.testing.assert_allclose(least.weights, exact, atol=1e-6)
    one = least.weights.argmax()
    # Net and gross are the same limit of long-only weights: their prices have a sum.
    price = least.limit("net_exposure").price + least.limit("gross_leverage").price
    assert price == pytest.approx(-2 * covariance[one] @ exact, rel=1e-5)
    assert least.utility == pytest.approx(-exact @ covariance @ exact, rel=1e-6)
    curve = efficient_frontier(forecast, covariance, points=7)
    assert (np.diff(curve.volatilities) > 0).all()
    np.testing.assert_allclose(curve.weights.sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(curve.weights[0], exact, atol=1e-6)
    # The slope, of expected returns over variances, from the conditions of two assets held.
    middle = curve.weights[3]
    gradient = 2 * covariance @ middle
    held = np.argsort(middle)[-2:]
    own = np.diff(forecast[held]) / np.diff(gradient[held])
    assert curve.slopes[3] == pytest.approx(own[0], rel=1e-3)
    ratio = maximum_sharpe_portfolio(forecast, covariance)
    assert ratio.utility * (1 + 1e-9) >= (curve.expected_returns / curve.volatilities).max()
    spread = maximum_diversification_portfolio(covariance)
    deviations = np.sqrt(np.diag(covariance))
    same = maximum_diversification_portfolio(covariance / np.outer(deviations, deviations))
    assert spread.utility == pytest.approx(same.utility, rel=1e-6)
