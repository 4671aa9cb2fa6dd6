"""What a venue said about each order of a run."""

from __future__ import annotations

import itertools
import queue
import time
from array import array

import numpy as np
import numpy.typing as npt

_runs = itertools.count(1)


class Answers:
    """Counts and times by order; orders have the numbers 0 to ``count`` - 1.

    A client calls :meth:`acknowledged` and :meth:`over` from the thread on which it hears, the run
    calls :meth:`wait` from its own. ``unknown`` counts answers about no order of this run.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._prefix = f"{time.time_ns() // 1_000_000:x}.{next(_runs)}."
        self.acknowledgements = array("q", [0]) * count
        self.outcomes = array("q", [0]) * count
        self.filled = array("q", [0]) * count
        self.heard_at = array("q", [0]) * count
        self.unknown = 0
        self._over: queue.SimpleQueue[int] = queue.SimpleQueue()

    def name(self, number: int) -> str:
        """The ClOrdID of an order, used in this run alone."""
        return f"{self._prefix}{number}"

    def number(self, name: str) -> int | None:
        """The order of a ClOrdID; None where it is of another run."""
        if name.startswith(self._prefix):
            return int(name[len(self._prefix) :])
        self.unknown += 1
        return None

    def acknowledged(self, number: int) -> None:
        """The venue has taken the order: the first answer's time is kept."""
        self.acknowledgements[number] += 1
        if not self.heard_at[number]:
            self.heard_at[number] = time.perf_counter_ns()

    def over(self, number: int, filled: int) -> None:
        """The order is filled or cancelled."""
        self.outcomes[number] += 1
        self.filled[number] += filled
        self._over.put(number)

    def wait(self, orders: int, timeout: float = 30.0) -> None:
        """Until so many more orders are over.

        Raises
        ------
        TimeoutError
            None became over for so many seconds.
        """
        try:
            for _ in range(orders):
                self._over.get(timeout=timeout)
        except queue.Empty:
            over = sum(1 for one in self.outcomes if one)
            raise TimeoutError(
                f"{over} of {self.count} orders are over, and none became so within {timeout} s"
            ) from None

    def lost(self) -> int:
        """Orders without acknowledgement or outcome."""
        pairs = zip(self.acknowledgements, self.outcomes, strict=True)
        return sum(1 for first, last in pairs if not first or not last)

    def doubled(self) -> int:
        """Orders that were acknowledged, or became over, more than once."""
        pairs = zip(self.acknowledgements, self.outcomes, strict=True)
        return sum(1 for first, last in pairs if first > 1 or last > 1)

    def output(self) -> dict[str, npt.NDArray[np.int64]]:
        """For the comparison: by order, how often it was acknowledged, and the lots filled."""
        return {
            "acknowledged": np.array(self.acknowledgements),
            "filled": np.array(self.filled),
        }
