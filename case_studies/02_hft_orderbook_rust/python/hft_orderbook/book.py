"""The order book for Python: prices and quantities at the door, ticks and lots inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from hft_orderbook import _rust
from hft_orderbook.events import Events, Kind, as_bytes, columns
from hft_orderbook.units import Number, Unit

Side = Literal["bid", "ask"]
SIDES: tuple[Side, Side] = ("bid", "ask")
BookKind = Literal["ring", "btree", "vec", "hash_cached", "hash_scan"]
Crossing = Literal["mark", "trim"]
State = Literal["empty", "one-sided", "normal", "locked", "crossed"]


@dataclass(frozen=True)
class Sweep:
    """What a marketable order would get; see :meth:`OrderBook.sweep`."""

    filled: float
    average_price: float | None
    worst_price: float | None
    levels: int


class OrderBook:
    """A price-aggregated order book that is exact at every price.

    Parameters
    ----------
    tick_size, lot_size
        The steps of price and quantity, as ``str`` or ``Decimal`` (a float stands for the
        shortest decimal that reads back as it). Default 1: prices in ticks, quantities
        in lots.
    kind
        ``"ring"``, the default and the fastest. The others are what it is compared with and
        give the same answers.
    crossed
        ``"mark"``, the default: both sides stay as the feed has them and :meth:`state`
        tells; right for feeds that are consistent at the end of each message.
        ``"trim"``: the newer update is right, and levels of the other side that it meets
        or crosses are removed.

    A refused input raises ``ValueError`` or ``TypeError`` and leaves the book unchanged; a
    batch is applied as a whole or not at all. One thread at a time; :meth:`apply` releases
    the GIL.

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
        if crossed not in ("mark", "trim"):
            raise ValueError(f"crossed={crossed!r}: expected 'mark' or 'trim'")
        self._tick = Unit("tick_size", tick_size)
        self._lot = Unit("lot_size", lot_size)
        self._book = _rust.Book(kind, crossed == "trim")

    # ---------------------------------------------------------------- events

    def set(self, side: Side, price: Number, quantity: Number) -> None:
        """The level at ``price`` now has ``quantity``; 0 deletes it, known or not."""
        self._event(Kind.SET, side, price, quantity)

    def add(self, side: Side, price: Number, change: Number) -> None:
        """The level at ``price`` changes; ``ValueError`` where it has not that much."""
        self._event(Kind.DELTA, side, price, change)

    def clear(self) -> None:
        """Remove all levels."""
        self._book.event(Kind.CLEAR, 0, 0, 0)

    def apply(self, events: Events | pl.DataFrame) -> None:
        """Apply a batch in ticks and lots, read in place, without the GIL.

        Parameters
        ----------
        events
            An array of dtype :data:`hft_orderbook.EVENT`, or a Polars frame with columns
            ``tick``, ``lots``, ``side`` and, if wanted, ``kind``, ``seq``, ``ts``,
            ``flags`` of the types given in :mod:`hft_orderbook.events`. Copied only where
            it does not lie in memory in one piece.

        Raises
        ------
        ValueError
            An event is refused: the message says which and why; none was applied.
        TypeError
            Another type of array or column.
        """
        if isinstance(events, pl.DataFrame):
            self._book.apply_columns(columns(events))
        else:
            self._book.apply(as_bytes(events))

    def copy(self) -> OrderBook:
        """An independent book with the same levels."""
        twin = object.__new__(OrderBook)
        twin._tick, twin._lot, twin._book = self._tick, self._lot, self._book.copy()
        return twin

    # ---------------------------------------------------------------- reads

    def best_bid(self) -> tuple[float, float] | None:
        """Highest bid: price and quantity; ``None`` for an empty side."""
        return self._best(0)

    def best_ask(self) -> tuple[float, float] | None:
        """Lowest ask: price and quantity; ``None`` for an empty side."""
        return self._best(1)

    def mid(self) -> float | None:
        """Mean of the best prices; ``None`` unless both sides have levels."""
        twice = self._book.twice_mid()
        return None if twice is None else self._tick.value(twice) / 2

    def spread(self) -> float | None:
        """Best ask less best bid: 0 when locked, negative when crossed."""
        ticks = self._book.spread()
        return None if ticks is None else self._tick.value(ticks)

    def microprice(self) -> float | None:
        """Best prices weighted by the quantity on the other side."""
        ticks = self._book.microprice()
        return None if ticks is None else self._tick.value(ticks)

    def imbalance(self, levels: int = 1) -> float | None:
        """(bids - asks) / (bids + asks) over the best ``levels``, in [-1, 1]."""
        return self._book.imbalance(_count("levels", levels))

    def top(self, side: Side, levels: int) -> list[tuple[float, float]]:
        """The best ``levels`` as (price, quantity), best first; fewer where there are fewer."""
        return self._levels(side, _count("levels", levels))

    def depth(self, side: Side) -> list[tuple[float, float]]:
        """All levels as (price, quantity), best first."""
        return self._levels(side, None)

    def quantity_at(self, side: Side, price: Number) -> float:
        """Quantity at a price; 0 where there is no level."""
        tick = self._tick.count("price", price)
        return self._lot.value(self._book.lots(_side(side), tick))

    def sweep(self, side: Side, quantity: Number) -> Sweep:
        """What a marketable order for ``quantity`` would get from the levels of ``side``.

        A buyer sweeps the asks. ``average_price`` is the volume-weighted average; ``filled``
        is less than asked for where the side is not deep enough.
        """
        lots = self._lot.count("quantity", quantity)
        if lots < 0:
            raise ValueError(f"quantity={quantity!r}: expected 0 or more")
        filled, average, worst, levels = self._book.sweep(_side(side), lots)
        return Sweep(
            self._lot.value(filled),
            None if average is None else self._tick.value(average),
            None if worst is None else self._tick.value(worst),
            levels,
        )

    def checksum(self, levels: int = 10) -> int:
        """CRC-32 over the decimal digits of the best ``levels``, asks first: Kraken's rule.

        Comparable with a venue's where ``tick_size`` and ``lot_size`` are its last decimals.
        """
        return self._book.checksum(_count("levels", levels))

    def state(self) -> State:
        """``"empty"``, ``"one-sided"``, ``"normal"``, ``"locked"`` or ``"crossed"``."""
        return self._book.state()

    @property
    def last_seq(self) -> int:
        """Sequence number of the last event applied."""
        return self._book.last_seq

    def __len__(self) -> int:
        """Number of levels, both sides."""
        return self._book.len(0) + self._book.len(1)

    def __repr__(self) -> str:
        levels = f"{self._book.len(0)} bids, {self._book.len(1)} asks"
        return f"<OrderBook {self._book.kind}: {levels}, {self.state()}>"

    # ---------------------------------------------------------------- inside

    def _event(self, kind: Kind, side: Side, price: Number, quantity: Number) -> None:
        tick = self._tick.count("price", price)
        lots = self._lot.count("quantity", quantity)
        self._book.event(kind, _side(side), tick, lots)

    def _best(self, side: int) -> tuple[float, float] | None:
        best = self._book.best(side)
        return None if best is None else (self._tick.value(best[0]), self._lot.value(best[1]))

    def _levels(self, side: Side, count: int | None) -> list[tuple[float, float]]:
        ticks, lots = self._book.depth(_side(side), count)
        price, quantity = self._tick.value, self._lot.value
        pairs = zip(ticks.tolist(), lots.tolist(), strict=True)
        return [(price(tick), quantity(lot)) for tick, lot in pairs]


def _side(side: Side) -> int:
    if side not in SIDES:
        raise ValueError(f"side={side!r}: expected 'bid' or 'ask'")
    return SIDES.index(side)


def _count(argument: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{argument}={value!r}: expected a whole number, 0 or more")
    return value
