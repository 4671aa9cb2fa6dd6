"""Recorded feeds: files to events, with the independent truth that comes with them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from hft_orderbook import _rust
from hft_orderbook.events import Events, from_words
from hft_orderbook.units import Number, decimal

OnError = Literal["raise", "skip"]


@dataclass(frozen=True)
class BinanceRecording:
    """A recorded stream; see :func:`load_binance`.

    ``tickers``: the exchange's own best bid and ask (``ts``, ``seq``, ``bid``, ``bid_lots``,
    ``ask``, ``ask_lots``; ticks and lots). ``gaps`` and ``skipped`` are line numbers.
    """

    events: Events
    tickers: pl.DataFrame
    messages: int
    trades: int
    gaps: list[int]
    skipped: list[int]


@dataclass(frozen=True)
class LobsterRecording:
    """A pair of LOBSTER files; see :func:`load_lobster`.

    ``levels``: the true best levels after each row, ``[rows, levels, 4]``: ask tick, ask
    lots, bid tick, bid lots; 0 lots where there is none. ``known``, ``[rows, 2]``: worst bid
    and worst ask up to which the messages determine the row; what lay out of sight before is
    taken from the row by SET events, ``revealed`` of them. ``hidden``: messages that change
    no level.
    """

    events: Events
    levels: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]
    revealed: int
    hidden: int
    skipped: list[int]


def load_binance(
    path: str | Path,
    *,
    tick_size: Number = "0.1",
    lot_size: Number = "0.001",
    market: Literal["futures", "spot"] = "futures",
    on_error: OnError = "raise",
) -> BinanceRecording:
    """Read a recorded Binance stream, plain or gzipped.

    Each line: receive time in nanoseconds, a blank, one JSON message (``depthUpdate``,
    ``bookTicker``, ``trade``, or a REST depth snapshot). Events begin with the snapshot;
    messages before it are placed by the exchange's rules for update ids, and after a gap
    nothing is taken until the next snapshot.

    Parameters
    ----------
    path
        The file.
    tick_size, lot_size
        Powers of ten that every price and quantity is a multiple of. Default: BTC-USDT
        perpetual.
    market
        Whose sequence rules hold.
    on_error
        ``"raise"``, or ``"skip"`` to count unreadable lines in ``skipped``.

    Raises
    ------
    ValueError
        With the line number, for a line that cannot be read; or for a size that is no
        power of ten at most 1.
    """
    if market not in ("futures", "spot"):
        raise ValueError(f"market={market!r}: expected 'futures' or 'spot'")
    raw = Path(path).read_bytes()
    text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    found = _rust.load_binance(
        _text(text),
        _decimals("tick_size", tick_size),
        _decimals("lot_size", lot_size),
        market == "spot",
        _strict(on_error),
    )
    names = ("ts", "seq", "bid", "bid_lots", "ask", "ask_lots")
    return BinanceRecording(
        events=from_words(found["events"]),
        tickers=pl.DataFrame({name: found[name] for name in names}),
        messages=found["messages"],
        trades=found["trades"],
        gaps=found["gaps"],
        skipped=found["skipped"],
    )


def load_lobster(
    messages: str | Path,
    orderbook: str | Path,
    *,
    tick: int = 100,
    on_error: OnError = "raise",
) -> LobsterRecording:
    """Read a pair of LOBSTER files.

    Parameters
    ----------
    messages, orderbook
        The two files of a day, row for row.
    tick
        Tick in 1/10000 USD: 100, the default, is a cent.
    on_error
        ``"raise"``, or ``"skip"`` to count unreadable lines in ``skipped``.

    Raises
    ------
    ValueError
        With the line number, for a line that cannot be read or an order that is used up.
    """
    if isinstance(tick, bool) or not isinstance(tick, int) or tick < 1:
        raise ValueError(f"tick={tick!r}: expected a whole number of 1/10000 USD, 1 or more")
    lines, rows = (_text(Path(path).read_bytes()) for path in (messages, orderbook))
    found = _rust.load_lobster(lines, rows, tick, _strict(on_error))
    width = max(found["width"], 1)
    levels: Any = found["rows"].reshape(-1, width // 2 or 1, 4)
    return LobsterRecording(
        events=from_words(found["events"]),
        levels=levels,
        known=found["known"].reshape(-1, 2),
        revealed=found["revealed"],
        hidden=found["hidden"],
        skipped=found["skipped"],
    )


def _text(raw: bytes) -> str:
    # A garbled byte spoils its own line, which is then refused or skipped like any other.
    return raw.decode("utf-8", errors="replace")


def _strict(on_error: OnError) -> bool:
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error={on_error!r}: expected 'raise' or 'skip'")
    return on_error == "raise"


def _decimals(argument: str, size: Number) -> int:
    number = decimal(argument, size).normalize()
    _, digits, exponent = number.as_tuple()
    if digits != (1,) or not isinstance(exponent, int) or exponent > 0 or number <= Decimal(0):
        raise ValueError(f"{argument}={size!r}: expected a power of ten at most 1, e.g. '0.01'")
    return -exponent
