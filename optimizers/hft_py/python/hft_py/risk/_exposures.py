"""The exposures of one date: weights of the benchmark, scales of the styles, all factors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32] | None  # of sectors, -1 without


def benchmark_weights(returns: Floats, cap: Floats, inside: Mask, power: float) -> Floats:
    """Weights of the benchmark: of assets with a return that day, or of all if none has one."""
    traded = inside & np.isfinite(returns)
    chosen = traded if traded.any() else inside
    found: Floats = np.where(chosen, np.where(inside, cap, 1.0) ** power, 0.0)
    return found


def style_scale(x: Floats, benchmark: Floats) -> tuple[Floats, Floats]:
    """Means weighted by the benchmark, and deviations of its assets, all of them alike, from it.

    A style without deviation is divided by 1: it is 0 for all assets, and then collinear.
    """
    there = np.isfinite(x) & (benchmark > 0)[:, None]
    filled = np.where(there, x, 0.0)
    weights = there * benchmark[:, None]
    total = weights.sum(axis=0)
    mean = (weights * filled).sum(axis=0) / np.where(total > 0, total, 1.0)
    squares = (np.where(there, filled - mean, 0.0) ** 2).sum(axis=0)
    deviation = np.sqrt(squares / np.maximum(there.sum(axis=0) - 1.0, 1.0))
    # Relative: illiquidity and the like are small numbers. Equal ones leave rounding of the mean.
    return mean, np.where(deviation > 1e-12 * np.abs(mean), deviation, 1.0)


def all_exposures(
    returns: Floats,
    cap: Floats,
    inside: Mask,
    x: Floats,
    codes: Codes,
    n_sectors: int,
    *,
    market: bool,
    standardise: bool,
    power: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    """The design ``(n, k)``, means and scales of the styles ``x``, and shares of the sectors."""
    benchmark = benchmark_weights(returns, cap, inside, power)
    mean, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
    if standardise:
        mean, scale = style_scale(x, benchmark)
    shares = np.zeros(n_sectors)
    if codes is not None:
        shares += np.bincount(codes[codes >= 0], benchmark[codes >= 0], n_sectors)
    return design((x - mean) / scale, codes, n_sectors, market), mean, scale, shares


def design(x: Floats, codes: Codes, n_sectors: int, market: bool) -> Floats:
    """Market, sectors, styles; NaN for an asset without a sector."""
    parts = [np.ones((len(x), 1))] if market else []
    if codes is not None:
        one_hot = np.zeros((len(x), n_sectors))
        one_hot[codes >= 0, codes[codes >= 0]] = 1.0
        one_hot[codes < 0] = np.nan
        parts.append(one_hot)
    return np.hstack([*parts, x])
