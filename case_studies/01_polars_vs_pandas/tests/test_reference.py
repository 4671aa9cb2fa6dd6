"""Every implementation against the oracle, and the oracle against figures worked by hand."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import _reference as reference
from polars_vs_pandas._arrays import Floats, Output, Run

ALL = list(kernels.KERNELS)
STABLE = [name for name in ALL if name != "pandas_vectorised"]  # see test_stability.py
property_test = settings(max_examples=15, deadline=None)


def call(name: str, signal: Floats, returns: Floats, *rule: float) -> Output:
    native = kernels.KERNELS[name].native
    return kernels.kernel(name)(native(signal), native(returns), *rule)


def assert_agrees(found: Output, expected: Output) -> None:
    np.testing.assert_array_equal(found[3], expected[3], err_msg="positions")
    for index, what in ((0, "equity"), (2, "traded")):
        difference = np.abs(found[index] - expected[index])
        bound = np.maximum(6e-8, 6e-14 * np.abs(expected[index]))
        assert (difference <= bound).all(), (what, difference.max())
    np.testing.assert_allclose(found[1], expected[1], rtol=0, atol=1e-12)


def test_oracle_by_hand() -> None:
    # sigma of (3, 1) is sqrt 2: 2 > 1.41 is long; of (1, 2) is .71: -1 is short;
    # of (2, -1) is 2.12: 1 is neither.
    signal = np.array([[3.0], [1.0], [2.0], [-1.0], [1.0], [0.0]])
    returns = np.array([[0.0], [0.0], [0.0], [0.10], [0.20], [0.30]])
    equity, daily, traded, positions = reference.backtest(
        signal, returns, Run(2, 1, 1, 0.01, 100.0)
    )
    assert positions.ravel().tolist() == [1, -1, 0]
    # 100 * (1 + .10 - .01), then * (1 - .20 - .02), then * (1 + 0 - .01)
    np.testing.assert_allclose(equity, [109.0, 85.02, 84.1698], rtol=1e-15)
    np.testing.assert_allclose(traded, [100.0, 218.0, 85.02], rtol=1e-15)
    np.testing.assert_allclose(daily, [0.09, -0.22, -0.01], rtol=1e-13)


# The documented domain: the square of a smaller deviation is no longer a normal number.
NORMAL = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-100)


@given(st.lists(NORMAL, min_size=2, max_size=20))
@property_test
def test_oracle_deviation_is_the_exact_one(values: list[float]) -> None:
    exact = math.sqrt(reference.variance(values))
    scale = max(abs(v) for v in values)
    assert math.isclose(reference.deviation(values), exact, rel_tol=1e-9, abs_tol=1e-15 * scale)
    assert math.isclose(statistics.stdev(values), exact, rel_tol=1e-12, abs_tol=0.0)


@pytest.mark.parametrize("name", ALL)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(5, 40),
    assets=st.integers(1, 6),
    window=st.integers(2, 20),
    k_long=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    k_short=st.sampled_from([0.0, 0.7, 1.0, 1e9]),
    cost=st.sampled_from([0.0, 1e-4, 0.05, 0.6]),
    capital=st.sampled_from([1.0, 1e6]),
)
@property_test
def test_agrees_with_the_oracle(
    name: str, seed: int, rows: int, assets: int, window: int, **drawn: float
) -> None:
    assume(rows >= window + 2)
    k_long, k_short = drawn["k_long"], drawn["k_short"]
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal((rows, assets))
    returns = 0.05 * rng.standard_t(3, (rows, assets))
    rule = (window, k_long, k_short, drawn["cost"], drawn["capital"])
    assume(reference.closeness(signal, window, k_long, k_short).min() > 1e-9)
    assert_agrees(
        call(name, signal, returns, *rule), reference.backtest(signal, returns, Run(*rule))
    )


@pytest.mark.parametrize("name", STABLE)
@given(
    values=st.lists(st.integers(-4, 4), min_size=12, max_size=30),
    window=st.integers(2, 8),
    k=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
)
@property_test
def test_small_integers_repeat_and_tie(name: str, values: list[int], window: int, k: float) -> None:
    """Windows of equal values, and thresholds met to the digit where roots are exact."""
    signal = np.array(values, dtype=float).reshape(-1, 1)
    returns = np.full_like(signal, 0.01)
    found = call(name, signal, returns, window, k, k, 1e-3, 100.0)[3]
    expected = reference.backtest(signal, returns, Run(window, k, k, 1e-3, 100.0))[3]
    # A tie is decided by the last bit of a rounded deviation; nothing else may differ.
    clear = reference.closeness(signal, window, k, k) > 1e-9
    np.testing.assert_array_equal(found[clear], expected[clear])


@pytest.mark.parametrize("name", ["polars_numpy", "numba_fused", "rust_fused"])
@given(
    values=st.lists(st.integers(-4, 4), min_size=12, max_size=120),
    window=st.integers(2, 8),
    unit=st.sampled_from([1.0, 0.25, 1024.0]),
    k=st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0]),
)
@example(values=[0, 1, -2, -2, 3, -1], window=4, unit=1.0, k=2.0)  # sigma is 1.5, the signal 3
@settings(max_examples=60, deadline=None)
def test_ties_of_scores_are_decided_exactly(
    name: str, values: list[int], window: int, unit: float, k: float
) -> None:
    """As the docstring says of these three; the margin of the test above is not needed."""
    signal = unit * np.array(values, dtype=float).reshape(-1, 1)
    rule = (window, k, k, 0.0, 100.0)
    found = call(name, signal, np.zeros_like(signal), *rule)[3]
    expected = reference.backtest(signal, np.zeros_like(signal), Run(*rule))[3]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("today", [2.0, -2.0])
def test_a_tie_is_no_position(name: str, today: float) -> None:
    # sigma of (-2, 0, 2) is exactly 2, and the inequality is strict.
    signal = np.array([[-2.0], [0.0], [2.0], [today], [0.0]])
    assert call(name, signal, np.zeros_like(signal), 3, 1.0, 1.0, 0.0, 1.0)[3].item() == 0


@pytest.mark.parametrize("name", ALL)
def test_shortest_input(name: str) -> None:
    signal = np.array([[1.0, -1.0], [2.0, -2.0], [5.0, -5.0], [0.0, 0.0]])
    returns = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.1, 0.3]])
    equity, daily, traded, positions = call(name, signal, returns, 2, 1.0, 1.0, 0.0, 100.0)
    assert positions.tolist() == [[1, -1]]
    np.testing.assert_allclose(equity, [50 * 1.1 + 50 * 0.7], rtol=1e-15)
    np.testing.assert_allclose(daily, [-0.1], rtol=1e-14)
    assert traded.tolist() == [100.0]
