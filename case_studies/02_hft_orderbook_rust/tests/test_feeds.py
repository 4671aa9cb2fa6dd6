"""Files and live feeds: gaps, times, damaged files, the extension's own examples."""

from __future__ import annotations

import doctest
import gzip
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import hft_orderbook as hft

SNAPSHOT = '20 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[["10.1","2.000"]]}'


def depth(ts: int, first: int, last: int, previous: int, bid: str) -> str:
    return (
        f'{ts} {{"data":{{"e":"depthUpdate","U":{first},"u":{last},"pu":{previous},'
        f'"b":[["{bid}","1.000"]],"a":[]}}}}'
    )


def load(folder: Path, *lines: str, **options: Any) -> hft.BinanceRecording:
    file = folder / "feed"
    file.write_text("\n".join(lines), encoding="utf-8")
    return hft.load_binance(file, **options)


def bids(recording: hft.BinanceRecording) -> list[float]:
    book = hft.OrderBook(recording.tick_size, recording.lot_size)
    book.apply(recording.events)
    return [price for price, _ in book.depth("bid")]


def test_messages_before_the_snapshot_have_its_time(tmp_path: Path) -> None:
    lines = (depth(5, 9, 12, 8, "9.8"), SNAPSHOT, depth(30, 13, 14, 12, "9.7"))
    recording = load(tmp_path, *lines)
    assert recording.events["ts"].tolist() == [20, 20, 20, 30]
    assert hft.replay(recording.events)["ts"].is_sorted()
    assert bids(recording) == [9.9, 9.8, 9.7]
    assert recording.live and recording.gaps.is_empty() and recording.messages == 3


def test_a_gap_is_told_and_healed_by_the_next_snapshot(tmp_path: Path) -> None:
    before = (SNAPSHOT, depth(30, 9, 12, 8, "9.8"))
    lost = depth(50, 15, 16, 14, "9.6")
    cut = load(tmp_path, *before, lost)
    assert not cut.live and bids(cut) == [9.9, 9.8]
    assert cut.gaps.row(0, named=True) == {
        "line": 3,
        "ts": 50,
        "expected": 12,
        "got": 14,
        "resumed_ts": None,
    }
    fresh = SNAPSHOT.replace("20 ", "60 ").replace(":10,", ":15,")
    healed = load(tmp_path, *before, lost, fresh)
    assert healed.live and healed.gaps["resumed_ts"].to_list() == [60]
    assert bids(healed) == [9.9, 9.6]
    assert (np.diff(healed.events["ts"]) >= 0).all()


def test_an_older_snapshot_is_left_alone(tmp_path: Path) -> None:
    lines = [SNAPSHOT, depth(30, 9, 12, 8, "9.8"), depth(31, 13, 20, 12, "9.7")]
    old = SNAPSHOT.replace("20 ", "40 ").replace(":10,", ":15,")
    recording = load(tmp_path, *lines, old, depth(50, 21, 22, 20, "9.6"))
    assert recording.live and recording.gaps.is_empty()
    assert bids(recording) == [9.9, 9.8, 9.7, 9.6]


def test_an_empty_snapshot_empties_the_book(tmp_path: Path) -> None:
    empty = '40 {"lastUpdateId":20,"bids":[],"asks":[]}'
    recording = load(tmp_path, SNAPSHOT, empty)
    assert bids(recording) == [] and recording.messages == 2
    with pytest.raises(ValueError, match="line 1: "):
        load(tmp_path, '40 {"lastUpdateId":20}')


def test_a_file_without_a_snapshot_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        load(tmp_path, depth(5, 9, 12, 8, "9.8"))


def test_recordings_know_their_units(tmp_path: Path) -> None:
    recording = load(tmp_path, SNAPSHOT)
    assert (recording.tick_size, recording.lot_size) == (Decimal("0.1"), Decimal("0.001"))
    assert recording.tickers.schema["seq"] == pl.UInt64
    assert recording.gaps.schema["expected"] == pl.UInt64


def test_marks_of_byte_order_are_no_text(tmp_path: Path) -> None:
    assert bids(load(tmp_path, "\ufeff" + SNAPSHOT)) == [9.9]


def test_damaged_gzip(tmp_path: Path) -> None:
    lines = [SNAPSHOT, *(depth(30 + n, 11 + n, 11 + n, 10 + n, "9.8") for n in range(20_000))]
    packed = gzip.compress("\n".join(lines).encode())
    file = tmp_path / "feed.gz"
    file.write_bytes(packed)
    assert hft.load_binance(file).messages == 20_001
    file.write_bytes(gzip.compress(lines[0].encode()) + gzip.compress(b"\n" + lines[1].encode()))
    assert hft.load_binance(file).messages == 2
    garbled = bytearray(packed)
    garbled[-20:-16] = b"\xff\xff\xff\xff"
    for damaged in (packed[: len(packed) // 2], bytes(garbled), packed[:-4]):
        file.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"feed\.gz: the gzip file is damaged"):
            hft.load_binance(file)
        some = hft.load_binance(file, on_error="skip")
        assert 1_000 < some.messages <= 20_001 and len(some.skipped) < 10


def test_lobster_files_may_be_packed(tmp_path: Path) -> None:
    files = []
    for name, text in (
        ("messages", "34200.5,1,11,100,5850000,1\n"),
        ("orderbook", "5851000,200,5850000,100\n"),
    ):
        files.append(tmp_path / name)
        files[-1].write_bytes(gzip.compress(text.encode()))
    recording = hft.load_lobster(*files)
    assert recording.levels.tolist() == [[[58_510, 200, 58_500, 100]]]
    assert (recording.tick_size, recording.lot_size) == (Decimal("0.01"), Decimal(1))


@pytest.mark.parametrize("name", ["Sequencer", "OrderTracker"])
def test_examples_of_the_extension(name: str) -> None:
    found = doctest.DocTestFinder(recurse=False).find(getattr(hft, name), name)
    assert sum(len(test.examples) for test in found) > 2
    for test in found:
        assert doctest.DocTestRunner().run(test).failed == 0


def test_a_live_feed_in_order_and_not() -> None:
    feed = hft.Sequencer("futures")
    assert feed.message(8, 12, "first", 7) == "wait"
    assert feed.snapshot(10) == ["first"] and feed.live
    assert feed.message(13, 15, "second", 12) == "apply"
    assert feed.message(13, 15, "again", 12) == "drop"
    assert feed.message(19, 21, "far", 18) == "gap"
    assert (feed.live, feed.gaps, feed.kept) == (False, 1, 1)
    assert feed.snapshot(20) == ["far"] and feed.live
    with pytest.raises(ValueError, match="first"):
        feed.message(9, 8, "inside out", 7)


def test_a_second_thread_is_told_off() -> None:
    events = hft.synthetic_flow(1_000_000, seed=1)
    told: list[str] = []
    for _ in range(50):  # on a busy machine this thread may sleep all the while
        book = hft.OrderBook()
        worker = threading.Thread(target=book.apply, args=(events,))
        worker.start()
        while worker.is_alive():
            try:
                book.best_bid()
            except RuntimeError as error:
                told.append(str(error))
        worker.join()
        assert book.last_seq == events["seq"][-1]
        if told:
            break
    assert "in use by another thread" in told[0]
