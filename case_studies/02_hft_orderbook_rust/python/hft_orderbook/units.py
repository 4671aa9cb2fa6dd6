"""Prices and quantities to integers and back, exactly.

A float stands for the shortest decimal that reads back as it: 0.1 is one tick of 0.1,
and 0.1 + 0.2, which is not 0.3, is no multiple of it.
"""

from __future__ import annotations

import operator
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

Number: TypeAlias = int | float | str | Decimal


class Unit:
    """A tick or a lot: the size of one step.

    >>> tick = Unit("tick_size", "0.1")
    >>> tick.count("price", 61800.2), tick.value(618002)
    (618002, 61800.2)
    """

    def __init__(self, name: str, size: Number) -> None:
        self.name = name
        self.size = decimal(name, size)
        if self.size <= 0:
            raise ValueError(f"{name}={size!r}: expected a number above 0")
        self._ratio = self.size.as_integer_ratio()

    def count(self, argument: str, value: Number) -> int:
        """How many steps a value is; ``ValueError`` where it is no whole number of them."""
        numerator, denominator = decimal(argument, value).as_integer_ratio()
        count, rest = divmod(numerator * self._ratio[1], denominator * self._ratio[0])
        if rest:
            raise ValueError(
                f"{argument}={value!r} is no multiple of {self.name}={self.size}: "
                "round it or give the right size"
            )
        if not -(2**63) <= count < 2**63:
            raise ValueError(f"{argument}={value!r} overflows: beyond 2^63 steps of {self.size}")
        return count

    def value(self, count: float) -> float:
        """The value of a number of steps, correctly rounded where the number is whole."""
        numerator, denominator = self._ratio
        return count * numerator / denominator


def decimal(argument: str, value: Number) -> Decimal:
    """A finite decimal, or an error that names the argument."""
    try:
        plain = _plain(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"{argument}={value!r} is a {type(value).__name__}: expected int, float, str or Decimal"
        ) from None
    try:
        number = Decimal(repr(plain) if isinstance(plain, float) else plain)
    except InvalidOperation:
        raise ValueError(f"{argument}={value!r} is not a decimal number") from None
    if not number.is_finite():
        raise ValueError(f"{argument}={value!r}: expected a finite number")
    return number


def _plain(value: Number) -> Number:
    """A NumPy scalar as Python's own number; a bool is none."""
    if isinstance(value, str | Decimal):
        return value
    if isinstance(value, bool):
        raise TypeError
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return float(value)
