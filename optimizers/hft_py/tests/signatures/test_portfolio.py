"""The portfolio: no look-ahead, constraints kept, costs counted, a signal found where one is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.signatures import SignaturePortfolio
from hft_py.signatures._constraints import project
from hft_py.signatures._features import features, known, next_returns
from hft_py.signatures._walk import walk
from hft_py.signatures.result import performance

SMALL: dict[str, Any] = {
    "window": 10,
    "depth": 2,
    "volatility_days": 20,
    "min_decisions": 30,
    "refit_every": 4,
}


def prices(days: int, assets: int = 4, seed: int = 0) -> Any:
    steps = np.random.default_rng(seed).normal(0.0004, 0.01, (days, assets))
    return np.exp(steps.cumsum(axis=0))


def trending(days: int, assets: int = 5) -> Any:
    """Returns of a hidden drift by asset that lasts for weeks."""
    rng = np.random.default_rng(1)
    drift = np.zeros((days, assets))
    for t in range(1, days):
        drift[t] = 0.97 * drift[t - 1] + 0.001 * rng.normal(size=assets)
    return np.exp((drift + rng.normal(0, 0.01, (days, assets))).cumsum(axis=0))


@pytest.mark.parametrize(
    "options", [{}, {"target": "allocation"}, {"max_decisions": 35, "delay": 0, "horizon": 3}]
)
def test_later_prices_change_nothing(options: dict[str, Any]) -> None:
    portfolio = SignaturePortfolio(**{**SMALL, **options})
    whole = prices(420)
    run = portfolio.backtest(whole)
    other = whole.copy()
    other[330:] = other[330:] ** 1.5 + 9.0  # another future
    for given in (whole[:330], whole[:331], whole[:334], other):
        part = portfolio.backtest(given)
        days = min(len(part.returns), 330 - int(run.trade_days[0]))
        decided = int((part.decision_days < 330).sum())
        assert days > 40
        assert decided > 5
        np.testing.assert_array_equal(part.predictions[:decided], run.predictions[:decided])
        for name in ("returns", "equal_weight", "buy_and_hold", "costs"):
            np.testing.assert_array_equal(part[name][:days], run[name][:days])
    # The same comparison does see a peek: outcomes shifted by one decision.
    settings = portfolio.settings
    found = features(whole, settings)
    assert known(found, 10, settings) <= 10 - (settings.delay > 0)
    assert len(next_returns(whole, settings)) < len(found.days)


def test_a_backtest_decides_as_fit_and_predict() -> None:
    portfolio = SignaturePortfolio(**{**SMALL, "refit_every": 1})
    closes = prices(300)
    run = portfolio.backtest(closes)
    for i in (0, 3, len(run.weights) - 1):
        seen = closes[: run.decision_days[i] + 1]
        weights = portfolio.fit(seen).predict(seen)
        np.testing.assert_allclose(run.weights[i], weights, rtol=1e-8)
    np.testing.assert_array_equal(run.trade_days, run.decision_days + 1)


def test_weights_keep_the_constraints() -> None:
    options = {**SMALL, "min_weight": 0.1, "max_weight": 0.35, "risk_aversion": 0.1, "ridge": 1e-3}
    run = SignaturePortfolio(**options).backtest(prices(400, 6))
    np.testing.assert_allclose(run.weights.sum(axis=1), 1.0, atol=1e-12)
    assert run.weights.min() >= 0.1 - 1e-12
    assert run.weights.max() <= 0.35 + 1e-12
    assert run.weights.std() > 0.05
    slow = SignaturePortfolio(**options, max_turnover=0.2).backtest(prices(400, 6))
    np.testing.assert_allclose(slow.weights.sum(axis=1), 1.0, atol=1e-12)
    assert slow.turnover[1:].max() <= 0.2 + 1e-12 < run.turnover[1:].max()


def test_projections_are_the_nearest() -> None:
    rng = np.random.default_rng(0)
    wishes = rng.normal(size=(50, 5)) * rng.choice([0.01, 1.0, 100.0], (50, 1))
    lower, upper = -0.1, 0.6
    found = project(wishes, lower, upper)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-12)
    others = project(rng.normal(size=(400, 5)), lower, upper)
    for wish, point in zip(wishes, found, strict=True):
        # The angle at a projection is never acute.
        assert ((wish - point) @ (others - point).T).max() < 1e-9
    assert ((found >= lower - 1e-12) & (found <= upper + 1e-12)).all()


def test_a_walk_by_hand() -> None:
    closes = np.array([[1.0, 1.0], [2.0, 1.0], [2.0, 1.0], [2.0, 2.0]])
    half = np.full((2, 2), 0.5)
    found = walk(closes, np.array([0, 2]), half, 0.1)
    # Bought for 1, doubled one half: 2/3 and 1/3; a third of the wealth is traded back.
    np.testing.assert_allclose(found.turnover, [1.0, 1 / 3])
    after = (1 - 0.1) * 1.5 * (1 - 0.1 / 3)
    np.testing.assert_allclose(np.cumprod(1 + found.returns), [0.9, 1.35, after, 1.5 * after])
    held = performance(np.array([0.1, -0.5, 0.2]))
    assert held.max_drawdown == pytest.approx(-0.5)
    assert held.annual_return == pytest.approx((1.1 * 0.5 * 1.2) ** 84 - 1)


@pytest.mark.parametrize("target", ["return", "allocation"])
def test_trends_are_found_and_noise_is_not(target: str) -> None:
    options = {**SMALL, "window": 30, "target": target, "ridge": 0.1, "cost": 0.0}
    found = SignaturePortfolio(**options).backtest(trending(2_000))
    assert found.t_statistic > 3
    assert found.performance()["signature"].sharpe > found.performance()["equal_weight"].sharpe
    assert abs(SignaturePortfolio(**options).backtest(prices(2_000, 5)).t_statistic) < 3


def test_results_read_and_draw() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    closes = pandas.DataFrame(prices(300), columns=list("wxyz"))
    dates = pandas.date_range("2020-01-01", periods=300)
    run = SignaturePortfolio(**SMALL).backtest(closes, dates)
    assert run.assets == tuple("wxyz")
    assert run.to_frame().index[-1] == dates[-1]
    assert list(run.summary().index) == ["signature", "equal_weight", "buy_and_hold"]
    assert run["t_statistic"] == run.t_statistic
    assert run.costs.sum() > 0 and run.backend in ("rust", "python")


def test_arguments_are_read_changed_and_cloned() -> None:
    portfolio = SignaturePortfolio(**SMALL)
    given = portfolio.get_params()
    assert given["window"] == 10 and type(portfolio)(**given).get_params() == given
    assert portfolio.set_params(ridge=0.5).ridge == 0.5
    with pytest.raises(ValueError, match="ridge=-1, expected|ridge=-1.0, expected"):
        portfolio.set_params(ridge=-1)
    base = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed")
    assert base.clone(portfolio).get_params() == portfolio.get_params()


def test_bad_input() -> None:
    for options, error, message in (
        ({"window": 0}, ValueError, "window=0, expected 1 or more"),
        ({"target": "sharpe"}, ValueError, "target='sharpe', expected one of"),
        ({"ridge": 0.0}, ValueError, "ridge=0.0, expected more than 0"),
        ({"min_weight": 0.5, "max_weight": 0.2}, ValueError, "min_weight=0.5, expected at most"),
        ({"max_decisions": 10}, ValueError, "max_decisions=10, expected 100 or more"),
    ):
        with pytest.raises(error, match=message):
            SignaturePortfolio(**options)
    portfolio = SignaturePortfolio(**SMALL)
    with pytest.raises(ValueError, match="nothing is fitted yet"):
        portfolio.predict(prices(100))
    closes = prices(300)
    for given, message in (
        (closes[:150], "prices has 150 days, expected 187 or more"),
        (closes[:, :1], "prices has 1 columns, expected 2 assets"),
        (closes * np.where(np.arange(300) == 7, -1, 1)[:, None], r"prices\[7, 0\] is -"),
        (np.where(closes == closes[3, 1], np.nan, closes), r"prices\[3, 1\] is nan"),
    ):
        with pytest.raises(ValueError, match=message):
            portfolio.backtest(given)
    needed = prices(187)
    assert len(portfolio.backtest(needed).weights) == 1
    with pytest.raises(ValueError, match=r"dates has shape \(3,\), expected \(300,\)"):
        portfolio.backtest(closes, [1, 2, 3])
    with pytest.raises(ValueError, match="no 4 weights between them sum to 1"):
        SignaturePortfolio(**SMALL, max_weight=0.2).fit(closes)
