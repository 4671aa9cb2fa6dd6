"""Calls in a child of ``multiprocessing`` return, whether it was forked or spawned."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import multiprocessing
import sys

import numpy as np
import polars as pl

import hft_orderbook as hft

EVENTS = hft.synthetic_flow(20_000, seed=1)
COLUMNS = {"price": [9.9, 10.1], "quantity": [1.0, 2.0], "side": ["bid", "ask"]}
FRAMES = [pl.DataFrame(COLUMNS), pl.DataFrame(COLUMNS | {"flags": [0, 1]}), hft.to_frame(EVENTS)]
FRAMES.append(FRAMES[0].with_columns(pl.col("side").cast(pl.Categorical)))
FRAMES.append(pl.concat([FRAMES[2][:9], FRAMES[2][9:]], rechunk=False))
BOOK = hft.OrderBook()
BOOK.apply(EVENTS)


def calls(folder):
    file = f"{folder}/feed"
    with open(file, "w") as out:
        out.write('1 {"lastUpdateId":1,"bids":[["1.0","1"]],"asks":[]}')
    found = []
    for frame in FRAMES:
        book = hft.OrderBook("0.1", "0.5")
        book.apply(frame)
        found.append(len(book))
    found.append(len(hft.as_events(FRAMES[0], tick_size="0.1", lot_size="0.5")))
    found.append(hft.replay(FRAMES[1], tick_size="0.1", lot_size="0.5").height)
    found.append(hft.replay(EVENTS, every=10)["bid"].sum())
    found.append(hft.depth_over_time(EVENTS, low=617_000, high=619_000, rows=20).sum())
    found.append(hft.load_binance(file).gaps.height)
    found.append(BOOK.copy().checksum())
    return found


if __name__ == "__main__":
    method, folder = sys.argv[1:]
    expected = calls(folder)
    # Polars' threads are there before the fork.
    pl.DataFrame({"a": np.arange(10**6) % 7}).group_by("a").len()
    with multiprocessing.get_context(method).Pool(1) as pool:
        found = pool.apply_async(calls, [folder]).get(timeout=30)
    assert found == expected, (found, expected)
    print("returned")
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_calls_in_a_child_return(tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), method, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "returned\n", done.stderr
