"""A rolling-window long/short backtest, from a naive pandas loop to one pass in Rust.

    >>> import numpy as np
    >>> from polars_vs_pandas import run_backtest
    >>> rng = np.random.default_rng(0)
    >>> result = run_backtest(rng.standard_normal((300, 4)), 0.01 * rng.standard_normal((300, 4)))
    >>> sorted(result.metrics)[:3]
    ['cagr', 'costs_paid', 'hit_rate']

``run_backtest`` runs one rule, ``sweep`` a grid of them; ``metrics`` holds every figure.
"""

from __future__ import annotations

from polars_vs_pandas import metrics
from polars_vs_pandas.backtest import run_backtest
from polars_vs_pandas.metrics import Capm
from polars_vs_pandas.parameter_sweep import SweepInterrupted, sweep
from polars_vs_pandas.result import BacktestResult
from polars_vs_pandas.rust_fused import build_profile

__all__ = [
    "BacktestResult",
    "Capm",
    "SweepInterrupted",
    "build_profile",
    "metrics",
    "run_backtest",
    "sweep",
]
