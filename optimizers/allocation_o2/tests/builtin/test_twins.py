"""Strategies that are built in: those in Rust are those in NumPy, in numbers and in words."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import allocation_o2
from allocation_o2 import StrategyError, _rust, strategies
from allocation_o2 import python as in_python

from .both import NAMES, WITH_COVARIANCE, compiled, market, twin

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def cases(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Prices and parameters under which the weights are unique."""
    assets = draw(st.integers(1, 12))
    found: dict[str, Any] = {}
    lookback = 1
    if name == "RandomWeights":
        found["seed"] = draw(st.integers(0, 2**64 - 1))
    elif name != "EqualWeight":
        lookback = draw(st.integers(2, 40))
        if name in WITH_COVARIANCE:
            found["shrinkage"] = draw(st.sampled_from([0.05, 0.3, 1.0]))
            if lookback > 2 * assets:
                found["shrinkage"] = draw(st.sampled_from([0.0, 0.1]))
        found["lookback_period"] = lookback
    seed, drift = draw(SEEDS), draw(st.sampled_from([-0.05, 0.0, 0.002]))
    found["prices"] = market(seed, assets, lookback + 1 + draw(st.integers(0, 5)), drift)
    if name == "MeanVariance":
        found["risk_aversion"] = draw(st.floats(0.5, 50.0))
        found["cost"] = draw(st.sampled_from([0.0, 0.001, 0.01, 1.0]))
        found["holding_period"] = draw(st.integers(1, 60))
        held = np.random.default_rng(seed).dirichlet(np.full(assets, 0.5))
        held[held < 0.05] = 0.0
        total = draw(st.sampled_from([0.0, 0.4, 1.0, 1.3]))
        found["current"] = total * held / held.sum()
    return found


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60)
@given(data=st.data())
def test_weights_are_equal(name: str, data: st.DataObject) -> None:
    case = data.draw(cases(name))
    fast, slow = compiled(name, **case), twin(name, **case)
    assert np.abs(fast - slow).max() <= 1e-12
    assert (fast >= -1e-15).all()
    assert abs(fast.sum() - 1.0) <= 1e-12


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20)
@given(data=st.data())
def test_weights_follow_the_assets_into_another_order(name: str, data: st.DataObject) -> None:
    case = data.draw(cases(name))
    order = np.random.default_rng(data.draw(SEEDS)).permutation(len(case["prices"]))
    moved = {key: case[key][order] for key in ("prices", "current") if key in case}
    for run in (compiled, twin):
        assert np.allclose(
            run(name, **{**case, **moved}), run(name, **case)[order], rtol=0, atol=1e-10
        )


@pytest.mark.parametrize("name", NAMES)
def test_later_prices_change_no_weights(name: str) -> None:
    parameters = {} if name in ("EqualWeight", "RandomWeights") else {"lookback_period": 20}
    prices = market(1, 4, 60)
    for module in (allocation_o2, in_python):
        one = getattr(module, name)(**parameters)
        weights = one.predict_rolling(prices, threads=2)
        former = one.predict_rolling(prices[:, :40])
        assert np.array_equal(weights[: len(former)], former)
        if not one.uses_current:
            first = one.min_observations
            found = one.predict(prices[:, : first + 7])
            assert np.allclose(weights[7], found, rtol=0, atol=1e-12)
            windowed = one.predict_rolling(prices, window=first + 3)
            assert np.array_equal(windowed, weights[3:])


@pytest.mark.parametrize("name", ["EqualWeight", "Momentum", "InverseVolatility"])
@settings(max_examples=12)
@given(data=st.data())
def test_weights_of_many_dates_at_once(name: str, data: st.DataObject) -> None:
    """Sums that are kept up to date, over crashes, prices at rest, and beyond a block."""
    lookback, observations = data.draw(st.integers(2, 90)), data.draw(st.integers(100, 600))
    rng = np.random.default_rng(data.draw(SEEDS))
    prices = market(int(rng.integers(2**32)), 4, observations)
    for at in rng.integers(1, observations, data.draw(st.integers(0, 4))):
        prices[rng.integers(4), at:] *= data.draw(st.sampled_from([1e-6, 0.5, 3.0, 1e5]))
    if data.draw(st.booleans()):  # then the volatility of the first asset falls to a millionth
        at = observations // 2
        prices[0, at:] = prices[0, at] * (prices[0, at:] / prices[0, at]) ** 1e-6
    given_values = {} if name == "EqualWeight" else {"lookback_period": lookback}
    fast, slow = (getattr(module, name)(**given_values) for module in (allocation_o2, in_python))
    found = fast.predict_rolling(prices)
    expected = slow.predict_rolling(prices)
    assert np.allclose(found, expected, rtol=0, atol=1e-12)
    assert np.array_equal(found, fast.predict_rolling(prices, threads=3))
    later = fast.min_observations + data.draw(st.integers(0, 9))
    assert np.array_equal(
        found[-(observations - later + 1) :], fast.predict_rolling(prices, window=later)
    )
    assert np.allclose(found[::7], fast.predict_rolling(prices, step=7), rtol=0, atol=1e-12)
    assert np.array_equal(
        found[: 100 - observations or None], fast.predict_rolling(prices[:, :100])
    )


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_descriptions_are_the_same(name: str) -> None:
    kind, slow = _rust.builtin(name), getattr(strategies, name)
    defaults = {key: one.default for key, one in inspect.signature(slow).parameters.items()}
    assert defaults == {row[0]: row[2] for row in kind.parameters}
    assert kind.doc.split() == (inspect.getdoc(slow) or "").split()
    assert kind.uses_current == getattr(slow, "uses_current", False)
    fast, slow = getattr(allocation_o2, name)(), getattr(in_python, name)()
    assert fast.min_observations == slow.min_observations
    assert repr(fast) == repr(slow)
    for one in (fast, slow):
        assert type(pickle.loads(pickle.dumps(one))) is type(one)


def message(module: Any, name: str, prices: Any, **parameters: Any) -> tuple[type, str]:
    with pytest.raises((TypeError, ValueError)) as raised:
        getattr(module, name)(**parameters).predict(prices)
    return raised.type, str(raised.value)


GOOD = market(2, 3, 300)
STILL = np.concatenate([GOOD, np.full((1, 300), 50.0), 1.01 ** np.arange(300.0)[None]])


@pytest.mark.parametrize("name", NAMES)
def test_errors_are_in_the_same_words(name: str) -> None:
    nan, objects = GOOD.copy(), GOOD.astype(object)
    nan[1, 7], objects[1, 7] = np.nan, "1.0"
    bad: list[tuple[Any, dict[str, Any]]] = [
        (prices, {}) for prices in (nan, -GOOD, GOOD[:, :1], GOOD[:1], objects, GOOD[0], "prices")
    ]
    bad.append((GOOD, {"unknown": 1}))
    for row in _rust.builtin(name).parameters:
        bad += [(GOOD, {row[0]: value}) for value in ("1", None, -1, float("nan"), 10.0**9, True)]
    for prices, parameters in bad:
        fast = message(allocation_o2, name, prices, **parameters)
        assert fast == message(in_python, name, prices, **parameters)


@pytest.mark.parametrize("name", ["InverseVolatility", *WITH_COVARIANCE])
def test_an_asset_without_volatility(name: str) -> None:
    for prices in (STILL[:4], STILL[[0, 1, 2, 4]]):
        fast = message(allocation_o2, name, prices, lookback_period=50)
        assert fast == message(in_python, name, prices, lookback_period=50)
        assert fast == (
            StrategyError, "asset 3 has no volatility over the last 50 returns: leave it out",
        )  # fmt: skip


def test_more_assets_than_returns() -> None:
    prices = market(3, 8, 6)
    fast = message(allocation_o2, "MaximumSharpe", prices, lookback_period=5)
    assert fast == message(in_python, "MaximumSharpe", prices, lookback_period=5)
    assert fast[1] == (
        "the covariance of 8 assets over the last 5 returns is singular: raise lookback_period or "
        "shrinkage"
    )
    # With as many returns down as up, some portfolio has no risk at all.
    hedged = np.array([[1.0, 2.0, 1.0, 2.0, 1.0], [2.0, 1.0, 2.0, 1.0, 2.0]])
    fast = message(allocation_o2, "RiskParity", hedged, lookback_period=4)
    assert fast == message(in_python, "RiskParity", hedged, lookback_period=4)
    for name in ("MinimumVariance", "HierarchicalRiskParity", "MeanVariance"):
        weights = compiled(name, prices, lookback_period=5)
        assert abs(weights.sum() - 1) < 1e-12 and (weights >= 0).all()
