"""Recorded feeds: files to events, with the best prices that the venue itself recorded."""

from __future__ import annotations

import gzip
import io
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl

from hft_orderbook import _rust
from hft_orderbook._validation import Number, choice, decimal, power_of_ten, shown, whole
from hft_orderbook.events import from_words
from hft_orderbook.result import BinanceRecording, LobsterRecording

OnError = Literal["raise", "skip"]


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
    symbol: str | None = None,
    on_error: OnError = "raise",
) -> BinanceRecording:
    r"""Read a recorded Binance stream of one instrument, plain or gzipped.

    Each line: receive time in nanoseconds, a blank, one JSON message (``depthUpdate``,
    ``bookTicker``, ``trade``, or a REST depth snapshot), with or without the envelope of
    combined streams. Prices and quantities are strings or numbers, read as they are written.
    Requests and their replies are passed over. Events begin with the snapshot;
    messages before it are placed by the exchange's rules for update ids, and after a gap
    nothing is taken until the next snapshot. An empty snapshot empties the book.

    Parameters
    ----------
    path
        The file. Read as a whole.
    tick_size, lot_size
        Powers of ten, from 1e-18 to 1, that every price and quantity is a multiple of.
        Default: BTC-USDT perpetual.
    market
        Whose sequence rules hold: those of :class:`hft_orderbook.Sequencer`.
    symbol
        The instrument, such as ``"BTCUSDT"``, in any case of letters; messages of others are
        left out. Default: the only one of the file. A REST snapshot names no symbol: in a file
        of several it is taken where update ids show that it is of this one, and is an error
        where they do not decide (write ``"symbol":"BTCUSDT"`` into it).
    on_error
        ``"raise"``, or ``"skip"`` to list unreadable lines in ``skipped`` and to read a
        damaged gzip file as far as it goes.

    Returns
    -------
    BinanceRecording

    Raises
    ------
    ValueError
        With the line number, for a line that cannot be read; for a file without a snapshot, of
        several symbols without ``symbol=`` or without that symbol; for a damaged gzip file, or
        a size that is no such power of ten.
    TypeError
        A symbol that is no string.
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
    spot = choice("market", market, "futures", "spot")
    decimals = _decimals("tick_size", tick_size), _decimals("lot_size", lot_size)
    strict = not choice("on_error", on_error, "raise", "skip")
    if not isinstance(symbol, str | None):
        raise TypeError(f"symbol={shown(symbol)}: expected a string such as 'BTCUSDT'")
    found = _rust.load_binance(_text(path, strict), *decimals, spot, strict, symbol)
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
        symbol=found["symbol"],
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
    strict = not choice("on_error", on_error, "raise", "skip")
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
    return raw.decode("utf-8", errors="replace")


def _unzipped(raw: bytes, path: str | Path, strict: bool) -> bytes:
    """The content of a gzip file; of a damaged one the readable beginning, or an error."""
    out: list[bytes] = []
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            while piece := file.read(4096):
                out.append(piece)
    except (EOFError, OSError, zlib.error) as error:
        if strict:
            raise ValueError(f"{path}: the gzip file is damaged: {error}") from None
    return b"".join(out)


def _decimals(argument: str, size: Number) -> int:
    exponent = power_of_ten(decimal(argument, size))
    if exponent is None or not -18 <= exponent <= 0:
        raise ValueError(
            f"{argument}={shown(size)}: expected a power of ten from 1e-18 to 1, e.g. '0.01'"
        )
    return -exponent
