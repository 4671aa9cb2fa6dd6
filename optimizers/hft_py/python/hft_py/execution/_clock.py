"""Time zones, local times and dates as users write them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from hft_py import checks


def zone_of(zone: Any) -> ZoneInfo:
    """The time zone of that name."""
    if not isinstance(zone, str):
        raise TypeError(f"zone={checks.short(zone)}, expected a name such as 'America/New_York'")
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"zone={zone!r} is unknown, expected an IANA name such as 'America/New_York' (pip "
            "install tzdata where the system has none)"
        ) from None


def seconds(name: str, value: Any) -> int:
    """A local time, ``"09:30"`` or a ``datetime.time``, as seconds from midnight."""
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second
    if not isinstance(value, str):
        raise TypeError(f"{name}={checks.short(value)}, expected a time such as '09:30'")
    parts = value.split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdigit() for part in parts):
        raise ValueError(f"{name}={value!r}, expected a time such as '09:30'")
    hours, minutes, rest = (*map(int, parts), 0)[:3]
    found = hours * 3600 + minutes * 60 + rest
    if minutes > 59 or rest > 59 or found > 86_400:
        raise ValueError(f"{name}={value!r}, expected a time from '00:00' to '24:00'")
    return found


def day_of(name: str, value: Any, zone: dt.tzinfo | None = None) -> dt.date:
    """A date of a date, a datetime (with a zone, in ``zone``), a timestamp or an ISO string."""
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo is None or zone is None else value.astimezone(zone)).date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, np.datetime64):
        value = str(value)[:10]
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} has {checks.short(value)}, expected a date such as '2024-11-29'"
        ) from None


def lunch_break(lunch: Any) -> tuple[int, int]:
    """The first and the last second of a break."""
    try:
        first, last = lunch
    except (TypeError, ValueError):
        raise TypeError(f"lunch={checks.short(lunch)}, expected a pair of times") from None
    return seconds("lunch", first), seconds("lunch", last)
