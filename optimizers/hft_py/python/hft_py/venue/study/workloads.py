"""Names and inputs: a random flow, and its limit orders and cancellations alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py.venue import random_orders

SMALL = "100,000 orders"
LARGE = "1,000,000 orders"
LIMITS = "100,000 limit orders and cancellations"

_LIMIT, _IMMEDIATE, _POST_ONLY, _CANCEL = 0, 2, 4, 5


def flow(count: int) -> Mapping[str, Any]:
    """Orders of all kinds: half come to rest, four tenths cancel or replace, the rest cross."""
    return {"orders": random_orders(count, seed=1)}


def limits_only(count: int) -> Mapping[str, Any]:
    """What every matching engine knows: limit orders of clients that never meet themselves."""
    rows = random_orders(2 * count, seed=2)
    rows = rows[np.isin(rows[:, 0], (_LIMIT, _IMMEDIATE, _POST_ONLY, _CANCEL))][:count].copy()
    rows[rows[:, 0] != _CANCEL, 0] = _LIMIT
    rows[:, 2] = rows[:, 3]  # each order has a client of its own
    return {"orders": rows}
