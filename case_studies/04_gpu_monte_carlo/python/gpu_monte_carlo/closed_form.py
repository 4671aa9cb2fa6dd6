"""Prices that are exact: Black-Scholes, and every option on a discrete geometric average.

A geometric average of lognormal prices is lognormal, so its options have Black's formula with
their own forward and variance; with a floating strike it is Margrabe's, as the average and the
last price are jointly lognormal.

Sources: Black and Scholes (1973); Black (1976); Margrabe (1978); Kemna and Vorst, "A pricing
method for options based on average asset values", J. Banking & Finance 14 (1990).
"""

from __future__ import annotations

import math

from gpu_monte_carlo._dates import growths, total_times
from gpu_monte_carlo.option import AsianOption, expected_option


def normal_cdf(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x * math.sqrt(0.5))


def black(forward: float, strike: float, deviation: float, phi: float) -> float:
    """Undiscounted ``E[(phi (F e^(s z - s^2/2) - K))+]``: Black's formula, ``s = deviation``.

    Examples
    --------
    >>> round(black(100.0, 100.0, 0.2, 1.0), 4)
    7.9656
    >>> black(100.0, 90.0, 0.0, 1.0)
    10.0
    """
    if deviation <= 0.0 or strike <= 0.0 or forward <= 0.0:
        return max(0.0, phi * (forward - strike))
    ratio = forward / strike
    if not 0.0 < ratio < math.inf:  # one of the two is nothing to the other
        return max(0.0, phi * (forward - strike))
    d1 = math.log(ratio) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    return max(0.0, phi * (forward * normal_cdf(phi * d1) - strike * normal_cdf(phi * d2)))


def black_scholes(option: AsianOption) -> float:
    """The European option that an average of one observation is.

    Raises
    ------
    ValueError
        For any other average, or a floating strike: that option has another price.

    Examples
    --------
    >>> round(black_scholes(AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 1)), 4)
    10.4506
    """
    expected_option(option)
    if option.strike_type != "fixed":
        raise ValueError(f"strike_type={option.strike_type!r}, expected 'fixed'")
    if option.terms != 1 or option.observations != 1:
        raise ValueError(
            f"observations={option.observations} with includes_spot={option.includes_spot} and "
            f"{len(option.past_fixings)} past_fixings, expected 1, False and none: an average of "
            "more prices is no European option"
        )
    fixing = float(option.times[0])
    forward = option.spot * math.exp((option.rate - option.dividend) * fixing)
    deviation = option.volatility * math.sqrt(fixing)
    return option.discount * black(forward, option.strike, deviation, option.phi)


def geometric_law(option: AsianOption) -> tuple[float, float]:
    """Mean and variance of the logarithm of the geometric average.

    With ``m`` terms, ``p`` of them known: mean ``((m - p) ln S + sum ln P_i + mu sum t_k) / m``,
    variance ``sigma^2 sum min(t_j, t_k) / m^2``, ``mu = rate - dividend - sigma^2 / 2``.
    """
    mean, variance = _relative_law(option)
    return math.log(option.spot) + mean, variance


def _relative_law(option: AsianOption) -> tuple[float, float]:
    """The same of the average over the spot."""
    m, (first, second), spot = option.terms, total_times(option), math.log(option.spot)
    drift = option.rate - option.dividend - 0.5 * option.volatility**2
    mean = math.fsum(math.log(price) - spot for price in option.past_fixings) + drift * first
    return mean / m, option.volatility**2 * second / (m * m)


def geometric(option: AsianOption) -> float:
    """Price of the option on the geometric average of its prices, discretely observed.

    Whatever ``option.average`` says; fixed or floating strike, with today's price or without,
    prices already known or not.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.06, 0.03, 0.2, 1.0, 10, average="geometric")
    >>> round(geometric(option), 8)
    5.34256066
    """
    expected_option(option)
    variance = _relative_law(option)[1]
    forward = _geometric_forward(option)
    if option.strike_type == "fixed":
        deviation = math.sqrt(variance)
        return option.discount * black(forward, option.strike, deviation, option.phi)
    last = option.spot * math.exp((option.rate - option.dividend) * option.maturity)
    covariance = option.volatility**2 * total_times(option)[0] / option.terms
    exchange = option.volatility**2 * option.maturity + variance - 2.0 * covariance
    # An average of the last price alone: what is left is rounding.
    same = option.observations == option.terms == 1 and not option.exercised_later
    deviation = 0.0 if same else math.sqrt(max(exchange, 0.0))
    return option.discount * black(last, forward, deviation, option.phi)


def _geometric_forward(option: AsianOption) -> float:
    """``E[G]`` of the geometric average."""
    mean, variance = _relative_law(option)
    return option.spot * math.exp(mean + 0.5 * variance)


def mean_growth(option: AsianOption) -> float:
    """``E[A] / S_0`` of the arithmetic average, less what is known of it: a geometric series.

    Examples
    --------
    >>> mean_growth(AsianOption(100, 100, 0.02, 0.02, 0.2, 1.0, 252))
    1.0
    """
    if option.fixing_times is not None:
        return growths(option)[0] / option.terms
    drift, n = option.rate - option.dividend, option.observations
    step, life = drift * option.step, drift * option.maturity
    total = float(n) if abs(life) < 1e-18 else math.expm1(life) / -math.expm1(-step)
    return (total + option.includes_spot) / option.terms


def arithmetic_forward(option: AsianOption) -> float:
    """``E[A]`` of the arithmetic average: the mean of the forwards and of what is known."""
    return option.past + option.spot * mean_growth(option)


def parity(option: AsianOption) -> float:
    """Call minus put, exactly: the discounted forward of what the call pays, unfloored.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 1)
    >>> from dataclasses import replace
    >>> call, put = black_scholes(option), black_scholes(replace(option, kind="put"))
    >>> abs(call - put - parity(option)) < 1e-12
    True
    """
    expected_option(option)
    if option.average == "geometric":
        average = _geometric_forward(option)
    else:
        average = arithmetic_forward(option)
    if option.strike_type == "fixed":
        return option.discount * (average - option.strike)
    last = option.spot * math.exp((option.rate - option.dividend) * option.maturity)
    return option.discount * (last - average)
