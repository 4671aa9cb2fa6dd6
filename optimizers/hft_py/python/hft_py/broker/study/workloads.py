"""Names and inputs: orders that are over at once, so that neither side keeps them.

The venue holds one large offer. Orders are immediate or cancel: half are priced at
the offer and trade, half below it and are cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

SMALL = "100 orders"
LARGE = "1,000 orders"
BELOW = "99.99"


def orders(count: int) -> Mapping[str, Any]:
    """Lots from 1 to 9, and whether the price is the offer's."""
    rng = np.random.default_rng(1)
    return {"lots": rng.integers(1, 10, count), "trades": rng.integers(0, 2, count) == 1}
