"""Two estimators of one delta: the derivative of the payoff, and of the density.

``pathwise`` differentiates the payoff along the path: small variance, but the payoff must be
continuous. ``likelihood_ratio`` differentiates the density of the first step instead: any
payoff, and a variance that grows with the number of observations, as the first step shrinks.
That they agree is a test of both; the first is what ``price(greeks=True)`` reports.

Source: Broadie and Glasserman, "Estimating security price derivatives using simulation",
Management Science 42 (1996).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gpu_monte_carlo import baseline
from gpu_monte_carlo._validation import integer
from gpu_monte_carlo.option import AsianOption, expected_option
from gpu_monte_carlo.payoff import payoffs


@dataclass(frozen=True)
class Sensitivity:
    """An estimate of a derivative and its standard error."""

    value: float
    standard_error: float


def likelihood_ratio_delta(
    option: AsianOption, *, paths: int = 100_000, seed: int = 0
) -> Sensitivity:
    """Delta as the mean of ``payoff * z_1 / (S_0 sigma sqrt(dt))``.

    Parameters
    ----------
    option
        Of positive volatility, and an average without today's price: that depends on the
        spot itself, not only through the density.
    paths
        Number of paths, at least 2.
    seed
        Of NumPy's generator, 0 to 2**64 - 1.

    Raises
    ------
    ValueError, TypeError
        Naming the argument, its value and what was expected.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 4)
    >>> found = likelihood_ratio_delta(option, paths=200_000, seed=1)
    >>> abs(found.value - 0.6) < 0.1
    True
    """
    expected_option(option)
    if option.includes_spot:
        raise ValueError("includes_spot=True, expected False: the average depends on the spot")
    if option.volatility == 0.0:
        raise ValueError("volatility=0.0, expected > 0: a deterministic price has no density")
    paths = integer("paths", paths, 2)
    seed = integer("seed", seed, 0, 2**64 - 1)
    if option.observations == 0:
        raise ValueError("observations=0, expected at least 1: no price of the average is ahead")
    first = option.step * (1.0 if option.lengths is None else float(option.lengths[0]))
    width = option.spot * option.volatility * math.sqrt(first)
    if width == 0.0:
        raise ValueError(
            f"volatility={option.volatility!r} with maturity={option.maturity!r}, expected more: "
            "the first step's deviation rounds to 0"
        )
    score = 1.0 / width
    chunk = baseline.chunk_paths(option.steps, 8)
    rng = np.random.default_rng(seed)
    total = squares = 0.0
    done = 0
    while done < paths:
        z = rng.standard_normal((option.steps, min(chunk, paths - done)))
        values = payoffs(option, z) * z[0] * score
        total += float(values.sum())
        squares += float(values @ values)
        done += values.size
    mean = total / paths
    variance = max(squares / paths - mean * mean, 0.0)
    return Sensitivity(mean, math.sqrt(variance / (paths - 1)))
