"""The depth of a book beyond the best prices: levels, sweeps, checksums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hft_orderbook import _rust
from hft_orderbook._units import Unit
from hft_orderbook._validation import Number, Side, shown, side_number, whole
from hft_orderbook.result import Sweep

Floats = npt.NDArray[np.float64]


class Depth:
    """The reads of :class:`hft_orderbook.OrderBook` that take more than the best levels."""

    _tick: Unit
    _lot: Unit
    _book: _rust.Book

    def levels(self, side: Side, count: int | None = None) -> tuple[Floats, Floats]:
        """Prices and quantities of the best ``count`` levels, or of all, as two arrays.

        Best first; fewer where there are fewer. The fast way to whole sides.

        Examples
        --------
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
        >>> OrderBook().depth("ask")
        []
        """
        return self._pairs(side, None)

    def quantity_at(self, side: Side, price: Number) -> float:
        """Quantity at a price; 0 where there is no level.

        ``ValueError`` for a price off the grid.

        Examples
        --------
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
            A size is no power of ten, or a price negative: the rule covers neither.

        Examples
        --------
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
