"""The order book for Python: prices and quantities outside, ticks and lots inside."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, NoReturn, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_orderbook import _rust
from hft_orderbook._units import Unit
from hft_orderbook._validation import Number, Side, choice, one_of, shown, side_number, whole
from hft_orderbook.events import Events, Kind, as_bytes, as_events, columns, in_units, records
from hft_orderbook.result import Sweep

BookKind = Literal["ring", "btree", "vec", "hash_cached", "hash_scan"]
Crossing = Literal["mark", "trim"]
State = Literal["empty", "one-sided", "normal", "locked", "crossed"]
Floats = npt.NDArray[np.float64]


class OrderBook:
    """A price-aggregated order book that is exact at every price.

    Parameters
    ----------
    tick_size, lot_size
        The steps of price and quantity, as ``str`` or ``Decimal`` (a float stands for the
        shortest decimal that reads back as it), from 1e-30 to 1e30. Default 1: prices in
        ticks, quantities in lots.
    kind
        ``"ring"``, the default and the fastest. The others are what it is compared with and
        give the same answers.
    crossed
        ``"mark"``, the default: both sides stay as the feed has them and :meth:`state`
        tells; right for feeds that are consistent at the end of each message.
        ``"trim"``: the newer update is right, and levels of the other side at or through its
        price are removed, update by update, so that the order within a message matters.

    Raises
    ------
    ValueError
        A size out of range; an unknown kind or ``crossed``.
    TypeError
        A size that is no number.

    Notes
    -----
    A refused input raises ``ValueError`` or ``TypeError`` and leaves the book unchanged; a
    batch is applied as a whole or not at all. One thread at a time: :meth:`apply` releases
    the GIL, and a call from another thread meanwhile raises ``RuntimeError``. A book can be
    copied, not pickled.

    Examples
    --------
    >>> book = OrderBook(tick_size="0.01", lot_size="1")
    >>> book.set("bid", 99.98, 300)
    >>> book.set("ask", 100.02, 100)
    >>> book.mid(), round(book.microprice(), 4), book.state()
    (100.0, 100.01, 'normal')
    >>> book.set("bid", 99.985, 10)
    Traceback (most recent call last):
    ValueError: price=99.985 is no multiple of tick_size=0.01: round it or give the right size
    """

    def __init__(
        self,
        tick_size: Number = 1,
        lot_size: Number = 1,
        *,
        kind: BookKind = "ring",
        crossed: Crossing = "mark",
    ) -> None:
        trim = choice("crossed", crossed, "mark", "trim")
        self._tick = Unit("tick_size", tick_size)
        self._lot = Unit("lot_size", lot_size)
        self._book = _rust.Book(one_of("kind", kind, get_args(BookKind)), trim)

    @property
    def tick_size(self) -> Decimal:
        """Step of price.

        >>> OrderBook(tick_size=0.1).tick_size
        Decimal('0.1')
        """
        return self._tick.size

    @property
    def lot_size(self) -> Decimal:
        """Step of quantity.

        >>> OrderBook(lot_size="0.001").lot_size
        Decimal('0.001')
        """
        return self._lot.size

    def set(self, side: Side, price: Number, quantity: Number) -> None:
        """The level at ``price`` now has ``quantity``; 0 deletes it, known or not.

        Raises
        ------
        ValueError
            An unknown side; a price or quantity off the grid, or beyond ±2^61 ticks or 2^63 - 1
            lots; a negative quantity.
        TypeError
            No number.

        Examples
        --------
        >>> book = OrderBook(tick_size="0.5")
        >>> book.set("bid", 99.5, 3)
        >>> book.set("bid", 99, 1)
        >>> book.set("bid", 99.5, 0)
        >>> book.depth("bid")
        [(99.0, 1.0)]
        """
        self._event(Kind.SET, side, price, "quantity", quantity)

    def add(self, side: Side, price: Number, change: Number) -> None:
        """The quantity at ``price`` changes by ``change``, which may be negative.

        Raises
        ------
        ValueError
            As :meth:`set`; also where the level has not that much.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("ask", 101, 5)
        >>> book.add("ask", 101, -2)
        >>> book.best_ask()
        (101.0, 3.0)
        >>> book.add("ask", 101, -4)
        Traceback (most recent call last):
        ValueError: change=-4 at price=101: the level has 3.0 only
        """
        self._event(Kind.DELTA, side, price, "change", change)

    def clear(self) -> None:
        """Remove all levels; sequence numbers start anew.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("bid", 100, 1)
        >>> book.clear()
        >>> len(book), book.state(), book.last_seq
        (0, 'empty', 0)
        """
        self._book.event(Kind.CLEAR, 0, 0, 0)

    def apply(self, events: Events | pl.DataFrame) -> None:
        """Apply a batch, read in place, without the GIL, all or nothing.

        Parameters
        ----------
        events
            An array of dtype :data:`hft_orderbook.EVENT`, or a Polars frame with the columns
            that :func:`hft_orderbook.as_events` lists. Copied only where it does not lie in
            memory in one piece, or has prices, quantities or sides by name, which this book's
            sizes turn into ticks and lots. It must not be written to meanwhile by another
            thread.

        Raises
        ------
        ValueError
            An event is refused: the message says which and why; none was applied.
        TypeError
            Another type of array or column.

        Examples
        --------
        >>> frame = pl.DataFrame({"side": ["bid", "ask"], "price": [9.9, 10.1], "quantity": [5, 7]})
        >>> book = OrderBook(tick_size="0.1")
        >>> book.apply(frame)
        >>> book.best_bid(), book.best_ask()
        ((9.9, 5.0), (10.1, 7.0))
        """
        if isinstance(events, pl.DataFrame):
            if in_units(events):
                sizes = {"tick_size": self._tick.size, "lot_size": self._lot.size}
                self._book.apply(as_bytes(as_events(events, **sizes)))
            else:
                self._book.apply_columns(columns(events))
        else:
            self._book.apply(as_bytes(records(events)))

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

    def state(self) -> State:
        """``"empty"``, ``"one-sided"``, ``"normal"``, ``"locked"`` or ``"crossed"``.

        Locked: best bid equals best ask. Crossed: it is above.

        Examples
        --------
        >>> OrderBook().state()
        'empty'
        """
        return self._book.state()

    @property
    def last_seq(self) -> int:
        """Sequence number of the last event applied; 0 before the first and after a clear.

        >>> OrderBook().last_seq
        0
        """
        return self._book.last_seq

    def copy(self) -> OrderBook:
        """An independent book with the same levels; so do ``copy.copy`` and ``copy.deepcopy``.

        Examples
        --------
        >>> book = OrderBook()
        >>> book.set("bid", 100, 1)
        >>> twin = book.copy()
        >>> twin.clear()
        >>> len(book), len(twin)
        (1, 0)
        """
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._book = self._book.copy()
        return twin

    __copy__ = copy

    def __deepcopy__(self, memo: dict[int, Any]) -> OrderBook:
        return self.copy()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "an OrderBook cannot be pickled: send its events, or levels(side) of both sides, "
            "and apply them there"
        )

    def __len__(self) -> int:
        """Number of levels, both sides."""
        return self._book.len(0) + self._book.len(1)

    def __repr__(self) -> str:
        levels = f"{self._book.len(0)} bids, {self._book.len(1)} asks"
        return f"<OrderBook {self._book.kind}: {levels}, {self.state()}>"

    def _event(self, kind: Kind, side: Side, price: Number, name: str, quantity: Number) -> None:
        """One event; a refusal shows price and quantity as the caller gave them."""
        number, tick = side_number(side), self._tick.count("price", price)
        lots = self._lot.count(name, quantity)
        try:
            self._book.event(kind, number, tick, lots)
        except ValueError as error:
            reason, has = getattr(error, "reason", None), getattr(error, "lots", None)
            shown_price = f"price={shown(price)}"
            level = f"{name}={shown(quantity)} at {shown_price}"
            if reason == "Underflow" and has is not None:
                text = f"{level}: the level has {self._lot.value(has)} only"
            elif reason == "QuantityOverflow":
                text = f"{level}: the level would exceed 2^63 - 1 lots of {self._lot.size}"
            elif reason == "PriceOverflow":
                text = f"{shown_price}: expected a price within ±2^61 ticks of {self._tick.size}"
            elif reason == "NegativeQuantity":
                text = f"{level}: a quantity must not be negative (0 deletes the level)"
            else:
                raise
            raise ValueError(text) from None

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
