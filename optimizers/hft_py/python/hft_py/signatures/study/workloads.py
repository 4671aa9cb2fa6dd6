"""Names and inputs of the workloads: random walks, and log prices of stocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py.signatures import transform_path
from hft_py.signatures._inputs import Floats

BATCH = "64 x 500 x 5, depth 4"
LONG = "1 x 100,000 x 3, depth 5"
MANY = "1,000 x 50 x 3, depth 4"
DEPTHS = {f"64 x 500 x 3, depth {depth}": depth for depth in (2, 4, 6, 8)}
LOGARITHMS = "log-signatures of 64 x 500 x 5, depth 4"
BEGINNINGS = "beginnings of 8 x 1,000 x 3, depth 4"
WINDOWS_QUICK = "2,000 windows of 250, 3 channels, depth 4"
WINDOWS = "4,000 windows of 1,000, 3 channels, depth 4"
STOCKS = "20 stocks, weekly windows of 60 days, lead-lag and time, depth 3"
PAIRS = "kernels of 64 pairs of 200 x 5, dyadic order 1"
GRAM = "kernels of 16 x 16 paths of 100 x 5, dyadic order 1"


def walks(
    task: str, batch: int, points: int, channels: int, depth: int = 0, **options: Any
) -> Mapping[str, Any]:
    """One task on random walks that move by about 1 in each channel."""
    steps = np.random.default_rng(batch + points).normal(size=(batch, points, channels))
    return _inputs(task, steps.cumsum(axis=1) / np.sqrt(points), depth, **options)


def stocks(task: str, depth: int, window: int, step: int) -> Mapping[str, Any]:
    """Log prices of 20 S&P 500 stocks over their volatility, with lead and lag, and time."""
    from qpp.datasets import sp500_prices

    prices = np.log(sp500_prices().drop("date").to_numpy())
    scaled = (prices - prices[0]) / (np.diff(prices, axis=0).std(axis=0) * np.sqrt(window))
    paths = transform_path(scaled.T[:, :, None], lead_lag=True)
    time = np.broadcast_to(np.arange(paths.shape[1]) / (2 * window), paths.shape[:2])
    paths = np.concatenate([paths, time[..., None]], axis=-1)
    return _inputs(task, paths, depth, window=2 * window - 1, step=2 * step)


def kernels_of(
    task: str, batch: int, points: int, channels: int, dyadic_order: int
) -> Mapping[str, Any]:
    """Two sets of walks, short enough for kernels near 1."""
    both = np.random.default_rng(0).normal(size=(2, batch, points, channels))
    x, y = both.cumsum(axis=2) / points
    return {**_inputs(task, x, 0), "other": y.copy(), "dyadic_order": dyadic_order}


def _inputs(
    task: str, paths: Floats, depth: int, window: int = 0, step: int = 1
) -> Mapping[str, Any]:
    return {
        "task": task,
        "paths": np.array(paths, order="C"),
        "depth": depth,
        "window": window,
        "step": step,
        "other": None,
        "dyadic_order": 0,
    }


def windows_of(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """All windows as a batch of paths, for libraries that know no rolling ones."""
    if inputs["task"] != "rolling":
        return inputs
    view = np.lib.stride_tricks.sliding_window_view(inputs["paths"], inputs["window"], axis=1)
    paths = view[:, :: inputs["step"]].swapaxes(2, 3)
    batch = paths.shape[:2]
    owned = np.array(paths.reshape(-1, *paths.shape[2:]))  # pySigLib copies views in each call
    return {**inputs, "paths": owned, "batch": batch}


def first_windows(inputs: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """In the quick preset one window in ten; other tasks run whole."""
    paths, window = inputs["paths"], inputs["window"]
    count = paths.shape[1] - window + 1
    if inputs["task"] != "rolling" or inputs["step"] != 1 or count % 10:
        return inputs, 1
    return {**inputs, "paths": paths[:, : window + count // 10 - 1]}, 10
