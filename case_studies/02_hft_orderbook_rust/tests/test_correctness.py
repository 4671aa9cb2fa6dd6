"""Every book agrees with the Python baseline, and with the truth of the recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import hft_orderbook as hft
from hft_orderbook import _rust
from hft_orderbook.study import study
from qpp.testing import agreement_test

DATA = Path(__file__).resolve().parents[4] / "shared/data"
BINANCE = DATA / "binance_usdm_btcusdt_20240808.gz"
LOBSTER = [DATA / f"lobster_aapl_2012-06-21_{name}_10.csv" for name in ("message", "orderbook")]

needs_binance = pytest.mark.skipif(not BINANCE.is_file(), reason=f"{BINANCE.name} is not here")
needs_lobster = pytest.mark.skipif(not LOBSTER[0].is_file(), reason="LOBSTER files are not here")

test_agreement = agreement_test(study)


@needs_binance
def test_best_prices_equal_the_exchanges_own() -> None:
    recording = hft.load_binance(BINANCE)
    assert recording.gaps.is_empty() and recording.live and recording.skipped == []
    assert recording.trades == 21_313
    assert (recording.messages, recording.tickers.height) == (6_548, 66_089)
    top = hft.replay(recording.events, tick_size="0.1", lot_size="0.001")
    assert top["ts"].is_sorted()
    # NumPy divides with one rounding; Polars multiplies by the reciprocal.
    columns = {"bid": "bid", "bid_quantity": "bid_lots", "ask": "ask", "ask_quantity": "ask_lots"}
    truth = {
        f"true_{name}": recording.tickers[column].to_numpy() / (1000 if "lots" in column else 10)
        for name, column in columns.items()
    }
    tickers = pl.DataFrame({"seq": recording.tickers["seq"], **truth}).sort("seq")
    tickers = tickers.filter(pl.col("seq") >= top["seq"][0])
    both = top.join_asof(tickers, on="seq").drop_nulls("true_bid")
    assert both.height == 6_546
    for name in columns:
        assert (both[name] == both[f"true_{name}"]).all(), name


@needs_binance
def test_the_window_holds_less_than_the_book() -> None:
    book = hft.OrderBook()
    book.apply(hft.load_binance(BINANCE).events)
    reanchors, pages, cold_updates = book._book.moves() or (0, 0, 0)
    # The recording's own trait: one update in seven lies far from the touch.
    assert cold_updates > len(book)
    assert reanchors >= 2 and pages <= 128 * reanchors
    assert len(book.depth("bid")) == 5_018 and len(book.depth("ask")) == 4_578


@needs_binance
def test_one_update_in_seven_is_far() -> None:
    recording = hft.load_binance(BINANCE)
    top = hft.replay(recording.events)
    updates = recording.events[recording.events["kind"] == hft.Kind.SET]
    row = np.searchsorted(top["seq"].to_numpy(), updates["seq"])
    best = np.where(updates["side"] == 0, top["bid"].to_numpy()[row], top["ask"].to_numpy()[row])
    assert 1 / 8 < float((np.abs(updates["tick"] - best) >= 2_048).mean()) < 1 / 6
    seconds = (recording.events["ts"][-1] - recording.events["ts"][0]) / 1e9
    assert 340 < seconds < 350


@needs_lobster
def test_lobster_rows_equal_the_true_levels() -> None:
    """After a row's message alone, within the range that it and the row before determine."""
    recording = hft.load_lobster(*LOBSTER)
    assert recording.revealed < recording.levels[..., 1].size / 20
    book, events, compared = hft.OrderBook(), recording.events, 0
    ends = np.searchsorted(events["seq"], np.arange(len(recording.levels)), side="right")
    start = 0
    rows = zip(recording.levels.tolist(), recording.known.tolist(), ends, strict=True)
    for row, (worst_bid, worst_ask), end in rows:
        of_row, start = events[start:end], end
        by_message = of_row["kind"] != hft.Kind.SET
        book.apply(of_row[by_message])
        asks = [(float(ask), float(lots)) for ask, lots, _, _ in row if lots and ask <= worst_ask]
        bids = [(float(bid), float(lots)) for _, _, bid, lots in row if lots and bid >= worst_bid]
        assert (book.top("ask", len(asks)), book.top("bid", len(bids))) == (asks, bids)
        compared += len(asks) + len(bids)
        book.apply(of_row[~by_message])
    assert compared > 0.95 * 2 * recording.levels[..., 1].size


@needs_binance
def test_every_book_has_the_same_depth_all_along() -> None:
    events = hft.load_binance(BINANCE).events
    books = [hft.OrderBook(kind=kind) for kind in ("btree", "ring", "vec", "hash_cached")]
    for piece in np.array_split(events, 13):
        for book in books:
            book.apply(piece)
        first, *others = ([book._book.depth(side) for side in (0, 1)] for book in books)
        for other in others:
            np.testing.assert_equal(other, first)


def test_hot_set_is_bounded() -> None:
    assert _rust.HOT_BYTES <= 34_000


def test_extension_is_optimised() -> None:
    assert _rust.build_profile() == "release"


def test_apply_borrows() -> None:
    events = hft.synthetic_flow(5_000, seed=3)
    from hft_orderbook.events import as_bytes, columns

    assert np.shares_memory(as_bytes(events), events)
    frame = hft.to_frame(events)
    tick = columns(frame)["tick"]
    assert tick is not None and np.shares_memory(tick, frame["tick"].to_numpy())


def test_same_seed_same_flow() -> None:
    first, again = (hft.synthetic_flow(10_000, seed=5) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, hft.synthetic_flow(10_000, seed=6))


def test_synthetic_flow_has_the_traits_it_promises() -> None:
    events = hft.synthetic_flow(200_000, seed=1)
    top = hft.replay(events)
    assert (top["spread"].drop_nulls() > 0).all()
    mid = top["mid"].to_numpy()
    updates = events[2_000:]
    message = np.searchsorted(top["seq"].to_numpy(), updates["seq"])
    distance = np.abs(updates["tick"] - mid[message])
    assert 0.11 < float((distance > 2_000).mean()) < 0.17
    assert np.ptp(mid) > 100
