"""How many rows a year has, judged by their dates.

Annual figures scale by it: a year of 252 monthly rows would be 21 years. Conventions are
preferred to counts (252, not the 251.7 days that New York was open in a mean year), so that
figures compare with other people's; where no convention fits, the count itself is used.
"""

from __future__ import annotations

import math

import numpy as np

from polars_vs_pandas._panel import Dates
from polars_vs_pandas.metrics import DAILY

EVERY_DAY = 365.0
YEAR = 365.25
"""Days, in the mean of four years."""
SPARSER = (52.0, 26.0, 24.0, 12.0, 6.0, 4.0, 2.0, 1.0)
NEAR = 0.08
"""Month ends that move to a business day are 6 % off over a quarter; 13 periods of four weeks
are 8.7 % off 12 months."""
SHORT = 92
"""Days of a quarter: over less, one week of holidays says more than the count of rows."""


def per_year(dates: Dates) -> float:
    """Rows a year; 252 where the rows have no dates, NaN where the dates do not tell.

    Rows a date times dates a year. Where a date has several rows, their usual number counts,
    or the mean where none is usual; the first and the last date may be cut, so bars of one or
    two dates tell nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> def of(start: str, freq: str, rows: int = 40) -> float:
    ...     return per_year(pd.date_range(start, periods=rows, freq=freq).to_numpy())
    >>> of("2020-01-01", "B"), of("2020-01-01", "D"), of("2020-01-31", "ME"), of("2020-01-01", "h")
    (252.0, 365.0, 12.0, nan)
    >>> of("2020-01-01", "h", 20 * 24)
    8760.0
    """
    if dates.dtype.kind != "M":
        return DAILY
    days, rows = np.unique(dates.astype("datetime64[D]"), return_counts=True)
    if rows.max() == 1:
        return _dates_per_year(days)
    whole = rows[1:-1]
    if whole.size == 0:
        return math.nan
    usual = float(np.median(whole))
    if np.mean(whole == usual) < 0.5:
        return float(np.mean(whole)) * _dates_per_year(days)
    # Hours of a Sunday evening in a zone behind the market's are no day of their own.
    return usual * _dates_per_year(days[rows >= usual / 2])


def _dates_per_year(days: Dates) -> float:
    """Of ascending days without duplicates."""
    gaps = np.diff(days).astype(np.int64)
    if gaps.size == 0:
        return DAILY
    length, count = int(gaps.sum()), gaps.size
    short, business = length <= SHORT, int(np.busday_count(days[0], days[-1]))
    if count >= 0.85 * business or (short and gaps.min() == 1):
        weekdays = (days.astype(np.int64) + 3) % 7  # Monday is 0
        if count >= 0.85 * length and {5, 6} <= set(weekdays.tolist()):
            return EVERY_DAY
        if short or count <= 1.1 * business:
            return DAILY
    counted = count * YEAR / length
    nearest = min(SPARSER, key=lambda periods: abs(counted / periods - 1))
    return nearest if abs(counted / nearest - 1) <= NEAR else counted
