"""The children of many parents: slices of trading time, what each should have, whole lots."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from hft_py.execution.baseline import pov, shortfall, twap
from hft_py.execution.baseline.rounding import NEAR, UNLIMITED, apportion
from hft_py.execution.baseline.trading_time import TradingTime
from hft_py.rng import Stream

TWAP, VWAP, IS, POV = range(4)
DONE, CLOSED, SHORT, NO_VOLUME, NO_OPTIMUM = range(5)
LEAST_SLICE = 1_000_000  # nanoseconds
PURPOSE = 31


def plan_children(
    sessions: tuple[Any, Any, Any, Any, int],
    profiles: tuple[Any, Any],
    windows: tuple[Any, Any],
    lots: Any,
    style: Any,
    shortfall_terms: tuple[Any, float],
    volumes: tuple[Any, Any],
    rates: tuple[float, Any, float],
    streams: Any,
    slices: int,
    randomise: float,
    seed: int,
    out: tuple[Any, ...],
    threads: int = 1,
) -> tuple[Any, ...]:
    """The children of ``n`` parents, none of them empty, in the order of parents and of time.

    Parameters
    ----------
    sessions
        Opens, closes, trading time before each interval, at the start of each day, and of a
        regular day (:class:`hft_py.execution._sessions.Sessions`).
    profiles
        Volume from the open to the end of each bin ``(names, bins + 1)``, and of the opening and
        closing auction ``(names, 2)``.
    windows
        First and last instants ``(n,)``.
    lots, style
        ``(n,)``.
    shortfall_terms
        ``lambda sigma^2 / eta`` ``(n,)``, empty where no parent has the style, and
        ``gamma / (2 eta)``, in days.
    volumes
        The profile's row, and lots in a unit of its volume, ``(n,)``; NaN where none is known.
    rates
        The participation of POV, the largest of a slice for each style (infinite for none), and
        the lots that POV is behind at the start.
    streams
        Numbers of random streams ``(n,)``, empty where nothing is random.
    out
        Arrays ``(n slices,)`` for the children, one after the other: release, expiry, lots,
        participation, row of the parent, sequence (the last two of int32).

    Returns
    -------
    tuple
        Children of each parent ``(n,)``, lots that do not fit ``(n,)``, status ``(n,)``.
    """
    clock = TradingTime(*sessions)
    counts, left, status = [], [], []
    children: list[tuple[Any, ...]] = []
    for i in range(len(lots)):
        first, last = clock.of(int(windows[0][i])), clock.of(int(windows[1][i]))
        state = DONE
        if last <= first:
            state = CLOSED
        elif last - first < slices * LEAST_SLICE:
            state = SHORT
        bounds = [first + (last - first) * k // slices for k in range(slices + 1)]
        row, scale = int(volumes[0][i]), float(volumes[1][i])
        before = [clock.volume(t, profiles[0][row], profiles[1][row]) for t in bounds]
        expected = [
            scale * ((b[0] - a[0]) + (b[1] - a[1]) + (b[2] - a[2]))
            for a, b in itertools.pairwise(before)
        ]
        rate, most, carry = rates[0], float(rates[1][int(style[i])]), rates[2]
        limits = [UNLIMITED if math.isinf(most) else math.floor(most * v + NEAR) for v in expected]
        total, kind = int(lots[i]), int(style[i])
        draws = []
        if kind == TWAP and randomise > 0.0:
            draws = Stream(seed, int(streams[i]), PURPOSE).uniforms(2 * slices).tolist()
        weights = None
        if kind == TWAP:
            weights = twap.weights(slices, draws[slices:], randomise)
        elif kind == VWAP:
            weights = list(expected)
            if state == DONE and not sum(expected) > 0.0:
                state = NO_VOLUME
        elif kind == IS:
            tau = (last - first) / slices / float(clock.regular)
            r = shortfall.decay(float(shortfall_terms[0][i]), shortfall_terms[1], tau)
            if state == DONE and math.isnan(r):
                state = NO_OPTIMUM
            weights = shortfall.weights(slices, r)
        status.append(state)
        if state != DONE:
            counts.append(0)
            left.append(total)
            continue
        if weights is None:
            planned, rest = pov.follow(total, rate, expected, limits, carry)
        else:
            planned, rest = apportion(total, weights, limits)
        sequence = 0
        for k, quantity in enumerate(planned):
            if not quantity:
                continue
            sequence += 1
            delay = 0
            if draws:
                delay = math.floor(draws[k] * randomise * float(bounds[k + 1] - bounds[k]))
            release, expiry = clock.slice(bounds[k] + delay, bounds[k + 1])
            share = quantity / expected[k] if expected[k] != 0.0 else math.nan
            children.append((release, expiry, quantity, share, i, sequence))
        counts.append(sequence)
        left.append(rest)
    for j, column in enumerate(out):
        column[: len(children)] = [child[j] for child in children]
    return (
        np.array(counts, dtype=np.int32),
        np.array(left, dtype=np.int64),
        np.array(status, dtype=np.uint8),
    )
