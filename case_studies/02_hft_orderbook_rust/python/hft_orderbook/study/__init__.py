"""The study: workloads, books, bounds, claims."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from hft_orderbook import _rust
from hft_orderbook.baseline import DictBook, plain
from hft_orderbook.study import workloads as w
from hft_orderbook.study.peers import OrderBookPeer, SortedDictBook
from qpp.study import Agreement, Claim, Implementation, Limit, Scaling, Study, Workload

PUBLISHED = "published messages, 20 levels"
BEST, MID = "published best bid", "published mid"
DEEP_BEST, DEEP_MID = "best bid, 1,000 levels", "mid, 1,000 levels"
HOT, REAL_LIKE = "synthetic, hot window", "synthetic, far levels"
ALONE = "synthetic, updates alone"
RECORDED = "Binance BTC-USDT futures, 345 s"
READS = (BEST, MID, DEEP_BEST, DEEP_MID)
UPDATES = (PUBLISHED, HOT, ALONE, REAL_LIKE)
LEVELS = {n: f"{n:,} levels" for n in (5, 20, 100, 500, 1_000, 2_000, 4_000)}
DEPTH = ("bid_depth_tick", "bid_depth_lots", "ask_depth_tick", "ask_depth_lots")


HAS_RECORDING = w.RECORDING.is_file()
STREAMS = (*UPDATES, *((RECORDED,) if HAS_RECORDING else ()))
BATCHES = (*STREAMS[1:], *LEVELS.values())  # each of its events once
RUST: dict[str, Any] = {
    "needs": "hft_orderbook._rust",
    "install": "maturin develop --release",
}


def book(
    name: str, new: Callable[[], Any], convert: Callable[..., Any] = w.checked_bytes, **options: Any
) -> Implementation:
    """A book that ``new`` makes, run on events as ``convert`` gives them."""
    prepare = functools.partial(w.prepare, new, convert)
    call = functools.partial(w.run_task, new)
    return Implementation(name, call, prepare=prepare, collect=w.collect, **options)


def rust(kind: str, name: str, note: str = "") -> Implementation:
    """One of the books of the extension."""
    return book(name, lambda: _rust.Book(kind, False), **RUST, note=note)


def python(make: Callable[[], Any], name: str, **options: Any) -> Implementation:
    """A book with the baseline's methods."""
    return book(name, lambda: w.PythonRunner(make()), plain, **options)


def peer(kind: str, name: str, compare: tuple[str, ...] | None, note: str) -> Implementation:
    """A book of another crate, in the extension that ``make peers`` builds."""
    return book(
        name,
        lambda: importlib.import_module("hft_orderbook_peers").Book(kind, False),
        needs="hft_orderbook_peers",
        compare=compare,
        # Where nothing is read, a book that gives no depth leaves nothing to compare.
        only=STREAMS if compare is None else tuple(x for x in STREAMS if x != ALONE),
        note=note,
    )


TARGET = "10 ns an update, 1 ns a read"
RATE = "20 million a second"
SCAN = (
    "the published scan of 20 levels took 147 ns a side on a processor of 2013; here it takes a "
    "fraction of that, and the ring's read is as fast as the published one"
)
DEEP = "the published ratio, at the depth of a real book"
PEERS = ("hftbacktest HashMap", "hftbacktest BTree", "hftbacktest ROI", "ninjabook")

study = Study(
    name="hft_orderbook",
    title="L2 order book in Rust: array, maps, trees and other crates",
    question="How fast can an order book be that keeps every level?",
    headline=(PUBLISHED, "ring"),
    workloads=[
        Workload(PUBLISHED, w.published, quick=True, messages=100, levels=20, passes=50),
        Workload(BEST, w.published_read, quick=True, task="best", times=500_000),
        Workload(MID, w.published_read, task="mid", times=500_000),
        Workload(DEEP_BEST, w.deep_read, task="best", times=20_000, levels=1_000),
        Workload(DEEP_MID, w.deep_read, task="mid", times=20_000, levels=1_000),
        Workload(HOT, w.synthetic, quick=not HAS_RECORDING, count=100_000, levels=1_000),
        Workload(ALONE, w.synthetic, count=100_000, levels=1_000, task="update alone"),
        Workload(REAL_LIKE, w.synthetic, count=100_000, levels=1_000, far=0.14, jump=0.0005),
        *([Workload(RECORDED, w.recorded, quick=True)] if HAS_RECORDING else []),
        *(
            Workload(name, w.synthetic, count=100_000 + 2 * n, levels=n)
            for n, name in LEVELS.items()
        ),
    ],
    baseline=python(DictBook, "python dict", note="dict a side, best kept; events as tuples"),
    optimised=[
        rust("hash_scan", "HashMap scan", "the published baseline: every read scans all levels"),
        rust("hash_cached", "HashMap cached", "the best kept, looked for when deleted"),
        rust("btree", "BTreeMap"),
        rust("vec", "sorted Vec"),
        rust("ring", "ring", "34 KB hot, exact cold tier"),
        Implementation(
            "OrderBook.apply",
            w.apply,
            collect=lambda applied: w.levels_of(applied._book),
            **RUST,
            compare=DEPTH,
            only=BATCHES,
            note="the ring through the public method: checked, all or nothing. No reads; events "
            "come once, so without the published messages, which are repeated",
        ),
    ],
    peers=[
        python(
            SortedDictBook,
            "sortedcontainers",
            needs="sortedcontainers",
            only=(*UPDATES, *READS),
            note="a sorted dict a side; Python, so only on the synthetic streams and the reads",
        ),
        python(
            OrderBookPeer,
            "order-book",
            needs="order_book",
            only=(PUBLISHED, *READS),
            note="C, sorts at each read: not run on deep books, where it takes minutes",
        ),
        peer("hashmap", PEERS[0], None, "f64 quantities; best kept; streams only"),
        peer("btree", PEERS[1], None, "f64 quantities; streams only"),
        peer(
            "roi",
            PEERS[2],
            ("bid", "ask"),
            "65,536 ticks, drops the rest: only best prices compared; streams only",
        ),
        peer("ninjabook", PEERS[3], None, "BTreeMap, best kept, f64; streams only"),
    ],
    limits=[
        Limit(TARGET, w.target, kind="target", note="the bar of this study"),
        Limit(RATE, w.twenty_million, kind="target", note="the bar for one call from Python"),
    ],
    agreement=Agreement(),
    claims=[
        Claim("ring", over="HashMap scan", at_least=5.35, on=PUBLISHED, kind="published"),
        Claim("ring", over="HashMap scan", at_least=177, on=BEST, kind="published", note=SCAN),
        Claim("ring", over="HashMap scan", at_least=546, on=MID, kind="published", note=SCAN),
        Claim("ring", over="HashMap scan", at_least=177, on=DEEP_BEST, note=DEEP),
        Claim("ring", over="HashMap scan", at_least=546, on=DEEP_MID, note=DEEP),
        Claim("ring", over=TARGET, at_least=1, on=(*READS, HOT, ALONE)),
        Claim("ring", over="BTreeMap", at_least=3, on=STREAMS),
        *(Claim("ring", over=name, at_least=1) for name in PEERS),
        Claim("ring", over="sortedcontainers", at_least=1),
        Claim("ring", over="order-book", at_least=1, on=(PUBLISHED, *READS)),
        Claim("OrderBook.apply", over=RATE, at_least=1, on=STREAMS[1:]),
    ],
    scaling=[
        Scaling(
            "Time against active levels", "levels", lambda s: s["levels"], tuple(LEVELS.values())
        )
    ],
    criterion=("update", "read", "reanchor"),
    analysis="""\
The array wins because an update near the best price is a store, two bit operations and a
branch that is nearly always right. At most 33.9 KB of it can be touched, and a market at rest
uses a few pages of that. A tree walks nodes and mispredicts at each; a hash table hashes
and, when its best level goes, looks at all of them. Far levels cost a hash look-up and a page:
on the recorded stream, where one update in seven lies 2,048 ticks or more from the best price,
that is much of the time.

Where it loses: on twenty levels that hardly change, a sorted vector is within a small factor
and a tenth of the code, and a hash table with the best price kept reads the mid as fast. A
fixed array over all prices that matter comes closest on far levels, by dropping the rest.

The published ratios of reads are to a scan of twenty levels that took 147 ns on a processor of
2013, 308 ns for both sides. Here the same scan takes a fraction of that, so on twenty levels the
ratios are out of reach of any read, although the ring's is as fast as the published one: those
two figures are not found here. At a thousand levels a side, where real books are, they are passed.
""",
)
