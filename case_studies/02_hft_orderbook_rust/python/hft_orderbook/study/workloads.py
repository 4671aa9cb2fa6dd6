"""Inputs of the study, and how a book of any kind is run on them.

A task is ``"update"`` (apply events, read both best prices at the end of each message),
``"update alone"`` (no reads), ``"best"`` or ``"mid"`` (one read, many times over, of a book at
rest).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hft_orderbook.baseline import PythonBook, run
from hft_orderbook.book import OrderBook
from hft_orderbook.events import Events, as_bytes
from hft_orderbook.flow import published_flow, synthetic_flow
from hft_orderbook.load import load_binance
from qpp.study import Inputs

READS = ("best", "mid")

#: A recorded stream; its terms forbid a copy in the repository.
# Beside the repository; an installed package has no such folder.
_ROOT = Path(__file__).resolve().parents[:7][-1]
RECORDING = _ROOT / "shared/data/binance_usdm_btcusdt_20240808.gz"


def published(messages: int, levels: int, passes: int) -> Inputs:
    """The published simulation: every message redraws every level; ``passes`` times over.

    The published measurement repeated its 100 messages in the same way.
    """
    events = published_flow(messages, seed=1, levels=levels)
    return {"events": events, "task": "update", "passes": passes}


def published_read(task: str, times: int) -> Inputs:
    """The opening book of the published simulation, read ``times`` over."""
    return {"events": published_flow(0, seed=1), "task": task, "times": times}


def deep_read(task: str, times: int, levels: int) -> Inputs:
    """A book of ``levels`` per side after some flow, read ``times`` times."""
    return {**synthetic(4 * levels, levels), "task": task, "times": times}


def synthetic(
    count: int, levels: int, far: float = 0.0, jump: float = 0.0, task: str = "update"
) -> Inputs:
    """Synthetic flow; without far levels and jumps all of it lies in the hot window."""
    events = synthetic_flow(count, seed=1, levels=levels, far=far, jump=jump)
    return {"events": events, "task": task}


def recorded() -> Inputs:
    """The recorded futures stream: snapshot and updates."""
    return {"events": load_binance(RECORDING).events, "task": "update"}


class PythonRunner:
    """A book written in Python with the measuring methods of the extension's ``Book``."""

    def __init__(self, book: PythonBook) -> None:
        self.book = book

    def run_trace(self, data: Any, passes: int) -> tuple[list[int], list[int]]:
        """Apply events ``passes`` times over; best bids and asks message by message."""
        return run(self.book, itertools.chain.from_iterable([data] * passes))

    def run_updates(self, data: Any) -> None:
        """Apply events."""
        run(self.book, data, read=False)

    def read_best(self, times: int) -> int:
        """Sum of ``times`` reads of the best bid."""
        book, total = self.book, 0
        for _ in range(times):
            tick = book.best_tick(0) or 0
            total += tick ^ book.lots(0, tick)
        return total

    def read_mid(self, times: int) -> int:
        """Sum of ``times`` reads of the mid."""
        book, total = self.book, 0
        for _ in range(times):
            total += (book.best_tick(0) or 0) + (book.best_tick(1) or 0)
        return total

    def depth(self, side: int) -> tuple[Any, Any]:
        """Ticks and lots, best first."""
        levels = np.array(self.book.depth(side), dtype=np.int64).reshape(-1, 2)
        return levels[:, 0], levels[:, 1]


def checked_bytes(events: Events) -> Any:
    """The memory of the events, which are checked."""
    OrderBook().apply(events)
    return as_bytes(events)


def prepare(new: Callable[[], Any], convert: Callable[[Events], Any], inputs: Inputs) -> Inputs:
    """Events as the book takes them; for reads, the book that they make."""
    data = convert(inputs["events"])
    ready = {"task": inputs["task"], "data": data, "passes": inputs.get("passes", 1)}
    if inputs["task"] in READS:
        ready["book"] = new()
        ready["book"].run_updates(data)
        ready["times"] = inputs["times"]
    return ready


def run_task(
    new: Callable[[], Any], task: str, data: Any, passes: int, book: Any = None, times: int = 0
) -> Any:
    """The work that is timed: a book with its trace or without, or the sum of reads."""
    if task == "update":
        fresh = new()
        return fresh, fresh.run_trace(data, passes)
    if task == "update alone":
        fresh = new()
        fresh.run_updates(data)
        return fresh
    return book.read_best(times) if task == "best" else book.read_mid(times)


def collect(output: Any) -> dict[str, Any]:
    """Best prices message by message and the final depth, or the sum of the reads."""
    if isinstance(output, int):
        return {"sum": np.int64(output)}
    if not isinstance(output, tuple):
        return levels_of(output)
    book, (bids, asks) = output
    return {"bid": np.asarray(bids), "ask": np.asarray(asks), **levels_of(book)}


def levels_of(book: Any) -> dict[str, Any]:
    """Full depth as arrays."""
    out = {}
    for side, name in enumerate(("bid", "ask")):
        ticks, lots = book.depth(side)
        out[f"{name}_depth_tick"], out[f"{name}_depth_lots"] = ticks, lots.astype(np.int64)
    return out


def apply(events: Events, task: str, times: int = 0) -> OrderBook:
    """The public method: events checked and applied as one batch."""
    book = OrderBook()
    book.apply(events)
    return book


def target(inputs: Inputs, _: Callable[[int], float]) -> float:
    """Ten nanoseconds an update; one a read."""
    if inputs["task"] in READS:
        return 1e-9 * float(inputs["times"])
    return 10e-9 * len(inputs["events"]) * float(inputs.get("passes", 1))


def twenty_million(inputs: Inputs, _: Callable[[int], float]) -> float:
    """Twenty million level updates, or as many reads, a second."""
    each = float(inputs.get("times", len(inputs["events"])))
    return 50e-9 * each * float(inputs.get("passes", 1))
