"""Strategies that are built in against closed forms, conditions of the optimum, and solvers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import allocation_o2
from allocation_o2 import _rust
from hft_py.portfolio import (
    MVOConfig,
    build_portfolio_mvo,
    compute_hierarchical_risk_parity_weights,
    compute_inverse_volatility_weights,
    compute_minimum_variance_weights,
    compute_risk_parity_weights,
    maximum_sharpe_portfolio,
)

from .both import Floats, compiled, market, moments

PRICES = market(5, 8, 260)
LOOKBACK = {"lookback_period": 250}
MEAN, COVARIANCE = moments(PRICES, 250)
RETURNS = (PRICES[:, 1:] / PRICES[:, :-1] - 1.0)[:, -250:].T


def test_equal_weight() -> None:
    assert (compiled("EqualWeight", PRICES) == 1 / 8).all()


def test_momentum() -> None:
    prices = np.array([[9.0, 1.0, 5.0, 1.1], [9.0, 1.0, 5.0, 1.3], [9.0, 1.0, 5.0, 0.5]])
    found = compiled("Momentum", prices, lookback_period=2)
    assert np.allclose(found, [0.25, 0.75, 0.0], rtol=0, atol=1e-15)
    assert (compiled("Momentum", 1 / prices[:2], lookback_period=2) == 0.5).all()


def test_random_weights_are_uniform_over_portfolios() -> None:
    stats = pytest.importorskip("scipy.stats")
    prices = market(0, 5, 4_001)
    weights = allocation_o2.RandomWeights(seed=3).predict_rolling(prices)
    for own in weights.T:  # uniform on the simplex: each weight is beta(1, n - 1)
        assert stats.kstest(own, stats.beta(1, 4).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(weights[:-1, 0], weights[1:, 0])[0, 1]) < 0.06
    other = allocation_o2.RandomWeights(seed=4).predict_rolling(prices)
    assert abs(np.corrcoef(weights[:, 0], other[:, 0])[0, 1]) < 0.06


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("InverseVolatility", compute_inverse_volatility_weights),
        ("MinimumVariance", compute_minimum_variance_weights),
        ("RiskParity", compute_risk_parity_weights),
    ],
)
def test_weights_are_those_of_hft_py(name: str, oracle: Any) -> None:
    found = compiled(name, PRICES, **LOOKBACK)
    assert np.allclose(found, oracle(RETURNS).weights, rtol=0, atol=1e-11)


def test_hierarchical_risk_parity_is_that_of_sorted_assets() -> None:
    order = np.argsort(np.diag(COVARIANCE))
    oracle = compute_hierarchical_risk_parity_weights(RETURNS[:, order]).weights
    found = compiled("HierarchicalRiskParity", PRICES, **LOOKBACK)
    assert np.allclose(found[order], oracle, rtol=0, atol=1e-12)


def test_two_assets_have_closed_forms() -> None:
    prices = PRICES[:2]
    (one, both), (_, two) = moments(prices, 250)[1]
    expected = (two - both) / (one + two - 2 * both)
    assert compiled("MinimumVariance", prices, **LOOKBACK)[0] == pytest.approx(expected, abs=1e-13)
    for name, power in (("RiskParity", 0.5), ("HierarchicalRiskParity", 1.0)):
        expected = two**power / (one**power + two**power)
        found = compiled(name, prices, **LOOKBACK)
        assert found[0] == pytest.approx(expected, abs=1e-13)


def test_all_shrinkage_leaves_equal_variances() -> None:
    for name in ("MinimumVariance", "RiskParity", "HierarchicalRiskParity"):
        found = compiled(name, PRICES, shrinkage=1.0, **LOOKBACK)
        assert np.allclose(found, 1 / 8, rtol=0, atol=1e-13)
    rising = np.maximum(MEAN, 0)
    found = compiled("MaximumSharpe", PRICES, shrinkage=1.0, **LOOKBACK)
    assert np.allclose(found, rising / rising.sum(), rtol=0, atol=1e-13)


def test_maximum_sharpe() -> None:
    for seed in range(20):
        prices = market(seed, 8, 101)
        mean, covariance = moments(prices, 100)
        found = compiled("MaximumSharpe", prices, lookback_period=100)
        if (mean <= 0).all():
            expected = compiled("MinimumVariance", prices, lookback_period=100)
            assert (found == expected).all()
            continue
        # mean = ratio * C w for assets held, no more for others.
        ratio = (mean @ found) / (found @ covariance @ found)
        rest = mean - ratio * covariance @ found
        assert np.abs(rest[found > 0]).max() < 1e-14
        assert rest.max() < 1e-14
        solved = maximum_sharpe_portfolio(mean, covariance).weights
        assert np.allclose(found, solved, rtol=0, atol=1e-4)
    falling = market(7, 8, 101, drift=-0.05)
    expected = compiled("MinimumVariance", falling, lookback_period=100)
    assert (compiled("MaximumSharpe", falling, lookback_period=100) == expected).all()


def slopes(prices: Floats, weights: Floats, current: Floats, **given: Any) -> tuple[Floats, Floats]:
    """What a little more and a little less of each asset cost, in utility."""
    mean, covariance = moments(prices, given["lookback_period"])
    cost = given["cost"] / given["holding_period"]
    smooth = given["risk_aversion"] * covariance @ weights - mean
    more = smooth + np.where(weights < current, -cost, cost)
    less = smooth + np.where(weights <= current, -cost, cost)
    return more, less


@pytest.mark.parametrize("cost", [0.0, 1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("total", [0.0, 0.5, 1.0, 1.4])
def test_mean_variance_meets_the_conditions_of_its_optimum(cost: float, total: float) -> None:
    traded = 0
    for seed in range(12):
        prices, rng = market(seed, 10, 101), np.random.default_rng(seed)
        current = rng.dirichlet(np.ones(10)) * (rng.random(10) > 0.4)
        current *= total / current.sum()
        given = {"lookback_period": 100, "risk_aversion": 8.0, "cost": cost, "holding_period": 20}
        found = compiled("MeanVariance", prices, current, **given)
        more, less = slopes(prices, found, current, **given)
        assert (found >= 0).all()
        assert more.min() > less[found > 0].max() - 1e-14
        assert abs(found.sum() - 1) < 1e-14
        traded += np.count_nonzero(found != current)
    assert traded > 0 or cost == 1e-2


def test_optima_of_singular_covariances() -> None:
    for seed in range(20):
        prices, rng = market(seed, 20, 11), np.random.default_rng(seed)
        current = rng.dirichlet(np.full(20, 0.3))
        given = {"lookback_period": 10, "risk_aversion": 2e3, "cost": 1e-3, "holding_period": 20}
        found = compiled("MeanVariance", prices, current, **given)
        more, less = slopes(prices, found, current, **given)
        assert more.min() > less[found > 0].max() - 1e-12
        least = compiled("MinimumVariance", prices, lookback_period=10)
        gradient = moments(prices, 10)[1] @ least
        assert gradient.min() > gradient[least > 0].max() - 1e-15


def test_mean_variance_is_that_of_a_solver() -> None:
    current = np.array([0.3, 0.2, 0.0, 0.0, 0.1, 0.4, 0.0, 0.0])
    found = compiled(
        "MeanVariance", PRICES, current, risk_aversion=6.0, cost=2e-4, holding_period=1, **LOOKBACK
    )
    settings = MVOConfig(
        risk_aversion=3.0, cost_aversion=1.0, spread_bps=0.0, commission_bps=2.0, long_only=True,
        max_weight=1.0, turnover_limit_annual=None,
    )  # fmt: skip
    solved = build_portfolio_mvo(
        MEAN, risk_model=COVARIANCE, config=settings, current_weights=current
    )
    assert np.allclose(found, solved.weights, rtol=0, atol=1e-5)
    assert 0 < np.count_nonzero(found == current) < 8


def test_mean_variance_in_the_limits() -> None:
    current = np.full(8, 1 / 8)
    stays = compiled("MeanVariance", PRICES, current, cost=1.0, holding_period=1, **LOOKBACK)
    assert (stays == current).all()
    cautious = {"risk_aversion": 1e6, "cost": 0.0, **LOOKBACK}
    safest = compiled("MinimumVariance", PRICES, **LOOKBACK)
    assert np.allclose(compiled("MeanVariance", PRICES, **cautious), safest, rtol=0, atol=1e-4)


def test_runs_without_prices_fail_as_errors() -> None:
    for name in _rust.builtins():
        try:
            compiled(name, np.ones((2, 1)))
        except ValueError:
            continue
        assert name in ("EqualWeight", "Momentum", "RandomWeights")
