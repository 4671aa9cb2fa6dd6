"""Analytic neighbours of the arithmetic average with a fixed strike: none of them is the price.

``levy`` and ``turnbull_wakeman`` are approximations, good to a fraction of a per cent at
moderate volatility and worse as ``sigma sqrt(T)`` grows; ``curran_lower_bound`` is a bound,
usually within 1e-4 of the price, and the one to quote where a simulation is too slow.

All take discrete observations, with today's price or without, calls and puts.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from gpu_monte_carlo.closed_form import arithmetic_forward, black, geometric_law
from gpu_monte_carlo.option import AsianOption


def _fixed_arithmetic(option: AsianOption) -> None:
    if option.strike_type != "fixed" or option.average != "arithmetic":
        raise ValueError(
            f"average={option.average!r} with strike_type={option.strike_type!r}, expected an "
            "'arithmetic' average and a 'fixed' strike"
        )


def average_moments(option: AsianOption, orders: int = 4) -> list[float]:
    """``E[A^p]`` for ``p = 1 … orders`` of the discrete arithmetic average, exactly.

    ``S_1 + … + S_n = S_0 B_1`` with ``B_k = X_k (1 + B_(k+1))`` and independent lognormal
    factors ``X_k``, so each moment follows from those of one step later (Turnbull and Wakeman
    1991, section 2).
    """
    growth = (option.rate - option.dividend) * option.step
    variance = option.volatility**2 * option.step
    factor = [math.exp(p * growth + 0.5 * p * (p - 1) * variance) for p in range(orders + 1)]
    binomial = [[math.comb(p, j) for j in range(p + 1)] for p in range(orders + 1)]

    def one_more(moments: list[float]) -> list[float]:
        """Moments of ``1 + B``."""
        return [math.fsum(c * moments[j] for j, c in enumerate(row)) for row in binomial]

    scale = 1.0 / option.terms
    sums = [1.0] + [0.0] * orders
    for _ in range(option.observations):
        sums = [f * s for f, s in zip(factor, one_more(sums), strict=True)]
    if option.includes_spot:
        sums = one_more(sums)
    return [(option.spot * scale) ** p * sums[p] for p in range(1, orders + 1)]


def levy(option: AsianOption) -> float:
    """Approximation: a lognormal law with the average's first two moments.

    E. Levy, "Pricing European average rate currency options", J. Int. Money & Finance 11 (1992).
    """
    _fixed_arithmetic(option)
    first, second = average_moments(option, 2)
    deviation = math.sqrt(max(math.log(second / first**2), 0.0))
    return option.discount * black(first, option.strike, deviation, option.phi)


def turnbull_wakeman(option: AsianOption) -> float:
    """Approximation: Levy's, corrected for the third and fourth cumulants (Edgeworth).

    At ``sigma sqrt(T)`` of 0.2 about a fifth of Levy's error; from about 0.3 on as large, of the
    other sign, and growing: the series is one of small deviations.

    S. Turnbull and L. Wakeman, "A quick algorithm for pricing European average options",
    J. Financial and Quantitative Analysis 26 (1991); the expansion is Jarrow and Rudd's (1982).

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 252)
    >>> abs(turnbull_wakeman(option) - 5.781824) < 1e-2
    True
    """
    _fixed_arithmetic(option)
    first, second, third, fourth = average_moments(option, 4)
    variance = math.log(second / first**2)
    plain = option.discount * black(first, option.strike, math.sqrt(max(variance, 0.0)), option.phi)
    if variance <= 1e-14 or option.strike <= 0.0:
        return plain
    lognormal = [first**p * math.exp(0.5 * p * (p - 1) * variance) for p in (1, 2, 3, 4)]
    ours, theirs = _cumulants(first, second, third, fourth), _cumulants(*lognormal)
    strike, s = option.strike, math.sqrt(variance)
    d = (math.log(strike / first) + 0.5 * variance) / s
    density = math.exp(-0.5 * d * d) / (strike * s * math.sqrt(2.0 * math.pi))
    slope = -density * (1.0 + d / s) / strike
    bend = density * ((1.0 + d / s) * (2.0 + d / s) - 1.0 / variance) / strike**2
    skew, tails = ours[0] - theirs[0], ours[1] - theirs[1]
    return plain + option.discount * (-skew / 6.0 * slope + tails / 24.0 * bend)


def _cumulants(m1: float, m2: float, m3: float, m4: float) -> tuple[float, float]:
    """The third and the fourth."""
    variance = m2 - m1 * m1
    third = m3 - 3.0 * m1 * m2 + 2.0 * m1**3
    central = m4 - 4.0 * m1 * m3 + 6.0 * m1**2 * m2 - 3.0 * m1**4
    return third, central - 3.0 * variance**2


def curran_lower_bound(option: AsianOption) -> float:
    """Lower bound: the option on ``E[A | G]``, by Jensen's inequality.

    Given the geometric average ``G``, each price is lognormal, so ``E[A | ln G = x]`` is known
    and increases in ``x``: one root, then a sum of normal distribution functions.

    M. Curran, "Valuing Asian and portfolio options by conditioning on the geometric mean
    price", Management Science 40 (1994); L. C. G. Rogers and Z. Shi, "The value of an Asian
    option", J. Applied Probability 32 (1995).

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 252)
    >>> 0 < 5.781824 - curran_lower_bound(option) < 1e-3
    True
    """
    _fixed_arithmetic(option)
    expected, strike = arithmetic_forward(option), option.strike
    forward_value = option.discount * (expected - strike)
    variance = geometric_law(option)[1]
    if variance <= 0.0 or strike <= 0.0:
        return max(option.phi * forward_value, 0.0)
    n, m, s = option.observations, option.terms, math.sqrt(variance)
    k = np.arange(0 if option.includes_spot else 1, n + 1)
    forwards = option.spot * np.exp((option.rate - option.dividend) * option.step * k) / m
    # Covariance of ln S_k with ln G over the deviation of ln G.
    sums = k * (k + 1) / 2 + k * (n - k)
    loading = option.volatility**2 * option.step * sums / (m * s)

    def given(x: float) -> float:
        """``E[A | (ln G - its mean) / s = x] - K``."""
        with np.errstate(over="ignore"):
            value = float(np.sum(forwards * np.exp(loading * x - 0.5 * loading**2)))
        return value - strike

    # Today's price is in the average whatever happens: below its share there is no root.
    if option.includes_spot and strike <= float(forwards[0]):
        return max(option.phi * forward_value, 0.0)
    reach = 1.0
    while reach < 1e8 and not given(-reach) < 0.0 < given(reach):
        reach *= 2.0
    root = brentq(given, -reach, reach, xtol=1e-14, rtol=1e-14)
    call = float(np.sum(forwards * ndtr(loading - root)) - strike * ndtr(-root))
    value = option.discount * call
    return value if option.kind == "call" else value - forward_value
