"""Bounds of a price that need no simulation.

The lower bound exercises where the geometric option would: no exercise rule is worth more than the
best one, and as no average is below the geometric one, it is worth at least that option. The upper
bound replaces one option on an average by an average of options, one for each date: the payoff is
convex (Jensen). The two are closest at small ``sigma sqrt(T)``, where both tend to the certain
price, and far apart at several times 1.

``O(observations)``, a few normal distribution functions a date. For the best lower bound see
:func:`gpu_monte_carlo.curran_lower_bound`, the same one with its exercise rule optimised.

Sources: Curran, "Valuing Asian and portfolio options by conditioning on the geometric mean
price", Management Science 40 (1994), for the lower bound; Margrabe (1978) for the options on one
date against another; Kemna and Vorst (1990) for the geometric average.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from gpu_monte_carlo.closed_form import geometric, geometric_law, mean_growth
from gpu_monte_carlo.option import AsianOption, expected_option

Doubles = npt.NDArray[np.float64]
CHUNK = 2**16  # dates at a time: half a megabyte an array


def bracket(option: AsianOption) -> tuple[float, float]:
    """A lower and an upper bound of the price, in currency, right up to rounding.

    Equal where the price is known: a geometric average, one term only, zero volatility, or a
    strike of 0.

    Parameters
    ----------
    option
        Any: arithmetic or geometric, of fixed or floating strike, call or put.

    Returns
    -------
    tuple of float
        ``(lower, upper)``, ``0 <= lower <= upper``; each within about 1e-12 of itself.

    Raises
    ------
    TypeError
        For anything but an ``AsianOption``.

    Examples
    --------
    >>> lower, upper = bracket(AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 252))
    >>> round(lower, 3), round(upper, 3)  # the price is 5.782
    (5.781, 6.457)
    >>> bracket(AsianOption(100, 90, 0.0, 0.0, 0.0, 1.0, 12))
    (10.0, 10.0)
    """
    expected_option(option)
    if option.average == "geometric" or option.terms == 1:
        exact = geometric(option)
        return exact, exact
    if option.strike_type == "fixed":
        lower, upper = _fixed(option)
    else:
        lower, upper = _floating(option)
    # An arithmetic average is no less than the geometric one, on every path.
    if option.phi < 0.0 and option.strike_type == "fixed":
        upper = min(upper, geometric(option.twin()))
    if option.phi > 0.0 and option.strike_type == "floating":
        upper = min(upper, geometric(option.twin()))
    return lower, max(lower, upper)


def _fixed(option: AsianOption) -> tuple[float, float]:
    phi, m, discount = option.phi, option.terms, option.discount
    # In units about the larger of the two, so that no product of theirs overflows; of a power of
    # two, which rounds nothing.
    unit = math.ldexp(1.0, math.frexp(max(option.spot, option.strike))[1] - 1)
    spot, strike = option.spot / unit, discount * (option.strike / unit)
    growth = discount * mean_growth(option)  # D E[A] / S
    certain = max(0.0, phi * (spot * growth - strike))
    law_mean, variance = geometric_law(option)
    if variance <= 0.0 or option.strike == 0.0:
        return certain * unit, certain * unit
    s = math.sqrt(variance)
    moneyness = math.log(option.spot) - math.log(option.strike)
    d = (law_mean - math.log(option.strike)) / s
    drift = (option.rate - option.dividend) * option.step
    exercised, same, shared = [], [], []
    for k, f in _dates(option):
        loading = _covariance(option, k) / s
        exercised.append(float((f * ndtr(phi * (d + loading))).sum()))
        deviation = option.volatility * np.sqrt(option.step * k)
        forwards = spot * f
        # The same strike on every date; and strikes in proportion to the forwards, which are
        # certain to be paid or not where the average is.
        same.append(_black(forwards, strike, moneyness + drift * k, deviation, phi))
        strikes = strike * (f / growth)
        level = moneyness + math.log(growth) + option.rate * option.maturity
        shared.append(_black(forwards, strikes, level, deviation, phi))
    lower = phi * (spot * math.fsum(exercised) / m - strike * float(ndtr(phi * d)))
    upper = min(math.fsum(same), math.fsum(shared)) / m
    return max(certain, lower) * unit, upper * unit


def _floating(option: AsianOption) -> tuple[float, float]:
    phi, n, m = option.phi, option.observations, option.terms
    drift = (option.rate - option.dividend) * option.step
    last = math.exp(-option.dividend * option.maturity)  # D E[S_n] / S
    growth = option.discount * mean_growth(option)  # D E[A] / S
    certain = max(0.0, phi * (last - growth))
    mean, variance = geometric_law(option)
    step_variance = option.volatility**2 * option.step
    # X = ln S_n - ln G, which is positive where the geometric call pays.
    spread = step_variance * n + variance - 2.0 * step_variance * n * (n + 1) / (2 * m)
    if spread <= 0.0:
        return certain * option.spot, certain * option.spot
    s = math.sqrt(spread)
    d = (math.log(option.spot) - mean) / s + (drift - 0.5 * step_variance) * n / s
    exercised, apart = [], []
    for k, f in _dates(option):
        loading = (step_variance * k - _covariance(option, k)) / s
        exercised.append(float((f * ndtr(phi * (d + loading))).sum()))
        deviation = option.volatility * np.sqrt(option.step * (n - k))
        apart.append(_black(np.full_like(f, last), f, drift * (n - k), deviation, phi))
    own = (step_variance * n - float(_covariance(option, np.array([float(n)]))[0])) / s
    lower = phi * (last * float(ndtr(phi * (d + own))) - math.fsum(exercised) / m)
    upper = math.fsum(apart) / m
    return max(certain, lower) * option.spot, upper * option.spot


def _dates(option: AsianOption) -> Iterator[tuple[Doubles, Doubles]]:
    """Numbers of the average's dates, and their forwards discounted from maturity over the spot."""
    first = 0 if option.includes_spot else 1
    drift = (option.rate - option.dividend) * option.step
    for at in range(first, option.observations + 1, CHUNK):
        k = np.arange(at, min(at + CHUNK, option.observations + 1), dtype=np.float64)
        yield k, np.exp(drift * k - option.rate * option.maturity)


def _covariance(option: AsianOption, k: Doubles) -> Doubles:
    """Of ``ln S_k`` with the logarithm of the geometric average."""
    n, m = option.observations, option.terms
    found: Doubles = option.volatility**2 * option.step * (k * (k + 1) / 2 + k * (n - k)) / m
    return found


def _black(forward: Any, strike: Any, moneyness: Any, deviation: Doubles, phi: float) -> float:
    """Sum of Black's formula over dates, ``moneyness = ln(forward / strike)``."""
    random = deviation > 0.0
    with np.errstate(over="ignore"):
        d1 = moneyness / np.where(random, deviation, 1.0) + 0.5 * deviation
    value = forward * ndtr(phi * d1) - strike * ndtr(phi * (d1 - deviation))
    value = np.where(random, value, forward - strike)
    return float(np.maximum(phi * value, 0.0).sum())
