"""What must not end the process or keep it waiting: memory that is not there, Ctrl-C."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from hft_py import active_backend
from hft_py.mle import CMAES

INTERRUPTED = """
import os, signal, threading, time
from hft_py.mle import differential_evolution_optimize

threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT)).start()
began = time.perf_counter()
try:
    differential_evolution_optimize(
        "rastrigin", [-5] * 20, [5] * 20, max_iterations=10**8, tolerance=0.0,
        absolute_tolerance=0.0, retries=16, threads=2, seed=1, backend="{backend}",
    )
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself on Windows")
def test_ctrl_c_is_heard_by_retries_in_threads(backend: str) -> None:
    """Else a hundredth of the budget, hours here, would pass first; the time limit ends that."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(backend=backend)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "interrupted", done.stderr


def test_memory_that_is_not_there_is_an_error() -> None:
    """More than can be addressed, so that no system promises it."""
    if active_backend() != "rust":
        pytest.skip("NumPy's own business")
    bound = np.ones(2_000_000)
    with pytest.raises(MemoryError, match="more than there is"):
        CMAES(-bound, bound, separable=False, seed=1)
