"""Every metric against figures worked by hand or from a formula written another way."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polars_vs_pandas import metrics
from polars_vs_pandas.metrics import Drawdown

# 100 -> 110 -> 88 -> 99 -> 99 -> 132: returns +10 %, -20 %, +12.5 %, 0, +33.3 %.
EQUITY = np.array([110.0, 88.0, 99.0, 99.0, 132.0])
RETURNS = np.array([0.1, -0.2, 0.125, 0.0, 1 / 3])

property_test = settings(max_examples=50, deadline=None)
returns_lists = st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=60)


def test_by_hand() -> None:
    mean = (0.1 - 0.2 + 0.125 + 1 / 3) / 5
    squares = sum((r - mean) ** 2 for r in RETURNS)
    deviation = math.sqrt(squares / 4)
    assert metrics.total_return(EQUITY, 100.0) == pytest.approx(0.32, rel=1e-14)
    assert metrics.cagr(EQUITY, 100.0, periods_per_year=10) == pytest.approx(1.32**2 - 1, rel=1e-14)
    assert metrics.volatility(RETURNS) == pytest.approx(deviation * math.sqrt(252), rel=1e-14)
    assert metrics.sharpe(RETURNS) == pytest.approx(mean / deviation * math.sqrt(252), rel=1e-14)
    # Only -20 % falls short of zero: downside deviation sqrt(.04 / 5).
    assert metrics.sortino(RETURNS) == pytest.approx(
        mean / math.sqrt(0.04 / 5) * math.sqrt(252), rel=1e-14
    )
    assert metrics.hit_rate(RETURNS) == 0.75
    assert metrics.costs_paid(np.array([50.0, 150.0]), 1e-3) == pytest.approx(0.2)
    assert metrics.max_drawdown(EQUITY, 100.0) == Drawdown(pytest.approx(-0.2), 0, 1, 4)


def test_sharpe_and_sortino_take_a_rate() -> None:
    assert metrics.sharpe(RETURNS, risk_free=0.01) == pytest.approx(metrics.sharpe(RETURNS - 0.01))
    assert metrics.sortino(RETURNS, target=0.01) == pytest.approx(metrics.sortino(RETURNS - 0.01))


@pytest.mark.parametrize(
    ("equity", "expected"),
    [
        ([101.0, 102.0, 103.0], Drawdown(0.0, -1, -1, None)),
        ([100.0, 100.0], Drawdown(0.0, -1, -1, None)),
        ([90.0, 80.0, 85.0], Drawdown(pytest.approx(-0.2), -1, 1, None)),
        ([90.0, 80.0, 100.0], Drawdown(pytest.approx(-0.2), -1, 1, 2)),
        ([200.0, 100.0, 300.0, 150.0], Drawdown(pytest.approx(-0.5), 0, 1, 2)),
        ([200.0, 0.0, 0.0], Drawdown(-1.0, 0, 1, None)),
        ([200.0, 200.0, 150.0], Drawdown(pytest.approx(-0.25), 0, 2, None)),
    ],
)
def test_drawdowns(equity: list[float], expected: Drawdown) -> None:
    assert metrics.max_drawdown(np.array(equity), 100.0) == expected


@pytest.mark.parametrize("value", [0.0, 0.001, -0.1])
def test_nothing_varies(value: float) -> None:
    """A hundred equal returns: deviation exactly 0, so no ratio, and no warning."""
    same = np.full(100, value)
    assert metrics.volatility(same) == 0.0
    assert math.isnan(metrics.sharpe(same))
    assert math.isnan(metrics.sortino(same)) == (value >= 0)
    assert math.isnan(metrics.hit_rate(np.zeros(5)))


def test_a_single_day() -> None:
    assert math.isnan(metrics.volatility(np.array([0.1])))
    assert math.isnan(metrics.sharpe(np.array([0.1])))
    assert metrics.hit_rate(np.array([0.1])) == 1.0


def test_turnover_after_ruin_is_zero() -> None:
    found = metrics.turnover(np.array([50.0, 10.0, 0.0]), np.array([100.0, 0.0, 0.0]), 200.0)
    assert found.tolist() == [0.25, 0.1, 0.0]


@given(returns_lists)
@property_test
def test_drawdown_is_what_its_dates_say(values: list[float]) -> None:
    equity = 100.0 * np.cumprod(1 + np.array(values))
    fall = metrics.max_drawdown(equity, 100.0)
    slow = min(min(e / max([100.0, *equity[: i + 1]]) - 1 for i, e in enumerate(equity)), 0.0)
    assert fall.depth == pytest.approx(slow, abs=1e-14)
    if fall.depth < 0:
        peak = 100.0 if fall.peak < 0 else equity[fall.peak]
        assert equity[fall.trough] / peak - 1 == pytest.approx(fall.depth, abs=1e-14)
        if fall.recovery is not None:
            assert fall.recovery > fall.trough
            assert equity[fall.recovery] >= peak


@given(returns_lists, st.floats(0.1, 10))
@property_test
def test_ratios_do_not_depend_on_leverage(values: list[float], leverage: float) -> None:
    returns = np.round(values, 6)  # spread over rounding, so that ratios are not noise
    for ratio in (metrics.sharpe, metrics.sortino, metrics.hit_rate):
        one, more = ratio(returns), ratio(returns * leverage)
        assert math.isclose(one, more, rel_tol=1e-6) or abs(one - more) < 1e-6 or math.isnan(one)


def ols(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Least squares by QR: coefficients, t-values and R squared."""
    design = np.column_stack([np.ones_like(x), x])
    q, r = np.linalg.qr(design)
    coefficients = np.linalg.solve(r, q.T @ y)
    residuals = y - design @ coefficients
    inverse = np.linalg.inv(r)
    errors = np.sqrt(residuals @ residuals / (len(y) - 2) * np.sum(inverse**2, axis=1))
    explained = 1 - residuals @ residuals / np.sum((y - y.mean()) ** 2)
    return coefficients, coefficients / errors, float(explained)


@pytest.mark.parametrize("seed", range(5))
def test_capm_is_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    market = 0.01 * rng.standard_normal(500)
    returns = 2e-4 + 0.7 * market + 0.005 * rng.standard_normal(500)
    coefficients, t_values, explained = ols(returns, market)
    fit = metrics.capm(returns, market)
    assert fit.alpha == pytest.approx(coefficients[0] * 252, rel=1e-9)
    assert fit.beta == pytest.approx(coefficients[1], rel=1e-11)
    assert (fit.alpha_t, fit.beta_t) == pytest.approx(tuple(t_values), rel=1e-9)
    assert fit.r_squared == pytest.approx(explained, rel=1e-9)
    assert fit.days == 500


def test_capm_of_norris() -> None:
    """NIST StRD, Norris, linear regression of the lower level of difficulty: certified values."""
    x = [0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4]
    x += [0.6, 775.5, 666.9, 338.0, 447.5, 11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3]
    x += [0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5]
    y = [0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3]
    y += [0.1, 778.1, 668.8, 339.3, 448.9, 10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3]
    y += [0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2]
    fit = metrics.capm(np.array(y), np.array(x), periods_per_year=1)
    assert fit.alpha == pytest.approx(-0.262323073774029, rel=1e-10)
    assert fit.beta == pytest.approx(1.00211681802045, rel=1e-13)
    assert fit.alpha / fit.alpha_t == pytest.approx(0.232818234301152, rel=1e-10)
    assert fit.beta / fit.beta_t == pytest.approx(0.429796848199937e-03, rel=1e-10)
    assert fit.r_squared == pytest.approx(0.999993745883712, rel=1e-12)


def test_capm_of_the_benchmark_itself() -> None:
    market = np.random.default_rng(0).standard_normal(50)
    fit = metrics.capm(2 * market, market, periods_per_year=252)
    assert fit.beta == 2.0
    assert fit.r_squared == pytest.approx(1.0)
    assert fit.beta_t > 1e10


@pytest.mark.parametrize(
    ("returns", "market"),
    [(np.zeros(1), np.ones(1)), (np.zeros(2), np.arange(2.0)), (np.arange(5.0), np.full(5, 0.1))],
)
def test_capm_that_cannot_be_fitted_is_nan(returns: np.ndarray, market: np.ndarray) -> None:
    *figures, days = dataclasses.astuple(metrics.capm(returns, market))
    assert np.isnan(figures).all()
    assert days == returns.size


@pytest.mark.parametrize("exponent", [-700, -1, 600])
def test_capm_in_any_unit(exponent: int) -> None:
    """Squares of such benchmarks vanish or overflow; the fit is the same to the bit."""
    rng = np.random.default_rng(9)
    market = rng.standard_normal(50)
    returns = 0.5 * market + rng.standard_normal(50)
    one, other = metrics.capm(returns, market), metrics.capm(returns, market * 2.0**exponent)
    assert dataclasses.replace(other, beta=other.beta * 2.0**exponent) == one
    assert (
        metrics.volatility(returns * 2.0**exponent) == metrics.volatility(returns) * 2.0**exponent
    )
