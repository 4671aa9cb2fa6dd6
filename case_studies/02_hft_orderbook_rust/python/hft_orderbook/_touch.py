"""Values read from the best prices of a book: prices, spread, microprice, imbalance, state."""

from __future__ import annotations

from typing import Literal

from hft_orderbook import _rust
from hft_orderbook._units import Unit
from hft_orderbook._validation import whole

State = Literal["empty", "one-sided", "normal", "locked", "crossed"]


class Touch:
    """The reads of :class:`hft_orderbook.OrderBook` that the best levels decide."""

    _tick: Unit
    _lot: Unit
    _book: _rust.Book

    def best_bid(self) -> tuple[float, float] | None:
        """Highest bid: price and quantity; ``None`` for an empty side.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("bid", 100, 1)
        >>> book.best_bid(), book.best_ask()
        ((100.0, 1.0), None)
        """
        return self._best(0)

    def best_ask(self) -> tuple[float, float] | None:
        """Lowest ask: price and quantity; ``None`` for an empty side.

        Examples
        --------
        >>> OrderBook().best_ask() is None
        True
        """
        return self._best(1)

    def mid(self) -> float | None:
        """Mean of the best prices; ``None`` unless both sides have levels.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("bid", 100, 1)
        >>> book.set("ask", 103, 1)
        >>> book.mid(), book.spread()
        (101.5, 3.0)
        """
        twice = self._book.twice_mid()
        return None if twice is None else self._tick.value(twice) / 2

    def spread(self) -> float | None:
        """Best ask less best bid: 0 when locked, negative when crossed.

        ``None`` unless both sides have levels.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("bid", 100, 1)
        >>> book.set("ask", 99, 1)
        >>> book.spread(), book.state()
        (-1.0, 'crossed')
        """
        ticks = self._book.spread()
        return None if ticks is None else self._tick.value(ticks)

    def microprice(self) -> float | None:
        """Best prices, each weighted by the quantity on the other side.

        ``(bid * ask_quantity + ask * bid_quantity) / (bid_quantity + ask_quantity)``: the
        weighted mid of Gatheral and Oomen (2010), not Stoikov's micro-price. ``None`` unless
        both sides have levels.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("bid", 100, 3)
        >>> book.set("ask", 101, 1)
        >>> book.microprice()
        100.75
        """
        ticks = self._book.microprice()
        return None if ticks is None else self._tick.value(ticks)

    def imbalance(self, levels: int = 1) -> float | None:
        """(bids - asks) / (bids + asks) over the quantities of the best ``levels``.

        In [-1, 1]: 1.0 or -1.0 where one side is empty, ``None`` where both are or ``levels``
        is 0. Default: the best level of each side.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("bid", 100, 3)
        >>> book.imbalance()
        1.0
        >>> book.set("ask", 101, 1)
        >>> book.imbalance()
        0.5
        """
        return self._book.imbalance(whole("levels", levels))

    def state(self) -> State:
        """``"empty"``, ``"one-sided"``, ``"normal"``, ``"locked"`` or ``"crossed"``.

        Locked: best bid equals best ask. Crossed: it is above.

        Examples
        --------
        >>> OrderBook().state()
        'empty'
        """
        return self._book.state()

    def _best(self, side: int) -> tuple[float, float] | None:
        best = self._book.best(side)
        return None if best is None else (self._tick.value(best[0]), self._lot.value(best[1]))
