"""Result classes: recordings, and the outcome of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_orderbook.events import Events


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


@dataclass(frozen=True, eq=False)
class BinanceRecording:
    """A recorded stream; see :func:`load_binance`.

    Attributes
    ----------
    events
        Events of the book, array of dtype :data:`hft_orderbook.EVENT`. ``ts`` is the receive
        time in nanoseconds since 1970 and never decreases: a message that was kept until the
        snapshot came has the snapshot's time. ``seq`` is the exchange's update id ``u``.
    tickers
        The exchange's own best prices, one row a ``bookTicker``: ``ts`` (Int64), ``seq``
        (UInt64), ``bid``, ``bid_lots``, ``ask``, ``ask_lots`` (Int64, ticks and lots).
    messages
        Depth messages that the events are made of, and snapshots among them.
    trades
        Trades and aggregate trades met, which change no level; they are counted only.
    gaps
        One row a message, or snapshot, that does not follow: ``line``, ``ts``, ``expected``
        (update id that it had to follow), ``got`` (what it says it follows) and
        ``resumed_ts``, the receive time of the snapshot that ended the gap, null where none
        did. Between the two times the book is stale.
    live
        Whether the events reach the end of the file; otherwise it ends in a gap.
    skipped
        Line numbers that could not be read, under ``on_error="skip"``.
    tick_size, lot_size
        What a tick and a lot of the events are.
    symbol
        The instrument, such as ``"BTCUSDT"``; ``None`` where no message names one.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hft_orderbook import load_binance
    >>> line = '1 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[["10.1","2.000"]]}'
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "feed").write_text(line)
    ...     recording = load_binance(Path(folder, "feed"))
    >>> recording.messages, recording.live, recording.gaps.height
    (1, True, 0)
    """

    events: Events
    tickers: pl.DataFrame
    messages: int
    trades: int
    gaps: pl.DataFrame
    live: bool
    skipped: list[int]
    tick_size: Decimal
    lot_size: Decimal
    symbol: str | None = None


@dataclass(frozen=True, eq=False)
class LobsterRecording:
    """A pair of LOBSTER files; see :func:`load_lobster`.

    Attributes
    ----------
    events
        Events of the book, array of dtype :data:`hft_orderbook.EVENT`. ``ts`` is in nanoseconds
        since midnight, ``seq`` the row from 0.
    levels
        The true best levels after each row, ``int64`` of shape ``(rows, levels, 4)``: ask tick,
        ask lots, bid tick, bid lots; 0 lots where there is none.
    known
        ``int64`` of shape ``(rows, 2)``: worst bid and worst ask up to which the messages
        determine the row.
    revealed
        What lay out of sight before is taken from the row by SET events: how many.
    hidden
        Messages that change no level.
    skipped
        Line numbers that could not be read, under ``on_error="skip"``.
    tick_size, lot_size
        What a tick (in USD) and a lot (one share) of the events are.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hft_orderbook import load_lobster
    >>> with TemporaryDirectory() as folder:
    ...     files = Path(folder, "messages"), Path(folder, "orderbook")
    ...     _ = files[0].write_text("34200.5,1,11,100,5850000,1")
    ...     _ = files[1].write_text("5851000,200,5850000,100")
    ...     recording = load_lobster(*files)
    >>> recording.levels.tolist(), recording.tick_size
    ([[[58510, 200, 58500, 100]]], Decimal('0.01'))
    """

    events: Events
    levels: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]
    revealed: int
    hidden: int
    skipped: list[int]
    tick_size: Decimal
    lot_size: Decimal
