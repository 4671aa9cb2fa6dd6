"""Events as NumPy records or as a Polars frame: what a batch is made of.

An event has a price in ticks and a quantity in lots, both integers. Fields:

========  ======  =========================================================
``ts``    int64   time in nanoseconds, carried along
``seq``   uint64  sequence number, must not decrease; all 0 without numbers
``tick``  int64   price
``lots``  int64   quantity; for a delta, the change
``kind``  uint8   :class:`Kind`
``side``  uint8   0 bid, 1 ask
``flags`` uint8   :data:`LAST` on the last event of a message
========  ======  =========================================================
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

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


class Kind(enum.IntEnum):
    """What an event does."""

    SET = 0
    """The level now has ``lots``; 0 deletes it."""
    DELTA = 1
    """The level changes by ``lots``."""
    CLEAR = 2
    """Both sides are emptied."""
    SNAPSHOT = 3
    """As SET; the first of a run empties both sides before it."""


def as_events(frame: pl.DataFrame) -> Events:
    """Copy a frame with (some of) the columns above into records.

    ``tick``, ``lots`` and ``side`` are needed; the others are 0 where left out.
    ``TypeError`` for a column of another type, ``ValueError`` for one that is missing
    or has nulls.

    >>> as_events(pl.DataFrame({"tick": [5], "lots": [2], "side": [0]}))["tick"]
    array([5])
    """
    events = np.zeros(frame.height, EVENT)
    for name, column in columns(frame, strict=False).items():
        if column is not None:
            events[name] = column
    return events


def to_frame(events: Events) -> pl.DataFrame:
    """Copy records into a frame with one column a field.

    >>> to_frame(np.zeros(1, EVENT)).columns
    ['ts', 'seq', 'tick', 'lots', 'kind', 'side', 'flags']
    """
    check(events)
    return pl.DataFrame({name: np.ascontiguousarray(events[name]) for name in _COLUMNS})


def check(events: Any) -> Events:
    """The events as given, if they are records in one piece; else an error that says why."""
    if not isinstance(events, np.ndarray):
        raise TypeError(
            f"events is a {type(events).__name__}: expected a NumPy array of dtype "
            "hft_orderbook.EVENT or a Polars frame"
        )
    if events.dtype != EVENT:
        raise TypeError(
            f"events has dtype {events.dtype}: expected hft_orderbook.EVENT "
            "(np.zeros(n, EVENT) and fill its fields, or hand over a Polars frame)"
        )
    if events.ndim != 1:
        raise ValueError(f"events has shape {events.shape}: expected one dimension")
    return events


def as_bytes(events: Any) -> npt.NDArray[np.uint8]:
    """The memory of the records; a copy only where they do not lie in one piece."""
    whole = np.ascontiguousarray(check(events))
    if whole.ctypes.data % 8:  # the dtype is packed, so NumPy's own flag does not tell
        whole = whole.copy()
    return whole.view(np.uint8)


def from_words(words: npt.NDArray[np.uint64]) -> Events:
    """Records from the extension's 64-bit words, without a copy."""
    return words.view(EVENT)


def columns(frame: pl.DataFrame, *, strict: bool = True) -> dict[str, npt.NDArray[Any] | None]:
    """The frame's columns as arrays, without a copy; ``None`` where one is left out.

    ``strict``: a column of another type is an error; otherwise it is converted.
    """
    arrays: dict[str, npt.NDArray[Any] | None] = {}
    for name, dtype in _COLUMNS.items():
        if name not in frame.columns:
            if name in _REQUIRED:
                raise ValueError(f"events has no column {name!r}: needed are {_REQUIRED}")
            arrays[name] = None
            continue
        series = frame[name]
        if series.null_count():
            raise ValueError(f"events: column {name!r} has {series.null_count()} nulls")
        if series.dtype != dtype:
            if strict or not series.dtype.is_integer():
                raise TypeError(
                    f"events: column {name!r} is {series.dtype}, expected {dtype} "
                    f"(cast it: pl.col({name!r}).cast(pl.{dtype}))"
                )
            series = series.cast(dtype)
        arrays[name] = series.rechunk().to_numpy()
    return arrays
