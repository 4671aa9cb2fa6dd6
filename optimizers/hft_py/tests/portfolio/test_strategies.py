"""Strategies tuned and combined window by window; those that look ahead or change prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.portfolio import MultiStrategyOptimizer, deflated_sharpe_ratio
from hft_py.risk import metrics

Floats = npt.NDArray[np.float64]
PRICES: Floats = 100 * np.exp(
    np.cumsum(np.random.default_rng(1).normal(3e-4, 0.012, (300, 2)), axis=0)
)


def plan(strategies: Any, params: Any = None, **options: Any) -> Any:
    given: dict[str, Any] = {"train": 150, "test": 100, "evaluations": 8, "seed": 1}
    given |= {"generations": 2, "population_size": 8}
    optimizer = MultiStrategyOptimizer(strategies, ["A", "B"], objectives=["sharpe"])
    return optimizer.optimize(PRICES, params, **{**given, **options})


def test_a_strategy_cannot_change_prices() -> None:
    before = PRICES.copy()

    def spoils(prices: Floats) -> Floats:
        prices *= 2.0
        return np.ones_like(prices)

    with pytest.raises(ValueError, match="read-only"):
        plan({"spoils": spoils})
    np.testing.assert_array_equal(PRICES, before)


def test_looking_ahead_is_refused_without_a_walk_forward_too() -> None:
    def centred(prices: Floats) -> Floats:
        return np.asarray(np.sign(prices - prices.mean(axis=0)))

    with pytest.raises(ValueError, match="'centred' looks ahead"):
        plan({"centred": centred}, walk_forward=False)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("momentum", {"window": 0}),
        ("momentum", {"window": -5}),
        ("mean_reversion", {"window": 0}),
        ("moving_average", {"fast": 0}),
        ("moving_average", {"slow": 0}),
    ],
)
def test_windows_of_no_length_are_refused(name: str, params: dict[str, int]) -> None:
    (window, value), *_ = params.items()
    with pytest.raises(ValueError, match=f"{window}={value}, expected 1 or more"):
        plan([name], {name: params})


def test_tuning_finds_the_best_and_counts_its_trials() -> None:
    """The best of eight windows by enumeration; being the best of many counts against it."""
    found = plan(
        ["momentum"], {"momentum": {"window": (5, 12)}}, walk_forward=False, evaluations=60
    ).strategies["momentum"]
    returns = PRICES[1:] / PRICES[:-1] - 1
    earned = {}
    for window in range(5, 13):
        positions = np.zeros_like(PRICES)
        positions[window:] = np.sign(PRICES[window:] - PRICES[:-window])
        traded = np.abs(np.diff(positions[:-1], axis=0, prepend=0.0))
        earned[window] = (positions[:-1] * returns - 0.001 * traded).mean(axis=1)
    best = max(earned, key=lambda window: metrics.sharpe(earned[window]))
    assert found["params"] == {"window": best}
    assert found["sharpe"] == pytest.approx(metrics.sharpe(earned[best]), rel=1e-9)
    assert found["deflated_sharpe"] < 0.9 * deflated_sharpe_ratio(earned[best], 1, 0.0)


def prices(dates: int = 420, n: int = 3) -> Floats:
    noise = np.random.default_rng(1).normal(3e-4, 0.012, (dates, n))
    made: Floats = 100 * np.exp(np.cumsum(noise, axis=0))
    return made


def walk(market: Any, **options: Any) -> Any:
    optimizer = MultiStrategyOptimizer(
        ["momentum", "buy_and_hold"],
        ["A", "B", "C"],
        {"A": "stock", "B": "stock", "C": "bond"},
        objectives=["sharpe", "drawdown"],
        constraints={"max_weight": 0.5},
    )
    given: dict[str, Any] = {"train": 150, "test": 60, "evaluations": 16, "seed": 1}
    given |= {"generations": 5, "population_size": 20}
    params = {"momentum": {"window": (5, 60)}}
    return optimizer.optimize(market, params, **{**given, **options})


def test_walk_forward_is_out_of_sample() -> None:
    pandas = pytest.importorskip("pandas")
    dates = pandas.date_range("2020-01-01", periods=420)
    frame = pandas.DataFrame(prices(), index=dates, columns=list("ABC"))
    whole, part = walk(frame), walk(frame.iloc[:330])
    assert whole["allocations"].shape == (2, 3) and len(whole.folds) == 6 and len(part.folds) == 4
    np.testing.assert_array_equal(part.returns, whole.returns[: len(part.returns)])
    for earlier, later in zip(part.folds[:-1], whole.folds, strict=False):
        np.testing.assert_array_equal(earlier.array(), later.array())
    assert len(whole.returns) == 420 - 150 == len(whole.dates) and whole.dates[0] == dates[150]
    momentum = whole["strategies"]["momentum"]
    assert 5 <= momentum["params"]["window"] <= 60 and momentum["n_trials"] >= 16
    assert 0 <= momentum["deflated_sharpe"] <= 1
    assert sum(whole.asset_types.values()) == pytest.approx(1)
    other = walk(frame.iloc[:330][list("CBA")].assign(volume=0.0))  # columns are read by label
    np.testing.assert_array_equal(other.returns, part.returns)
    # The first window by hand: its weights on what the strategies earn on the next dates.
    inner = walk(frame.iloc[:150], walk_forward=False)
    np.testing.assert_array_equal(inner.folds[0].array(), whole.folds[0].array())
    positions = np.sign(frame.diff(inner.strategies["momentum"]["params"]["window"])).to_numpy()
    returns = frame.pct_change().to_numpy()
    traded = np.abs(positions[149:209] - positions[148:208])
    followed = positions[149:209] * returns[150:210] - 0.001 * traded
    weights = inner.folds[0].array()
    expected = followed @ weights[0] + returns[150:210] @ weights[1]
    np.testing.assert_allclose(whole.returns[:60], expected, atol=1e-12)
    held = metrics.sharpe(returns[150:].mean(axis=1))
    assert whole.strategies["buy_and_hold"]["out_of_sample_sharpe"] == pytest.approx(held, rel=1e-9)
    assert whole.best == max(whole.strategies, key=lambda name: whole.strategies[name]["sharpe"])
    assert inner.metrics == {} and len(inner.returns) == 0


def test_bad_strategies_are_refused() -> None:
    market = prices()
    with pytest.raises(ValueError, match="strategies='x', expected one of"):
        MultiStrategyOptimizer(["x"], ["A"])
    with pytest.raises(ValueError, match="asset_types names 'Z'"):
        MultiStrategyOptimizer(["momentum"], ["A"], {"Z": "stock"})
    ahead = {"future": lambda p: np.sign(np.roll(p, -1, axis=0) - p)}
    fresh = MultiStrategyOptimizer(ahead, ["A", "B", "C"])
    with pytest.raises(ValueError, match="'future' looks ahead"):
        fresh.optimize(market, train=100, test=50, generations=2, population_size=4, seed=1)
    with pytest.raises(ValueError, match="strategy_params names 'trend'"):
        fresh.optimize(market, {"trend": {"window": 5}})
    market[5, 1] = -1.0
    with pytest.raises(ValueError, match="historical_data of 'B' is -1.0 in row 5"):
        walk(market)
