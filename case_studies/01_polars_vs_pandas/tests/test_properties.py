"""What must hold whatever the data: no look-ahead, invariances, the rules of the account."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polars_vs_pandas import BacktestResult, run_backtest
from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas._arrays import Floats

ALL = list(kernels.KERNELS)
property_test = settings(max_examples=5, deadline=None)  # the baseline takes a millisecond a cell
seeds = st.integers(0, 2**32 - 1)
every_implementation = pytest.mark.parametrize("name", ALL)
# Invariances are cheap to see in an array, and slow in a loop over cells.
invariant = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.thorough] if name == "baseline" else [])
        for name in ALL
    ],
)


def inputs(seed: int, rows: int = 20, assets: int = 4) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal((rows, assets))
    return signal, 0.03 * rng.standard_t(4, (rows, assets))


def run(name: str, signal: Floats, returns: Floats, **rule: float) -> BacktestResult:
    return run_backtest(signal, returns, **{"window": 8, "implementation": name, **rule})


@every_implementation
@given(seed=seeds, changed=st.integers(10, 14))
@property_test
def test_no_look_ahead(name: str, seed: int, changed: int) -> None:
    """Rewriting the future leaves the past alone, and only the past."""
    signal, returns = inputs(seed)
    before = run(name, signal, returns)
    other_signal, other_returns = inputs(seed + 1)
    signal[changed:], returns[changed + 1 :] = other_signal[changed:], other_returns[changed + 1 :]
    after = run(name, signal, returns)
    # Row j is decided at 8 + j and earned at 9 + j: rows up to changed - 9 are past.
    past = changed - 8
    np.testing.assert_array_equal(before.positions[:past], after.positions[:past])
    np.testing.assert_array_equal(before.equity[:past], after.equity[:past])
    np.testing.assert_array_equal(before.turnover[:past], after.turnover[:past])
    assert not np.array_equal(before.equity, after.equity)  # the control: it does matter


@every_implementation
def test_the_position_earns_the_next_return_not_the_same_row(name: str) -> None:
    """Today's return as the signal gives a Sharpe ratio near 0, tomorrow's a large one."""
    rng = np.random.default_rng(4)
    returns = 0.01 * rng.standard_normal((120, 4))
    same = run(name, returns, returns, cost=0.0)
    ahead = run(name, np.roll(returns, -1, axis=0), returns, cost=0.0)
    error = np.sqrt(252 / same.equity.size)  # of a Sharpe ratio of nothing, a year
    assert abs(same.metrics["sharpe"]) < 3 * error
    assert ahead.metrics["sharpe"] > 10 * error


@invariant
@given(seed=seeds, exponent=st.integers(-60, 60))
@property_test
def test_scaling_the_signal_changes_nothing(name: str, seed: int, exponent: int) -> None:
    signal, returns = inputs(seed)
    one, scaled = run(name, signal, returns), run(name, signal * 2.0**exponent, returns)
    np.testing.assert_array_equal(one.positions, scaled.positions)
    np.testing.assert_array_equal(one.equity, scaled.equity)


@invariant
@given(seed=seeds)
@property_test
def test_mirrored_signal_mirrors_positions(name: str, seed: int) -> None:
    signal, returns = inputs(seed)
    one = run(name, signal, returns, k_long=0.5, k_short=1.5)
    other = run(name, -signal, returns, k_long=1.5, k_short=0.5)
    np.testing.assert_array_equal(one.positions, -other.positions)
    np.testing.assert_array_equal(one.turnover > 0, other.turnover > 0)


@invariant
@given(seed=seeds, factor=st.sampled_from([2.0**-20, 0.5, 4.0, 2.0**10]))
@property_test
def test_equity_is_proportional_to_capital(name: str, seed: int, factor: float) -> None:
    signal, returns = inputs(seed)
    one, more = (
        run(name, signal, returns, capital=1e6),
        run(name, signal, returns, capital=1e6 * factor),
    )
    np.testing.assert_array_equal(one.equity * factor, more.equity)
    np.testing.assert_array_equal(one.returns, more.returns)


@invariant
@given(seed=seeds)
@property_test
def test_costs_only_cost(name: str, seed: int) -> None:
    signal, returns = inputs(seed)
    curves = [run(name, signal, returns, cost=c).equity for c in (0.0, 1e-4, 1e-2, 0.3)]
    for cheap, dear in itertools.pairwise(curves):
        assert (dear <= cheap * (1 + 1e-14)).all()


@invariant
@given(seed=seeds)
@property_test
def test_higher_thresholds_hold_less(name: str, seed: int) -> None:
    signal, returns = inputs(seed)
    held = [np.abs(run(name, signal, returns, k_long=k, k_short=k).positions) for k in (0, 1, 3)]
    assert (held[0] >= held[1]).all()
    assert (held[1] >= held[2]).all()


@invariant
@given(seed=seeds)
@property_test
def test_assets_are_independent(name: str, seed: int) -> None:
    """Their order does not matter, and the portfolio is the sum of its assets alone."""
    signal, returns = inputs(seed)
    order = np.random.default_rng(seed).permutation(4)
    together = run(name, signal, returns)
    shuffled = run(name, signal[:, order], returns[:, order])
    np.testing.assert_array_equal(together.positions[:, order], shuffled.positions)
    np.testing.assert_allclose(together.equity, shuffled.equity, rtol=1e-14)
    alone = [run(name, signal[:, [i]], returns[:, [i]], capital=2.5e5) for i in range(4)]
    np.testing.assert_allclose(together.equity, sum(r.equity for r in alone), rtol=1e-14)
    np.testing.assert_allclose(together.traded, sum(r.traded for r in alone), rtol=1e-14)


@every_implementation
@given(seed=seeds, share=st.sampled_from([0.02, 0.2]))
@property_test
def test_missing_values(name: str, seed: int, share: float) -> None:
    """NaN in today's signal or its window: no position. A NaN return: 0."""
    signal, returns = inputs(seed)
    rng = np.random.default_rng(seed)
    signal[rng.random(signal.shape) < share] = np.nan
    returns[rng.random(returns.shape) < share] = np.nan
    found = run(name, signal, returns)
    expected = run("baseline", signal, np.nan_to_num(returns, nan=0.0))
    np.testing.assert_array_equal(found.positions, expected.positions)
    np.testing.assert_allclose(found.equity, expected.equity, rtol=1e-13)
    np.testing.assert_allclose(found.turnover, expected.turnover, rtol=1e-12)
    for j in range(found.positions.shape[0]):
        touched = np.isnan(signal[j : j + 9]).any(axis=0)
        assert not found.positions[j, touched].any()


@every_implementation
def test_a_flip_costs_twice(name: str) -> None:
    signal = np.array([[0.0], [0.1], [9.0], [-90.0], [0.0], [0.0]])
    returns = np.zeros_like(signal)
    found = run(name, signal, returns, window=2, cost=0.01, capital=100.0)
    assert found.positions.ravel().tolist() == [1, -1, 0]
    # In costs 1 %, the flip 2 %, out 1 %.
    np.testing.assert_allclose(found.equity, [99.0, 99.0 * 0.98, 99.0 * 0.98 * 0.99], rtol=1e-15)
    np.testing.assert_allclose(found.turnover, [1.0, 2.0, 1.0], rtol=1e-15)


@every_implementation
def test_ruin_is_final_and_not_below_zero(name: str) -> None:
    signal = np.repeat([[0.0], [0.1], [-9.0], [-99.0], [999.0], [0.0]], 2, axis=1)
    returns = np.zeros_like(signal)
    returns[3] = [1.5, 0.1]  # a short loses more than everything in the first asset
    returns[4] = [-0.5, 2.0]  # the second is ruined too
    returns[5] = [0.5, 0.5]
    found = run(name, signal, returns, window=2, cost=0.0, capital=200.0)
    np.testing.assert_allclose(found.equity, [90.0, 0.0, 0.0], rtol=1e-15)
    np.testing.assert_allclose(found.returns, [-0.55, -1.0, 0.0], rtol=1e-14)
    assert found.turnover[-1] == 0.0
    assert found.metrics["cagr"] == -1.0
    assert found.metrics["max_drawdown"] == -1.0


@invariant
def test_layout_and_type_do_not_matter(name: str) -> None:
    signal, returns = inputs(1)
    whole = np.rint(signal * 4)
    expected = run(name, whole, returns)
    wide = np.zeros((40, 8))
    wide[::2, ::2] = whole
    packed = np.zeros(20, dtype=[("flag", "i1"), ("values", "f8", 4)])  # 33 bytes: not aligned
    packed["values"] = whole
    for same in (
        packed["values"],
        np.asfortranarray(whole),
        wide[::2, ::2],
        whole[::-1].copy()[::-1],
        whole[:, ::-1].copy()[:, ::-1],
        whole.astype(np.float32),
        whole.astype(np.int64),
        whole.astype(">f8"),
    ):
        found = run(name, same, np.asfortranarray(returns))
        np.testing.assert_array_equal(found.positions, expected.positions)
        np.testing.assert_array_equal(found.equity, expected.equity)


@every_implementation
def test_inputs_are_left_alone(name: str) -> None:
    signal, returns = inputs(2)
    signal[3, 1] = returns[15, 2] = np.nan
    for array in (signal, returns):
        array.setflags(write=False)
    copies = signal.copy(), returns.copy()
    run(name, signal, returns)
    np.testing.assert_array_equal(signal, copies[0])
    np.testing.assert_array_equal(returns, copies[1])


@every_implementation
def test_wide_and_long_inputs_cross_block_borders(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from polars_vs_pandas import polars_numpy

    signal, returns = inputs(8, rows=30, assets=13)
    expected = run("baseline", signal, returns)
    monkeypatch.setattr(polars_numpy, "BLOCK_CELLS", 130)
    found = run(name, signal, returns)
    np.testing.assert_array_equal(found.positions, expected.positions)
    np.testing.assert_allclose(found.equity, expected.equity, rtol=1e-14)
