"""Orders that rest in a recorded book: how many lots are filled, and when."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def rest_orders(
    bid: Ints, bid_lots: Ints, ask: Ints, ask_lots: Ints, orders: Ints, traded: float
) -> Ints:
    """The fills of orders that rest, each as if it were alone.

    ``bid`` to ``ask_lots`` are the best prices in ticks and their quantities in lots (0 where a
    side is empty) after each message. A row of ``orders`` ``(n, 6)`` is the side (1 to buy, -1 to
    sell), its tick, its lots, the lots before it in the queue when it arrives, the message after
    which it arrives and the first that comes after its life.

    Where the level is the best one and its quantity decreases, the part ``traded`` of the decrease
    is traded, from the front of the queue; the rest is cancelled, before and behind the order in
    proportion. What is traded beyond the queue before the order fills it. Where the other side
    comes to the order's price, its displayed quantity fills the order, each lot once. While another
    level is the best one, nothing is known of this one, and its queue stays as it was.

    Returns
    -------
    fills ``(m, 3)``: the order's row, the message, the lots.
    """
    fills: list[tuple[int, int, int]] = []
    for number, (side, tick, lots, ahead, first, end) in enumerate(orders.tolist()):
        if first >= end:
            continue
        own, own_lots, other, other_lots = (
            (bid, bid_lots, ask, ask_lots) if side > 0 else (-ask, ask_lots, -bid, bid_lots)
        )
        price, left, taken = side * tick, lots, 0
        there = own_lots[first] > 0 and own[first] == price
        level: int | None = int(own_lots[first]) if there else None
        for row in range(first + 1, end):
            filled = 0
            gone = own_lots[row] == 0 or own[row] < price
            if gone or own[row] == price:
                now = 0 if gone else int(own_lots[row])
                if level is not None and now < level:
                    trades = int((level - now) * traded)
                    cancelled = level - now - trades
                    filled = max(trades - ahead, 0)
                    ahead -= min(trades, ahead)
                    ahead -= cancelled * ahead // level
                ahead, level = min(ahead, now), now
            else:
                level = None
            offered = int(other_lots[row])
            if offered > 0 and other[row] <= price:
                filled = max(filled, offered - taken)
                taken = max(taken, offered)
            else:
                taken = 0
            filled = min(filled, left)
            if filled > 0:
                fills.append((number, row, filled))
                left -= filled
                if not left:
                    break
    return np.array(fills, dtype=np.int64).reshape(-1, 3)
