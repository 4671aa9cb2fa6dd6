"""Checks of arguments: a wrong type is a TypeError, a wrong value a ValueError.

Every error names the argument and shows the value.
"""

from __future__ import annotations

import math
import operator
import re
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import numpy as np

Number: TypeAlias = int | float | str | Decimal
Side = Literal["bid", "ask"]

_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")


def side_number(side: Side) -> int:
    """0 for ``"bid"``, 1 for ``"ask"``."""
    return int(choice("side", side, "bid", "ask"))


def choice(argument: str, value: Any, first: str, second: str) -> bool:
    """Whether a value is the second of two choices."""
    one_of(argument, value, (first, second))
    return bool(value == second)


def one_of(argument: str, value: Any, choices: tuple[str, ...]) -> str:
    """A value that is one of the choices."""
    if isinstance(value, str) and value in choices:
        return value
    error = ValueError if isinstance(value, str) else TypeError
    listed = " or ".join(map(repr, choices))
    raise error(f"{argument}={shown(value)}: expected {listed}")


def real(argument: str, value: Any) -> float:
    """A finite number."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{argument}={shown(value)}: expected a number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{argument}={shown(value)}: expected a finite number")
    return number


def decimal(argument: str, value: Number) -> Decimal:
    """A finite decimal, or an error that names the argument."""
    text = _text(argument, value)
    if isinstance(text, str) and not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(f"{argument}={shown(value)} is not a decimal number")
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(f"{argument}={shown(value)}: expected a finite number")
    if not number:
        return Decimal(0)
    # Bounded before anything is made of it: the integer 1e10000000 would fill the memory.
    exponent = number.as_tuple().exponent
    if number.adjusted() > 400 or not isinstance(exponent, int) or exponent < -400:
        raise ValueError(f"{argument}={shown(value)}: expected 400 digits at most")
    return number


def power_of_ten(number: Decimal) -> int | None:
    """The exponent, or ``None`` for a number that is no power of ten.

    >>> power_of_ten(Decimal("0.010")), power_of_ten(Decimal("0.5"))
    (-2, None)
    """
    sign, digits, exponent = number.as_tuple()
    if sign or digits[0] != 1 or any(digits[1:]) or not isinstance(exponent, int):
        return None
    return exponent + len(digits) - 1


def whole(argument: str, value: Any, least: int = 0, most: int = 2**63 - 1) -> int:
    """A count within bounds, as Python's own integer; NumPy's integers are integers too."""
    highest = {2**63 - 1: "2^63 - 1", 2**64 - 1: "2^64 - 1"}.get(most, f"{most}")
    message = f"{argument}={shown(value)}: expected a whole number, {least} to {highest}"
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(message) from None
    if not least <= number <= most:
        raise ValueError(message)
    return number


def shown(value: object) -> str:
    """An argument as an error shows it, however long it is."""
    if isinstance(value, int) and value.bit_length() > 400:
        return f"an integer of {value.bit_length()} bits"
    text = str(value) if isinstance(value, np.generic) else repr(value)
    return text if len(text) <= 60 else f"{text[:50]}... ({len(text)} characters)"


def _text(argument: str, value: Number) -> str | int | Decimal:
    """The decimal that a number stands for; a bool is no number."""
    if isinstance(value, str | Decimal):
        return value
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            raise ValueError(f"{argument}={shown(value)}: expected a finite number")
        # The shortest that reads back as it, in the precision it has.
        return float.__repr__(value) if isinstance(value, float) else str(value)
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"{argument}={shown(value)} is a {type(value).__name__}: "
            "expected int, float, str or Decimal"
        ) from None
