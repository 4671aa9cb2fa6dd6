"""Market calendars: when a venue trades continuously, in its own time zone.

A calendar is a list of days with opening and closing times of the local clock, a lunch break where
there is one, early closes and holidays. Times are turned into instants by :mod:`zoneinfo`, so the
changes of the clock in spring and autumn move the sessions as they move the venue's clock.

**Trading time** is the time that passes while the venue is open: schedules cut it into slices, so a
window over lunch, a night or a weekend is cut where somebody can trade.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.execution._clock import day_of, lunch_break, seconds, zone_of
from hft_py.execution._sessions import Sessions
from hft_py.execution._tables import Table

__all__ = ["TradingCalendar"]

_MOST_DAYS = 36_525
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# Hours of continuous trading: zone, open, close, lunch. Holidays change by decree: the user names
# them, or passes all sessions as a frame.
VENUES: dict[str, tuple[str, str, str, tuple[str, str] | None]] = {
    "ASX": ("Australia/Sydney", "10:00", "16:00", None),
    "HKEX": ("Asia/Hong_Kong", "09:30", "16:00", ("12:00", "13:00")),
    "LSE": ("Europe/London", "08:00", "16:30", None),
    "NASDAQ": ("America/New_York", "09:30", "16:00", None),
    "NYSE": ("America/New_York", "09:30", "16:00", None),
    "SSE": ("Asia/Shanghai", "09:30", "14:57", ("11:30", "13:00")),
    "TSE": ("Asia/Tokyo", "09:00", "15:25", ("11:30", "12:30")),
    "TSX": ("America/Toronto", "09:30", "16:00", None),
    "XETRA": ("Europe/Berlin", "09:00", "17:30", None),
}


class TradingCalendar:
    """The sessions of a venue.

    Parameters
    ----------
    zone
        The IANA name of the time zone: ``"America/New_York"``.
    open, close
        Local times ``"HH:MM"`` (or ``"HH:MM:SS"``) of continuous trading; ``"24:00"`` ends a day.
    lunch
        A pair of local times between which nothing trades. Default: no break.
    holidays
        Dates without a session.
    half_days
        Early closes: a mapping of dates to local times. A lunch after that time is dropped.
    weekdays
        Days of the week with sessions, Monday 0. Default: Monday to Friday.

    Raises
    ------
    TypeError, ValueError
        An unknown zone, a time that is none, times out of order.

    Notes
    -----
    A venue whose session passes midnight is given by :meth:`from_frame`.

    Examples
    --------
    >>> nyse = TradingCalendar.named(
    ...     "NYSE", holidays=["2024-11-28"], half_days={"2024-11-29": "13:00"}
    ... )
    >>> [f"{opens:%d %H:%M}-{closes:%H:%M %Z}" for opens, closes in nyse.sessions(
    ...     "2024-11-27", "2024-11-29")]
    ['27 09:30-16:00 EST', '29 09:30-13:00 EST']
    """

    def __init__(
        self,
        zone: str,
        open: Any = "09:30",  # the venue's word
        close: Any = "16:00",
        *,
        lunch: tuple[Any, Any] | None = None,
        holidays: Iterable[Any] = (),
        half_days: Mapping[Any, Any] | None = None,
        weekdays: Iterable[int] = (0, 1, 2, 3, 4),
    ) -> None:
        self.zone = zone_of(zone)
        self.open, self.close = seconds("open", open), seconds("close", close)
        self.lunch = None if lunch is None else lunch_break(lunch)
        if not self.open < self.close:
            raise ValueError(
                f"close={close!r} is not after open={open!r}: pass sessions over midnight by "
                "TradingCalendar.from_frame"
            )
        if self.lunch and not self.open < self.lunch[0] < self.lunch[1] < self.close:
            raise ValueError(f"lunch={lunch!r}, expected two increasing times within the session")
        self.holidays = frozenset(day_of("holidays", one) for one in holidays)
        self.half_days = {
            day_of("half_days", one): seconds("half_days", at)
            for one, at in (half_days or {}).items()
        }
        for one, at in self.half_days.items():
            if not self.open < at <= self.close:
                raise ValueError(f"half_days closes on {one} outside the hours of the venue")
        self.weekdays = frozenset(
            checks.whole_number("weekdays", one, least=0, most=6) for one in weekdays
        )
        self._listed: dict[dt.date, list[tuple[int, int]]] | None = None
        self._known: dict[dt.date, list[tuple[int, int]]] = {}

    @classmethod
    def named(cls, venue: str, **more: Any) -> TradingCalendar:
        """The hours of a venue: ASX, HKEX, LSE, NASDAQ, NYSE, SSE, TSE, TSX or XETRA.

        Parameters
        ----------
        venue
            Its name. Hours are those of continuous trading in 2025.
        **more
            ``holidays``, ``half_days`` and what else the class takes. None are built in, as they
            change by decree.

        Examples
        --------
        >>> TradingCalendar.named("TSE").lunch
        (41400, 45000)
        """
        zone, opens, closes, lunch = VENUES[checks.choice("venue", venue, VENUES)]
        return cls(zone, opens, closes, **{"lunch": lunch, **more})

    @classmethod
    def always(cls, zone: str = "UTC") -> TradingCalendar:
        """A venue that never closes: crypto-currencies; a day is one of that zone.

        Examples
        --------
        >>> TradingCalendar.always().regular == 24 * 3600 * 10**9
        True
        """
        return cls(zone, "00:00", "24:00", weekdays=range(7))

    @classmethod
    def from_frame(cls, sessions: Any, zone: str) -> TradingCalendar:
        """Sessions as a user's frame has them.

        Parameters
        ----------
        sessions
            A pandas or Polars frame with the columns ``date``, ``open`` and ``close`` (instants
            with a time zone), one row an open interval: a day with a lunch break has two.
        zone
            The time zone of the venue.

        Examples
        --------
        >>> import pandas as pd
        >>> globex = pd.DataFrame({
        ...     "date": [pd.Timestamp("2024-03-11")],
        ...     "open": [pd.Timestamp("2024-03-10 17:00", tz="America/Chicago")],
        ...     "close": [pd.Timestamp("2024-03-11 16:00", tz="America/Chicago")],
        ... })
        >>> TradingCalendar.from_frame(globex, "America/Chicago").regular // (3600 * 10**9)
        23
        """
        table = Table("sessions", sessions, ("date", "open", "close"))
        opens, closes = table.instants("open"), table.instants("close")
        made = cls(zone)
        found: dict[dt.date, list[tuple[int, int]]] = {}
        last = -(2**63)
        for one, opened, closed in zip(table.values("date"), opens, closes, strict=True):
            if not last <= opened < closed:
                raise ValueError(f"sessions has an interval on {one} that is empty or out of order")
            found.setdefault(day_of("date", one), []).append((int(opened), int(closed)))
            last = int(closed)
        made._listed = found
        return made

    def __repr__(self) -> str:
        listed = "" if self._listed is None else f", {len(self._listed)} days listed"
        return f"TradingCalendar({self.zone.key!r}{listed})"

    @cached_property
    def regular(self) -> int:
        """Trading time of a full day in nanoseconds; of listed sessions, of most of the days."""
        if self._listed is not None:
            lengths = [sum(b - a for a, b in one) for one in self._listed.values()]
            values, counts = np.unique(lengths, return_counts=True)
            return int(values[counts.argmax()])
        pause = self.lunch[1] - self.lunch[0] if self.lunch else 0
        return (self.close - self.open - pause) * 1_000_000_000

    def intervals(self, date: dt.date) -> list[tuple[int, int]]:
        """The open intervals of a date, in nanoseconds since 1970, UTC; none on a holiday."""
        if self._listed is not None:
            return self._listed.get(date, [])
        if date not in self._known:
            self._known[date] = self._computed(date)
        return self._known[date]

    def _computed(self, date: dt.date) -> list[tuple[int, int]]:
        if date.weekday() not in self.weekdays or date in self.holidays:
            return []
        close = self.half_days.get(date, self.close)
        parts = [(self.open, close)]
        if self.lunch and self.lunch[0] < close:
            parts = [(self.open, self.lunch[0]), (self.lunch[1], close)]
        return [(self._instant(date, a), self._instant(date, b)) for a, b in parts if a < b]

    def _instant(self, date: dt.date, at: int) -> int:
        local = dt.datetime.combine(date + dt.timedelta(days=at // 86_400), dt.time())
        local = local + dt.timedelta(seconds=at % 86_400)
        return int((local.replace(tzinfo=self.zone) - _EPOCH) // dt.timedelta(seconds=1)) * 10**9

    def midnight(self, date: dt.date) -> int:
        """The instant at which a date begins, in nanoseconds since 1970, UTC."""
        return self._instant(date, 0)

    def between(self, first: int, last: int) -> Sessions:
        """The sessions of all days from the instant ``first`` to ``last`` (nanoseconds, UTC).

        Raises
        ------
        ValueError
            There is no session between them, or more than a hundred years.
        """
        start = (_EPOCH + dt.timedelta(microseconds=first // 1000)).astimezone(self.zone).date()
        end = (_EPOCH + dt.timedelta(microseconds=last // 1000)).astimezone(self.zone).date()
        if (end - start).days > _MOST_DAYS:
            raise ValueError(
                f"the windows reach from {start} to {end}, expected a hundred years at most"
            )
        margin = 0 if self._listed is None else 1  # a session may begin the evening before
        opens: list[int] = []
        closes: list[int] = []
        starts, total = [0], 0
        for offset in range(-margin, (end - start).days + 1 + margin):
            found = self.intervals(start + dt.timedelta(days=offset))
            for opened, closed in found:
                opens.append(opened)
                closes.append(closed)
                total += closed - opened
            if found:
                starts.append(total)
        if not opens:
            raise ValueError(f"{self!r} has no session between {start} and {end}")
        lengths = np.subtract(closes, opens, dtype=np.int64)
        before = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return Sessions(
            np.array(opens, dtype=np.int64),
            np.array(closes, dtype=np.int64),
            before.astype(np.int64),
            np.array(starts, dtype=np.int64),
            self.regular,
        )

    def sessions(self, first: Any, last: Any) -> list[tuple[dt.datetime, dt.datetime]]:
        """Open intervals of the dates from ``first`` to ``last``, as local datetimes."""
        date, end = day_of("first", first), day_of("last", last)
        found = []
        while date <= end:
            for pair in self.intervals(date):
                opened, closed = (
                    (_EPOCH + dt.timedelta(microseconds=ns // 1000)).astimezone(self.zone)
                    for ns in pair
                )
                found.append((opened, closed))
            date += dt.timedelta(days=1)
        return found
