"""Another matching engine, as its documentation calls it.

pyorderbook knows limit orders and cancellations. Matching changes its orders, so a call makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from qpp.study import Inputs

Output = Mapping[str, Any]

_CANCEL = 5


def prepare(inputs: Inputs) -> Inputs:
    """The rows as Python's integers."""
    return {"rows": inputs["orders"].tolist()}


def pyorderbook(rows: list[list[int]]) -> Output:
    """Match and cancel one order after the other."""
    library: Any = import_module("pyorderbook")
    book = library.Book()
    made: dict[int, Any] = {}
    places: dict[Any, tuple[int, int]] = {}
    filled: list[int] = []
    fills: list[tuple[int, ...]] = []
    for row, (action, side, _, number, tick, lots) in enumerate(rows):
        if action == _CANCEL:
            order = made[number]
            if book.get_order(order.id) is not None:
                book.cancel(order)
            filled.append(0)
            continue
        order = (library.bid if side == 0 else library.ask)("AAPL", tick, lots)
        made[number], places[order.id] = order, (number, tick)
        trades = book.match(order).trades
        filled.append(sum(trade.fill_quantity for trade in trades))
        fills.extend(
            (row, *places[trade.standing_order_id], trade.fill_quantity) for trade in trades
        )
    table = np.array(fills, dtype=np.int64).reshape(len(fills), 4)
    return {"filled": np.array(filled, dtype=np.int64), "fills": table}
