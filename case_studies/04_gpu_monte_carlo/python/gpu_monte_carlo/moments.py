"""From normal numbers to the sums that a price is made of, for any array namespace.

One chunk of paths at a time: the Brownian paths are added up once and serve every option of a
batch, its geometric twin and its greeks. Rows are times, columns are paths, so that running
sums are additions of whole rows.

``MOMENTS`` names the sums over the samples of a block; a sample is a path, or the mean of a
path and its antithetic partner.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.option import ARITHMETIC, FLOATING, INCLUDES_SPOT

MOMENTS = ("n", "y", "yy", "c", "cc", "yc")
WIDE = 128
GREEK_MOMENTS = ("d", "dd", "v", "vv", "g", "gg")


def count(greeks: bool) -> int:
    """Sums of one option in one block."""
    return len(MOMENTS) + len(GREEK_MOMENTS) * greeks


def chunk_moments(xp: Any, normals: Any, options: Any, simulation: Simulation) -> Any:
    """Sums over one chunk, ``[options, moments]``, float64.

    ``xp`` is the array namespace, ``normals`` ``[observations, paths]`` are overwritten, and
    ``options`` are rows of ``option.rows`` on the host.
    """
    observations, paths = normals.shape
    control, greeks = simulation.control, simulation.greeks
    dtype = normals.dtype.type
    first = normals[0].copy()
    walk = _running_sum(xp, normals)
    geometric = any(not int(row[6]) & ARITHMETIC for row in options)
    mean_walk = walk.mean(axis=0) if control or greeks or geometric else None
    sums = xp.zeros((len(options), count(greeks)), dtype=xp.float64)
    # One path of one option may overwrite the walk; more need it again.
    again = simulation.antithetic or greeks or len(options) > 1
    work = xp.empty_like(walk) if again else walk
    steps = xp.arange(1, observations + 1, dtype=walk.dtype)[:, None]
    for i, row in enumerate(options):
        args = (xp, walk, mean_walk, first, row, steps, work, control, greeks)
        sample = _payoffs(*args, dtype(1))
        if simulation.antithetic:
            partner = _payoffs(*args, dtype(-1))
            sample = [(s + p) * dtype(0.5) for s, p in zip(sample, partner, strict=True)]
        sample = [s.astype(xp.float64, copy=False) for s in sample]
        y = sample[0]
        sums[i, 0] = paths
        sums[i, 1], sums[i, 2] = y.sum(), (y * y).sum()
        if control:
            c = sample[1]
            sums[i, 3], sums[i, 4], sums[i, 5] = c.sum(), (c * c).sum(), (y * c).sum()
        for j, g in enumerate(sample[2:]):
            sums[i, 6 + 2 * j], sums[i, 7 + 2 * j] = g.sum(), (g * g).sum()
    return sums


def _running_sum(xp: Any, normals: Any) -> Any:
    """Of the rows, in place."""
    # NumPy's own accumulates down the columns: ten times slower than adding whole rows, if these
    # are long enough to pay for a call each.
    if xp is not np or normals.shape[1] < WIDE:
        return xp.cumsum(normals, axis=0, out=normals)
    for k in range(1, len(normals)):
        normals[k] += normals[k - 1]
    return normals


def _payoffs(
    xp: Any,
    walk: Any,
    mean_walk: Any,
    first: Any,
    row: Any,
    steps: Any,
    work: Any,
    control: bool,
    greeks: bool,
    sign: Any,
) -> list[Any]:
    """Discounted payoff, that of the geometric twin, and delta, vega, gamma with ``greeks``."""
    observations = walk.shape[0]
    dtype = walk.dtype.type
    spot, strike, a, b, discount, phi, flag, sigma = (float(x) for x in row)
    arithmetic, floating, with_spot = (
        bool(int(flag) & bit) for bit in (ARITHMETIC, FLOATING, INCLUDES_SPOT)
    )
    terms = observations + with_spot
    prices = xp.multiply(walk, sign * dtype(b), out=work)
    prices += steps * dtype(a)
    last = spot * xp.exp(prices[-1])
    geometric = None
    if control or not arithmetic:
        centre = 0.5 * a * observations * (observations + 1) / terms
        share = sign * dtype(b * observations / terms)
        geometric = dtype(spot) * xp.exp(dtype(centre) + mean_walk * share)
    average = geometric
    if arithmetic:
        prices = xp.exp(prices, out=prices)
        average = (prices.sum(axis=0) + dtype(with_spot)) * dtype(spot / terms)

    def pays(mean: Any) -> Any:
        """Unfloored: what the holder gains where it is positive."""
        return dtype(phi) * ((last - mean) if floating else (mean - dtype(strike)))

    zero = dtype(0)
    gain = pays(average)
    value = dtype(discount) * xp.maximum(gain, zero)
    twin = dtype(discount) * xp.maximum(pays(geometric), zero) if control else zero * value
    if not greeks:
        return [value, twin]
    held = xp.where(gain > zero, dtype(discount * phi), zero)
    # dS_k / d sigma = S_k (W_k - sigma t_k), with W_k = sqrt(dt) times the walk.
    root = b / sigma if sigma > 0 else 0.0
    years = dtype(sigma * root * root)
    brownian = sign * dtype(root)
    if arithmetic:
        tilt = (prices * (walk * brownian - steps * years)).sum(axis=0) * dtype(spot / terms)
    else:
        lean = mean_walk * brownian - dtype(0.5 * (observations + 1)) * years
        tilt = average * lean * dtype(observations / terms)
    if floating:
        end = last * (walk[-1] * brownian - dtype(observations) * years)
        delta, vega = value / dtype(spot), held * (end - tilt)
    else:
        delta, vega = held * average / dtype(spot), held * tilt
    # Likelihood ratio of today's price on the pathwise delta.
    score = sign * first / dtype(spot * b) if b > 0 else zero * first
    gamma = delta * score - delta / dtype(spot)
    return [value, twin, delta, vega, gamma]
