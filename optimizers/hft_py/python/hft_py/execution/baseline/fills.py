"""Sums over the fills of each order, in whole numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Columns of the sums.
FILLED, PAID, MID, TOUCH, FEES, COUNT, FIRST, LAST = range(8)
#: What is wrong with a fill.
QUANTITY, PRICE, QUOTE, FEE = range(1, 5)


def fill_sums(
    codes: npt.NDArray[np.int32],
    orders: int,
    quantity: Floats,
    price: Floats,
    bid: Floats | None,
    ask: Floats | None,
    fee: Floats | None,
    time: Ints | None,
    scales: tuple[float, float, float],
    threads: int = 1,
) -> tuple[Ints, int, int, int]:
    """Quantities and amounts of each order, and the first fill that cannot be counted.

    A fill belongs to the order ``codes[i]`` (none if negative). ``scales`` turn quantities, prices
    and fees into whole numbers; prices are then doubled, so that the mid of two is whole too.

    Returns
    -------
    sums ``(orders, 8)``
        The quantity; it times price, mid, and price limited to the quotes; fees; the number of
        fills; the first and last time. Without quotes mid and limited price are 0, without times
        the times are 0.
    price_bits
        The bits of all prices in half units, without their signs: no price exceeds it.
    reason, row
        The first fill that is off a grid or without a quote, and the sums are then of no use; 0 and
        -1 where there is none.
    """
    sums = np.zeros((orders, 8), dtype=np.int64)
    sums[:, FIRST], sums[:, LAST] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    wrong: list[tuple[int, int]] = []

    def note(reason: int, bad: npt.NDArray[np.bool_]) -> None:
        if bad.any():
            wrong.append((int(np.flatnonzero(bad)[0]), reason))

    def units(reason: int, values: Floats, scale: float, factor: int) -> Ints:
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = values * scale
            rounded = np.rint(scaled)
            bad = ~((np.abs(scaled - rounded) <= 1e-3) & (np.abs(scaled) < 2.0**51))
        note(reason, bad | ((values <= 0) if reason == QUANTITY else False))
        return factor * np.where(bad, 0.0, rounded).astype(np.int64)

    lots = units(QUANTITY, quantity, scales[0], 1)
    paid = units(PRICE, price, scales[1], 2)
    bits = int(np.bitwise_or.reduce(np.abs(paid), initial=0))
    columns = [(FILLED, lots), (PAID, lots * paid), (COUNT, np.ones_like(lots))]
    if bid is not None and ask is not None:
        low, high = units(QUOTE, bid, scales[1], 1), units(QUOTE, ask, scales[1], 1)
        inside = np.clip(paid, 2 * np.minimum(low, high), 2 * np.maximum(low, high))
        bits |= int(np.bitwise_or.reduce(np.abs(2 * low) | np.abs(2 * high), initial=0))
        columns += [(MID, lots * (low + high)), (TOUCH, lots * inside)]
    if fee is not None:
        columns.append((FEES, units(FEE, fee, scales[2], 1)))
    known = codes >= 0
    if wrong:
        row, reason = min(wrong)
        return sums, bits, reason, row
    for column, values in columns:
        np.add.at(sums[:, column], codes[known], values[known])
    if time is None:
        sums[:, FIRST:] = 0
    else:
        np.minimum.at(sums[:, FIRST], codes[known], time[known])
        np.maximum.at(sums[:, LAST], codes[known], time[known])
    return sums, bits, 0, -1
