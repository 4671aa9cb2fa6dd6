"""Files and live feeds: gaps, times, damaged files, threads."""

from __future__ import annotations

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


def test_gaps_are_listed_and_end_with_the_next_snapshot(tmp_path: Path) -> None:
    before = (depth(5, 9, 12, 8, "9.8"), SNAPSHOT)  # the message has the snapshot's time
    lost = depth(50, 15, 16, 14, "9.6")
    cut = load(tmp_path, *before, lost)
    assert not cut.live and bids(cut) == [9.9, 9.8]
    assert cut.events["ts"].tolist() == [20, 20, 20]
    assert (cut.tick_size, cut.lot_size) == (Decimal("0.1"), Decimal("0.001"))
    assert cut.tickers.schema["seq"] == cut.gaps.schema["expected"] == pl.UInt64
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


@pytest.mark.parametrize("bad", ['4 {"data":{"e":"unheard of"}}', SNAPSHOT[:40], "\x00\xff"])
def test_bad_binance_lines(tmp_path: Path, bad: str) -> None:
    lines = [SNAPSHOT, depth(30, 8, 12, 7, "9.8"), bad, depth(50, 13, 15, 12, "9.7")]
    with pytest.raises(ValueError, match="^line 3: "):
        load(tmp_path, *lines)
    recording = load(tmp_path, *lines, on_error="skip")
    assert recording.skipped == [3] and recording.live and recording.messages == 3
    assert bids(recording) == [9.9, 9.8, 9.7]


def test_bad_loader_options(tmp_path: Path) -> None:
    file = tmp_path / "feed"
    file.write_text(SNAPSHOT)
    for options in (
        {"tick_size": "0.25"},
        {"tick_size": 10},
        {"tick_size": "1e-19"},
        {"lot_size": "1." + "0" * 40 + "1"},
        {"market": "options"},
        {"on_error": "ignore"},
    ):
        with pytest.raises(ValueError, match=next(iter(options))):
            hft.load_binance(file, **options)  # type: ignore[arg-type]
    for tick in (0, 2**63):
        with pytest.raises(ValueError, match=f"tick={tick}"):
            hft.load_lobster(file, file, tick=tick)
    with pytest.raises(FileNotFoundError):
        hft.load_binance(tmp_path / "absent")


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
    files = tmp_path / "messages", tmp_path / "orderbook"
    files[0].write_bytes(gzip.compress(b"34200.5,1,11,100,5850000,1\n"))
    files[1].write_bytes(gzip.compress(b"5851000,200,5850000,100\n"))
    recording = hft.load_lobster(*files)
    assert recording.levels.tolist() == [[[58_510, 200, 58_500, 100]]]
    assert (recording.tick_size, recording.lot_size) == (Decimal("0.01"), Decimal(1))


def test_a_book_in_use_by_another_thread_raises() -> None:
    events = hft.synthetic_flow(1_000_000, seed=1)
    errors: list[str] = []
    for _ in range(50):  # on a busy machine this thread may sleep all the while
        book = hft.OrderBook()
        worker = threading.Thread(target=book.apply, args=(events,))
        worker.start()
        while worker.is_alive():
            try:
                book.best_bid()
            except RuntimeError as error:
                errors.append(str(error))
        worker.join()
        assert book.last_seq == events["seq"][-1]
        if errors:
            break
    assert "in use by another thread" in errors[0]
