"""Recorded feeds: files to events, with the independent truth that comes with them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_orderbook import _rust
from hft_orderbook.events import Events, from_words
from hft_orderbook.units import Number, decimal, power_of_ten, shown, whole

OnError = Literal["raise", "skip"]


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

    Examples
    --------
    See :func:`load_binance`.
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
    See :func:`load_lobster`.
    """

    events: Events
    levels: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]
    revealed: int
    hidden: int
    skipped: list[int]
    tick_size: Decimal
    lot_size: Decimal


_GAPS: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "ts": pl.Int64(),
    "expected": pl.UInt64(),
    "got": pl.UInt64(),
    "resumed_ts": pl.Int64(),
}


def load_binance(
    path: str | Path,
    *,
    tick_size: Number = "0.1",
    lot_size: Number = "0.001",
    market: Literal["futures", "spot"] = "futures",
    on_error: OnError = "raise",
) -> BinanceRecording:
    r"""Read a recorded Binance stream, plain or gzipped.

    Each line: receive time in nanoseconds, a blank, one JSON message (``depthUpdate``,
    ``bookTicker``, ``trade``, or a REST depth snapshot). Events begin with the snapshot;
    messages before it are placed by the exchange's rules for update ids, and after a gap
    nothing is taken until the next snapshot. An empty snapshot empties the book.

    Parameters
    ----------
    path
        The file, of one instrument: it is not told by its symbol. Read as a whole.
    tick_size, lot_size
        Powers of ten, from 1e-18 to 1, that every price and quantity is a multiple of.
        Default: BTC-USDT perpetual.
    market
        Whose sequence rules hold.
    on_error
        ``"raise"``, or ``"skip"`` to list unreadable lines in ``skipped`` and to read a
        damaged gzip file as far as it goes.

    Returns
    -------
    BinanceRecording

    Raises
    ------
    ValueError
        With the line number, for a line that cannot be read; for a file without a snapshot, a
        damaged gzip file, or a size that is no such power of ten.
    OSError
        The file cannot be opened.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hft_orderbook import replay
    >>> lines = (
    ...     '1 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[["10.1","2.000"]]}',
    ...     '2 {"data":{"e":"depthUpdate","U":8,"u":12,"pu":7,"b":[["10.0","1.500"]],"a":[]}}',
    ... )
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "feed"
    ...     _ = file.write_text("\n".join(lines))
    ...     recording = load_binance(file)
    >>> recording.messages, recording.gaps.height, recording.live
    (2, 0, True)
    >>> sizes = {"tick_size": recording.tick_size, "lot_size": recording.lot_size}
    >>> replay(recording.events, **sizes)["bid"].to_list()
    [9.9, 10.0]
    """
    if market not in ("futures", "spot"):
        raise ValueError(f"market={market!r}: expected 'futures' or 'spot'")
    decimals = _decimals("tick_size", tick_size), _decimals("lot_size", lot_size)
    strict = _strict(on_error)
    found = _rust.load_binance(_text(path, strict), *decimals, market == "spot", strict)
    names = ("ts", "seq", "bid", "bid_lots", "ask", "ask_lots")
    return BinanceRecording(
        events=from_words(found["events"]),
        tickers=pl.DataFrame({name: found[name] for name in names}),
        messages=found["messages"],
        trades=found["trades"],
        gaps=pl.DataFrame(found["gaps"], schema=_GAPS),
        live=found["live"],
        skipped=found["skipped"],
        tick_size=decimal("tick_size", tick_size),
        lot_size=decimal("lot_size", lot_size),
    )


def load_lobster(
    messages: str | Path,
    orderbook: str | Path,
    *,
    tick: int = 100,
    on_error: OnError = "raise",
) -> LobsterRecording:
    r"""Read a pair of LOBSTER files.

    Parameters
    ----------
    messages, orderbook
        The two files of a day, row for row, plain or gzipped. Read as a whole.
    tick
        Tick in 1/10000 USD: 100, the default, is a cent.
    on_error
        ``"raise"``, or ``"skip"`` to list unreadable lines in ``skipped``.

    Returns
    -------
    LobsterRecording

    Raises
    ------
    ValueError
        With the line number, for a line that cannot be read or an order that is used up; for a
        damaged gzip file.
    OSError
        A file cannot be opened.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     messages, orderbook = Path(folder) / "message.csv", Path(folder) / "orderbook.csv"
    ...     _ = messages.write_text("34200.5,1,11,100,5850000,1\n")  # time, type, order, ...
    ...     _ = orderbook.write_text("5851000,200,5850000,100\n")  # ask, size, bid, size
    ...     recording = load_lobster(messages, orderbook)
    >>> recording.levels.tolist(), recording.tick_size
    ([[[58510, 200, 58500, 100]]], Decimal('0.01'))
    """
    tick = whole("tick", tick, 1)
    strict = _strict(on_error)
    found = _rust.load_lobster(_text(messages, strict), _text(orderbook, strict), tick, strict)
    width = max(found["width"], 1)
    levels: Any = found["rows"].reshape(-1, width // 2 or 1, 4)
    return LobsterRecording(
        events=from_words(found["events"]),
        levels=levels,
        known=found["known"].reshape(-1, 2),
        revealed=found["revealed"],
        hidden=found["hidden"],
        skipped=found["skipped"],
        tick_size=Decimal(tick) / 10_000,
        lot_size=Decimal(1),
    )


def _text(path: str | Path, strict: bool) -> str:
    raw = Path(path).read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = _unzipped(raw, path, strict)
    # A garbled byte spoils its own line, which is then refused or skipped like any other.
    return raw.decode("utf-8", errors="replace").removeprefix("\ufeff")


def _unzipped(raw: bytes, path: str | Path, strict: bool) -> bytes:
    """What a gzip file holds; of a damaged one the readable beginning, or an error."""
    out: list[bytes] = []
    reason = "it is cut off"
    left = memoryview(raw)
    try:
        while left and left[0]:  # members one after the other; zeros may pad the end
            member = zlib.decompressobj(wbits=31)
            while left and not member.eof:
                piece = left[:4096]
                out.append(member.decompress(piece))
                left = left[len(piece) - len(member.unused_data) :]
            if not member.eof:
                break
        else:
            return b"".join(out)
    except zlib.error as error:
        reason = str(error)
    if strict:
        raise ValueError(f"{path}: the gzip file is damaged: {reason}")
    return b"".join(out)


def _strict(on_error: OnError) -> bool:
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error={on_error!r}: expected 'raise' or 'skip'")
    return on_error == "raise"


def _decimals(argument: str, size: Number) -> int:
    exponent = power_of_ten(decimal(argument, size))
    if exponent is None or not -18 <= exponent <= 0:
        raise ValueError(
            f"{argument}={shown(size)}: expected a power of ten from 1e-18 to 1, e.g. '0.01'"
        )
    return -exponent
