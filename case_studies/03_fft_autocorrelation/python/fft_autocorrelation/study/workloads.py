"""The inputs of the study, and their sizes ``(n, max_lag)``."""

from __future__ import annotations

from typing import Any

import numpy as np

GRID_LENGTHS = tuple(10**e for e in range(2, 8))


def grid_lags(n: int) -> list[int]:
    """Six numbers of lags from 1 to ``n - 1``, evenly spaced on a logarithmic axis."""
    return [round((n - 1) ** (i / 5)) for i in range(6)]


def name(n: int, max_lag: int) -> str:
    """Name of a workload in tables."""
    return f"n={n:,} k={max_lag:,}"


PUBLISHED_SIZES = [(n, 50) for n in (100, 1_000, 10_000, 50_000)]
PUBLISHED_SIZES += [(10_000, k) for k in (10, 100, 200, 500)]
PUBLISHED = [name(*size) for size in PUBLISHED_SIZES]
QUICK = {(100, 50), (10_000, 50), (100_000, 1_000)}
MEMORY = (10_000_000, 1_000)
FULL_LAGS = (1_000_000, 999_999)
PARALLEL = tuple(name(*size) for size in (MEMORY, (10_000_000, 25), (1_000_000, 3_981)))
SIZES = sorted({*PUBLISHED_SIZES, *((n, k) for n in GRID_LENGTHS for k in grid_lags(n)), MEMORY})
REAL = "S&P 500 |returns| k=250"


def workloads_up_to(products: float, max_lag: int = 10**9) -> tuple[str, ...]:
    """Workloads with ``n k`` at most ``products`` and at most ``max_lag`` lags."""
    chosen = [(n, k) for n, k in SIZES if n * k <= products and k <= max_lag]
    return (*(name(*size) for size in chosen), REAL)


def normal(n: int, max_lag: int) -> dict[str, Any]:
    """Independent normal numbers around a mean."""
    return {"x": np.random.default_rng(3).normal(0.1, 1.0, n), "max_lag": max_lag}


def absolute_returns(max_lag: int) -> dict[str, Any]:
    """Absolute daily returns of the S&P 500, 1990 to 2022."""
    from qpp.datasets import sp500_index

    level = sp500_index()["SP500"].to_numpy()
    return {"x": np.abs(np.diff(np.log(level))), "max_lag": max_lag}
