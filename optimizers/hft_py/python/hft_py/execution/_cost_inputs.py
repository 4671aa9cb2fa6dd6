"""Fills and their orders as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py._frames import Kind
from hft_py.backend import kernels
from hft_py.execution.baseline import fills as kernel

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Units:
    """The smallest units: prices count in halves of ``price``, so that mids are whole too."""

    price: Decimal
    quantity: Decimal

    @property
    def money(self) -> Decimal:
        """The smallest amount of money: half a unit of price times a unit of quantity."""
        return self.price * self.quantity / 2

    @property
    def scales(self) -> tuple[float, float, float]:
        """Whole numbers in a unit of quantity, price and fee."""
        return float(1 / self.quantity), float(1 / self.price), float(1 / self.money)


@dataclass(frozen=True, eq=False)
class Orders:
    """Parent orders, an entry each; prices in half units, ``final`` and times as far as known.

    ``ids``, ``symbol`` and ``style`` are columns, or lists, read by position.
    """

    ids: Any
    symbol: Any
    style: Any
    side: Ints
    quantity: Ints
    decision: Ints
    arrival: Ints
    final: Ints
    final_known: npt.NDArray[np.bool_]
    start: Ints | None
    end: Ints | None
    end_day: Ints | None

    def __len__(self) -> int:
        return len(self.side)


@dataclass(frozen=True, eq=False)
class Fills:
    """Columns of the fills, borrowed; ``code`` is the place of the order."""

    kind: Kind
    frame: Any
    code: Places
    quantity: Floats
    price: Floats
    bid: Floats | None
    ask: Floats | None
    fee: Floats | None
    time: Ints | None
    currency: str | None
    threads: int

    def sums(
        self, codes: Places, count: int, units: Units, backend: str | None
    ) -> tuple[Ints, int]:
        """The sums of the kernel ``fill_sums``, and a number that no price in half units exceeds.

        A fill that cannot be counted is an error.
        """
        sums, bits, reason, row = kernels("execution", backend).fill_sums(
            codes, count, self.quantity, self.price, self.bid, self.ask, self.fee, self.time,
            units.scales, self.threads,
        )  # fmt: skip
        if reason:
            raise ValueError(self._wrong(reason, row, units))
        return sums, bits

    def _wrong(self, reason: int, row: int, units: Units) -> str:
        if reason == kernel.QUANTITY:
            return (
                f"fills['quantity'][{row}] is {self.quantity[row]}, expected a positive multiple "
                f"of quantity_unit={units.quantity}"
            )
        if reason == kernel.FEE and self.fee is not None:
            return (
                f"fills['fee'][{row}] is {self.fee[row]}, expected a multiple of {units.money}: "
                "round it, or give a smaller unit"
            )
        if reason == kernel.QUOTE and self.bid is not None and self.ask is not None:
            where, value = f"bid and ask of fills[{row}]", f"{self.bid[row]} and {self.ask[row]}"
        else:
            where, value = f"fills['price'][{row}]", str(self.price[row])
        return (
            f"{where}: {value}, expected multiples of unit={units.price}: round prices, or give a "
            "smaller unit"
        )
