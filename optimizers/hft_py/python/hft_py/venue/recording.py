"""Recorded order flow as rows for :func:`hft_py.venue.match_orders` and for a venue.

LOBSTER's message files name each order, so they can be matched again; the format is described at
https://lobsterdata.com/info/DataStructure.php.
"""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt

from hft_py import checks

__all__ = ["read_lobster_orders"]

_ADDED, _REDUCED, _REMOVED, _EXECUTED = 1, 2, 3, 4


def read_lobster_orders(path: str | os.PathLike[str], *, tick: int = 100) -> npt.NDArray[np.int64]:
    r"""The orders of a LOBSTER message file as rows.

    An addition is a limit order, a partial or whole deletion a replacement or cancellation, and an
    execution an immediate-or-cancel order of another client at that price and quantity: in a book
    that holds the recorded orders alone it trades with the recorded order, beside a user's orders
    with whatever has priority. Executions of hidden orders, auctions and halts are left out. Orders
    that rested before the file starts are not in it, so messages about them find nothing.

    Parameters
    ----------
    path
        The message file: time, type, order, size, price, direction.
    tick
        The tick in 1/10000 of the currency. Default: 100, a cent.

    Returns
    -------
    array of int64, ``(n, 6)``

    Raises
    ------
    ValueError
        A line that cannot be read, with the file and the line's number.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "message.csv")
    ...     _ = file.write_text("34200.1,1,7,50,1000000,1\n34200.2,4,7,50,1000000,1\n")
    ...     read_lobster_orders(file).tolist()
    [[0, 0, 0, 7, 10000, 50], [2, 1, 1, 8, 10000, 50]]
    """
    checks.whole_number("tick", tick, least=1)
    rows: list[tuple[int, int, int, int, int, int]] = []
    left: dict[int, tuple[int, int, int]] = {}
    with open(path, encoding="ascii") as file:
        for number, line in enumerate(file, 1):
            try:
                _, kind, order, lots, price, direction = line.strip().split(",")[:6]
                what, name, size, side = int(kind), int(order), int(lots), int(int(direction) < 0)
                ticks, rest = divmod(int(price), tick)
                if rest and what in (_ADDED, _EXECUTED):
                    raise ValueError(f"the price {price} is no multiple of {tick}")
            except ValueError as error:
                raise ValueError(f"{os.fspath(path)}, line {number}: {error}") from None
            if what == _ADDED:
                left[name] = (side, ticks, size)
                rows.append((0, side, 0, name, ticks, size))
            elif what == _EXECUTED:
                rows.append((2, 1 - side, 1, -number, ticks, size))
                _lower(left, name, size)
            elif what == _REMOVED:
                left.pop(name, None)
                rows.append((5, side, 0, name, 0, 0))
            elif what == _REDUCED and (still := _lower(left, name, size)) is not None:
                rows.append((6, side, 0, name, still[1], still[2]))
    found = np.array(rows, dtype=np.int64).reshape(len(rows), 6)
    # Executions get numbers above all of the recording's orders.
    new = found[:, 3] < 0
    found[new, 3] = found[:, 3].max(initial=0) + 1 + np.arange(new.sum())
    return found


def _lower(
    left: dict[int, tuple[int, int, int]], name: int, size: int
) -> tuple[int, int, int] | None:
    """What is left of an order after so much less; None for nothing, or an unknown order."""
    if name not in left:
        return None
    side, ticks, before = left[name]
    left[name] = (side, ticks, before - size)
    return left[name] if before > size else None
