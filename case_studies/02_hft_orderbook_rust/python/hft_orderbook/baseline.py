"""The Python baseline: a ``dict`` per side, the best price cached, searched for when deleted.

What a competent user writes first. Update O(1), except for deletions of the best, which look
at every level of the side. Events come as lists of plain integers, made outside the clock:
iterating NumPy scalars would triple the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias

import numpy as np

from hft_orderbook.events import LAST, Events, Kind, check

#: kind, side, tick, lots, flags
PlainEvent: TypeAlias = tuple[int, int, int, int, int]
NO_TICK = -(2**63)


def plain(events: Events) -> list[PlainEvent]:
    """Events as tuples of integers: kind, side, tick, lots, flags.

    The tuples have no sequence number, so a clear stands before a snapshot that follows
    another one, of another number, whose message did not end.
    """
    fields = ("kind", "side", "tick", "lots", "flags")
    found = list(zip(*(check(events)[name].tolist() for name in fields), strict=True))
    reading = (events["kind"] == Kind.SNAPSHOT) & (events["flags"] & LAST == 0)
    anew = (
        reading[:-1]
        & (events["kind"][1:] == Kind.SNAPSHOT)
        & (events["seq"][1:] != events["seq"][:-1])
    )
    for place in np.flatnonzero(anew)[::-1].tolist():
        found.insert(place + 1, (int(Kind.CLEAR), 0, 0, 0, 0))
    return found


class PythonBook(Protocol):
    """What :func:`run` needs of a book."""

    def set(self, side: int, tick: int, lots: int) -> None: ...
    def lots(self, side: int, tick: int) -> int: ...
    def best_tick(self, side: int) -> int | None: ...
    def clear(self) -> None: ...
    def depth(self, side: int) -> list[tuple[int, int]]: ...


class DictBook:
    """Two dicts from tick to lots.

    >>> book = DictBook()
    >>> book.set(0, 100, 5)
    >>> book.best_tick(0), book.best_tick(1)
    (100, None)
    """

    def __init__(self) -> None:
        self.sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self.best: list[int | None] = [None, None]

    def set(self, side: int, tick: int, lots: int) -> None:
        """The level now has ``lots``; 0 deletes it."""
        levels = self.sides[side]
        best = self.best[side]
        if lots:
            levels[tick] = lots
            if best is None or (tick < best if side else tick > best):
                self.best[side] = tick
        elif levels.pop(tick, 0) and tick == best:
            self.best[side] = (min if side else max)(levels, default=None)

    def lots(self, side: int, tick: int) -> int:
        """Quantity at a price."""
        return self.sides[side].get(tick, 0)

    def best_tick(self, side: int) -> int | None:
        """The best price of a side."""
        return self.best[side]

    def clear(self) -> None:
        """Remove all levels."""
        for levels in self.sides:
            levels.clear()
        self.best = [None, None]

    def depth(self, side: int) -> list[tuple[int, int]]:
        """All levels, best first."""
        return sorted(self.sides[side].items(), reverse=side == 0)


def run(
    book: PythonBook, events: Iterable[PlainEvent], read: bool = True
) -> tuple[list[int], list[int]]:
    """Apply checked events; best bid and ask at the end of each message, unless not read."""
    bids: list[int] = []
    asks: list[int] = []
    in_snapshot = False
    for kind, side, tick, lots, flags in events:
        if kind == Kind.SET:
            book.set(side, tick, lots)
        elif kind == Kind.DELTA:
            book.set(side, tick, book.lots(side, tick) + lots)
        elif kind == Kind.CLEAR:
            book.clear()
        else:
            if not in_snapshot:
                book.clear()
            book.set(side, tick, lots)
        in_snapshot = kind == Kind.SNAPSHOT and not flags & LAST
        if read and flags & LAST:
            bid, ask = book.best_tick(0), book.best_tick(1)
            bids.append(NO_TICK if bid is None else bid)
            asks.append(NO_TICK if ask is None else ask)
    return bids, asks
