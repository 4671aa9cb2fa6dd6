"""The order book for Python: prices and quantities outside, ticks and lots inside."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, get_args

import polars as pl

from hft_orderbook import _rust
from hft_orderbook._depth import Depth
from hft_orderbook._touch import Touch
from hft_orderbook._units import Unit
from hft_orderbook._validation import Number, Side, choice, one_of, shown, side_number, whole
from hft_orderbook.events import Events, Kind, as_bytes, as_events, columns, in_units, records

BookKind = Literal["ring", "btree", "vec", "hash_cached", "hash_scan"]
Crossing = Literal["mark", "trim"]


class OrderBook(Touch, Depth):
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
    max_depth
        Keep the best ``max_depth`` levels of each side only. Right for feeds of limited depth,
        such as Kraken's of ten levels, which do not delete what falls out of it. Cut at the end
        of each message and of each batch, so give a message as one batch: within it a level
        may be pushed out and come back. Default: every level is kept.

    Raises
    ------
    ValueError
        A size out of range; an unknown kind or ``crossed``; ``max_depth`` below 1.
    TypeError
        A size that is no number; ``max_depth`` that is no whole number.

    Notes
    -----
    A refused input raises ``ValueError`` or ``TypeError`` and leaves the book unchanged; a
    batch is applied as a whole or not at all. One thread at a time: :meth:`apply` releases
    the GIL, and a call from another thread meanwhile raises ``RuntimeError``. A book can be
    copied and pickled: all levels, and where its feed stands.

    Examples
    --------
    >>> book = OrderBook(tick_size="0.01", lot_size="1")
    >>> book.set("bid", 99.98, 300)
    >>> book.set("ask", 100.02, 100)
    >>> book.mid(), round(book.microprice(), 4), book.state()
    (100.0, 100.01, 'normal')
    >>> book.set("bid", 99.985, 10)
    Traceback (most recent call last):
    ValueError: price=99.985 is not a multiple of tick_size=0.01: round it or give the right size
    """

    def __init__(
        self,
        tick_size: Number = 1,
        lot_size: Number = 1,
        *,
        kind: BookKind = "ring",
        crossed: Crossing = "mark",
        max_depth: int | None = None,
    ) -> None:
        trim = choice("crossed", crossed, "mark", "trim")
        self._max_depth = None if max_depth is None else whole("max_depth", max_depth, 1)
        self._tick = Unit("tick_size", tick_size)
        self._lot = Unit("lot_size", lot_size)
        name = one_of("kind", kind, get_args(BookKind))
        self._book = _rust.Book(name, trim, self._max_depth)

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

    @property
    def max_depth(self) -> int | None:
        """Levels of each side that are kept; ``None``: all.

        >>> book = OrderBook(max_depth=1)
        >>> book.set("bid", 100, 1)
        >>> book.set("bid", 101, 2)
        >>> book.depth("bid")
        [(101.0, 2.0)]
        """
        return self._max_depth

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
