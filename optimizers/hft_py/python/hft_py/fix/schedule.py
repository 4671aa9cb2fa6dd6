"""When a session is open: daily or weekly, in local time of a zone, as windows of UTC."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from hft_py import checks
from hft_py.execution._clock import seconds, zone_of

__all__ = ["Schedule"]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YEARS = 5


@dataclass(frozen=True)
class Schedule:
    """Times at which a session begins and ends; message numbers begin anew with each session.

    Without days a session is daily: it begins at ``start`` and ends at the next ``end``, on the
    same day or, where ``end`` is not after ``start``, on the next; equal times are a session of
    24 hours. With ``start_day`` and ``end_day`` it is weekly.

    Parameters
    ----------
    start, end
        Local times, such as ``"08:00"`` or a ``datetime.time``.
    zone
        The IANA name of their time zone. Default: UTC. When clocks change, a local time that does
        not exist counts as so much later, one that exists twice is the first.
    start_day, end_day
        Names of days, in English. Both or none.
    days
        Daily sessions only: the days on which one begins. Default: all.

    Raises
    ------
    TypeError, ValueError
        For a time, zone or day that does not exist.

    Examples
    --------
    >>> Schedule("09:30", "16:00", zone="America/New_York").windows("2026-11-27", days=1)
    [(1795789800000000000, 1795813200000000000)]
    """

    start: str | dt.time
    end: str | dt.time
    zone: str = "UTC"
    start_day: str | None = None
    end_day: str | None = None
    days: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        zone_of(self.zone)
        for name in ("start", "end"):
            if seconds(name, getattr(self, name)) >= 86_400:
                raise ValueError(f"{name}={getattr(self, name)!r}, expected a time before 24:00")
        if (self.start_day is None) != (self.end_day is None):
            raise ValueError(
                f"start_day={self.start_day!r}, end_day={self.end_day!r}, expected both or none"
            )
        if self.start_day is not None and self.days:
            raise ValueError("days is for daily sessions, and start_day makes them weekly")
        for name in ("start_day", "end_day"):
            if getattr(self, name) is not None:
                _day(name, getattr(self, name))
        object.__setattr__(self, "days", tuple(self.days))
        for day in self.days:
            _day("days", day)

    def windows(self, first: Any, days: int = 366 * _YEARS) -> list[tuple[int, int]]:
        """The sessions that begin on ``days`` days from ``first`` on.

        Parameters
        ----------
        first
            A date, or its ISO string.
        days
            How many days. Default: five years, longer than an engine runs.

        Returns
        -------
        list of (start, end)
            Nanoseconds since 1970-01-01 UTC, ascending, without overlaps; the end is not included.
        """
        day = dt.date.fromisoformat(first) if isinstance(first, str) else first
        zone = zone_of(self.zone)
        start, end = seconds("start", self.start), seconds("end", self.end)
        length, begins = self._days_open(end <= start)
        found: list[tuple[int, int]] = []
        for offset in range(days):
            date = day + dt.timedelta(offset)
            if date.weekday() in begins:
                window = (_utc(date, start, zone), _utc(date + dt.timedelta(length), end, zone))
                # A session of 24 hours may overlap the next one by the hour that clocks change by.
                if found and window[0] < found[-1][1]:
                    window = (found[-1][1], window[1])
                if window[0] < window[1]:
                    found.append(window)
        return found

    def _days_open(self, past_midnight: bool) -> tuple[int, frozenset[int]]:
        """Days from the start's date to the end's, and the days of the week it starts on."""
        if self.start_day is not None and self.end_day is not None:
            first, last = _day("start_day", self.start_day), _day("end_day", self.end_day)
            length = (last - first) % 7
            if length == 0 and past_midnight:
                length = 7
            return length, frozenset((first,))
        begins = range(7) if not self.days else (_day("days", day) for day in self.days)
        return int(past_midnight), frozenset(begins)


def _day(name: str, value: Any) -> int:
    """The number of a day's name; its first two letters are enough, as in QuickFIX's files."""
    if isinstance(value, str) and len(value) >= 2:
        for number, day in enumerate(_DAYS):
            if day.startswith(value.lower()):
                return number
    raise ValueError(f"{name}={checks.short(value)}, expected a day such as 'monday'")


def _utc(date: dt.date, second: int, zone: ZoneInfo) -> int:
    local = dt.datetime.combine(date, dt.time(), zone) + dt.timedelta(seconds=second)
    return int(local.timestamp()) * 1_000_000_000
