"""What the two simulators share: children as arrays, and fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Children:
    """Child orders, an entry each.

    ``arrive`` and ``expire`` are nanoseconds at the venue; ``limit`` is in ticks.
    """

    parent: Ints
    side: Ints
    lots: Ints
    arrive: Ints
    expire: Ints
    limit: Ints
    limited: npt.NDArray[np.bool_]
    share: npt.NDArray[np.float64] | None
    ids: Sequence[Any]

    def __len__(self) -> int:
        return len(self.side)

    def crossing(self, patience: float) -> Ints:
        """When each stops resting."""
        life = np.maximum(self.expire - self.arrive, 0)
        found: Ints = self.arrive + np.rint(patience * life).astype(np.int64)
        return found


class Fill(NamedTuple):
    """An execution; its price and the quotes at the time are in half ticks."""

    child: int
    time: int
    lots: int
    tick: int
    bid: int
    ask: int
    taken: bool
