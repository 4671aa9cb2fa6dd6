"""Value at risk: formulas, skfolio, level and power of its backtests; drawdowns and metrics."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from hft_py.errors import QuantileWarning
from hft_py.risk import (
    average_drawdown,
    backtest_value_at_risk,
    conditional_drawdown_at_risk,
    conditional_value_at_risk,
    drawdowns,
    max_drawdown,
    metrics,
    rolling_value_at_risk,
    ulcer_index,
    value_at_risk,
)
from hft_py.risk.tail import METHODS


@pytest.mark.parametrize("level", [0.9, 0.95, 0.975, 0.99])
def test_skfolio(level: float) -> None:
    peer = pytest.importorskip("skfolio.measures", reason="skfolio is not installed")
    returns = 0.01 * np.random.default_rng(0).standard_t(4, size=1_003)
    assert value_at_risk(returns, level) == peer.value_at_risk(returns, level)
    assert conditional_value_at_risk(returns, level) == pytest.approx(
        peer.cvar(returns, level), rel=1e-12
    )
    equity = np.cumprod(1 + returns)
    falls = peer.get_drawdowns(returns, compounded=True)
    np.testing.assert_allclose(drawdowns(equity), falls, rtol=1e-12)
    assert conditional_drawdown_at_risk(equity, 1.0, level) == pytest.approx(
        peer.cdar(falls, level), rel=1e-12
    )
    assert ulcer_index(equity) == pytest.approx(peer.ulcer_index(falls), rel=1e-12)
    assert average_drawdown(equity) == pytest.approx(peer.average_drawdown(falls), rel=1e-12)


def test_the_level_is_the_share_of_losses_beyond() -> None:
    returns = -np.arange(1.0, 101.0)
    assert value_at_risk(returns) == 95  # five losses are larger
    assert conditional_value_at_risk(returns) == pytest.approx(98, rel=1e-14)
    # A tail of 2.5 losses: two and a half of the next.
    assert conditional_value_at_risk(returns[:50]) == pytest.approx((50 + 49 + 24) / 2.5, rel=1e-14)


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_parametric_measures_are_integrals_of_the_quantile(level: float) -> None:
    returns = 0.01 * np.random.default_rng(0).standard_t(12, size=5_000) + 0.001
    mean, deviation = returns.mean(), returns.std(ddof=1)
    skew, kurtosis = stats.skew(returns), stats.kurtosis(returns)

    def corrected(share: float) -> float:
        z = stats.norm.ppf(share)
        shape = (z * z - 1) * skew / 6 + (z**3 - 3 * z) * kurtosis / 24
        return float(z + shape - (2 * z**3 - 5 * z) * skew**2 / 36)

    alpha = 1 - level
    for method, quantile in (("gaussian", stats.norm.ppf), ("cornish_fisher", corrected)):
        expected = -(mean + deviation * quantile(alpha))
        assert value_at_risk(returns, level, method) == pytest.approx(expected, rel=1e-10)
        tail = integrate.quad(quantile, 0, alpha)[0] / alpha
        assert conditional_value_at_risk(returns, level, method) == pytest.approx(
            -(mean + deviation * tail), rel=1e-7
        )


def test_outside_the_domain_of_cornish_fisher() -> None:
    returns = np.r_[np.zeros(200), -1.0]
    with pytest.warns(QuantileWarning, match=r"skewness -14\.\d+ .* not monotone"):
        value_at_risk(returns, method="cornish_fisher")


def test_filtered_forecasts_follow_volatility() -> None:
    rng = np.random.default_rng(0)
    calm, wild = 0.01 * rng.normal(size=500), 0.04 * rng.normal(size=30)
    returns = np.r_[calm, wild]
    filtered = value_at_risk(returns, 0.95, "filtered_historical", decay=0.9)
    assert filtered > 2 * value_at_risk(returns)
    forecasts = [np.nan]  # each from the returns before it
    for t in range(1, 531):
        weights = 0.9 ** np.arange(t)[::-1]
        forecasts.append(math.sqrt(weights @ returns[:t] ** 2 / weights.sum()))
    scaled = np.sort(returns[7:] / forecasts[7:-1])  # 0.9 ** 7 is the first power below a half
    assert filtered == pytest.approx(-forecasts[-1] * scaled[26], rel=1e-12)  # 5 % are 26.15
    tail = -forecasts[-1] * (scaled[:26].sum() + 0.15 * scaled[26]) / 26.15
    assert conditional_value_at_risk(
        returns, 0.95, "filtered_historical", decay=0.9
    ) == pytest.approx(tail, rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_rolling_forecasts_look_back_only(method: str) -> None:
    returns = 0.01 * np.random.default_rng(1).normal(size=300)
    first, second = rolling_value_at_risk(returns, 100, 0.95, method)
    assert np.isnan(first[:100]).all()
    assert np.isfinite(first[100:]).all()
    for t in (100, 250):
        window = returns[t - 100 : t]
        assert first[t] == pytest.approx(value_at_risk(window, method=method), rel=1e-10)
        assert second[t] == pytest.approx(conditional_value_at_risk(window, method=method))
    changed = returns.copy()
    changed[200:] *= -3
    again, _ = rolling_value_at_risk(changed, 100, 0.95, method)
    np.testing.assert_array_equal(again[:201], first[:201])


def test_backtests_by_hand() -> None:
    """Kupiec's and Christoffersen's statistics from their likelihoods."""
    hits = np.zeros(200, dtype=bool)
    hits[[3, 4, 50, 51, 52, 120]] = True
    sample = np.where(hits, -2.0, -1.0), np.ones(200)  # a loss of 1 is no exceedance
    found = backtest_value_at_risk(*sample, p_values="asymptotic")
    likelihood = 194 * math.log(0.95) + 6 * math.log(0.05)
    best = 194 * math.log(194 / 200) + 6 * math.log(6 / 200)
    assert found.exceedances == 6
    assert found.kupiec == pytest.approx(-2 * (likelihood - best), rel=1e-12)
    assert found.kupiec_p == pytest.approx(stats.chi2.sf(found.kupiec, 1), rel=1e-12)
    # From calm 193 days, 3 hits follow; from a hit 6 days, 3 follow.
    apart = 190 * math.log(190 / 193) + 3 * math.log(3 / 193) + 6 * math.log(0.5)
    pooled = 193 * math.log(193 / 199) + 6 * math.log(6 / 199)
    assert found.independence == pytest.approx(-2 * (pooled - apart), rel=1e-12)
    both = stats.chi2.sf(found.kupiec + found.independence, 2)
    assert found.conditional_coverage_p == pytest.approx(both, rel=1e-12)
    assert "independence" in found.rejected()
    none = backtest_value_at_risk(np.ones(100), np.ones(100))
    assert none.kupiec == pytest.approx(-200 * math.log(0.95), rel=1e-12)
    assert none.independence == 0


def test_backtests_keep_right_models_and_reject_wrong_ones() -> None:
    """1,000 simulations of 1,000 days: the level is kept, and power is high."""
    rng = np.random.default_rng(5)
    returns = rng.normal(size=(1_000, 1_000))
    right = np.full(1_000, -stats.norm.ppf(0.05))

    def rejections(
        sample: np.ndarray, forecasts: np.ndarray, p_values: str = "exact"
    ) -> dict[str, float]:
        tests = [backtest_value_at_risk(row, forecasts, p_values=p_values) for row in sample]
        names = ("kupiec", "independence", "conditional_coverage")
        return {n: np.mean([getattr(t, f"{n}_p") < 0.05 for t in tests]).item() for n in names}

    kept = rejections(returns, right)
    # At most 5 %, and not much less though counts are whole numbers; 1,000 draws give or take 2 %.
    assert all(0.02 < share < 0.07 for share in kept.values()), kept
    assert rejections(returns, right, "asymptotic")["independence"] > 0.065  # too often
    assert rejections(returns[:200], 0.8 * right)["kupiec"] > 0.97
    assert rejections(returns[:200], 1.35 * right)["kupiec"] > 0.97
    # The right share in all, but in clusters: after an exceedance one in four.
    hits = np.zeros((200, 1_000), dtype=bool)
    for t in range(1, 1_000):
        hits[:, t] = rng.random(200) < np.where(hits[:, t - 1], 0.25, 0.0395)
    clustered = rejections(np.where(hits, -9.0, 0.0), right)
    assert clustered["independence"] > 0.9
    assert clustered["kupiec"] < 0.3


def test_drawdown_measures() -> None:
    equity = np.array([110.0, 99.0, 88.0, 121.0, 108.9])
    assert drawdowns(equity, 100).round(12).tolist() == [0, -0.1, -0.2, 0, -0.1]
    deepest = max_drawdown(equity, 100)
    assert (deepest.peak, deepest.trough, deepest.recovery) == (0, 2, 3)
    assert average_drawdown(equity, 100) == pytest.approx(0.08)
    assert conditional_drawdown_at_risk(equity, 100, 0.6) == pytest.approx(0.15)
    assert conditional_drawdown_at_risk(equity, 100, 0.0) == pytest.approx(0.08)
    assert conditional_drawdown_at_risk(equity, 100, 0.999) == pytest.approx(0.2)
    assert ulcer_index(equity, 100) == pytest.approx(math.sqrt(0.06 / 5))
    assert max_drawdown([1.0, 2.0]).depth == 0


def test_metrics_are_those_of_the_case_study() -> None:
    """Two packages, one definition of each figure."""
    theirs = pytest.importorskip(
        "polars_vs_pandas.metrics", reason="case study 01 is not installed"
    )
    rng = np.random.default_rng(3)
    returns = 0.01 * rng.normal(size=500)
    equity, traded = 100 * np.cumprod(1 + returns), np.abs(rng.normal(size=500))
    for name in ("volatility", "sharpe", "sortino", "hit_rate"):
        for series in (returns, np.zeros(9), np.full(3, 0.1), returns[:1], np.abs(returns)):
            found, expected = getattr(metrics, name)(series), getattr(theirs, name)(series)
            assert found == expected or (np.isnan(found) and np.isnan(expected)), name
    for name in ("total_return", "cagr", "drawdowns"):
        np.testing.assert_array_equal(
            getattr(metrics, name)(equity, 100.0), getattr(theirs, name)(equity, 100.0)
        )
    for curve in (equity, np.array([90.0, 80.0]), np.array([101.0])):
        one, two = metrics.max_drawdown(curve, 100.0), theirs.max_drawdown(curve, 100.0)
        assert vars(one) == vars(two)
    assert metrics.costs_paid(traded, 0.001) == theirs.costs_paid(traded, 0.001)
    np.testing.assert_array_equal(
        metrics.turnover(traded, equity, 100.0), theirs.turnover(traded, equity, 100.0)
    )
    depth = metrics.max_drawdown(equity, 100.0).depth
    assert metrics.calmar(equity, 100.0) == metrics.cagr(equity, 100.0) / -depth


@pytest.mark.parametrize(("count", "share"), [(8, 0.3), (10, 0.5), (12, 0.05)])
def test_exact_p_values_by_enumeration(count: int, share: float) -> None:
    """All ``2 ** count`` sequences with their probabilities."""
    arrangements = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    hits = arrangements.sum(axis=1)
    chance = share**hits * (1 - share) ** (count - hits)
    tests = [
        backtest_value_at_risk(np.where(row, -2.0, 0.0), np.ones(count), 1 - share)
        for row in arrangements
    ]
    first, second = (np.array([t[k] for t in tests]) for k in ("kupiec", "independence"))
    for place in (0, 1, 3, 5, 11, 77, 128, 200, 255):
        test, alike = tests[place], hits == hits[place]
        expected = (
            chance[first >= first[place] - 1e-9].sum(),
            chance[alike & (second >= second[place] - 1e-9)].sum() / chance[alike].sum(),
            chance[first + second >= first[place] + second[place] - 1e-9].sum(),
        )
        found = (test.kupiec_p, test.independence_p, test.conditional_coverage_p)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
