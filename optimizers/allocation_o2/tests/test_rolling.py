"""Weights for every date: no look-ahead, dates, progress, drifting weights, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation_o2 import Momentum, RollingStoppedError, StrategyError, create_allocator_class
from hft_py.progress import Progress

Floats = npt.NDArray[np.float64]


def walk(assets: int, observations: int, seed: int = 0) -> Floats:
    steps = np.random.default_rng(seed).normal(size=(assets, observations)) / 50
    return np.asarray(100 * np.exp(np.cumsum(steps, axis=1)))


class Mean:
    """In proportion to the mean price of all that it is given, so that it shows what it saw."""

    def __init__(self, lookback: int = 5) -> None:
        self.min_observations = lookback

    def predict(self, prices: Floats) -> Floats:
        mean = prices.mean(axis=1)
        return np.asarray(mean / mean.sum())


class Slow:
    """Half of the way from the weights held now to equal weights."""

    uses_current = True
    min_observations = 2

    def predict(self, prices: Floats, current: Floats) -> Floats:
        equal = np.full(len(prices), 1 / len(prices))
        return equal if not current.any() else (equal + current) / 2


class Fails:
    """No weights once the first asset has doubled."""

    def __init__(self, kind: type[Exception] = StrategyError) -> None:
        self.kind = kind

    def predict(self, prices: Floats) -> Floats:
        if prices[0, -1] > 2 * prices[0, 0]:
            raise self.kind("asset 0 has doubled")
        return np.array([1.0, 0.0])


class Short:
    """One and a half times the first asset, half of the second one sold short."""

    uses_current = True

    def predict(self, prices: Floats, current: Floats) -> Floats:
        return np.array([1.5, -0.5])


MeanAllocator = create_allocator_class(Mean, {"lookback": (int, 5, (1, 100))})
SlowAllocator = create_allocator_class(Slow)


@given(
    assets=st.integers(2, 5),
    observations=st.integers(12, 40),
    lookback=st.integers(2, 12),
    step=st.integers(1, 9),
    window=st.none() | st.integers(12, 14),
    appended=st.integers(1, 30),
    seed=st.integers(0, 99),
)
def test_each_row_is_what_predict_gives_at_that_date(
    assets: int,
    observations: int,
    lookback: int,
    step: int,
    window: int | None,
    appended: int,
    seed: int,
) -> None:
    window = None if window is None else min(window, observations)
    prices = walk(assets, observations + appended, seed)
    prices[:, observations:] = np.random.default_rng(seed).lognormal(3, 2, (assets, appended))
    one = MeanAllocator(lookback=lookback)
    whole = one.predict_rolling(prices, window=window, step=step)
    early = one.predict_rolling(prices[:, :observations], window=window, step=step)
    ends = range((window or lookback) - 1, observations, step)
    assert early.shape == (len(ends), assets)
    assert np.array_equal(early, whole[: len(early)])  # what came later changed nothing
    for row, end in zip(early, ends, strict=True):
        start = 0 if window is None else end + 1 - window
        assert np.array_equal(row, one.predict(prices[:, start : end + 1]))


@given(order=st.permutations(range(5)))
def test_assets_in_another_order_have_the_same_weights(order: list[int]) -> None:
    prices = walk(5, 40)
    found = MeanAllocator().predict_rolling(prices)
    np.testing.assert_allclose(MeanAllocator().predict_rolling(prices[order]), found[:, order])


@pytest.mark.parametrize("step", [1, 3])
def test_weights_held_drift_with_prices(step: int) -> None:
    prices = walk(3, 20)
    found = SlowAllocator().predict_rolling(prices, step=step)
    held = np.zeros(3)
    for k, end in enumerate(range(1, 20, step)):
        if k:
            grown = found[k - 1] * prices[:, end] / prices[:, end - step]
            held = grown / grown.sum()
        expected = np.full(3, 1 / 3) if not k else (1 / 3 + held) / 2
        np.testing.assert_allclose(found[k], expected, rtol=1e-14)
        np.testing.assert_allclose(SlowAllocator().predict(prices[:, : end + 1], held), found[k])


def test_the_weights_held_are_given_by_name_or_refused() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(walk(2, 9).T, columns=["A", "B"])
    assert SlowAllocator().predict(frame, {"B": 1.0}).to_dict() == {"A": 0.25, "B": 0.75}
    for current, message in (({"C": 1.0}, "current names 'C'"), ([0.5], "current has length 1")):
        with pytest.raises(ValueError, match=message):
            SlowAllocator().predict(frame, current)
    with pytest.raises(ValueError, match="current is given, but Mean does not use it"):
        MeanAllocator().predict(frame, [0.5, 0.5])


def test_an_error_names_date_and_asset() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    prices = np.ones((2, 10))
    prices[0, 6:] = 3.0
    made = create_allocator_class(Fails)
    dates = pandas.bdate_range("2020-01-01", periods=10)
    frame = pandas.DataFrame(prices.T, index=dates, columns=["A", "B"])
    with pytest.raises(StrategyError, match=r"asset 0 \('A'\) has doubled") as found:
        made().predict_rolling(frame)
    assert found.value.__notes__ == ["at observation 6, row 5 of the weights"]
    assert made().predict_rolling(frame[:6]).shape == (5, 2)

    class FailsOtherwise(Fails):
        def __init__(self) -> None:
            super().__init__(ZeroDivisionError)

    with pytest.raises(ZeroDivisionError) as other:  # the author's own mistake, at its date
        create_allocator_class(FailsOtherwise)().predict_rolling(frame)
    assert other.value.__notes__ == found.value.__notes__


def test_a_ruined_portfolio_is_an_error() -> None:
    prices = np.ones((2, 6))
    prices[1, 4:] = 3.0  # half of it short: the loss is all there was
    with pytest.raises(StrategyError, match="Short holds weights that made 0 of 1 since") as found:
        create_allocator_class(Short)().predict_rolling(prices)
    assert found.value.__notes__ == ["at observation 4, row 3 of the weights"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"step": 0}, ValueError, "step=0, expected 1 or more"),
        ({"step": 1.0}, TypeError, "step=1.0, expected an integer"),
        ({"window": 4}, ValueError, "window=4, expected 5, which the strategy needs, to 30"),
        ({"window": 31}, ValueError, "window=31, expected 5, which the strategy needs, to 30"),
        ({"window": "all"}, TypeError, "window='all', expected an integer"),
        ({"threads": -1}, ValueError, "threads=-1, expected 0 or more"),
        ({"progress": 1}, TypeError, "progress=1, expected True, False or a callable"),
    ],
)
def test_refused(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        MeanAllocator().predict_rolling(walk(2, 30), **options)


def test_progress_is_reported_and_stops_the_run() -> None:
    seen: list[Progress] = []
    MeanAllocator().predict_rolling(walk(2, 404), progress=seen.append)
    assert [now.done for now in seen] == list(range(4, 401, 4)) and seen[-1].fraction == 1
    with pytest.raises(RollingStoppedError, match="before its last date"):
        MeanAllocator().predict_rolling(walk(2, 404), progress=lambda now: now.done < 200)


def test_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    MeanAllocator(lookback=3).predict_rolling(walk(2, 30), progress=True)
    shown = capsys.readouterr().err
    assert "Mean(lookback=3)" in shown and "nan" not in shown


@pytest.mark.parametrize("step", [30, 10**30])
def test_a_step_beyond_the_last_date_leaves_one(step: int) -> None:
    for one in (MeanAllocator(), Momentum(lookback_period=4)):
        found = one.predict_rolling(walk(2, 30), step=step)
        assert np.array_equal(found, [one.predict(walk(2, 30)[:, :5])])


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_threads_change_nothing(threads: int) -> None:
    prices = walk(4, 200)
    found = MeanAllocator().predict_rolling(prices, threads=threads)
    assert np.array_equal(found, MeanAllocator().predict_rolling(prices))


@pytest.mark.parametrize("kind", ["numpy", "pandas"])
def test_a_run_takes_the_memory_of_its_output(kind: str) -> None:
    prices: Any = walk(200, 1_000)
    first = prices[:, :20]
    if kind == "pandas":
        pandas = pytest.importorskip("pandas", reason="pandas is not installed")
        prices, first = pandas.DataFrame(prices.T), pandas.DataFrame(first.T)
    one = MeanAllocator()
    one.predict_rolling(first)
    tracemalloc.start()
    found = one.predict_rolling(prices)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 1.1 * np.asarray(found).nbytes


MEMORY = """
import re
import numpy as np
from allocation_o2 import Momentum

def peak():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

prices = np.exp(np.cumsum(np.random.default_rng(0).normal(size=(500, 4_000)) / 50, axis=1))
one = Momentum()
one.predict_rolling(prices[:, :200], threads=2)
open("/proc/self/clear_refs", "w").write("5")  # the peak starts again
before = peak()
weights = one.predict_rolling(prices, threads=2)
print((peak() - before) / weights.nbytes)
"""


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="Linux counts the peak")
def test_a_compiled_run_takes_the_memory_of_its_output() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) <= 1.1
