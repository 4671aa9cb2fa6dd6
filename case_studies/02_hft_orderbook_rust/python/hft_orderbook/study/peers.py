"""What a Python user would pick instead, each at its best, with the baseline's methods.

``sortedcontainers`` (Apache-2.0): a sorted dict per side. ``order-book`` (GPL-3.0, C): used
for comparison only, never imported by the library. Both are installed by ``make peers``.
"""

from __future__ import annotations

import importlib
from typing import Any


class SortedDictBook:
    """A ``SortedDict`` a side; asks keyed by the negated tick, so the last is the best."""

    def __init__(self) -> None:
        sorted_dict: Any = importlib.import_module("sortedcontainers").SortedDict
        self.sides: tuple[Any, Any] = (sorted_dict(), sorted_dict())

    def set(self, side: int, tick: int, lots: int) -> None:
        """The level now has ``lots``; 0 deletes it."""
        key = -tick if side else tick
        if lots:
            self.sides[side][key] = lots
        else:
            self.sides[side].pop(key, None)

    def lots(self, side: int, tick: int) -> int:
        """Quantity at a price."""
        found: int = self.sides[side].get(-tick if side else tick, 0)
        return found

    def best_tick(self, side: int) -> int | None:
        """The best price of a side."""
        levels = self.sides[side]
        if not levels:
            return None
        key: int = levels.keys()[-1]
        return -key if side else key

    def clear(self) -> None:
        """Remove all levels."""
        for levels in self.sides:
            levels.clear()

    def depth(self, side: int) -> list[tuple[int, int]]:
        """All levels, best first."""
        pairs = reversed(self.sides[side].items())
        return [(-key if side else key, lots) for key, lots in pairs]


class OrderBookPeer:
    """The ``order-book`` package: a C dict that sorts its keys when asked."""

    def __init__(self) -> None:
        book: Any = importlib.import_module("order_book").OrderBook()
        self._book = book  # owns the sides
        self._sides: tuple[Any, Any] = (book.bids, book.asks)

    def set(self, side: int, tick: int, lots: int) -> None:
        """The level now has ``lots``; 0 deletes it."""
        levels = self._sides[side]
        if lots:
            levels[tick] = lots
        elif tick in levels:
            del levels[tick]

    def lots(self, side: int, tick: int) -> int:
        """Quantity at a price."""
        try:
            found: int = self._sides[side][tick]
        except KeyError:
            return 0
        return found

    def best_tick(self, side: int) -> int | None:
        """The best price of a side."""
        levels = self._sides[side]
        best: int | None = levels.index(0)[0] if len(levels) else None
        return best

    def clear(self) -> None:
        """Remove all levels."""
        for levels in self._sides:
            for tick in list(levels.keys()):
                del levels[tick]

    def depth(self, side: int) -> list[tuple[int, int]]:
        """All levels, best first."""
        return list(self._sides[side].to_dict().items())
