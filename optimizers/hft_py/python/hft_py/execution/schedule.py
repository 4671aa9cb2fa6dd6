"""The schedule of one parent: its children, and what they leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.execution._parents import Parents
from hft_py.execution.children import Planned
from hft_py.results import Result

__all__ = ["Schedule"]


@dataclass(frozen=True, eq=False, repr=False)
class Schedule(Result):
    """The children of a parent that are at the market or still to be released.

    ``filled`` and ``leftover`` and the children's quantities add up to ``quantity``.

    Attributes
    ----------
    parent_id, style, slices
        Of the parent.
    quantity
        What it wants.
    filled
        What is filled already.
    leftover
        What fits in no slice, or was cancelled.
    children
        A frame as :func:`hft_py.execution.schedule_child_orders` has it; of a child at the market,
        the quantity that is not filled.
    cancelled
        Whether the parent was cancelled: it is not planned again.

    Examples
    --------
    >>> import datetime as dt
    >>> from hft_py.execution import ExecutionScheduler
    >>> trade = {"parent_id": "A", "symbol": "XYZ", "side": "buy", "quantity": 100,
    ...     "start": dt.datetime(2024, 6, 3, 10), "end": dt.datetime(2024, 6, 3, 12)}
    >>> ExecutionScheduler().schedule(trade, "twap", 4)
    Schedule(parent_id='A', style='twap', slices=4, quantity=100, filled=0, leftover=0, \
children=DataFrame[4, 8], cancelled=False)
    """

    parent_id: str
    style: str
    slices: int
    quantity: Any
    filled: Any
    leftover: Any
    children: Any
    cancelled: bool
    _parents: Parents = field(repr=False, compare=False)
    _planned: Planned = field(repr=False, compare=False)
    _starts: npt.NDArray[np.int64] = field(repr=False, compare=False)  # of slices, empty ones too
    _filled: int = field(default=0, repr=False, compare=False)
    _over: int = field(default=0, repr=False, compare=False)  # lots of children that have expired
    _last: int = field(default=0, repr=False, compare=False)  # the highest number of a child

    def _names(self) -> list[str]:
        return [name for name in super()._names() if not name.startswith("_")]
