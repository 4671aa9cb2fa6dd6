"""The matching engine of one symbol on many orders at once.

Orders are rows of six integers: action, side, client, order, tick, lots.

- action: 0 limit, 1 market, 2 immediate or cancel, 3 fill or kill, 4 post-only, 5 cancel, 6
replace;
- side: 0 buys, 1 sells; a cancellation's is not read, and a replacement keeps the order's;
- order: the number of the new order, or of the one that is cancelled or replaced.

Price-time priority; ``O(1)`` an order and a fill. See :mod:`hft_py.venue` for the rest of a venue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import extension, kernels
from hft_py.results import Result

__all__ = ["Matched", "match_orders", "random_orders"]

Integers = npt.NDArray[np.int64]

COLUMNS = ("action", "side", "client", "order", "tick", "lots")


@dataclass(frozen=True, eq=False, repr=False)
class Matched(Result):
    """What the engine did with rows of orders.

    Attributes
    ----------
    status
        Of each row: 0 filled, 1 rests, 2 to 4 what was left is cancelled (nothing more to trade
        with; not fillable as a whole; it met an order of the same client), 5 a cancellation done, 6
        to 10 refused (quantity, price, number of an order that rests already, a post-only order
        that would trade, no such order).
    filled
        Of each row: lots that traded at once.
    fills
        Of each trade: row, resting order, tick, lots.
    bids, asks
        The book at the end, best first: tick, lots.

    Examples
    --------
    >>> match_orders([[0, 0, 1, 1, 100, 5], [1, 1, 2, 2, 0, 3]]).fills
    array([[  1,   1, 100,   3]])
    """

    status: Integers
    filled: Integers
    fills: Integers
    bids: Integers
    asks: Integers
    backend: str


def match_orders(orders: Any, *, backend: str | None = None) -> Matched:
    """Match rows of orders in an empty book.

    Parameters
    ----------
    orders
        Integers ``(n, 6)``: action, side, client, order, tick, lots; see
        :mod:`hft_py.venue.matching`. Borrowed where they are int64 in C order, else converted once.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``; see :mod:`hft_py.backend`.

    Returns
    -------
    Matched
        Both backends give the same.

    Raises
    ------
    TypeError
        For anything but integers.
    ValueError
        For another shape, an unknown action or side, or a client outside 0 to 2**32 - 1. Everything
        else that is wrong with an order is a status of its row.

    Examples
    --------
    >>> result = match_orders([[0, 0, 1, 1, 100, 5], [0, 1, 2, 2, 100, 8], [5, 0, 1, 1, 0, 0]])
    >>> result.status.tolist(), result.asks.tolist()
    ([1, 1, 10], [[100, 3]])
    """
    rows = order_rows("orders", orders)
    chosen = kernels("venue", backend)
    status, filled, fills, bids, asks = chosen.match_orders(rows)
    return Matched(status, filled, fills, bids, asks, chosen.name)


def order_rows(name: str, orders: Any) -> Integers:
    """Rows of orders as the kernels take them."""
    found = np.asarray(orders)
    if found.size == 0:
        found = found.reshape(0, len(COLUMNS)).astype(np.int64)
    if not np.issubdtype(found.dtype, np.integer):
        raise TypeError(f"{name} has dtype {found.dtype}, expected integers")
    if found.ndim != 2 or found.shape[1] != len(COLUMNS):
        raise ValueError(f"{name} has shape {found.shape}, expected (n, 6): {', '.join(COLUMNS)}")
    rows = np.ascontiguousarray(found, dtype=np.int64)
    clients = rows[:, 2]
    if len(rows) and not 0 <= clients.min() <= clients.max() < 2**32:
        raise ValueError(f"{name} has clients from {clients.min()} to {clients.max()}, "
                         "expected 0 to 4294967295")  # fmt: skip
    return rows


def random_orders(
    count: int,
    *,
    seed: int | None = None,
    mid: int = 10_000,
    depth: int = 1_000,
    spread: int = 8,
    clients: int = 16,
) -> Integers:
    """A random flow of orders, made by looking at the book as the orders before left it.

    A value walks by single ticks. Half of the rows add limit orders behind it, most of the others
    cancel or replace one, a twelfth cross the spread; a few are about orders that have traded
    already. Needs the extension; a seed gives the same rows on every machine.

    Parameters
    ----------
    count
        Rows.
    seed
        As everywhere; None, the default, draws one.
    mid
        The value at the start, in ticks.
    depth
        Orders that the book holds, about.
    spread
        Ticks behind the value within which half of the limit orders come.
    clients
        How many clients send them; with few, more orders meet their own client's.

    Returns
    -------
    array of int64, ``(count, 6)``
        Rows for :func:`match_orders`.

    Examples
    --------
    >>> random_orders(1_000, seed=1).shape
    (1000, 6)
    """
    checks.whole_number("count", count, least=0, most=2**28)
    checks.whole_number("mid", mid, least=-(2**60), most=2**60)
    checks.whole_number("depth", depth, least=1, most=10**8)
    checks.whole_number("spread", spread, least=1, most=10**6)
    checks.whole_number("clients", clients, least=1, most=2**31)
    number = checks.seed_number(seed)
    rows: Integers = extension().venue.random_orders(count, number, mid, depth, spread, clients)
    return rows
