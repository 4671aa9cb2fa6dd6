"""Python's values as FIX writes them, for both kernel sets."""

from __future__ import annotations

import datetime
import decimal
import math
import operator
from typing import Any

from hft_py.checks import short


def text_of(field: str, value: Any) -> bytes:
    """A value as the bytes of a field.

    Parameters
    ----------
    field
        For errors: the field, ``"Price (44)"``.
    value
        Text, bytes, a bool (``Y`` or ``N``), an integer, a finite float (its shortest decimals,
        without exponent), a finite Decimal (all its digits), or an aware datetime (in UTC, cut to
        milliseconds).

    Raises
    ------
    TypeError
        For other types, None among them.
    ValueError
        A number that is not finite, a datetime without a zone.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, bool):
        return b"Y" if value else b"N"
    if isinstance(value, float | decimal.Decimal):
        if not math.isfinite(value):
            raise ValueError(f"{field}={value}, expected a finite number")
        if isinstance(value, float):
            text = format(decimal.Decimal(repr(float(value))), "f")
            return text.removesuffix(".0").encode()
        return format(value, "f").encode()
    if isinstance(value, datetime.datetime):
        if value.utcoffset() is None:
            raise ValueError(f"{field}={value}, expected a datetime with a zone")
        utc = value.astimezone(datetime.UTC)
        return f"{utc:%Y%m%d-%H:%M:%S}.{utc.microsecond // 1000:03}".encode()
    try:
        return b"%d" % operator.index(value)
    except TypeError:
        raise TypeError(
            f"{field}={short(value)}, expected text, bytes, a number, a bool or a datetime"
        ) from None
