"""Prices and quantities to integers and back, exactly.

A float stands for the shortest decimal that reads back as it: 0.1 is one tick of 0.1,
and 0.1 + 0.2, which is not 0.3, is not a multiple of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_orderbook._validation import Number, decimal, power_of_ten, shown

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
                f"{argument}={shown(value)} is not a multiple of {self.name}={self.size}: "
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
                exact = np.abs(nearest) * self._digits < 1e15
                counts = np.where(exact, nearest, 0).astype(np.int64)
                if exact.all() and np.array_equal(self.values(counts), values):
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
