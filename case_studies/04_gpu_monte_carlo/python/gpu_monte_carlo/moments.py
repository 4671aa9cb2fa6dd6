"""From normal numbers to the sums that a price is made of, for any array namespace.

One chunk of paths at a time: the Brownian paths are added up once and serve every option of a
batch, its geometric twin and its greeks. Rows are times, columns are paths, so that running
sums are additions of whole rows.

``MOMENTS`` names the sums over the samples of a block, followed by each of ``GREEKS`` and its
square; a sample is a path, or the mean of a path and its antithetic partner.

The sensitivities are derivatives of each path's payoff ``D (phi F)+``, where ``F`` is the average
less the strike or the last price less the average (Broadie and Glasserman 1996). With ``x`` a
shift of the logarithms of all prices but today's, as the first normal makes one:

- theta: the first step becomes shorter, all others stay, so ``F`` moves by
  ``-(mu + sigma z_1 / 2 sqrt(dt_1)) F_x``;
- gamma: the derivative jumps where exercise begins, so the second one goes over to the density of
  the first normal: ``E[1(F > 0) (F_ss + z_1 h - dh / dz_1)]``, ``h = F_s^2 / (b_1 F_x)``. It holds
  where today's price is in the average, which ``F_s`` contains and ``F_x`` does not. With a
  floating strike that ``F > 0`` serves the put, too, whose own region has roots of ``F_x``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpu_monte_carlo._simulation import GREEKS, Simulation
from gpu_monte_carlo.option import ARITHMETIC, FLOATING, INCLUDES_SPOT

MOMENTS = ("n", "y", "yy", "c", "cc", "yc")
WIDE = 128


def count(greeks: bool) -> int:
    """Sums of one option in one block."""
    return len(MOMENTS) + 2 * len(GREEKS) * greeks


def chunk_moments(xp: Any, normals: Any, options: Any, simulation: Simulation) -> Any:
    """Sums over one chunk, ``[options, moments]``, float64.

    ``xp`` is the array namespace, ``normals`` ``[observations, paths]`` are overwritten, and
    ``options`` are rows of ``option.rows`` on the host.
    """
    observations, paths = normals.shape
    control, greeks = simulation.control, simulation.greeks
    dtype = normals.dtype.type
    first = normals[0].copy()
    lengths = np.ones(observations) if simulation.lengths is None else simulation.lengths
    if simulation.lengths is not None:
        normals *= xp.asarray(np.sqrt(lengths), dtype=dtype)[:, None]
    walk = _running_sum(xp, normals)
    fixings = observations - simulation.unobserved
    geometric = any(not int(row[6]) & ARITHMETIC for row in options)
    summed = control or greeks or geometric
    area = walk[:fixings].sum(axis=0) if summed else None
    sums = xp.zeros((len(options), count(greeks)), dtype=xp.float64)
    # One path of one option may overwrite the walk; more need it again.
    again = simulation.antithetic or greeks or len(options) > 1
    work = xp.empty_like(walk) if again else walk
    ends = np.cumsum(lengths)
    elapsed = xp.asarray(ends, dtype=dtype)[:, None]
    paths_of = _Paths(xp, walk, area, first, ends, elapsed, fixings, work)
    for i, row in enumerate(options):
        sample = paths_of.samples(row, control, greeks, dtype(1))
        if simulation.antithetic:
            partner = paths_of.samples(row, control, greeks, dtype(-1))
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


@dataclass(frozen=True)
class _Paths:
    """Brownian paths of a chunk, in units of the root of the unit of time."""

    xp: Any
    walk: Any
    """At the end of every step, ``[steps, paths]``."""
    area: Any
    """Summed over the observations, ``[paths]``."""
    first: Any
    """The first normal, ``[paths]``."""
    ends: Any
    """Of the steps, ``[steps]``, on the host."""
    elapsed: Any
    """The same where the paths are, ``[steps, 1]``."""
    fixings: int
    work: Any

    def samples(self, row: Any, control: bool, greeks: bool, sign: Any) -> list[Any]:
        """Discounted payoff, that of the geometric twin, and with ``greeks`` each of them."""
        xp, walk, dtype = self.xp, self.walk, self.walk.dtype.type
        spot, strike, a, b, discount, phi, flag, sigma, past, weight, level, power = (
            float(x) for x in row[:12]
        )
        rate, unit, maturity = (float(x) for x in row[12:])
        arithmetic, floating, with_spot = (
            bool(int(flag) & bit) for bit in (ARITHMETIC, FLOATING, INCLUDES_SPOT)
        )
        terms = max(self.fixings + with_spot, 1)
        years, length = float(self.ends[: self.fixings].sum()), float(self.ends[0])
        elapsed = self.elapsed
        prices = xp.multiply(walk, sign * dtype(b), out=self.work)
        prices += elapsed * dtype(a)
        last = spot * xp.exp(prices[-1])
        geometric = None
        if control or not arithmetic:
            centre, share = power * a * years / terms, sign * dtype(power * b / terms)
            geometric = dtype(spot * level) * xp.exp(dtype(centre) + self.area * share)
        average, seen = geometric, prices[: self.fixings]
        if arithmetic:
            seen = xp.exp(seen, out=seen)
            moving = seen.sum(axis=0) * dtype(spot * weight / terms)
            average = moving + dtype(past + with_spot * spot * weight / terms)

        def pays(mean: Any) -> Any:
            """Unfloored: what the holder of a call gains where it is positive."""
            return (last - mean) if floating else (mean - dtype(strike))

        zero = dtype(0)
        gain = pays(average)
        value = dtype(discount) * xp.maximum(dtype(phi) * gain, zero)
        twin = zero * value
        if control:
            twin = dtype(discount) * xp.maximum(dtype(phi) * pays(geometric), zero)
        if not greeks:
            return [value, twin]
        # Derivatives of the average: by the spot (s), by a shift of all logarithms (x), by the
        # volatility and by the rate. dS_k / d sigma = S_k (W_k - sigma t_k).
        root = b / sigma if sigma > 0 else 0.0
        variance, brownian = dtype(sigma * root * root), sign * dtype(root)
        if arithmetic:
            factor = dtype(spot * weight / terms)
            by_s, by_x = (average - dtype(past)) / dtype(spot), moving
            by_ss, by_sx, by_xx = zero, by_x / dtype(spot), by_x
            tilt = walk[: self.fixings] * brownian - elapsed[: self.fixings] * variance
            by_sigma = (seen * tilt).sum(axis=0) * factor
            by_rate = (seen * elapsed[: self.fixings]).sum(axis=0) * dtype(unit) * factor
        else:
            moved = dtype(power * self.fixings / terms)
            by_s, by_x = average * dtype(power / spot), average * moved
            by_ss, by_sx, by_xx = by_s * dtype((power - 1) / spot), by_s * moved, by_x * moved
            lean = self.area * brownian - dtype(years) * variance
            by_sigma = average * lean * dtype(power / terms)
            by_rate = average * dtype(power * unit * years / terms)
        if floating:
            end, now = float(self.ends[-1]), last / dtype(spot)
            by_s, by_x, by_ss = now - by_s, last - by_x, -by_ss
            by_sx, by_xx = now - by_sx, last - by_xx
            by_sigma = last * (walk[-1] * brownian - dtype(end) * variance) - by_sigma
            by_rate = last * dtype(unit * end) - by_rate
        held = xp.where(value > zero, dtype(discount * phi), zero)
        z = sign * self.first
        speed = dtype(a / unit) + z * dtype(b / (2.0 * unit * math.sqrt(length)))
        theta = dtype(rate) * value - held * by_x * speed
        rho = held * by_rate - dtype(maturity) * value
        # Proportional to the spot, or without a density.
        if b == 0.0 or (floating and past == 0.0 and level == power == 1.0):
            gamma = zero * value
        else:
            region = xp.where(gain > zero, dtype(discount), zero) if floating else held
            ratio = by_s / xp.where(region != zero, by_x, dtype(1))
            score = z / dtype(b * math.sqrt(length))
            gamma = region * ratio * (by_s * score - 2 * by_sx + ratio * by_xx) + held * by_ss
        return [value, twin, held * by_s, held * by_sigma, gamma, theta, rho]
