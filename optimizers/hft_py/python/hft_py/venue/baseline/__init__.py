"""The readable kernels: what the compiled ones are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.venue.baseline.matching import (
    ASK,
    BID,
    CANCEL,
    POST_ONLY,
    REPLACE,
    MatchingBook,
    Order,
)  # fmt: skip

__all__ = ["match_orders"]

_Integers = npt.NDArray[np.int64]


def match_orders(
    orders: _Integers,
) -> tuple[_Integers, _Integers, _Integers, _Integers, _Integers]:
    """Apply rows to an empty book: status, lots traded, trades, and both sides at the end."""
    book = MatchingBook()
    answers = []
    for row, (action, side, client, order_id, tick, lots) in enumerate(orders.tolist()):
        if side not in (BID, ASK):
            raise ValueError(f"side={side}, expected 0 (bid) or 1 (ask)")
        if action == CANCEL:
            answers.append(book.cancel(order_id))
        elif action == REPLACE:
            answers.append(book.replace(row, order_id, tick, lots))
        elif 0 <= action <= POST_ONLY:
            order = Order(order_id, client, side, action, tick, lots)
            answers.append(book.submit(row, order))
        else:
            raise ValueError(f"action={action}, expected an integer from 0 to 6")

    def table(rows: list[Any], columns: int) -> _Integers:
        return np.array(rows, dtype=np.int64).reshape(len(rows), columns)

    found = table(answers, 2)
    fills = [(fill.row, fill.maker, fill.tick, fill.lots) for fill in book.fills]
    return (
        np.ascontiguousarray(found[:, 0]),
        np.ascontiguousarray(found[:, 1]),
        table(fills, 4),
        table(book.depth(BID), 2),
        table(book.depth(ASK), 2),
    )
