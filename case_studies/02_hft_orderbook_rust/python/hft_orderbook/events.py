"""Events as NumPy records or as a Polars frame: what a batch is made of.

An event has a price in ticks and a quantity in lots, both integers; :func:`as_events` lists
the fields. :data:`EVENT` is the NumPy dtype of one event, 40 bytes laid out as the Rust record;
:data:`LAST`, 1, is the flag of the last event of a message.
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_orderbook._units import Unit
from hft_orderbook._validation import Number, shown

Events = npt.NDArray[np.void]

#: Flag of the last event of a message.
LAST = 1

#: The dtype of one event: 40 bytes, laid out as the Rust record.
EVENT = np.dtype(
    [
        ("ts", "<i8"),
        ("seq", "<u8"),
        ("tick", "<i8"),
        ("lots", "<i8"),
        ("kind", "u1"),
        ("side", "u1"),
        ("flags", "u1"),
        ("reserved", "V5"),
    ]
)

_COLUMNS: dict[str, pl.DataType] = {
    "ts": pl.Int64(),
    "seq": pl.UInt64(),
    "tick": pl.Int64(),
    "lots": pl.Int64(),
    "kind": pl.UInt8(),
    "side": pl.UInt8(),
    "flags": pl.UInt8(),
}
_REQUIRED = ("tick", "lots", "side")
_IN_UNITS = {"price": "tick", "quantity": "lots"}


class Kind(enum.IntEnum):
    """What an event does.

    =============  =====  ====================================================================
    ``SET``        0      the level now has ``lots``; 0 deletes it, known or not
    ``DELTA``      1      the level changes by ``lots``; less than nothing is an error
    ``CLEAR``      2      both sides are emptied, sequence numbers start anew
    ``SNAPSHOT``   3      as ``SET``; the first of a run empties both sides before it, and
                          sequence numbers start anew. A run ends with its message
                          (:data:`LAST`), and where another number ``seq`` comes
    =============  =====  ====================================================================

    Examples
    --------
    >>> int(Kind.SNAPSHOT)
    3
    """

    SET = 0
    DELTA = 1
    CLEAR = 2
    SNAPSHOT = 3


def as_events(
    frame: pl.DataFrame, *, tick_size: Number | None = None, lot_size: Number | None = None
) -> Events:
    """Copy a frame into records.

    Parameters
    ----------
    frame
        One row an event, with these columns:

        ============  ======  ===============================================================
        ``tick``      int64   price in ticks; or ``price``, in the unit of ``tick_size``
        ``lots``      int64   quantity in lots, for a delta the change; or ``quantity``, in
                              the unit of ``lot_size``
        ``side``      uint8   0 bid, 1 ask; or the strings ``"bid"`` and ``"ask"``
        ``kind``      uint8   :class:`Kind`; default ``SET``
        ``seq``       uint64  sequence number, must not decrease; default 0: no numbers
        ``ts``        int64   time in nanoseconds, carried along; default 0
        ``flags``     uint8   :data:`LAST` on the last event of a message; default 0
        ============  ======  ===============================================================

        Integers of other widths are converted. ``price`` and ``quantity`` may be floats,
        decimals, strings or integers, and must be multiples of the sizes.
    tick_size, lot_size
        As for :class:`hft_orderbook.OrderBook`; needed for ``price`` and ``quantity``.

    Returns
    -------
    numpy.ndarray
        Events of dtype :data:`hft_orderbook.EVENT`.

    Raises
    ------
    ValueError
        A column is missing, unknown or has nulls; a value is off the grid or does not fit.
    TypeError
        Another type of frame or column.

    Examples
    --------
    >>> levels = {"price": [99.9, 100.1], "quantity": [2.0, 0.5], "side": ["bid", "ask"]}
    >>> frame = pl.DataFrame(levels)
    >>> as_events(frame, tick_size="0.1", lot_size="0.5")[["tick", "lots", "side"]].tolist()
    [(999, 4, 0), (1001, 1, 1)]
    >>> as_events(frame, tick_size="0.5", lot_size="0.5")
    Traceback (most recent call last):
    ValueError: events: row 0: price=99.9 is not a multiple of tick_size=0.5: round it or give the \
right size
    """
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(f"frame is a {type(frame).__name__}: expected a Polars DataFrame")
    units = {"price": ("tick_size", tick_size), "quantity": ("lot_size", lot_size)}
    # Series by Series: expressions of Polars would wait for ever in a forked process.
    found = {name: frame[name] for name in frame.columns}
    for name, column in _IN_UNITS.items():
        if name not in found:
            continue
        if column in found:
            raise ValueError(f"events has both {name!r} and {column!r}: give one of them")
        size_name, size = units[name]
        if size is None:
            raise ValueError(f"events: column {name!r} needs {size_name}=")
        found[column] = pl.Series(column, _counted(found.pop(name), Unit(size_name, size)))
    if "side" in found and not found["side"].dtype.is_integer():
        found["side"] = _sides(found["side"])
    events = np.zeros(frame.height, EVENT)
    for name, values in columns(pl.DataFrame(found), strict=False).items():
        if values is not None:
            events[name] = values
    return events


def to_frame(events: Events) -> pl.DataFrame:
    """Copy records into a frame with one column a field.

    Parameters
    ----------
    events
        Array of dtype :data:`hft_orderbook.EVENT`.

    Returns
    -------
    polars.DataFrame
        ``ts``, ``seq``, ``tick``, ``lots``, ``kind``, ``side``, ``flags``, of the types that
        :func:`as_events` lists: :meth:`OrderBook.apply` reads them in place.

    Raises
    ------
    TypeError, ValueError
        Not an array of events, or not of one dimension.

    Examples
    --------
    >>> to_frame(np.zeros(1, EVENT)).columns
    ['ts', 'seq', 'tick', 'lots', 'kind', 'side', 'flags']
    """
    check(events)
    return pl.DataFrame({name: np.ascontiguousarray(events[name]) for name in _COLUMNS})


def check(events: Any, *, expected: str = "a NumPy array of dtype hft_orderbook.EVENT") -> Events:
    """The events as given, if they are records in one piece; else an error that says why."""
    if not isinstance(events, np.ndarray):
        raise TypeError(f"events is a {type(events).__name__}: expected {expected}")
    if events.dtype != EVENT:
        raise TypeError(
            f"events has dtype {events.dtype}: expected hft_orderbook.EVENT "
            "(np.zeros(n, EVENT) and fill its fields, or as_events of a frame)"
        )
    if isinstance(events, np.ma.MaskedArray):
        raise TypeError("events is a masked array: leave the masked events out (compressed())")
    if events.ndim != 1:
        raise ValueError(f"events has shape {events.shape}: expected one dimension")
    return events


def records(
    events: Any, *, tick_size: Number | None = None, lot_size: Number | None = None
) -> Events:
    """Events from an array or from a frame, which is copied."""
    if isinstance(events, pl.DataFrame):
        return as_events(events, tick_size=tick_size, lot_size=lot_size)
    return check(
        events, expected="a NumPy array of dtype hft_orderbook.EVENT or a Polars DataFrame"
    )


def as_bytes(events: Any) -> npt.NDArray[np.uint8]:
    """The memory of the records; a copy only where they do not lie in one piece."""
    whole = np.ascontiguousarray(check(events))
    if whole.ctypes.data % 8:  # the dtype is packed, so NumPy's own flag does not tell
        whole = whole.copy()
    return whole.view(np.uint8)


def from_words(words: npt.NDArray[np.uint64]) -> Events:
    """Records from the extension's 64-bit words, without a copy."""
    return words.view(EVENT)


def in_units(frame: pl.DataFrame) -> bool:
    """Whether a frame has prices or quantities, or names its sides."""
    named = "side" in frame.columns and not frame["side"].dtype.is_numeric()
    return named or not _IN_UNITS.keys().isdisjoint(frame.columns)


def columns(frame: pl.DataFrame, *, strict: bool = True) -> dict[str, npt.NDArray[Any] | None]:
    """The frame's columns as arrays, without a copy; ``None`` where one is left out.

    ``strict``: a column of another type is an error; otherwise integers are converted.
    """
    unknown = [name for name in frame.columns if name not in _COLUMNS]
    if unknown:
        raise ValueError(
            f"events has a column {unknown[0]!r}, which is not a field of an event: drop it; "
            f"known are {', '.join(_COLUMNS)} (and price, quantity in as_events)"
        )
    arrays: dict[str, npt.NDArray[Any] | None] = {}
    for name, dtype in _COLUMNS.items():
        if name not in frame.columns:
            if name in _REQUIRED:
                raise ValueError(f"events has no column {name!r}: needed are {_REQUIRED}")
            arrays[name] = None
            continue
        series = frame[name]
        _whole(series)
        if series.dtype != dtype:
            if strict or not series.dtype.is_integer():
                raise TypeError(
                    f"events: column {name!r} is {series.dtype}, expected {dtype} "
                    f"(cast it: pl.col({name!r}).cast(pl.{dtype}))"
                )
            fits = series.cast(dtype, strict=False)
            if fits.null_count():
                bad = series.filter(fits.is_null())[0]
                raise ValueError(f"events: column {name!r} has {bad}, which is no {dtype}")
            series = fits
        arrays[name] = series.rechunk().to_numpy()
    return arrays


def _whole(series: pl.Series) -> None:
    if series.null_count():
        raise ValueError(f"events: column {series.name!r} has {series.null_count()} nulls")


def _counted(series: pl.Series, unit: Unit) -> npt.NDArray[np.int64]:
    """A column of prices or quantities in steps of the unit."""
    _whole(series)
    plain = series.dtype.is_float() or series.dtype.is_integer()
    values = series.to_numpy() if plain else np.array(series.to_list(), dtype=object)
    try:
        return unit.counts(series.name, values)
    except (TypeError, ValueError) as error:
        raise type(error)(f"events: {error}") from None


def _sides(series: pl.Series) -> pl.Series:
    """The column ``side`` of strings as numbers."""
    _whole(series)
    if not isinstance(series.dtype, pl.String | pl.Categorical | pl.Enum):
        raise TypeError(
            f"events: column 'side' is {series.dtype}, expected UInt8 or the strings bid and ask"
        )
    names = series.cast(pl.String)
    asks = names == "ask"
    unknown = ~(asks | (names == "bid"))
    if unknown.any():
        bad = series.filter(unknown)[0]
        raise ValueError(f"events: column 'side' has {shown(bad)}: expected 'bid' or 'ask'")
    return asks.cast(pl.UInt8)
