"""Value at risk and expected loss beyond it, of returns, by four methods.

All are positive numbers for losses: with ``level=0.95`` a loss larger than the value at risk is
expected on one period in twenty, and the conditional value at risk is the mean loss of the worst
twentieth.

- ``"historical"``: the order statistics of the returns. Nothing is assumed but that the past is
  representative; it reacts slowly.
- ``"gaussian"``: mean and deviation. Too small in the tails of daily returns.
- ``"cornish_fisher"``: the normal quantile corrected by skewness and kurtosis. For moderate ones
  only: outside, the corrected quantile is no longer monotone, and a warning says so.
- ``"filtered_historical"``: order statistics of returns over their forecast volatility, times the
  volatility forecast for the next period. Reacts within days, keeps the tails.

Sources: Jorion (2007), Value at Risk; Rockafellar and Uryasev (2002), Conditional value-at-risk for
general loss distributions; Maillard (2012), A User's Guide to the Cornish Fisher Expansion; Hull
and White (1998), Incorporating volatility updating into the historical simulation method.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.errors import QuantileWarning, warn
from hft_py.risk._inputs import series
from hft_py.risk._products import unit_of

Floats = npt.NDArray[np.float64]

METHODS = ("historical", "gaussian", "cornish_fisher", "filtered_historical")
_ROWS = 1 << 22  # numbers of a block of windows: 32 MB


def value_at_risk(
    returns: Any, level: float = 0.95, method: str = "historical", *, decay: float = 0.94
) -> float:
    """The loss that the next period exceeds with probability ``1 - level``.

    Parameters
    ----------
    returns
        ``(T,)``, the latest last.
    level
        Between 0.5 and 1.
    method
        See the module.
    decay
        Of the squared returns in ``"filtered_historical"``: the volatility of each period is
        forecast from those before it.

    Returns
    -------
    In the unit of the returns; negative where even the tail gains.

    Raises
    ------
    ValueError
        Fewer than two returns (forty for ``"filtered_historical"``), a NaN, a level outside.

    Warns
    -----
    QuantileWarning
        Skewness and kurtosis for which the Cornish-Fisher quantile is not monotone.

    Examples
    --------
    >>> returns = np.arange(-50, 50) / 1000
    >>> value_at_risk(returns), round(value_at_risk(returns, method="gaussian"), 4)
    (0.045, 0.0482)
    """
    return float(_measured(returns, level, method, decay)[0][0])


def conditional_value_at_risk(
    returns: Any, level: float = 0.95, method: str = "historical", *, decay: float = 0.94
) -> float:
    """The mean loss of the worst ``1 - level`` of periods, also called expected shortfall.

    Parameters
    ----------
    returns, level, method, decay
        As for :func:`value_at_risk`. ``"historical"`` counts the return at the border in part, so
        that the measure is coherent for any number of returns.

    Examples
    --------
    >>> returns = np.arange(-50, 50) / 1000
    >>> round(conditional_value_at_risk(returns), 12)
    0.048
    """
    return float(_measured(returns, level, method, decay)[1][0])


def rolling_value_at_risk(
    returns: Any,
    window: int = 500,
    level: float = 0.95,
    method: str = "historical",
    *,
    decay: float = 0.94,
) -> tuple[Floats, Floats]:
    """Forecasts of value at risk and conditional value at risk for each period.

    Parameters
    ----------
    returns
        ``(T,)``.
    window
        How many periods before it a forecast uses; more than there are is an error.
    level, method, decay
        As for :func:`value_at_risk`.

    Returns
    -------
    Two arrays ``(T,)``: the number at ``t`` uses returns before ``t`` only; the first ``window``
    are NaN.

    Examples
    --------
    >>> forecasts, _ = rolling_value_at_risk(np.tile([0.01, -0.02], 50), window=20)
    >>> int(np.isnan(forecasts).sum()), float(forecasts[-1])
    (20, 0.02)
    """
    values = series("returns", returns, least=2)
    alpha, method, decay, least = _settings(level, method, decay)
    size = checks.whole_number("window", window, least=least, most=len(values))
    unit = unit_of(values)
    values = values / unit
    windows = np.lib.stride_tricks.sliding_window_view(values, size)[: len(values) - size]
    first = np.full(len(values), np.nan)
    second = first.copy()
    step = max(1, _ROWS // size)
    for start in range(0, len(windows), step):
        block = slice(size + start, size + min(start + step, len(windows)))
        first[block], second[block] = _tails(windows[start : start + step], alpha, method, decay)
    return first * unit, second * unit


def lower_tail_mean(rows: Floats, alpha: float) -> Floats:
    """The mean of the lowest ``alpha`` of each row, the last value counted in part."""
    count = rows.shape[1]
    share = alpha * count
    whole = min(int(share + 1e-9), count - 1)
    ordered = np.partition(rows, whole, axis=1)
    found: Floats = ordered[:, :whole].sum(axis=1)
    found += max(share - whole, 0.0) * ordered[:, whole]
    found /= share
    return found


def _measured(returns: Any, level: Any, method: Any, decay: Any) -> tuple[Floats, Floats]:
    alpha, method, decay, least = _settings(level, method, decay)
    values = series("returns", returns, least=least)
    unit = unit_of(values)
    first, second = _tails(values[None, :] / unit, alpha, method, decay)
    return first * unit, second * unit


def _settings(level: Any, method: Any, decay: Any) -> tuple[float, str, float, int]:
    """The tail's probability, the method, its decay, and the fewest returns for it."""
    alpha = 1.0 - checks.real_number("level", level, least=0.5, below=1.0)
    if checks.choice("method", method, METHODS) != "filtered_historical":
        return alpha, method, 0.0, 2
    return alpha, method, checks.real_number("decay", decay, above=0.0, below=1.0), 40


def _tails(rows: Floats, alpha: float, method: str, decay: float) -> tuple[Floats, Floats]:
    """Both measures of each row."""
    if method == "historical":
        return _historical(rows, alpha)
    if method == "filtered_historical":
        forecast, scaled = _filtered(rows, decay)
        first, second = _historical(scaled, alpha)
        return first * forecast, second * forecast
    return _parametric(rows, alpha, corrected=method == "cornish_fisher")


def _historical(rows: Floats, alpha: float) -> tuple[Floats, Floats]:
    """The loss that the worst ``alpha`` of the row exceed, and the mean of these."""
    place = min(int(alpha * rows.shape[1] + 1e-9), rows.shape[1] - 1)
    return -np.partition(rows, place, axis=1)[:, place], -lower_tail_mean(rows, alpha)


def _filtered(rows: Floats, decay: float) -> tuple[Floats, Floats]:
    """The volatility forecast for the period after each row, and returns over their forecasts."""
    from scipy.signal import lfilter

    count = rows.shape[1]
    sums = lfilter([1.0 - decay], [1.0, -decay], rows * rows, axis=1)
    sums /= 1.0 - decay ** np.arange(1.0, count + 1.0)
    forecasts = np.sqrt(sums)
    # The first forecasts rest on few returns: start where half of the weights are there.
    start = min(max(math.ceil(math.log(0.5) / math.log(decay)), 1), count // 2)
    divisor = forecasts[:, start - 1 : -1]
    later = rows[:, start:]
    scaled = np.divide(later, divisor, out=np.zeros_like(later), where=divisor > 0)
    return forecasts[:, -1], scaled


def _parametric(rows: Floats, alpha: float, corrected: bool) -> tuple[Floats, Floats]:
    """Normal quantile and tail mean, corrected by Cornish and Fisher's polynomial.

    The tail mean is the integral of the quantile, a polynomial ``q(z)`` of the normal one, in
    closed form: of ``z^k`` times the density up to ``z_a`` it is ``-d``, ``a - z d`` and
    ``-(z^2 + 2) d`` for ``k`` = 1, 2, 3, with ``d`` the density at ``z_a``.
    """
    from scipy.stats import norm

    z = float(norm.ppf(alpha))
    density = float(norm.pdf(z))
    mean, deviation = rows.mean(axis=1), rows.std(axis=1, ddof=1)
    same = rows.max(axis=1) == rows.min(axis=1)
    mean[same], deviation[same] = rows[same, 0], 0.0  # without the rounding of their mean
    quantile = np.full(len(rows), z)
    tail = np.full(len(rows), -density)
    if corrected:
        centred = rows - mean[:, None]
        second = (centred**2).mean(axis=1)
        safe = np.where(second > 0, second, 1.0)
        skew = (centred**3).mean(axis=1) / safe**1.5
        kurtosis = np.where(second > 0, (centred**4).mean(axis=1) / safe**2 - 3.0, 0.0)
        _check_monotone(skew, kurtosis)
        one, two, three = -density, alpha - z * density, -(z * z + 2.0) * density
        quantile += (z * z - 1.0) * skew / 6.0 + (z**3 - 3.0 * z) * kurtosis / 24.0
        quantile -= (2.0 * z**3 - 5.0 * z) * skew**2 / 36.0
        tail += (two - alpha) * skew / 6.0 + (three - 3.0 * one) * kurtosis / 24.0
        tail -= (2.0 * three - 5.0 * one) * skew**2 / 36.0
    return -(mean + deviation * quantile), -(mean + deviation * tail / alpha)


def _check_monotone(skew: Floats, kurtosis: Floats) -> None:
    """Warn where the corrected quantile falls somewhere between -4 and 4 standard deviations.

    Its derivative is a parabola in z: looked at at both ends, and at the vertex between them.
    """
    square = kurtosis / 8.0 - skew**2 / 6.0
    constant = 1.0 - kurtosis / 8.0 + 5.0 * skew**2 / 36.0
    vertex = np.clip(-skew / 6.0 / np.where(square == 0, np.inf, square), -4.0, 4.0)
    folded = np.zeros(len(skew), dtype=bool)
    for z in (-4.0, 4.0, vertex):
        folded |= square * z * z + skew / 3.0 * z + constant < 0
    if folded.any():
        place = int(np.flatnonzero(folded)[0])
        warn(
            f"skewness {skew[place]:.2f} and excess kurtosis {kurtosis[place]:.2f} are outside the "
            "domain of the Cornish-Fisher quantile, which is not monotone: prefer "
            'method="filtered_historical"',
            QuantileWarning,
        )
