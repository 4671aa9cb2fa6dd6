"""The sweep: each row is a backtest, shared work or not; it can be watched and stopped."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import polars as pl
import pytest

from polars_vs_pandas import SweepInterrupted, parameter_sweep, run_backtest, rust_fused, sweep

RNG = np.random.default_rng(12)
SIGNAL, RETURNS = RNG.standard_normal((150, 7)), 0.02 * RNG.standard_normal((150, 7))
GRID: dict[str, Any] = {"windows": [5, 30], "k": [0.0, 1.0, (0.5, 2.0)], "cost": [0.0, 1e-3]}


@pytest.fixture(params=["rust", "polars_numpy"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "polars_numpy":
        monkeypatch.setattr(rust_fused, "find", lambda: None)
    elif rust_fused.find() is None:
        pytest.skip(rust_fused.REMEDY)
    return str(request.param)


@pytest.mark.parametrize("threads", [0, 1])
def test_rows_are_backtests(engine: str, threads: int) -> None:
    found = sweep(SIGNAL, RETURNS, **GRID, capital=1e5, threads=threads)
    assert found.height == 12
    assert found["window"].to_list() == [5] * 6 + [30] * 6
    assert found["cost"].to_list() == [0.0, 1e-3] * 6
    for row in found.iter_rows(named=True):
        rule = {name: row[name] for name in ("window", "k_long", "k_short", "cost")}
        one = run_backtest(SIGNAL, RETURNS, **rule, capital=1e5, implementation="pandas_vectorised")
        for name, value in row.items():
            if name not in rule:
                assert value == pytest.approx(one.metrics[name], rel=1e-9, nan_ok=True), name


def test_defaults_are_one_rule(engine: str) -> None:
    found = sweep(SIGNAL, RETURNS)
    assert found.height == 1
    expected = run_backtest(SIGNAL, RETURNS)
    assert found["sharpe"].item() == pytest.approx(expected.metrics["sharpe"], rel=1e-12)
    assert found.schema["window"] == pl.Int64


def test_arrays_of_no_dimension_are_values(engine: str) -> None:
    found = sweep(SIGNAL, RETURNS, windows=np.array(20), k=np.array(0.5), cost=np.array(1e-3))
    assert found.equals(sweep(SIGNAL, RETURNS, windows=20, k=0.5, cost=1e-3))


def test_missing_values_follow_the_same_policy(engine: str) -> None:
    signal, returns = SIGNAL.copy(), RETURNS.copy()
    signal[40:43, 2] = returns[90, 3] = np.nan
    found = sweep(signal, returns, windows=10, k=[0.5, 1.0])
    for k, total in found.select("k_long", "total_return").rows():
        one = run_backtest(
            signal, returns, window=10, k_long=k, k_short=k, implementation="pandas_vectorised"
        )
        assert total == pytest.approx(one.metrics["total_return"], rel=1e-10)


def test_batches_change_nothing(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = {"windows": 20, "k": list(np.linspace(0, 2, 9)), "cost": [0.0, 1e-4, 1e-3, 1e-2]}
    whole = sweep(SIGNAL, RETURNS, **grid)
    monkeypatch.setattr(parameter_sweep, "BATCH_VALUES", 1)
    assert sweep(SIGNAL, RETURNS, **grid).equals(whole)


def test_interrupted_keeps_what_was_finished(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    row = parameter_sweep._row

    def stop_at_seven(*args: Any) -> dict[str, Any]:
        counted.append(1)
        if len(counted) > 7:
            raise KeyboardInterrupt
        return row(*args)

    whole = sweep(SIGNAL, RETURNS, **GRID)
    monkeypatch.setattr(parameter_sweep, "_row", stop_at_seven)
    with pytest.raises(SweepInterrupted, match="after 7 rules") as caught:
        sweep(SIGNAL, RETURNS, **GRID)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert caught.value.finished.equals(whole.head(7))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, progress, shown in (
        (Terminal(), True, True),
        (Terminal(), False, False),
        (io.StringIO(), True, False),
    ):
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("TERM", "xterm-256color")
        sweep(SIGNAL, RETURNS, **GRID, progress=progress)
        assert bool(stream.getvalue()) == shown
        assert ("12/12" in stream.getvalue()) == shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"windows": []}, "windows is empty"),
        ({"windows": [10, 1]}, "windows=1: expected at least 2"),
        ({"windows": [10, 149]}, "windows=149 is too long for 150 rows"),
        ({"k": []}, "k is empty"),
        ({"k": [1.0, -1.0]}, "k=-1.0: expected a number >= 0"),
        ({"k": [(1.0, 2.0, 3.0)]}, r"a number or a pair \(k_long, k_short\)"),
        ({"windows": np.array(10.5)}, "windows=.*10.5.*: expected an integer"),
        ({"cost": np.array(-1.0)}, "cost=.*-1.0.*: expected a number >= 0"),
        ({"cost": [0.0, -1e-4]}, "cost=-0.0001: expected a number >= 0"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        sweep(SIGNAL, RETURNS, **arguments)
