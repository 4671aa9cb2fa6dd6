"""Volume profiles: how much of each symbol trades in which part of a day, from prior days.

A profile has bins of equal trading time and, apart from them, the opening and the closing auction.
It is the median or the mean over days, bin by bin. Half days are left out of it: their volume is
shifted. On a half day the regular profile is compressed to its hours, and its volume is in
proportion to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution import _columns
from hft_py.execution._clock import day_of
from hft_py.execution._sessions import DAY
from hft_py.execution._tables import Table
from hft_py.execution.calendar import TradingCalendar
from hft_py.results import Result

__all__ = ["VolumeProfiles", "volume_profiles"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class VolumeProfiles(Result):
    """The expected volume of a day, by symbol.

    Attributes
    ----------
    symbols
        Their names.
    volume
        Expected volume of each bin, ``(symbols, bins)``.
    opening, closing
        Expected volumes of the auctions, ``(symbols,)``.
    days
        Regular days that each is made of, ``(symbols,)``.

    Examples
    --------
    >>> profiles = VolumeProfiles.of({"ABC": [3e5, 1e5, 2e5]})
    >>> profiles.share("ABC").round(2).tolist()
    [0.5, 0.17, 0.33]
    """

    symbols: tuple[str, ...]
    volume: Floats
    opening: Floats
    closing: Floats
    days: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        volume: Mapping[str, Any],
        *,
        opening: Mapping[str, float] | None = None,
        closing: Mapping[str, float] | None = None,
    ) -> VolumeProfiles:
        """Profiles that the user has: expected volumes by symbol, all with as many bins.

        Examples
        --------
        >>> VolumeProfiles.of({"ABC": [1e5] * 13}, closing={"ABC": 4e4}).closing.tolist()
        [40000.0]
        """
        if not isinstance(volume, Mapping) or not volume:
            raise TypeError(f"volume={checks.short(volume)}, expected volumes by symbol")
        rows = [checks.finite_array(f"volume[{name!r}]", row) for name, row in volume.items()]
        if len({len(row) for row in rows}) > 1:
            raise ValueError(
                "volume has different numbers of bins, expected as many of each symbol"
            )
        for name, row in zip(volume, rows, strict=True):
            if (row < 0).any():
                raise ValueError(f"volume[{name!r}] has {row.min()}, expected 0 or more")
        auctions = [
            np.array(
                [
                    checks.real_number(label, (one or {}).get(name, 0.0), least=0.0)
                    for name in volume
                ]
            )
            for label, one in (("opening", opening), ("closing", closing))
        ]
        days = np.zeros(len(rows), dtype=np.int64)
        return cls(tuple(map(str, volume)), np.array(rows), auctions[0], auctions[1], days)

    def share(self, symbol: str) -> Floats:
        """Each bin's share of a day's continuous volume."""
        if symbol not in self.symbols:
            raise KeyError(f"{symbol!r} has no profile; {len(self.symbols)} others have one")
        row = self.volume[self.symbols.index(symbol)]
        found: Floats = row / row.sum()
        return found


def volume_profiles(
    bars: Any,
    *,
    calendar: TradingCalendar | None = None,
    before: Any = None,
    bins: int = 26,
    lookback_days: int = 20,
    method: str = "median",
) -> VolumeProfiles:
    """Profiles from bars of prior days.

    Parameters
    ----------
    bars
        A pandas or Polars frame with the columns ``symbol``, ``time`` (the start of the bar) and
        ``volume``. A bar before the open is the opening auction's, one at or after the close the
        closing auction's; one in the lunch break counts to the bin before it. A bar counts to the
        bin in which it starts, so bars should not be longer than bins.
    calendar
        Sessions of the venue. Default: always open, days of UTC.
    before
        The first instant or date that may not be used: the day to be traded. Default: all bars.
    bins
        Bins of a day, of equal trading time. Default 26: a quarter of an hour of a US session.
    lookback_days
        Regular sessions counted back from ``before``; a symbol that did not trade on one of them
        counts with zero volume from its first day on.
    method
        ``"median"`` or ``"mean"`` over days.

    Raises
    ------
    TypeError, ValueError
        Columns missing, naive times with a calendar, negative or missing volumes, no regular day.

    Examples
    --------
    >>> import pandas as pd
    >>> time = pd.date_range("2024-11-25 09:30", periods=13, freq="30min", tz="America/New_York")
    >>> bars = pd.DataFrame({"symbol": "ABC", "time": time, "volume": range(13, 0, -1)})
    >>> nyse = TradingCalendar.named("NYSE")
    >>> volume_profiles(bars, calendar=nyse, bins=2).volume.tolist()
    [[70.0, 21.0]]
    """
    bins = checks.whole_number("bins", bins, least=1, most=10_000)
    lookback_days = checks.whole_number("lookback_days", lookback_days, least=1)
    checks.choice("method", method, ("median", "mean"))
    table = Table("bars", bars, ("symbol", "time", "volume"), key="symbol")
    if not len(table):
        raise ValueError("bars has no rows")
    if calendar is not None:
        _columns.require_zone("bars", bars, "time")
    when = table.instants("time")
    calendar = calendar or TradingCalendar.always()
    volume = table.numbers("volume")
    names = [str(one) for one in table.values("symbol")]
    table.check("volume", volume < 0, "0 or more")
    symbols = tuple(sorted(set(names)))
    code = {name: i for i, name in enumerate(symbols)}
    rows = np.array([code[name] for name in names])

    sessions = calendar.between(int(when.min()), int(when.max()))
    starts, regular = sessions.day_starts, sessions.regular
    # Bars count to the local date they are in; an auction has no trading time of its own.
    first_open = sessions.opens[np.searchsorted(sessions.before, starts[:-1], side="left")]
    last_close = sessions.closes[np.searchsorted(sessions.before, starts[1:], side="left") - 1]
    limit = np.append((last_close[:-1] + first_open[1:]) // 2, last_close[-1] + DAY)
    day = np.searchsorted(limit, when, side="right")
    full = np.diff(starts) == regular
    if before is not None:
        full &= first_open < calendar.midnight(day_of("before", before, calendar.zone))
    usable = np.flatnonzero(full)[-lookback_days:]
    if not len(usable):
        raise ValueError("bars has no regular day before the day to be traded")
    place = np.full(len(full), -1)
    place[usable] = np.arange(len(usable))
    kept = (day < len(full)) & (place[np.minimum(day, len(full) - 1)] >= 0)
    day, rows, volume, ns = day[kept], rows[kept], volume[kept], when[kept]
    time = sessions.trading_time(ns) - starts[day]
    slot = np.minimum(time * bins // regular, bins - 1) + 1
    slot[ns < first_open[day]] = 0
    slot[ns >= last_close[day]] = bins + 1

    daily = np.zeros((len(symbols), len(usable), bins + 2))
    np.add.at(daily, (rows, place[day], slot), volume)
    traded = daily.sum(axis=2) > 0
    if not traded.any(axis=1).all():
        missing = symbols[int(np.flatnonzero(~traded.any(axis=1))[0])]
        raise ValueError(f"bars has no volume of {missing!r} on the days used")
    first = traded.argmax(axis=1)
    made = np.empty((len(symbols), bins + 2))
    for i, since in enumerate(first):
        part = daily[i, since:]
        made[i] = np.median(part, axis=0) if method == "median" else part.mean(axis=0)
    return VolumeProfiles(
        symbols, made[:, 1:-1].copy(), made[:, 0], made[:, -1], len(usable) - first
    )
