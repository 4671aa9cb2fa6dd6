"""Prices and quantities to integers and back, exactly.

A float stands for the shortest decimal that reads back as it: 0.1 is one tick of 0.1,
and 0.1 + 0.2, which is not 0.3, is no multiple of it.
"""

from __future__ import annotations

import operator
import re
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Number: TypeAlias = int | float | str | Decimal

_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")
_EXACT = 2**53  # integers up to here are floats, each one itself
_SMALLEST, _LARGEST = Decimal("1e-30"), Decimal("1e30")


class Unit:
    """A tick or a lot: the size of one step.

    >>> tick = Unit("tick_size", "0.1")
    >>> tick.count("price", 61800.2), tick.value(618002)
    (618002, 61800.2)
    """

    def __init__(self, name: str, size: Number) -> None:
        self.name = name
        self.size = decimal(name, size)
        if not _SMALLEST <= self.size <= _LARGEST:
            raise ValueError(f"{name}={shown(size)}: expected a number from 1e-30 to 1e30")
        self._ratio = self.size.as_integer_ratio()
        self._digits = int("".join(map(str, self.size.as_tuple().digits)))

    def is_power_of_ten(self) -> bool:
        """Whether a count of steps has the decimal digits of the value."""
        return power_of_ten(self.size) is not None

    def count(self, argument: str, value: Number) -> int:
        """How many steps a value is; ``ValueError`` where it is no whole number of them."""
        numerator, denominator = decimal(argument, value).as_integer_ratio()
        count, rest = divmod(numerator * self._ratio[1], denominator * self._ratio[0])
        if rest:
            raise ValueError(
                f"{argument}={shown(value)} is no multiple of {self.name}={self.size}: "
                "round it or give the right size"
            )
        if not -(2**63) <= count < 2**63:
            raise ValueError(
                f"{argument}={shown(value)} overflows: beyond 2^63 steps of {self.size}"
            )
        return count

    def counts(self, argument: str, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Column of values to steps; the error names the row.

        >>> Unit("tick_size", "0.05").counts("price", np.array([0.15, 100.0]))
        array([   3, 2000])
        """
        numerator, denominator = map(float, self._ratio)
        if values.dtype == np.float64:
            with np.errstate(all="ignore"):
                nearest = np.rint(values / numerator * denominator)
                # Decimals of 15 digits and their floats tell each other; others go the slow way.
                sure = np.abs(nearest) * self._digits < 1e15
                counts = np.where(sure, nearest, 0).astype(np.int64)
                if sure.all() and np.array_equal(self.values(counts), values):
                    return counts
        found = np.empty(len(values), np.int64)
        for row, value in enumerate(values):
            try:
                found[row] = self.count(argument, value)
            except (ValueError, TypeError) as error:
                raise type(error)(f"row {row}: {error}") from None
        return found

    def value(self, count: float) -> float:
        """The value of a number of steps, correctly rounded where the number is whole."""
        numerator, denominator = self._ratio
        return count * numerator / denominator

    def values(self, counts: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """What :meth:`value` gives, for a column.

        >>> Unit("tick_size", "0.1").values(np.array([3, 618002])).tolist()
        [0.3, 61800.2]
        """
        numerator, denominator = self._ratio
        whole = counts.dtype.kind in "iu"
        largest = (
            max(abs(int(counts.max())), abs(int(counts.min()))) if whole and len(counts) else 0
        )
        if whole and (largest * numerator > _EXACT or float(denominator) != denominator):
            return np.array([self.value(count) for count in counts.tolist()], np.float64)
        # Product and denominator are exact here, so the division rounds once.
        scaled: npt.NDArray[np.float64] = counts.astype(np.float64) * float(numerator)
        return scaled / float(denominator)


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
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        highest = {2**63 - 1: "2^63 - 1", 2**64 - 1: "2^64 - 1"}.get(most, f"{most}")
        bounds = f"{least} to {highest}"
        raise ValueError(f"{argument}={shown(value)}: expected a whole number, {bounds}")
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
