"""``acf`` with the parameters and returns of statsmodels: swap one import."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc, ndtri

from fft_autocorrelation._frames import is_a
from fft_autocorrelation._missing import raise_for_missing
from fft_autocorrelation._rust import autocorrelation
from fft_autocorrelation._validation import as_numbers, integer, one_of

Doubles = npt.NDArray[np.float64]
MISSING = ("none", "raise", "conservative", "drop")


class AcfResult(NamedTuple):
    """What ``acf(..., result_object=True)`` returns; ``None`` for what was not asked for."""

    acf: Doubles
    confint: Doubles | None
    qstat: Doubles | None
    pvalues: Doubles | None


def acf(
    x: npt.ArrayLike,
    adjusted: bool = False,
    nlags: int | None = None,
    qstat: bool = False,
    fft: bool = True,
    alpha: float | None = None,
    bartlett_confint: bool = True,
    missing: str = "none",
    *,
    result_object: bool | None = None,
) -> Any:
    """Autocorrelation with confidence intervals and Ljung-Box statistics.

    Parameters and returns are those of ``statsmodels.tsa.stattools.acf``, of version 0.15.

    Parameters
    ----------
    x
        One series of shape ``(n,)``, or ``(n, 1)``, or a data frame of one column.
    adjusted
        Divide lag k by ``n - k`` instead of ``n``. Default off, as in statsmodels: the division
        by ``n`` keeps the sequence positive semi-definite and has the smaller mean squared
        error.
    nlags
        The last lag, from 0; ``n - 1`` where it is larger. Default: ``min(10 log10(n), n - 1)``.
    qstat
        Also return the Ljung-Box statistic of lags 1 to ``nlags`` and its p-values.
    fft
        For compatibility only: the planner chooses the method.
    alpha
        Also return intervals that cover ``1 - alpha``, centred on the estimates;
        ``0 < alpha < 1``. Default: none.
    bartlett_confint
        Variance by Bartlett's formula (default), which allows for the correlation at shorter
        lags; otherwise ``1 / n`` at every lag, as for independent observations.
    missing
        ``"none"`` (default, as in statsmodels: a NaN makes every value NaN), ``"raise"``,
        ``"conservative"`` (NaN take part in no product) or ``"drop"`` (gaps are closed).
    result_object
        ``True``: return an ``AcfResult`` of four fields, ``None`` where not asked for.
        Default: the array or tuple described below.

    Returns
    -------
    Array of shape ``(nlags + 1,)``, or a tuple of it and, as asked, the intervals of shape
    ``(nlags + 1, 2)``, the statistics and the p-values of shape ``(nlags,)``.

    Raises
    ------
    ValueError
        ``x`` empty, of more dimensions, or with an infinity; NaN with ``missing="raise"``;
        ``nlags`` negative; ``alpha`` not between 0 and 1; an unknown ``missing``.
    TypeError
        ``x`` complex or not numeric, ``nlags`` not a whole number, ``alpha`` not a number.

    Notes
    -----
    Where it differs from statsmodels: an infinity is refused (there: NaN); a series without
    variation gives NaN without a warning; ``nlags=-1`` is refused (there: an empty array), and
    so is ``alpha`` not between 0 and 1 (there: intervals of NaN or turned round); the intervals
    of ``nlags=0`` are given (there: ``IndexError``); no ``FutureWarning`` about
    ``result_object``; ``missing="raise"`` raises ``ValueError``, of which statsmodels'
    ``MissingDataError`` is one.

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
    one_of("missing", missing, MISSING)
    level = None if alpha is None else _level(alpha)
    series = _one_series(x)
    size = series.size
    if nlags is None:
        nlags = min(int(10 * np.log10(size)), size - 1) if size else 0
    elif isinstance(nlags, float | np.floating) and float(nlags).is_integer():
        nlags = int(nlags)  # statsmodels takes 10.0 for 10
    gaps = np.isnan(series)
    n = size if missing in ("none", "raise") else size - int(gaps.sum())
    if missing == "drop":
        series = series[~gaps]
        if size and not n:
            raise ValueError('x holds nothing but NaN: missing="drop" leaves no observation')
    lag = min(integer("nlags", nlags, expected="0 or more"), max(series.size - 1, 0))
    if missing == "none" and gaps.any():
        raise_for_missing(series, missing)
        r = np.full(lag + 1, np.nan)
    else:
        rule: Any = "conservative" if missing == "conservative" else "raise"
        r = autocorrelation(series, lag, adjusted=bool(adjusted), missing=rule)
    intervals = None if level is None else _intervals(r, n, level, bartlett_confint)
    statistic, p = _ljung_box(r[1:], n) if qstat else (None, None)
    if result_object or (qstat and intervals is not None):
        return AcfResult(r, intervals, statistic, p)
    if qstat:
        return r, statistic, p
    return r if intervals is None else (r, intervals)


def _one_series(x: Any) -> Doubles:
    """Contiguous doubles of one dimension; trailing dimensions of one are left out."""
    if (is_a("pandas", "DataFrame", x) or is_a("polars", "DataFrame", x)) and x.shape[1] == 1:
        x = x.to_numpy()
    series = as_numbers("x", x)
    while series.ndim > 1 and series.shape[-1] == 1:
        series = series[..., 0]
    if series.ndim != 1:
        raise ValueError(f"x has shape {series.shape}, expected one dimension")
    return np.ascontiguousarray(series, dtype=np.float64)


def _level(alpha: Any) -> float:
    """``alpha`` as a number between 0 and 1."""
    expected = f"alpha={alpha!r}, expected a number between 0 and 1"
    if isinstance(alpha, str | bytes | bool | np.bool_):
        raise TypeError(expected)
    try:
        level = float(alpha)
    except (TypeError, ValueError):
        raise TypeError(expected) from None
    if not 0 < level < 1:
        raise ValueError(expected)
    return level


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
