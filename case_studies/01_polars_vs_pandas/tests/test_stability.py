"""The rolling deviation where streaming formulas cancel: outliers, offsets, runs, scales.

Positions are compared with exact ones wherever the decision is not within 1e-9 of its
threshold. pandas' own rolling deviation does not pass; that it does not is a fact of its
own here, and a sum of squares that cancels shows that the inputs are hard enough.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import _reference as reference
from polars_vs_pandas import polars_numpy
from polars_vs_pandas._arrays import Floats, Run

STABLE = [name for name in kernels.KERNELS if name != "pandas_vectorised"]
ROWS, ASSETS, WINDOW = 160, 5, 10
# A falling scale still leaves both outcomes open at 0.4. At an offset the signal is the offset,
# and k sigma is near it.
K = {"offset up": 1e6, "offset down": 1e6}
KINDS = (
    *("outlier leaves", "scale falls", "scales mix", "runs", "tiny", "huge"),
    *("offset up", "offset down"),
)


@cache
def probe(kind: str, seed: int = 5) -> Floats:
    """Signals whose small values are compared with a small deviation."""
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal((ROWS, ASSETS))
    if kind == "outlier leaves":
        for i in range(ASSETS):
            signal[rng.integers(ROWS, size=6), i] *= 10.0 ** rng.uniform(6, 15)
    elif kind == "scale falls":
        signal *= np.exp(-0.15 * np.arange(ROWS))[:, None]
    elif kind == "scales mix":
        signal *= 10.0 ** rng.uniform(-8, 8, signal.shape)
    elif kind == "runs":
        signal = np.repeat(signal[: ROWS // 20], 20, axis=0)
        signal[::7] += 1e-3 * rng.standard_normal(signal[::7].shape)
    elif kind == "tiny":
        signal *= 1e-150
    elif kind == "huge":
        signal *= 1e150
    elif kind.startswith("offset"):
        signal += 1e6 if kind == "offset up" else -1e6
    signal.setflags(write=False)
    return signal


@cache
def exact_positions(kind: str) -> tuple[Floats, Floats]:
    """The exact positions of a probe, and where they are clear: not within 1e-9 of a threshold."""
    signal, k = probe(kind), K.get(kind, 0.4)
    exact = reference.backtest(signal, np.zeros_like(signal), Run(WINDOW, k, k, 0.0, 1.0))[3]
    clear = reference.closeness(signal, WINDOW, k, k) > 1e-9
    assert clear.mean() > 0.9
    return exact, clear


def decisions(name: str, signal: Floats, k: float = 1.0) -> Floats:
    native = kernels.KERNELS[name].native
    returns = np.zeros_like(signal)
    return kernels.kernel(name)(native(signal), native(returns), WINDOW, k, k, 0.0, 1.0)[3]


def wrong_decisions(found: Floats, kind: str) -> int:
    exact, clear = exact_positions(kind)
    return int(np.count_nonzero((found != exact) & clear))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(name, kind, marks=[pytest.mark.thorough] if slow else [])
        for name in STABLE
        for kind in KINDS
        for slow in [name == "baseline" and kind != "outlier leaves"]
    ],
)
def test_positions_are_exact(name: str, kind: str) -> None:
    assert wrong_decisions(decisions(name, probe(kind), K.get(kind, 0.4)), kind) == 0


def test_running_sums_fail_on_the_probes() -> None:
    """Negative control: running sums of squares fail what the others pass."""
    for kind in ("outlier leaves", "scale falls"):
        signal = probe(kind)
        total = np.cumsum(np.vstack([np.zeros(ASSETS), signal]), axis=0)
        square = np.cumsum(np.vstack([np.zeros(ASSETS), signal**2]), axis=0)
        mean = (total[WINDOW:] - total[:-WINDOW]) / WINDOW
        spread = (square[WINDOW:] - square[:-WINDOW]) / WINDOW - mean**2
        sigma = np.sqrt(np.maximum(spread, 0) * WINDOW / (WINDOW - 1))[:-2]
        today = signal[WINDOW:-1]
        found = np.where(sigma > 0, np.sign(today) * (np.abs(today) > 0.4 * sigma), 0)
        assert wrong_decisions(found, kind) > 10, kind


def pandas_error(signal: Floats, window: int) -> float:
    """Largest relative error of pandas' rolling deviation."""
    found = pd.DataFrame(signal).rolling(window).std().to_numpy()[window - 1 :]
    windows = sliding_window_view(signal, window, axis=0)
    exact = np.array([[reference.deviation(w.tolist()) for w in row] for row in windows])
    return float(np.max(np.abs(found - exact) / exact))


def test_errors_of_pandas_rolling_deviation() -> None:
    """The documented limits of ``pandas_vectorised``: correct them there if this fails."""
    assert pandas_error(probe("plain"), 10) < 1e-9
    assert max(pandas_error(probe("outlier leaves", seed), 10) for seed in range(4)) > 1e-3
    assert pandas_error(probe("scales mix"), 3) > 1.0
    run = np.full((80, 5), 1 / 3)
    run[:20] += np.random.default_rng(3).standard_normal((20, 5))
    assert decisions("pandas_vectorised", run)[20:].any()


@pytest.mark.parametrize("value", [1 / 3, 1e6 + 0.1])
@pytest.mark.parametrize("name", STABLE)
def test_equal_values_have_no_deviation(name: str, value: float) -> None:
    """After other values have left the window, too."""
    rng = np.random.default_rng(3)
    signal = np.full((50, 3), value)
    signal[:20] += rng.standard_normal((20, 3))
    found = decisions(name, signal)
    assert found[:20].any()
    assert not found[20:].any()


def test_hybrid_deviation_error_is_bounded() -> None:
    """Centring is exact, so an offset costs the hybrid nothing; outliers cost it little."""
    rng = np.random.default_rng(2)
    base = rng.standard_normal((4, 300))
    for signal, bound in (
        (base, 1e-12),
        (base + 1e6, 1e-12),
        (base - 1e9, 1e-12),
        (np.where(rng.random(base.shape) < 0.01, 1e12, base), 1e-12),
    ):
        found = polars_numpy.deviation(signal, WINDOW)
        windows = sliding_window_view(signal, WINDOW, axis=1)[:, :-2]
        exact = np.array([[reference.deviation(w.tolist()) for w in row] for row in windows])
        assert np.max(np.abs(found / exact - 1)) < bound


def test_float32_differences_of_int8_frames() -> None:
    """Why ``pandas_vectorised`` leaves int8 before it differences: pandas answers in float32."""
    assert pd.DataFrame({"A": np.array([0, 1], dtype=np.int8)}).diff()["A"].dtype == np.float32
