"""A feed seen through its book: features at intervals, and depth over time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_orderbook import _rust
from hft_orderbook.book import BookKind
from hft_orderbook.events import Events, as_bytes
from hft_orderbook.units import Number, Unit


def replay(
    events: Events,
    *,
    every: int = 1,
    levels: int = 5,
    tick_size: Number = 1,
    lot_size: Number = 1,
    kind: BookKind = "ring",
) -> pl.DataFrame:
    """Top of book and features after every ``every``-th message, from an empty book.

    Parameters
    ----------
    events
        Array of dtype :data:`hft_orderbook.EVENT`; a message ends where
        :data:`hft_orderbook.LAST` is set. A feed that marks none gives an empty frame.
    every
        Messages between two rows. Within a message a book may look crossed, so rows are
        taken at ends only.
    levels
        Depth of the imbalance.
    tick_size, lot_size
        To show prices and quantities in their units; default ticks and lots.
    kind
        As :class:`hft_orderbook.OrderBook`.

    Returns
    -------
    polars.DataFrame
        ``ts``, ``seq``, ``bid``, ``bid_quantity``, ``ask``, ``ask_quantity``, ``mid``,
        ``spread``, ``microprice``, ``imbalance``; null where a side is empty.

    Examples
    --------
    >>> from hft_orderbook import synthetic_flow
    >>> replay(synthetic_flow(10_000, seed=1), every=100)["spread"].min() > 0
    True
    """
    tick, lot = Unit("tick_size", tick_size), Unit("lot_size", lot_size)
    book = _rust.Book(kind, False)
    found = book.features(as_bytes(events), _positive("every", every), _positive("levels", levels))
    frame = pl.DataFrame(found)
    # An integer times a numerator over a denominator: one rounding, as a decimal reads.
    tick_over = float(tick.size.as_integer_ratio()[0]), float(tick.size.as_integer_ratio()[1])
    lot_over = float(lot.size.as_integer_ratio()[0]), float(lot.size.as_integer_ratio()[1])

    def price(column: pl.Expr) -> pl.Expr:
        return column.cast(pl.Float64) * tick_over[0] / tick_over[1]

    def quantity(name: str) -> pl.Expr:
        lots = pl.col(name).cast(pl.Float64) * lot_over[0] / lot_over[1]
        return pl.when(pl.col(name) > 0).then(lots)

    bid, ask = (
        pl.when(pl.col(name) != _rust.NO_TICK).then(pl.col(name)) for name in ("bid", "ask")
    )
    return frame.select(
        "ts",
        "seq",
        price(bid).alias("bid"),
        quantity("bid_lots").alias("bid_quantity"),
        price(ask).alias("ask"),
        quantity("ask_lots").alias("ask_quantity"),
        (price(bid + ask) / 2).alias("mid"),
        price(ask - bid).alias("spread"),
        price(pl.col("microprice").fill_nan(None)).alias("microprice"),
        pl.col("imbalance").fill_nan(None),
    )


def depth_over_time(
    events: Events, *, low: int, high: int, rows: int, every: int = 1, kind: BookKind = "ring"
) -> npt.NDArray[np.float64]:
    """Lots resting in bands of price after every ``every``-th message: ``[samples, rows]``.

    The prices ``low`` to ``high`` (ticks, ``high`` excluded) are cut into ``rows`` bands of
    equal height, lowest first; ``rows`` must divide ``high - low``.
    """
    if high <= low or rows < 1 or (high - low) % rows:
        raise ValueError(
            f"low={low}, high={high}, rows={rows}: rows must divide high - low, which must be > 0"
        )
    book = _rust.Book(kind, False)
    ticks = (high - low) // rows
    grid = book.depth_over_time(as_bytes(events), _positive("every", every), low, ticks, rows)
    return grid.reshape(-1, rows)


def _positive(argument: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{argument}={value!r}: expected a whole number, 1 or more")
    return value
