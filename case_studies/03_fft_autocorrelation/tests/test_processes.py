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
import threading

import numpy as np

import fft_autocorrelation as fa

X = np.random.default_rng(0).normal(size=200_000)
PLAN = fa.Autocorrelator(X.size, 50, threads=2)
STREAM = fa.StreamingAutocorrelation(20)
STREAM.update(X)


def calls():
    found = [fa.autocorrelation(X, lag, threads=n, method=method)[1]
             for n in (1, 2, 0) for lag, method in ((50, "direct"), (500, "blocked"), (500, "fft"))]
    found.append(fa.autocorrelation(X.reshape(20, -1), 30, threads=2)[:, 1].sum())
    found.append(fa.autocovariance(X, 30, threads=2)[1])
    found.append(fa.cross_correlation(X, X[::-1], 30)[0])
    found += [PLAN(X)[1], STREAM.autocorrelation()[1], fa.acf(X, nlags=5)[1]]
    return found


if __name__ == "__main__":
    expected = calls()
    # Another thread works during the fork.
    threading.Thread(target=lambda: [fa.acf(X, nlags=99) for _ in range(200)]).start()
    with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
        found = pool.apply_async(calls).get(timeout=30)
        pool.apply_async(fa.calibrate, kwds={"remember": False}).get(timeout=30)
    assert found == expected, (found, expected)
    print("returned")
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_calls_in_a_child_return(tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), method]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "returned\n", done.stderr
