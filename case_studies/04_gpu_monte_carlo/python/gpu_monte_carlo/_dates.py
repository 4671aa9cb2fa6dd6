"""Sums over the dates of an average, in closed form where they are equally spaced."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gpu_monte_carlo.option import AsianOption, Doubles

CHUNK = 2**16  # dates at a time: half a megabyte an array


def total_times(option: AsianOption) -> tuple[float, float]:
    """``sum_k t_k`` and ``sum_jk min(t_j, t_k)`` over the observations, in years.

    Examples
    --------
    >>> total_times(AsianOption(100, 100, 0.0, 0.0, 0.2, 2.0, 2))
    (3.0, 5.0)
    >>> total_times(AsianOption(100, 100, 0.0, 0.0, 0.2, 2.0, fixing_times=[0.5, 2.0]))
    (2.5, 3.5)
    """
    n = option.observations
    if option.fixing_times is None:
        first = option.step * n * (n + 1) / 2
        return first, first * (2 * n + 1) / 3
    later = np.arange(2 * n - 1, 0, -2)
    return math.fsum(option.fixing_times), float(option.times @ later)


def dates(option: AsianOption) -> Iterator[tuple[Doubles, Doubles]]:
    """Of today's price, where it is averaged, and the observations, some at a time.

    Yields times ``t_k`` in years and ``sum_j min(t_j, t_k)`` over the observations.
    """
    first, n = 0 if option.includes_spot else 1, option.observations
    own = option.fixing_times is not None
    times = np.concatenate([[0.0], option.times]) if own else np.empty(0)
    before = np.cumsum(times)
    for at in range(first, n + 1, CHUNK):
        k = np.arange(at, min(at + CHUNK, n + 1), dtype=np.float64)
        if own:
            t = times[at : at + CHUNK]
            yield t, before[at : at + CHUNK] + t * (n - k)
        else:
            yield option.step * k, option.step * (k * (k + 1) / 2 + k * (n - k))


def growths(option: AsianOption) -> tuple[float, float]:
    """``sum_k E[S_k] / S_0``, today's price included where it is averaged, and that of ``t_k``.

    The second sum has each forward times its time: the derivative of the first by the rate.

    Examples
    --------
    >>> growths(AsianOption(100, 100, 0.02, 0.02, 0.2, 1.0, 2))
    (2.0, 1.5)
    """
    drift = option.rate - option.dividend
    pairs = [(np.exp(drift * t), t) for t, _ in dates(option)]
    return (
        math.fsum(float(forward.sum()) for forward, _ in pairs),
        math.fsum(float(forward @ t) for forward, t in pairs),
    )
