"""Names and inputs of the workloads: execution reports and orders as a broker and a client send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

READ_QUICK = "1,000 execution reports read"
READ = "10,000 execution reports read"
WRITE_QUICK = "1,000 orders written"
WRITE = "10,000 orders written"
TAGS = (37, 11, 150, 32, 31)  # OrderID, ClOrdID, ExecType, LastShares, LastPx

_SYMBOLS = ("AAPL", "MSFT", "NVDA", "AMZN", "GOOGL", "JPM", "XOM", "BRK.B")
Fields = dict[int, Any]


def reports(task: str, count: int) -> Mapping[str, Any]:
    """Fills of 28 fields, about 255 bytes each."""
    return {"task": task, "messages": [sealed("8", fields) for fields in _fills(count)]}


def orders(task: str, count: int) -> Mapping[str, Any]:
    """Limit orders of 18 fields: texts, and integers and floats for quantities and prices."""
    draw = np.random.default_rng(count)
    written = []
    for i in range(count):
        shares, cents = 100 * int(draw.integers(1, 50)), int(draw.integers(1, 100))
        price = (100 * int(draw.integers(10, 500)) + cents) / 100  # no whole number: 175 or 175.0
        time = _time(i)
        written.append({
            49: "CLIENT", 56: "VENUE", 34: i + 1, 52: time, 11: f"C{i:09}", 1: "ACC-1", 21: "1",
            55: _SYMBOLS[i % len(_SYMBOLS)], 54: "12"[i % 2], 60: time, 38: shares, 40: "2",
            44: price, 59: "0",
        })  # fmt: skip
    return {"task": task, "orders": written}


def _fills(count: int) -> list[Fields]:
    draw = np.random.default_rng(count)
    found = []
    for i in range(count):
        shares, last = 100 * int(draw.integers(3, 50)), 100 * int(draw.integers(1, 3))
        price = f"{int(draw.integers(1_000, 50_000)) / 100:.2f}"
        time = _time(i)
        found.append({
            49: "VENUE", 56: "CLIENT", 34: i + 1, 52: time, 37: f"O{i:011}", 17: f"E{i:011}",
            11: f"C{i:09}", 20: "0", 150: "1", 39: "1", 1: "ACC-1",
            55: _SYMBOLS[i % len(_SYMBOLS)], 54: "12"[i % 2], 38: shares, 40: "2", 44: price,
            59: "0", 32: last, 31: price, 151: shares - last, 14: last, 6: price, 60: time,
            58: "partial fill",
        })  # fmt: skip
    return found


def _time(i: int) -> str:
    seconds = i // 1_000 % 60
    return f"20260302-14:{i // 60_000 % 60:02}:{seconds:02}.{i % 1_000:03}"


def sealed(msg_type: str, fields: Fields) -> bytes:
    """The bytes of a message, as the baseline writes them."""
    body = f"35={msg_type}\x01" + "".join([f"{tag}={value}\x01" for tag, value in fields.items()])
    message = f"8=FIX.4.2\x019={len(body)}\x01{body}".encode()
    return b"%b10=%03d\x01" % (message, sum(message) % 256)
