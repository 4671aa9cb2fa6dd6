"""Analytic approximations of options on an arithmetic average with a fixed strike.

``levy`` and ``turnbull_wakeman`` are approximations, good to a fraction of a per cent at
moderate volatility and worse as ``sigma sqrt(T)`` grows and far from the money;
``curran_lower_bound`` is a bound, usually within 1e-4 of the price, and the one to quote where a
simulation is too slow.

All take discrete observations, with today's price or without, after others that are known, calls
and puts.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
import scipy  # scipy.optimize is loaded when first used
from scipy.special import logsumexp, ndtr

from gpu_monte_carlo._certain import certain
from gpu_monte_carlo._dates import dates
from gpu_monte_carlo.closed_form import arithmetic_forward, black, geometric_law, mean_growth
from gpu_monte_carlo.option import AsianOption, Doubles, expected_option

# Of sigma sqrt(T). Below the first, the series differs from Levy's price by less than a double's
# rounding, about 0.05 sigma^2 T of itself at the money; above the second, it diverges.
SMALL, LARGE = 1e-7, 1.0
# Deviations beyond which no normal probability is left in a double, with room for the loading
# of a price on the average, sqrt(300) at most.
FAR = 128.0


def _fixed_arithmetic(option: AsianOption) -> None:
    expected_option(option)
    if option.strike_type != "fixed" or option.average != "arithmetic":
        raise ValueError(
            f"average={option.average!r} with strike_type={option.strike_type!r}, expected an "
            "'arithmetic' average and a 'fixed' strike"
        )


def _reduced(formula: Callable[[AsianOption], float]) -> Callable[[AsianOption], float]:
    """A formula for the prices ahead, as one for those already known, too."""

    @functools.wraps(formula)
    def priced(option: AsianOption) -> float:
        _fixed_arithmetic(option)
        known = certain(option)
        if known is not None:
            return known["price"]
        return option.ahead / option.terms * formula(option.reduced())

    return priced


def _shares(option: AsianOption) -> tuple[Doubles, Doubles, Doubles]:
    """Times of the average's dates, ``sum_j min(t_j, t_k)``, and shares in its expectation."""
    t, overlap = (np.concatenate(parts) for parts in zip(*dates(option), strict=True))
    drift = (option.rate - option.dividend) * t
    # From the largest forward down, so that none overflows.
    growth = np.exp(drift - max(drift[0], drift[-1]))
    return t, overlap, growth / growth.sum()


def _lognormal(u: float) -> tuple[float, float]:
    """Third and fourth central moments of a lognormal variable of mean 1 and variance ``u``."""
    return u * u * (3.0 + u), u * u * (3.0 + u * u * (15.0 + u * (6.0 + u)) + 16.0 * u)


def _step_table(u: float) -> list[list[float]]:
    """Of ``w^j E[b'^j]`` in ``E[b^p]``, where ``b = x + w b' (1 + x)`` and ``Var[x] = u``."""
    step = (1.0, 0.0, u, *_lognormal(u))
    return [
        [
            math.comb(p, j) * math.fsum(math.comb(j, i) * step[p - j + i] for i in range(j + 1))
            for j in range(p + 1)
        ]
        for p in range(5)
    ]


def central_moments(option: AsianOption) -> tuple[float, float, float]:
    """``E[(A / E[A] - 1)^p]`` for ``p = 2, 3, 4`` of the discrete arithmetic average.

    ``S_1 + … + S_n = S_0 B_1`` with ``B_k = X_k (1 + B_(k+1))`` and independent lognormal
    factors ``X_k``, so each moment follows from those of one step later (Turnbull and Wakeman
    1991, section 2). Here with each variable over its expectation, less 1: every term is
    positive, and no digit is lost however small the volatility.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 1)
    >>> [round(m, 6) for m in central_moments(option)]
    [0.040811, 0.005065, 0.006126]
    """
    t, _, shares = _shares(option)
    own = option.fixing_times is not None
    steps = np.diff(t[option.includes_spot :], prepend=0.0) if own else [option.step] * t.size
    # Of all forwards from a date on, the share of the later ones: nothing on the last date.
    until = np.cumsum(shares[::-1])[::-1]
    weights = [*(until[1:] / until[:-1]).tolist(), 0.0]
    b, table, of = [1.0, 0.0, 0.0, 0.0, 0.0], [[0.0]], math.nan
    for w, years in zip(reversed(weights[option.includes_spot :]), reversed(steps), strict=False):
        if years != of:
            table, of = _step_table(math.expm1(option.volatility**2 * years)), years
        later = [w**j * moment for j, moment in enumerate(b)]
        b = [math.fsum(c * later[j] for j, c in enumerate(row)) for row in table]
    scale = weights[0] if option.includes_spot else 1.0
    return b[2] * scale**2, b[3] * scale**3, b[4] * scale**4


def _relative_variance(option: AsianOption) -> float:
    """``Var[A] / E[A]^2``, a sum of positive terms: right to all digits however small."""
    t, _, shares = _shares(option)
    until = np.cumsum(shares[::-1])[::-1]
    own = np.expm1(option.volatility**2 * t)
    return float((shares * own * (2.0 * until - shares)).sum())


def _no_less(value: float, option: AsianOption) -> float:
    """At least what a forward on the average gives: less would be an arbitrage."""
    forward = option.discount * (arithmetic_forward(option) - option.strike)
    return max(0.0, option.phi * forward, value)


@_reduced
def levy(option: AsianOption) -> float:
    """Approximation: a lognormal law with the average's first two moments.

    At zero volatility the certain price, at extreme strikes the limit; at large
    ``sigma sqrt(T)`` too high, but always within what the forward and the spot allow.

    E. Levy, "Pricing European average rate currency options", J. Int. Money & Finance 11 (1992).

    Raises
    ------
    ValueError, TypeError
        For anything but an option of fixed strike on an arithmetic average.

    Examples
    --------
    >>> round(levy(AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 252)), 3)
    5.801
    """
    deviation = math.sqrt(math.log1p(_relative_variance(option)))
    forward = arithmetic_forward(option)
    return _no_less(option.discount * black(forward, option.strike, deviation, option.phi), option)


@_reduced
def turnbull_wakeman(option: AsianOption) -> float:
    """Approximation: Levy's, corrected for the third and fourth cumulants (Edgeworth).

    At ``sigma sqrt(T)`` of 0.2 about a fifth of Levy's error; from about 0.3 on as large, of the
    other sign, and growing: at 1 it is half to two thirds too high. In the far tails, where the
    price is below 1e-6 of the spot, no digit is right.

    S. Turnbull and L. Wakeman, "A quick algorithm for pricing European average options",
    J. Financial and Quantitative Analysis 26 (1991); the expansion is Jarrow and Rudd's (1982).

    Raises
    ------
    ValueError, TypeError
        For anything but an option of fixed strike on an arithmetic average, and where
        ``volatility sqrt(maturity)`` is above 1: the series diverges.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 252)
    >>> abs(turnbull_wakeman(option) - 5.781824) < 1e-2
    True
    """
    last = float(option.times[-1])
    life = option.volatility * math.sqrt(last)
    if life > LARGE:
        raise ValueError(
            f"volatility={option.volatility!r} with maturity={option.maturity!r}: volatility * "
            f"sqrt({last!r}), to the last observation, is {life:g}, expected at most {LARGE:g}, as "
            "the series diverges; take curran_lower_bound or price"
        )
    plain, forward = levy(option), arithmetic_forward(option)
    if life < SMALL or option.strike <= 0.0:
        return plain
    # In units of the forward.
    second, third, fourth = central_moments(option)
    variance = math.log1p(second)
    s, strike = math.sqrt(variance), option.strike / forward
    if strike <= 0.0 or abs(math.log(strike)) > 37.0 * s:  # the density is nothing there
        return plain
    own = _lognormal(second)
    # Third moments are cumulants, and so are fourth ones less the same: the variances agree.
    skew, tails = third - own[0], fourth - own[1]
    d = (math.log(strike) + 0.5 * variance) / s
    density = math.exp(-0.5 * d * d) / (strike * s * math.sqrt(2.0 * math.pi))
    slope = -density * (1.0 + d / s) / strike
    bend = density * ((1.0 + d / s) * (2.0 + d / s) - 1.0 / variance) / strike**2
    correction = -skew / 6.0 * slope + tails / 24.0 * bend
    return _no_less(plain + option.discount * forward * correction, option)


@_reduced
def curran_lower_bound(option: AsianOption) -> float:
    """Lower bound: the option on ``E[A | G]``, by Jensen's inequality.

    Given the geometric average ``G``, each price is lognormal, so ``E[A | ln G = x]`` is known
    and increases in ``x``: one root, then a sum of normal distribution functions.

    M. Curran, "Valuing Asian and portfolio options by conditioning on the geometric mean
    price", Management Science 40 (1994); L. C. G. Rogers and Z. Shi, "The value of an Asian
    option", J. Applied Probability 32 (1995).

    Raises
    ------
    ValueError, TypeError
        For anything but an option of fixed strike on an arithmetic average.

    Examples
    --------
    >>> option = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 252)
    >>> 0 < 5.781824 - curran_lower_bound(option) < 1e-3
    True
    """
    phi, strike, forward = option.phi, option.strike, arithmetic_forward(option)
    variance = geometric_law(option)[1]
    if variance <= 0.0 or strike <= 0.0:
        return _no_less(0.0, option)
    s = math.sqrt(variance)
    _, overlap, shares = _shares(option)
    # Covariance of ln S_k with ln G over the deviation of ln G.
    loading = option.volatility**2 * overlap / (option.terms * s)
    moneyness = math.log(option.spot) + math.log(mean_growth(option)) - math.log(strike)

    def given(x: float) -> float:
        """Logarithm of ``E[A | (ln G - its mean) / s = x] / K``."""
        return moneyness + float(logsumexp(loading * x - 0.5 * loading**2, b=shares))

    # Always below the strike, or never: nothing is left to chance.
    if not given(-FAR) < 0.0 < given(FAR):
        return _no_less(0.0, option)
    root = scipy.optimize.brentq(given, -FAR, FAR, xtol=1e-14, rtol=1e-14)
    # A put directly, not by parity, which would leave rounding of one out of the money.
    average = forward * float(np.sum(shares * ndtr(phi * (loading - root))))
    value = phi * (average - strike * float(ndtr(-phi * root)))
    return _no_less(option.discount * value, option)
