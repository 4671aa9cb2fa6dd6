"""What the study feeds to every book, and how a book of any kind is run on it.

A task is ``"update"`` (apply events, read both best prices at the end of each message),
``"update alone"`` (no reads), ``"best"`` or ``"mid"`` (one read, many times over, of a book at
rest).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hft_orderbook import _rust
from hft_orderbook.baseline import PythonBook, plain, run
from hft_orderbook.book import OrderBook
from hft_orderbook.events import as_bytes
from hft_orderbook.flow import published_flow, synthetic_flow
from hft_orderbook.load import load_binance

Inputs = Mapping[str, Any]
READS = ("best", "mid")

#: A recorded stream; its terms forbid a copy in the repository.
RECORDING = Path(__file__).resolve().parents[5] / "shared/data/binance_usdm_btcusdt_20240808.gz"


def published(messages: int, levels: int, passes: int) -> Inputs:
    """The published simulation: every message redraws every level; ``passes`` times over.

    There too 100 messages went round and round.
    """
    events = published_flow(messages, seed=1, levels=levels)
    return {"events": events, "task": "update", "passes": passes}


def published_read(task: str, times: int) -> Inputs:
    """The opening book of the published simulation, read ``times`` over."""
    return {"events": published_flow(0, seed=1), "task": task, "times": times}


def deep_read(task: str, times: int, levels: int) -> Inputs:
    """A book of ``levels`` a side after some flow, read ``times`` over."""
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


# ---------------------------------------------------------------------- running


def levels_of(book: PythonBook) -> dict[str, Any]:
    """Full depth as arrays."""
    out = {}
    for side, name in enumerate(("bid", "ask")):
        depth = np.array(book.depth(side), dtype=np.int64).reshape(-1, 2)
        out[f"{name}_depth_tick"], out[f"{name}_depth_lots"] = depth[:, 0], depth[:, 1]
    return out


def python_run(make: Callable[[], PythonBook]) -> Callable[..., Any]:
    """A callable that runs a book written in Python."""

    def call(
        task: str, plain: Any, book: PythonBook | None = None, times: int = 0, passes: int = 1
    ) -> Any:
        if task == "update":
            fresh = make()
            return fresh, run(fresh, itertools.chain.from_iterable([plain] * passes))
        if task == "update alone":
            fresh = make()
            run(fresh, plain, read=False)
            return fresh
        assert book is not None  # made by python_prepare
        total = 0
        if task == "best":
            for _ in range(times):
                tick = book.best_tick(0) or 0
                total += tick ^ book.lots(0, tick)
        else:
            for _ in range(times):
                total += (book.best_tick(0) or 0) + (book.best_tick(1) or 0)
        return total

    return call


def python_prepare(make: Callable[[], PythonBook]) -> Callable[[Inputs], Inputs]:
    """Events as plain tuples; for reads, the book they make."""

    def prepare(inputs: Inputs) -> Inputs:
        listed = plain(inputs["events"])
        ready = {"task": inputs["task"], "plain": listed, "passes": inputs.get("passes", 1)}
        if inputs["task"] in READS:
            ready["book"] = make()
            run(ready["book"], listed)
            ready["times"] = inputs["times"]
        return ready

    return prepare


def python_collect(output: Any) -> dict[str, Any]:
    """Best prices message by message and the final depth, or the sum of the reads."""
    if isinstance(output, int):
        return {"sum": np.int64(output)}
    if not isinstance(output, tuple):
        return levels_of(output)
    book, (bids, asks) = output
    return {"bid": np.array(bids), "ask": np.array(asks), **levels_of(book)}


def rust_prepare(kind: str, module: Any = _rust) -> Callable[[Inputs], Inputs]:
    """Events as checked bytes; for reads, the book they make."""

    def prepare(inputs: Inputs) -> Inputs:
        OrderBook().apply(inputs["events"])
        ready = {"task": inputs["task"], "data": as_bytes(inputs["events"])}
        ready["passes"] = inputs.get("passes", 1)
        if inputs["task"] in READS:
            ready["book"] = module.Book(kind, False)
            ready["book"].run_updates(ready["data"])
            ready["times"] = inputs["times"]
        return ready

    return prepare


def rust_run(kind: str, module: Any = _rust) -> Callable[..., Any]:
    """A callable that runs a Rust book over a batch."""

    def call(task: str, data: Any, book: Any = None, times: int = 0, passes: int = 1) -> Any:
        if task == "update":
            fresh = module.Book(kind, False)
            return fresh, fresh.run_trace(data, passes)
        if task == "update alone":
            fresh = module.Book(kind, False)
            fresh.run_updates(data)
            return fresh
        return book.read_best(times) if task == "best" else book.read_mid(times)

    return call


def rust_collect(output: Any) -> dict[str, Any]:
    """As :func:`python_collect`."""
    if isinstance(output, int):
        return {"sum": np.int64(output)}
    if not isinstance(output, tuple):
        return _rust_levels(output)
    book, (bids, asks) = output
    return {"bid": bids, "ask": asks, **_rust_levels(book)}


def _rust_levels(book: Any) -> dict[str, Any]:
    out = {}
    for side, name in enumerate(("bid", "ask")):
        ticks, lots = book.depth(side)
        out[f"{name}_depth_tick"], out[f"{name}_depth_lots"] = ticks, lots.astype(np.int64)
    return out


def apply(events: Any, task: str, times: int = 0) -> OrderBook:
    """The public door: events checked and applied as one batch."""
    book = OrderBook()
    book.apply(events)
    return book


def apply_collect(book: OrderBook) -> dict[str, Any]:
    """The final depth."""
    return _rust_levels(book._book)


def trace_collect(output: Any) -> dict[str, Any]:
    """The best prices only, of a book that does not keep every level."""
    _, (bids, asks) = output
    return {"bid": bids, "ask": asks}
