"""What is read from a book, in prices and quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from hft_orderbook import _rust
from hft_orderbook.events import SIDES
from hft_orderbook.units import Number, Unit, shown, whole

Side = Literal["bid", "ask"]
State = Literal["empty", "one-sided", "normal", "locked", "crossed"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sweep:
    """What a marketable order would get; see :meth:`OrderBook.sweep`.

    ``filled`` is a quantity, in the unit of ``lot_size``; ``average_price`` (weighted by
    quantity) and ``worst_price`` (of the last fill) are prices, in the unit of ``tick_size``,
    and ``None`` where nothing is filled; ``levels`` is the number of levels touched.

    Examples
    --------
    >>> from hft_orderbook import OrderBook
    >>> OrderBook().sweep("ask", 5)
    Sweep(filled=0.0, average_price=None, worst_price=None, levels=0)
    """

    filled: float
    average_price: float | None
    worst_price: float | None
    levels: int


class Reads:
    """The reading half of :class:`hft_orderbook.OrderBook`."""

    _tick: Unit
    _lot: Unit
    _book: _rust.Book

    def best_bid(self) -> tuple[float, float] | None:
        """Highest bid: price and quantity; ``None`` for an empty side.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
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
        >>> from hft_orderbook import OrderBook
        >>> OrderBook().best_ask() is None
        True
        """
        return self._best(1)

    def mid(self) -> float | None:
        """Mean of the best prices; ``None`` unless both sides have levels.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
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
        >>> from hft_orderbook import OrderBook
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
        >>> from hft_orderbook import OrderBook
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
        >>> from hft_orderbook import OrderBook
        >>> book = OrderBook()
        >>> book.set("bid", 100, 3)
        >>> book.imbalance()
        1.0
        >>> book.set("ask", 101, 1)
        >>> book.imbalance()
        0.5
        """
        return self._book.imbalance(whole("levels", levels))

    def levels(self, side: Side, count: int | None = None) -> tuple[Floats, Floats]:
        """Prices and quantities of the best ``count`` levels, or of all, as two arrays.

        Best first; fewer where there are fewer. The fast way to whole sides.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
        >>> book = OrderBook(tick_size="0.1")
        >>> book.set("bid", 9.9, 5)
        >>> book.set("bid", 9.7, 1)
        >>> prices, quantities = book.levels("bid")
        >>> prices.tolist(), quantities.tolist()
        ([9.9, 9.7], [5.0, 1.0])
        """
        wanted = None if count is None else whole("count", count)
        ticks, lots = self._book.depth(side_number(side), wanted)
        return self._tick.values(ticks), self._lot.values(lots)

    def top(self, side: Side, levels: int) -> list[tuple[float, float]]:
        """The best ``levels`` as (price, quantity), best first; fewer where there are fewer.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
        >>> book = OrderBook()
        >>> book.set("ask", 101, 1)
        >>> book.set("ask", 102, 2)
        >>> book.top("ask", 1)
        [(101.0, 1.0)]
        """
        return self._pairs(side, whole("levels", levels))

    def depth(self, side: Side) -> list[tuple[float, float]]:
        """All levels as (price, quantity), best first; :meth:`levels` gives arrays.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
        >>> OrderBook().depth("ask")
        []
        """
        return self._pairs(side, None)

    def quantity_at(self, side: Side, price: Number) -> float:
        """Quantity at a price; 0 where there is no level.

        ``ValueError`` for a price off the grid.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
        >>> book = OrderBook()
        >>> book.set("bid", 100, 3)
        >>> book.quantity_at("bid", 100), book.quantity_at("bid", 99)
        (3.0, 0.0)
        """
        tick = self._tick.count("price", price)
        return self._lot.value(self._book.lots(side_number(side), tick))

    def sweep(self, side: Side, quantity: Number, *, limit: Number | None = None) -> Sweep:
        """What a marketable order would get from the resting levels of ``side``.

        Parameters
        ----------
        side
            The side that is taken from: a buyer sweeps ``"ask"``.
        quantity
            How much is wanted, 0 or more.
        limit
            The worst price that is accepted. Default: any.

        Returns
        -------
        Sweep
            ``filled`` is less than ``quantity`` where the side is not deep enough; the prices
            are ``None`` where nothing is filled.

        Raises
        ------
        ValueError
            A negative quantity; a value off the grid.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
        >>> book = OrderBook()
        >>> book.set("ask", 101, 1)
        >>> book.set("ask", 103, 4)
        >>> book.sweep("ask", 2)
        Sweep(filled=2.0, average_price=102.0, worst_price=103.0, levels=2)
        >>> book.sweep("ask", 2, limit=102)
        Sweep(filled=1.0, average_price=101.0, worst_price=101.0, levels=1)
        """
        number, lots = side_number(side), self._lot.count("quantity", quantity)
        if lots < 0:
            raise ValueError(f"quantity={shown(quantity)}: expected 0 or more")
        if limit is not None:
            lots = min(lots, self._within(number, self._tick.count("limit", limit)))
        filled, average, worst, levels = self._book.sweep(number, lots)
        return Sweep(
            self._lot.value(filled),
            None if average is None else self._tick.value(average),
            None if worst is None else self._tick.value(worst),
            levels,
        )

    def checksum(self, levels: int = 10) -> int:
        """CRC-32 over the decimal digits of the best ``levels``, asks first: Kraken's rule.

        Its feed sums ten levels, hence the default. ``tick_size`` and ``lot_size`` must be the
        venue's last decimals.

        Raises
        ------
        ValueError
            A size is no power of ten, or a price negative: the rule knows neither.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
        >>> book = OrderBook(tick_size="0.1", lot_size="0.001")
        >>> book.set("ask", "50.5", "2.125")
        >>> import zlib
        >>> book.checksum() == zlib.crc32(b"505" + b"2125")
        True
        """
        count = whole("levels", levels)
        for unit in (self._tick, self._lot):
            if not unit.is_power_of_ten():
                raise ValueError(
                    f"{unit.name}={unit.size}: the checksum is defined on decimal digits, "
                    "so the size must be a power of ten"
                )
        for side, lowest in ((0, -1), (1, 0)):  # best first: the last bid, the first ask
            ticks, _ = self._book.depth(side, count)
            if len(ticks) and ticks[lowest] < 0:
                raise ValueError("the checksum is not defined for negative prices")
        return self._book.checksum(count)

    def state(self) -> State:
        """``"empty"``, ``"one-sided"``, ``"normal"``, ``"locked"`` or ``"crossed"``.

        Locked: best bid equals best ask. Crossed: it is above.

        Examples
        --------
        >>> from hft_orderbook import OrderBook
        >>> OrderBook().state()
        'empty'
        """
        return self._book.state()

    @property
    def last_seq(self) -> int:
        """Sequence number of the last event applied; 0 before the first and after a clear.

        >>> from hft_orderbook import OrderBook
        >>> OrderBook().last_seq
        0
        """
        return self._book.last_seq

    def _best(self, side: int) -> tuple[float, float] | None:
        best = self._book.best(side)
        return None if best is None else (self._tick.value(best[0]), self._lot.value(best[1]))

    def _pairs(self, side: Side, count: int | None) -> list[tuple[float, float]]:
        ticks, lots = self._book.depth(side_number(side), count)
        if len(ticks) < 32:  # arrays cost more than so few numbers
            price, quantity = self._tick.value, self._lot.value
            pairs = zip(ticks.tolist(), lots.tolist(), strict=True)
            return [(price(tick), quantity(amount)) for tick, amount in pairs]
        prices, quantities = self._tick.values(ticks), self._lot.values(lots)
        return list(zip(prices.tolist(), quantities.tolist(), strict=True))

    def _within(self, side: int, limit: int) -> int:
        """Lots resting at the limit and better."""
        ticks, lots = self._book.depth(side, None)
        accepted = ticks <= limit if side else ticks >= limit
        return sum(lots[accepted].tolist())


def side_number(side: Side) -> int:
    if not isinstance(side, str) or side not in SIDES:
        raise ValueError(f"side={side!r}: expected 'bid' or 'ask'")
    return SIDES[side]
