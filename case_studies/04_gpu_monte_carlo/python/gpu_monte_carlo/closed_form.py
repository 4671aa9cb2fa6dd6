"""Prices that are exact: Black-Scholes, and every option on a discrete geometric average.

A geometric average of lognormal prices is lognormal, so its options have Black's formula with
their own forward and variance; with a floating strike it is Margrabe's, as the average and the
last price are jointly lognormal.

Sources: Black and Scholes (1973); Black (1976); Margrabe (1978); Kemna and Vorst, "A pricing
method for options based on average asset values", J. Banking & Finance 14 (1990).
"""

from __future__ import annotations

import math

from gpu_monte_carlo.option import AsianOption


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
        return max(phi * (forward - strike), 0.0)
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    return phi * (forward * normal_cdf(phi * d1) - strike * normal_cdf(phi * d2))


def black_scholes(option: AsianOption) -> float:
    """The European option that an average of one observation is (fixed strike)."""
    forward = option.spot * math.exp((option.rate - option.dividend) * option.maturity)
    deviation = option.volatility * math.sqrt(option.maturity)
    return option.discount * black(forward, option.strike, deviation, option.phi)


def geometric_law(option: AsianOption) -> tuple[float, float]:
    """Mean and variance of the logarithm of the geometric average.

    With ``m`` terms: mean ``ln S + mu dt n (n+1) / 2m``, variance
    ``sigma^2 dt n (n+1) (2n+1) / 6m^2``, ``mu = rate - dividend - sigma^2 / 2``.
    """
    n, m, dt = option.observations, option.terms, option.step
    drift = option.rate - option.dividend - 0.5 * option.volatility**2
    mean = math.log(option.spot) + drift * dt * n * (n + 1) / (2 * m)
    variance = option.volatility**2 * dt * n * (n + 1) * (2 * n + 1) / (6 * m * m)
    return mean, variance


def geometric(option: AsianOption) -> float:
    """Price of the option on the geometric average of its prices, discretely observed.

    Whatever ``option.average`` says; fixed or floating strike, with today's price or without.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.06, 0.03, 0.2, 1.0, 10, average="geometric")
    >>> round(geometric(option), 8)
    5.34256066
    """
    mean, variance = geometric_law(option)
    forward = math.exp(mean + 0.5 * variance)
    if option.strike_type == "fixed":
        deviation = math.sqrt(variance)
        return option.discount * black(forward, option.strike, deviation, option.phi)
    n, m = option.observations, option.terms
    last = option.spot * math.exp((option.rate - option.dividend) * option.maturity)
    covariance = option.volatility**2 * option.step * n * (n + 1) / (2 * m)
    exchange = option.volatility**2 * option.maturity + variance - 2.0 * covariance
    # An average of one price is the last price: what is left is rounding.
    deviation = 0.0 if n == m == 1 else math.sqrt(max(exchange, 0.0))
    return option.discount * black(last, forward, deviation, option.phi)


def arithmetic_forward(option: AsianOption) -> float:
    """``E[A]`` of the arithmetic average: the mean of the forwards."""
    growth = (option.rate - option.dividend) * option.step
    n = option.observations
    total = math.fsum(math.exp(growth * k) for k in range(1, n + 1)) + option.includes_spot
    return option.spot * total / option.terms


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
    if option.average == "geometric":
        mean, variance = geometric_law(option)
        average = math.exp(mean + 0.5 * variance)
    else:
        average = arithmetic_forward(option)
    if option.strike_type == "fixed":
        return option.discount * (average - option.strike)
    last = option.spot * math.exp((option.rate - option.dividend) * option.maturity)
    return option.discount * (last - average)
