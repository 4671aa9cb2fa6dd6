"""Backtests of weights: an exact oracle, the engine of the case study, no look-ahead."""

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.portfolio import (
    backtest_weights,
    compute_hierarchical_risk_parity_weights,
    compute_risk_parity_weights,
)

Floats = npt.NDArray[np.float64]


def prices(seed: int, dates: int = 400, n: int = 4) -> Floats:
    noise = np.random.default_rng(seed).normal(0.0005, 0.02, (dates, n))
    made: Floats = 100 * np.exp(np.cumsum(noise, axis=0))
    return made


def exact(targets: dict[int, list[Any]], market: Floats, cost: Fraction) -> list[Fraction]:
    """Equity in rational arithmetic, position by position."""
    n = market.shape[1]
    price = [[Fraction(float(p)) for p in row] for row in market]
    values, cash, equity = [Fraction(0)] * n, Fraction(1), Fraction(1)
    path = []
    for t in range(min(targets), len(market) - 1):
        fees = [Fraction(0)] * n
        if t in targets:
            wanted = [Fraction(float(w)) * equity for w in targets[t]]
            fees = [cost * abs(a - b) for a, b in zip(wanted, values, strict=True)]
            values, cash = wanted, equity - sum(wanted)
        for i in range(n):
            if values[i]:
                values[i] = values[i] * price[t + 1][i] / price[t][i] - fees[i]
            else:
                cash -= fees[i]
        equity = cash + sum(values)
        path.append(equity)
    return path


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), short=st.booleans())
def test_against_exact_arithmetic(seed: int, short: bool) -> None:
    rng = np.random.default_rng(seed)
    market = prices(seed, 9, 3)
    weights = np.full(market.shape, np.nan)
    rows = sorted(rng.choice(8, size=3, replace=False).tolist())
    for row in rows:
        weights[row] = rng.uniform(-0.6 if short else 0.0, 0.6, 3) * rng.integers(0, 2, 3)
    expected = [
        float(e) for e in exact({r: list(weights[r]) for r in rows}, market, Fraction(0.01))
    ]
    found = backtest_weights(weights, market, cost=0.01, capital=50.0)
    np.testing.assert_allclose(found.equity, 50 * np.array(expected), rtol=1e-12)
    growth = np.concatenate(([50.0], found.equity))
    np.testing.assert_allclose(found.returns, growth[1:] / growth[:-1] - 1, atol=1e-12)
    assert found.costs.sum() == pytest.approx(0.01 * (found.turnover * growth[:-1]).sum())


@pytest.mark.parametrize("cost", [0.0, 0.002])
def test_the_engine_of_the_case_study(cost: float) -> None:
    """Long or flat positions, each asset with its own account: the same equity every day."""
    engine = pytest.importorskip("polars_vs_pandas", reason="the case study is not installed")
    market = prices(3, 300, 4)
    returns = market[1:] / market[:-1] - 1
    signal = np.random.default_rng(4).normal(size=returns.shape)
    window = 20
    theirs = engine.run_backtest(signal, returns, window=window, k_short=1e9, cost=cost)
    positions = theirs.positions.astype(float)  # row d earns the return of row window + 1 + d
    account = np.full(4, 0.25)
    weights = np.full(market.shape, np.nan)
    before = np.zeros(4)
    for day, position in enumerate(positions):
        weights[window + 1 + day] = position * account / account.sum()
        earned = position * returns[window + 1 + day]
        account = account * (1 + earned - cost * np.abs(position - before))
        before = position
    ours = backtest_weights(weights, market, cost=cost, capital=1e6)
    np.testing.assert_allclose(ours.equity, theirs.equity, rtol=1e-11)
    np.testing.assert_allclose(ours.turnover, theirs.turnover, atol=1e-11)
    for name in ("total_return", "sharpe", "sortino", "max_drawdown", "mean_turnover", "cagr"):
        assert ours.metrics[name] == pytest.approx(theirs.metrics[name], rel=1e-9), name
    assert ours.metrics["costs_paid"] == pytest.approx(theirs.metrics["costs_paid"], abs=1e-6)


def test_weights_drift_with_prices() -> None:
    market = np.array([[1.0, 1.0], [2.0, 1.0], [2.0, 1.0]])
    found = backtest_weights([0.5, 0.5], market)
    np.testing.assert_allclose(found.weights, [[0.5, 0.5], [2 / 3, 1 / 3]])
    np.testing.assert_allclose(found.equity, [1.5, 1.5])
    assert found.turnover.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("rebalance", [None, 1])
@pytest.mark.parametrize("price", [2.0, 3.0])  # nothing is left, and less than nothing
def test_ruin_stays_zero(rebalance: int | None, price: float) -> None:
    found = backtest_weights([-1.0], [[1.0], [price], [1.0], [2.0]], rebalance=rebalance)
    assert found.turnover.tolist() == [1.0, 0.0, 0.0]
    assert found.equity.tolist() == [0.0] * 3 and found.returns.tolist() == [-1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("rebalance", "period"), [("week", "W-SUN"), ("month", "M"), ("quarter", "Q"), ("year", "Y")]
)
def test_trades_are_at_the_last_close_of_a_period(rebalance: str, period: str) -> None:
    pandas = pytest.importorskip("pandas")
    dates = pandas.date_range("2020-01-15", periods=900, freq="B")[::2]
    frame = pandas.DataFrame(prices(1, len(dates)), index=dates)
    periods = dates.to_period(period)
    expected = dates[:-1][periods[1:] != periods[:-1]]
    found = backtest_weights([0.25] * 4, frame, rebalance=rebalance)
    assert found.trade_dates.tolist() == expected.tolist()


@pytest.mark.parametrize("rebalance", [21, "week", "month", "quarter"])
@pytest.mark.parametrize("expanding", [False, True])
def test_later_prices_change_no_past_weight(rebalance: Any, expanding: bool) -> None:
    pandas = pytest.importorskip("pandas")
    dates = pandas.date_range("2020-01-15", periods=400, freq="B")
    frame = pandas.DataFrame(prices(5), index=dates, columns=list("ABCD"))
    options: dict[str, Any] = {"rebalance": rebalance, "lookback": 60, "expanding": expanding}
    whole = backtest_weights(compute_risk_parity_weights, frame, **options)
    part = backtest_weights(compute_risk_parity_weights, frame.iloc[:250], **options)
    shared = part.targets.index
    assert len(shared) >= 2 and shared.isin(whole.targets.index).all()
    pandas.testing.assert_frame_equal(part.targets, whole.targets.loc[shared], check_freq=False)
    np.testing.assert_array_equal(part.weights, whole.weights.loc[part.weights.index])


def test_an_allocator_sees_what_is_known_and_complete() -> None:
    market = prices(6, 60, 3)
    market[:30, 2] = np.nan
    seen: list[Floats] = []

    def allocate(window: Floats) -> Floats:
        seen.append(window.copy())
        return np.full(window.shape[1], 1 / window.shape[1])

    found = backtest_weights(allocate, market, rebalance=20, lookback=15)
    assert [window.shape for window in seen] == [(15, 2), (15, 2), (15, 3)]
    np.testing.assert_allclose(seen[0], market[1:16, :2] / market[:15, :2] - 1)
    assert found.targets[0, 2] == 0.0 and not np.isnan(found.equity).any()
    seen.clear()
    backtest_weights(allocate, market, rebalance=20, lookback=15, expanding=True)
    assert [window.shape for window in seen] == [(15, 2), (35, 2), (55, 2)]


def test_frames_and_estimators() -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    from hft_py.portfolio import Allocator

    dates = pandas.date_range("2020-01-01", periods=400)
    frame = pandas.DataFrame(prices(7), index=dates, columns=list("ABCD"))
    options: dict[str, Any] = {"rebalance": "month", "lookback": 60}
    ours = backtest_weights(compute_hierarchical_risk_parity_weights, frame, **options)
    by_estimator = backtest_weights(Allocator("hierarchical_risk_parity"), frame, **options)
    pandas.testing.assert_frame_equal(ours.targets, by_estimator.targets)
    assert ours.equity.index.equals(dates[-len(ours.equity) :])
    again = backtest_weights(ours.targets[list("DCBA")], frame)
    np.testing.assert_allclose(again.equity, ours.equity)
    polar = polars.DataFrame(frame.to_numpy(), schema=list("ABCD"))
    polar = polar.insert_column(0, polars.Series("date", dates.to_numpy()))
    theirs = backtest_weights(compute_hierarchical_risk_parity_weights, polar, **options)
    np.testing.assert_allclose(theirs.equity["equity"], ours.equity)
    assert theirs.targets.columns == ["date", *"ABCD"]


def test_scikit_learn_and_skfolio_take_allocators() -> None:
    selection = pytest.importorskip("sklearn.model_selection", reason="scikit-learn is missing")
    walk = pytest.importorskip("skfolio.model_selection", reason="skfolio is a peer")
    from hft_py.portfolio import Allocator

    market = prices(8)
    returns = market[1:] / market[:-1] - 1
    folds = walk.WalkForward(test_size=60, train_size=120)
    scores = selection.cross_val_score(Allocator("minimum_variance"), returns, cv=folds)
    assert len(scores) == 4 and np.isfinite(scores).all()
    grid = selection.GridSearchCV(
        Allocator("hierarchical_risk_parity", linkage="single"),
        {"linkage": ["single", "ward"]},
        cv=selection.TimeSeriesSplit(3),
    ).fit(returns)
    assert grid.best_estimator_.weights_.sum() == pytest.approx(1)


def test_returns_of_other_assets_are_refused() -> None:
    pandas = pytest.importorskip("pandas")
    from hft_py.portfolio import Allocator

    frame = pandas.DataFrame(prices(8), columns=list("ABCD")).pct_change().iloc[1:]
    model = Allocator("minimum_variance").fit(frame)
    np.testing.assert_array_equal(model.predict(frame), model.predict(frame.to_numpy()))
    for other in (frame[list("DCBA")], frame.rename(columns={"A": "Z"})):
        with pytest.raises(ValueError, match="X has the assets .* in this order, as fit had"):
            model.predict(other)


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ([0.5] * 4, {"rebalance": "month"}, "needs prices with dates"),
        ([0.5] * 4, {"rebalance": 0}, "rebalance=0, expected 1"),
        ([0.5] * 3, {}, "weights has length 3, expected 4"),
        ({"X": 1.0}, {}, "weights names 'X'"),
        ([0.5] * 4, {"cost": -1.0}, "cost has -1.0"),
        (np.full((400, 4), np.nan), {}, "nothing is traded"),
        (np.ones((3, 4)), {}, r"weights has shape \(3, 4\), expected \(400, 4\)"),
        (lambda r: r[0, :2], {"rebalance": 50}, "the allocator returned"),
        (compute_risk_parity_weights, {"lookback": 1_000}, "lookback=1000"),
    ],
)
def test_bad_input_is_refused(weights: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        backtest_weights(weights, prices(0), **options)


def test_missing_prices_of_held_assets_are_refused() -> None:
    market = prices(0)
    market[200, 1] = np.nan
    with pytest.raises(ValueError, match="NaN in row 200 of column 1, which is held"):
        backtest_weights([0.25] * 4, market)
    market[200, 1] = -1.0
    with pytest.raises(ValueError, match="prices of 1 is -1.0 in row 200"):
        backtest_weights([0.25] * 4, market)


def test_weights_of_an_allocator_are_matched_by_label() -> None:
    """A mapping or a series in another order is not taken by position."""
    pandas = pytest.importorskip("pandas")
    market = pandas.DataFrame(prices(0), columns=list("ABCD"))
    expected = backtest_weights({"D": 0.7, "B": 0.3}, market[100:], rebalance=50).equity
    for one in ({"D": 0.7, "B": 0.3}, pandas.Series([0.7, 0.3, 0, 0], index=list("DBAC"))):
        allocator = lambda _, one=one: one  # noqa: E731
        found = backtest_weights(allocator, market, lookback=100, rebalance=50).equity
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="the allocator's weights names 'Z'"):
        backtest_weights(lambda _: {"Z": 1.0}, market, lookback=100)
