"""Threads in worker processes, forked or spawned after the parent has used its own."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_monte_carlo import backends

SCRIPT = """
import multiprocessing
import sys

from gpu_monte_carlo import AsianOption, price

OPTION = AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 12)


def work(_):
    found = [price(OPTION, paths=200_000, backend="rust", threads=n) for n in (1, 2, 0)]
    return [(one.price, one.standard_error) for one in found]


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
    if reason := backends.unavailable_reason("rust"):
        pytest.skip(reason)
    script = tmp_path / "workers.py"
    script.write_text(SCRIPT)
    ran = subprocess.run(
        [sys.executable, str(script), method], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
