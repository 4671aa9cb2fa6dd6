"""Values of fields: numbers, dates and times, read exactly."""

from __future__ import annotations

import datetime
import re

_INT = re.compile(rb"-?[0-9]+")
_DECIMAL = re.compile(rb"-?(?=\.?[0-9])[0-9]*\.?[0-9]*")
_DATE = re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(
    rb"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}|[0-9]{6}|[0-9]{9}))?", re.DOTALL
)
_EPOCH = datetime.date(1970, 1, 1).toordinal()
SECOND = 10**9
DAY = 86_400 * SECOND


def to_int(text: bytes) -> int | None:
    """A whole number: digits, perhaps after a minus sign; None for anything beyond 64 bits."""
    if _INT.fullmatch(text) is None or len(text.lstrip(b"-0")) > 19:
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def is_decimal(text: bytes) -> bool:
    """Whether it is digits with at most one point, perhaps after a minus sign."""
    return _DECIMAL.fullmatch(text) is not None


def to_date(text: bytes) -> int | None:
    """``YYYYMMDD`` as days since 1970-01-01."""
    parts = _DATE.fullmatch(text)
    if parts is None:
        return None
    year, month, day = map(int, parts.groups())
    try:
        # Year 0 is not in Python's calendar; 400 years later every date is the same.
        shift = 400 if year == 0 else 0
        return datetime.date(year + shift, month, day).toordinal() - _EPOCH - 146_097 * (shift > 0)
    except ValueError:
        return None


def to_time_of_day(text: bytes) -> int | None:
    """``HH:MM:SS``, perhaps with 3, 6 or 9 decimals, as nanoseconds since midnight.

    Second 60, a leap second, counts as the first of the next minute.
    """
    parts = _TIME.fullmatch(text)
    if parts is None:
        return None
    hours, minutes, seconds = (int(parts[i]) for i in (1, 2, 3))
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    nanoseconds = int((parts[4] or b"0").ljust(9, b"0"))
    return (3600 * hours + 60 * minutes + seconds) * SECOND + nanoseconds


def to_time(text: bytes) -> int | None:
    """``YYYYMMDD-HH:MM:SS``, perhaps with decimals, as nanoseconds since 1970-01-01 UTC.

    None for anything else, and for times beyond 64 bits: before 1678 or after 2261.
    """
    date, time = to_date(text[:8]), to_time_of_day(text[9:])
    if date is None or time is None or text[8:9] != b"-":
        return None
    found = date * DAY + time
    return found if date * DAY >= -(2**63) and -(2**63) <= found < 2**63 else None


def to_datetime(nanoseconds: int) -> datetime.datetime:
    """Nanoseconds since 1970-01-01 UTC as an aware datetime, cut to microseconds."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return epoch + datetime.timedelta(microseconds=nanoseconds // 1_000)
