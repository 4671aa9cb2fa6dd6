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
from typing import Any

import numpy as np
from scipy.special import ndtr

from gpu_monte_carlo._certain import certain
from gpu_monte_carlo._dates import dates, total_times
from gpu_monte_carlo.closed_form import (
    arithmetic_forward,
    black,
    geometric,
    geometric_law,
    mean_growth,
)
from gpu_monte_carlo.option import AsianOption, Doubles, expected_option


def bracket(option: AsianOption) -> tuple[float, float]:
    """A lower and an upper bound of the price, in currency, right up to rounding.

    Equal where the price is known: a geometric average, one term only, zero volatility, a
    strike of 0, prices already known that decide on exercise or are the whole average.

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
    known = certain(option)
    if known is not None:
        return known["price"], known["price"]
    if option.average == "geometric" or option.terms == 1:
        exact = geometric(option)
        return exact, exact
    if option.observations == 0:  # an exchange for an average that is known
        last = option.spot * math.exp((option.rate - option.dividend) * option.maturity)
        deviation = option.volatility * math.sqrt(option.maturity)
        exact = option.discount * black(last, arithmetic_forward(option), deviation, option.phi)
        return exact, exact
    if option.past_fixings and option.strike_type == "fixed":
        share = option.ahead / option.terms
        low, high = bracket(option.reduced())
        return share * low, share * high
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
    """Of an arithmetic average whose prices are all ahead."""
    phi, m, discount = option.phi, option.terms, option.discount
    # In units about the larger of the two, so that no product of theirs overflows; of a power of
    # two, which rounds nothing.
    unit = math.ldexp(1.0, math.frexp(max(option.spot, option.strike))[1] - 1)
    spot, strike = option.spot / unit, discount * (option.strike / unit)
    growth = discount * mean_growth(option)  # D E[A] / S
    least = max(0.0, phi * (spot * growth - strike))
    law_mean, variance = geometric_law(option)
    if variance <= 0.0 or option.strike == 0.0:
        return least * unit, least * unit
    s = math.sqrt(variance)
    moneyness = math.log(option.spot) - math.log(option.strike)
    d = (law_mean - math.log(option.strike)) / s
    drift = option.rate - option.dividend
    exercised, same, shared = [], [], []
    for t, overlap in dates(option):
        f = np.exp((option.rate - option.dividend) * t - option.rate * option.maturity)
        loading = option.volatility**2 * overlap / (m * s)
        exercised.append(float((f * ndtr(phi * (d + loading))).sum()))
        deviation = option.volatility * np.sqrt(t)
        forwards = spot * f
        # The same strike on every date; and strikes in proportion to the forwards, which are
        # certain to be paid or not where the average is.
        same.append(_black(forwards, strike, moneyness + drift * t, deviation, phi))
        strikes = strike * (f / growth)
        level = moneyness + math.log(growth) + option.rate * option.maturity
        shared.append(_black(forwards, strikes, level, deviation, phi))
    lower = phi * (spot * math.fsum(exercised) / m - strike * float(ndtr(phi * d)))
    upper = min(math.fsum(same), math.fsum(shared)) / m
    return max(least, lower) * unit, upper * unit


def _floating(option: AsianOption) -> tuple[float, float]:
    phi, m = option.phi, option.terms
    drift = option.rate - option.dividend
    last = math.exp(-option.dividend * option.maturity)  # D E[S_n] / S
    growth = option.discount * mean_growth(option)  # D E[A] / S
    past = option.discount * (option.past / option.spot)  # D of what is known of A, over S
    least = max(0.0, phi * (last - growth - past))
    mean, variance = geometric_law(option)
    square, life = option.volatility**2, option.maturity
    first = total_times(option)[0]
    # X = ln S_T - ln G, which is positive where the geometric call pays.
    spread = square * life + variance - 2.0 * square * first / m
    if spread <= 0.0:
        return least * option.spot, least * option.spot
    s = math.sqrt(spread)
    d = (math.log(option.spot) - mean) / s + (drift - 0.5 * square) * life / s
    exercised, apart = [past * m * float(ndtr(phi * d))], []
    for t, overlap in dates(option):
        f = np.exp(drift * t - option.rate * life)
        loading = square * (t - overlap / m) / s
        exercised.append(float((f * ndtr(phi * (d + loading))).sum()))
        rest = np.where(life - t > 1e-15 * life, life - t, 0.0)
        deviation = option.volatility * np.sqrt(rest)
        apart.append(_black(np.full_like(f, last), f, drift * rest, deviation, phi))
    if past:  # one option on the mean of what is known
        count = len(option.past_fixings)
        apart.append(
            count * black(last, past * m / count, option.volatility * math.sqrt(life), phi)
        )
    own = square * (life - first / m) / s
    lower = phi * (last * float(ndtr(phi * (d + own))) - math.fsum(exercised) / m)
    upper = math.fsum(apart) / m
    return max(least, lower) * option.spot, upper * option.spot


def _black(forward: Any, strike: Any, moneyness: Any, deviation: Doubles, phi: float) -> float:
    """Sum of Black's formula over dates, ``moneyness = ln(forward / strike)``."""
    random = deviation > 0.0
    with np.errstate(over="ignore"):
        d1 = moneyness / np.where(random, deviation, 1.0) + 0.5 * deviation
    value = forward * ndtr(phi * d1) - strike * ndtr(phi * (d1 - deviation))
    value = np.where(random, value, forward - strike)
    return float(np.maximum(phi * value, 0.0).sum())
