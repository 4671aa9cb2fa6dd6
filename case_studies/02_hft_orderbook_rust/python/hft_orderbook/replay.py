"""Replay of a feed: top of book and features at intervals, and depth over time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_orderbook import _rust
from hft_orderbook._units import Unit
from hft_orderbook._validation import Number, choice, whole
from hft_orderbook.book import BookKind, Crossing
from hft_orderbook.events import LAST, Events, as_bytes, records

_CELLS = 2**28
_FURTHEST = 2**61


def replay(
    events: Events | pl.DataFrame,
    *,
    every: int = 1,
    levels: int = 5,
    tick_size: Number = 1,
    lot_size: Number = 1,
    kind: BookKind = "ring",
    crossed: Crossing = "mark",
    max_depth: int | None = None,
) -> pl.DataFrame:
    """Top of book and features after every ``every``-th message, from an empty book.

    Parameters
    ----------
    events
        Array of dtype :data:`hft_orderbook.EVENT`, or a frame as
        :func:`hft_orderbook.as_events` takes it; a message ends where
        :data:`hft_orderbook.LAST` is set.
    every
        Messages, not events, from one row to the next; default: a row for each. Within a
        message a book may look crossed, so rows are taken at ends only. No row where there
        are fewer messages.
    levels
        Depth of the imbalance; default 5, so that no single level decides.
    tick_size, lot_size
        To show prices and quantities in their units; default ticks and lots.
    kind, crossed, max_depth
        As :class:`hft_orderbook.OrderBook`.

    Returns
    -------
    polars.DataFrame
        One row a sample:

        ================  =======  ======================================================
        ``ts``            Int64    time of the message's last event, as the feed has it
        ``seq``           UInt64   its sequence number
        ``bid``           Float64  best bid
        ``bid_quantity``  Float64  its quantity
        ``ask``           Float64  best ask
        ``ask_quantity``  Float64  its quantity
        ``mid``           Float64  mean of both prices
        ``spread``        Float64  ask less bid: 0 when locked, negative when crossed
        ``microprice``    Float64  as :meth:`OrderBook.microprice`
        ``imbalance``     Float64  as :meth:`OrderBook.imbalance` over ``levels``
        ================  =======  ======================================================

        Prices are in the unit of ``tick_size``, quantities in that of ``lot_size``; null where
        a side that is needed is empty. The values are those of :class:`OrderBook`, digit for
        digit.

    Raises
    ------
    ValueError
        An event is refused, or no event ends a message; an option is out of range.
    TypeError
        Another type of array, frame or column.

    Examples
    --------
    >>> from hft_orderbook import synthetic_flow
    >>> replay(synthetic_flow(10_000, seed=1), every=100)["spread"].min() > 0
    True
    """
    kept = None if max_depth is None else whole("max_depth", max_depth, 1)
    book = _rust.Book(kind, choice("crossed", crossed, "mark", "trim"), kept)
    tick, lot = Unit("tick_size", tick_size), Unit("lot_size", lot_size)
    every, levels = whole("every", every, 1), whole("levels", levels, 1)
    applied = records(events, tick_size=tick.size, lot_size=lot.size)
    _messages(applied)
    found = book.features(as_bytes(applied), every, levels)
    bid, ask = found["bid"], found["ask"]
    has_bid, has_ask = bid != _rust.NO_TICK, ask != _rust.NO_TICK
    both = has_bid & has_ask
    bid, ask = np.where(has_bid, bid, 0), np.where(has_ask, ask, 0)
    micro, imbalance = found["microprice"], found["imbalance"]
    return pl.DataFrame(
        {
            "ts": found["ts"],
            "seq": found["seq"],
            "bid": _known(tick.values(bid), has_bid),
            "bid_quantity": _known(lot.values(found["bid_lots"]), has_bid),
            "ask": _known(tick.values(ask), has_ask),
            "ask_quantity": _known(lot.values(found["ask_lots"]), has_ask),
            "mid": _known(tick.values(bid + ask) / 2, both),
            "spread": _known(tick.values(ask - bid), both),
            "microprice": _known(tick.values(micro), both),
            "imbalance": _known(imbalance, has_bid | has_ask),
        }
    )


def depth_over_time(
    events: Events | pl.DataFrame,
    *,
    low: int,
    high: int,
    rows: int,
    every: int = 1,
    kind: BookKind = "ring",
) -> npt.NDArray[np.float64]:
    """Lots resting in bands of price after every ``every``-th message, both sides together.

    Parameters
    ----------
    events
        As for :func:`replay`; a frame must have ``tick`` and ``lots``.
    low, high
        Range of prices, in ticks, ``high`` excluded; within ±2^61.
    rows
        Bands of equal height that they are cut into; must divide ``high - low``.
    every
        Messages from one sample to the next, as for :func:`replay`.
    kind
        As :class:`hft_orderbook.OrderBook`.

    Returns
    -------
    numpy.ndarray
        ``float64`` of shape ``(samples, rows)``, lowest price first.

    Raises
    ------
    ValueError
        An event is refused, or no event ends a message; an option is out of range, or there
        would be more than 2^28 values.
    TypeError
        Another type of array, frame or column.

    Examples
    --------
    >>> from hft_orderbook import synthetic_flow
    >>> events = synthetic_flow(10_000, seed=1)
    >>> depth_over_time(events, low=617_000, high=619_000, rows=20, every=1_000).shape[1]
    20
    """
    low, high = (whole(n, v, -_FURTHEST, _FURTHEST) for n, v in (("low", low), ("high", high)))
    rows, every = whole("rows", rows, 1), whole("every", every, 1)
    if high <= low or (high - low) % rows:
        raise ValueError(
            f"low={low}, high={high}, rows={rows}: rows must divide high - low, which must be > 0"
        )
    applied = records(events)
    samples = _messages(applied) // every
    if samples * rows > _CELLS:
        raise ValueError(
            f"rows={rows}, every={every}: {samples} samples of {rows} rows are more than 2^28 "
            "values: take fewer rows or samples"
        )
    ticks = (high - low) // rows
    grid = _rust.Book(kind, False).depth_over_time(as_bytes(applied), every, low, ticks, rows)
    return grid.reshape(-1, rows)


def _messages(events: Events) -> int:
    """Number of messages; an error where there are events and none ends a message."""
    ends = int(np.count_nonzero(events["flags"] & LAST))
    if len(events) and not ends:
        raise ValueError(
            "events: none ends a message: set flags to hft_orderbook.LAST on the last event of each"
        )
    return ends


def _known(values: npt.NDArray[np.float64], known: npt.NDArray[np.bool_]) -> pl.Series:
    """A column, null where it is not known."""
    return pl.Series(np.where(known, values, np.nan), nan_to_null=True)
