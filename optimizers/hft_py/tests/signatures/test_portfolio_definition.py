"""The portfolio against its definition, computed day by day without its own helpers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import ttest_1samp

from hft_py.signatures import SignaturePortfolio, signature
from hft_py.signatures.result import performance

WINDOW, VOLATILITY, HORIZON, DELAY, REFIT = 10, 20, 5, 1, 4
RIDGE, AVERSION, LOWER, UPPER, COST = 0.3, 6.0, 0.05, 0.6, 0.002
DAYS, ASSETS = 300, 4


def closes() -> Any:
    steps = np.random.default_rng(3).normal(0.0004, 0.01, (DAYS, ASSETS))
    return np.exp(steps.cumsum(axis=0))


def portfolio(**options: Any) -> SignaturePortfolio:
    return SignaturePortfolio(
        WINDOW, 2, horizon=HORIZON, delay=DELAY, ridge=RIDGE, risk_aversion=AVERSION,
        min_weight=LOWER, max_weight=UPPER, cost=COST, min_decisions=30, refit_every=REFIT,
        volatility_days=VOLATILITY, **options,
    )  # fmt: skip


def volatility(prices: Any, day: int) -> Any:
    returns = np.log(prices[day - VOLATILITY + 1 : day + 1] / prices[day - VOLATILITY : day])
    return np.sqrt((returns**2).mean(axis=0))


def words(prices: Any, day: int, **transforms: bool) -> Any:
    """The signatures of all assets on a day, from their last returns over volatility."""
    days = range(day - WINDOW + 1, day + 1)
    steps = [np.log(prices[t] / prices[t - 1]) / volatility(prices, t - 1) for t in days]
    own = np.concatenate([np.zeros((1, ASSETS)), np.cumsum(steps, axis=0)]) / np.sqrt(WINDOW)
    paths = [np.stack([own[:, a], own.mean(axis=1)], axis=1) for a in range(ASSETS)]
    return np.stack([signature(path, 2, **transforms) for path in paths])


def within_bounds(wish: Any) -> Any:
    def excess(shift: float) -> float:
        return float(np.clip(wish - shift, LOWER, UPPER).sum()) - 1.0

    return np.clip(wish - brentq(excess, -10.0, 10.0, xtol=1e-15), LOWER, UPPER)


def best(standard: Any, sigma: Any) -> Any:
    return within_bounds(1 / ASSETS + standard / (AVERSION * sigma * np.sqrt(HORIZON)))


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ({}, None),
        ({"target": "allocation"}, None),
        ({"lead_lag": False, "max_decisions": 31}, 31),
        ({"time_aug": False}, None),
    ],
)
def test_predictions_and_weights(options: dict[str, Any], most: int | None) -> None:
    prices = closes()
    run = portfolio(**options).backtest(prices)
    transforms = {name: options.get(name, True) for name in ("lead_lag", "time_aug")}
    allocation = "target" in options
    first = VOLATILITY + WINDOW
    for i in (0, 6, len(run.weights) - 1):
        fitted, day = run.decision_days[i - i % REFIT], run.decision_days[i]
        # Outcomes known at the close of the day of the fit.
        known = [t for t in range(first, fitted + 1, HORIZON) if t + DELAY + HORIZON <= fitted]
        x, y = [], []
        for t in known[-most:] if most else known:
            earned = prices[t + DELAY + HORIZON] / prices[t + DELAY] - 1
            sigma = volatility(prices, t)
            standard = (earned - earned.mean()) / (sigma * np.sqrt(HORIZON))
            y.append(best(standard, sigma) - 1 / ASSETS if allocation else standard)
            x.append(words(prices, t, **transforms))
        rows, targets = np.concatenate(x), np.concatenate(y)
        mean, deviation = rows.mean(axis=0), rows.std(axis=0)
        deviation[deviation < 1e-7] = np.inf  # time alone: a constant
        scaled = (rows - mean) / deviation / np.sqrt(len(rows))
        augmented = np.concatenate([scaled, np.sqrt(RIDGE) * np.eye(len(mean))])
        wanted = np.concatenate([(targets - targets.mean()) / np.sqrt(len(rows)), 0 * mean])
        slopes = np.linalg.lstsq(augmented, wanted, rcond=None)[0]
        predicted = targets.mean() + (words(prices, day, **transforms) - mean) / deviation @ slopes
        np.testing.assert_allclose(run.predictions[i], predicted, rtol=1e-7, atol=1e-10)
        weights = best(predicted, volatility(prices, day))
        if allocation:
            weights = within_bounds(1 / ASSETS + predicted)
        np.testing.assert_allclose(run.weights[i], weights, rtol=1e-7)


def wealth(prices: Any, trades: Any, weights: Any) -> tuple[Any, Any]:
    """In shares and money: the wealth of each day, and what was bought and sold of it."""
    money, shares, found, traded = 1.0, np.zeros(ASSETS), [], []
    for day in range(trades[0], DAYS):
        money = float(shares @ prices[day]) if shares.any() else money
        if day in trades:
            target = weights[list(trades).index(day)]
            moved = np.abs(target * money - shares * prices[day]).sum()
            traded.append(moved / money)
            money -= COST * moved
            shares = target * money / prices[day]
        found.append(money)
    return np.array(found), np.array(traded)


def test_what_it_and_the_alternatives_earn() -> None:
    prices = closes()
    run = portfolio().backtest(prices)
    alike = np.full_like(run.weights, 1 / ASSETS)
    own, turnover = wealth(prices, run.trade_days, run.weights)
    equal, traded = wealth(prices, run.trade_days, alike)
    held, _ = wealth(prices, run.trade_days[:1], alike)
    np.testing.assert_allclose(run.wealth, own, rtol=1e-12)
    np.testing.assert_allclose(np.cumprod(1 + run.equal_weight), equal, rtol=1e-12)
    np.testing.assert_allclose(np.cumprod(1 + run.buy_and_hold), held, rtol=1e-12)
    np.testing.assert_allclose(run.turnover, turnover, rtol=1e-10)
    np.testing.assert_allclose(run.equal_weight_turnover, traded, rtol=1e-10)
    expected = ttest_1samp(run.returns - run.equal_weight, 0.0).statistic
    assert run.t_statistic == pytest.approx(expected, rel=1e-10)


def test_figures_of_returns() -> None:
    returns = np.array([-0.1, 0.05, 0.02, -0.01])
    found = performance(returns)
    assert found.volatility == pytest.approx(np.std(returns, ddof=1) * np.sqrt(252))
    assert found.sharpe == pytest.approx(252 * returns.mean() / found.volatility)
    assert found.max_drawdown == pytest.approx(-0.1)  # from the wealth before the first day


def test_a_summary_has_the_turnover_of_a_year() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    run = portfolio().backtest(closes())
    yearly = 252 / len(run.returns)
    expected = [run.turnover.sum() * yearly, run.equal_weight_turnover.sum() * yearly, yearly]
    np.testing.assert_allclose(run.summary()["turnover"], expected)
