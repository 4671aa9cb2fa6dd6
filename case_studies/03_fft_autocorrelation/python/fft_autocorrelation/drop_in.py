"""``acf`` with the parameters and returns of statsmodels: swap one import."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc, ndtri

from fft_autocorrelation._rust import autocorrelation
from fft_autocorrelation.checks import last_lag, numbers, one_of

Doubles = npt.NDArray[np.float64]


def acf(
    x: npt.ArrayLike,
    adjusted: bool = False,
    nlags: int | None = None,
    qstat: bool = False,
    fft: bool = True,
    alpha: float | None = None,
    bartlett_confint: bool = True,
    missing: str = "none",
) -> Any:
    """Autocorrelation with confidence intervals and Ljung-Box statistics.

    Parameters and returns are those of ``statsmodels.tsa.stattools.acf``.

    Parameters
    ----------
    x
        One series of ``n`` observations.
    adjusted
        Divide lag k by ``n - k`` instead of ``n``.
    nlags
        The last lag; ``n - 1`` where it is larger. Default: ``min(10 log10(n), n - 1)``.
    qstat
        Also return the Ljung-Box statistic of lags 1 to ``nlags`` and its p-values.
    fft
        Taken for compatibility: the method is chosen by the planner either way.
    alpha
        Also return intervals that cover ``1 - alpha``, centred on the estimates.
    bartlett_confint
        Variance by Bartlett's formula (default); otherwise ``1 / n`` at every lag.
    missing
        ``"none"`` (default: a NaN makes every value NaN), ``"raise"``, ``"conservative"`` or
        ``"drop"``.

    Returns
    -------
    The autocorrelation, or a tuple of it and, as asked, the intervals of shape
    ``(nlags + 1, 2)``, the statistics, and the p-values.

    References
    ----------
    Brockwell and Davis, "Time Series: Theory and Methods" (1987), section 7.2 for Bartlett's
    formula; Ljung and Box, Biometrika 65 (1978).

    Examples
    --------
    >>> import numpy as np
    >>> r, interval = acf(np.array([1.0, 3.0, 2.0, 4.0, 3.0, 5.0]), nlags=2, alpha=0.05)
    >>> r.round(3)
    array([ 1. , -0.1,  0.4])
    >>> interval[1].round(3)
    array([-0.9,  0.7])
    """
    series = numbers("x", x)
    if series.ndim != 1:
        raise ValueError(f"x has shape {series.shape}, expected one dimension")
    one_of("missing", missing, ("none", "raise", "conservative", "drop"))
    if alpha is not None and not 0 < alpha < 1:
        raise ValueError(f"alpha={alpha!r}, expected a level between 0 and 1")
    size = series.size
    if nlags is None:
        nlags = min(int(10 * np.log10(size)), size - 1) if size else 0
    series = np.ascontiguousarray(series, dtype=np.float64)
    missing_ones = np.isnan(series)
    n = size if missing in ("none", "raise") else size - int(missing_ones.sum())
    if missing == "drop":
        series = series[~missing_ones]
    most = max(series.size - 1, 0)
    lag = min(last_lag(nlags, max(nlags, most) + 1, "nlags"), most)
    if missing == "none" and missing_ones.any():
        r = np.full(lag + 1, np.nan)
    else:
        how: Any = "conservative" if missing == "conservative" else "raise"
        r = autocorrelation(series, lag, adjusted=adjusted, missing=how)
    found: list[Doubles] = [r]
    if alpha is not None:
        found.append(_intervals(r, n, alpha, bartlett_confint))
    if qstat:
        found.extend(_ljung_box(r[1:], n))
    return tuple(found) if len(found) > 1 else r


def _intervals(r: Doubles, n: int, alpha: float, bartlett: bool) -> Doubles:
    """``r_k -+ z sqrt(v_k)``; Bartlett: ``v_k = (1 + 2 sum_{i<k} r_i^2) / n``."""
    variance = np.full(r.size, 1 / n)
    if bartlett:
        variance[0] = 0.0
        variance[2:] *= 1 + 2 * np.cumsum(r[1:-1] ** 2)
    half = float(ndtri(1 - alpha / 2)) * np.sqrt(variance)
    return np.column_stack([r - half, r + half])


def _ljung_box(r: Doubles, n: int) -> tuple[Doubles, Doubles]:
    """``Q_m = n (n + 2) sum_{k<=m} r_k^2 / (n - k)`` and the chi-squared tail of ``m`` degrees."""
    lags = np.arange(1, r.size + 1)
    statistic = n * (n + 2) * np.cumsum(r**2 / (n - lags))
    return statistic, gammaincc(lags / 2, statistic / 2)
