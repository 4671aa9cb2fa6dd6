"""Threads in worker processes, forked or spawned after the parent has used its own."""

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

from polars_vs_pandas import run_backtest, sweep

RNG = np.random.default_rng(0)
SIGNAL, RETURNS = RNG.standard_normal((300, 80)), 0.01 * RNG.standard_normal((300, 80))
GRID = {"windows": 20, "k": [0.5, 1.0], "cost": 0.0, "progress": False}
DATES = pl.Series("date", np.arange(300).astype("datetime64[D]"))
ZONED = DATES.cast(pl.Datetime("us", "Asia/Tokyo"))


def work(_):
    signal, returns = (pl.DataFrame(x).insert_column(0, ZONED) for x in (SIGNAL, RETURNS))
    found = [run_backtest(SIGNAL, RETURNS, window=20, threads=n).equity for n in (1, 2, 0)]
    for implementation in ("auto", "polars_numpy"):
        one = run_backtest(signal, returns, window=20, implementation=implementation)
        found.append(one.to_frame()["equity"].to_numpy())
    found += [sweep(SIGNAL, RETURNS, **GRID, threads=n)["sharpe"].to_numpy() for n in (1, 2)]
    return [values.tobytes() for values in found]


if __name__ == "__main__":
    mine = work(0)
    assert mine[0] == mine[1] == mine[2]
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        assert pool.map_async(work, range(4)).get(timeout=40) == [mine] * 4
    assert work(0) == mine, "the parent goes on"
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes_have_threads_of_their_own(method: str, tmp_path: Path) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    script = tmp_path / "workers.py"
    script.write_text(SCRIPT)
    ran = subprocess.run(
        [sys.executable, str(script), method], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
