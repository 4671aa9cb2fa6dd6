"""Ctrl-C ends a compiled run that would last for hours, and the process lives on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hft_py import backend

CALLS = {
    "mcmc": "mcmc_optimize(negated('sphere'), [-5] * 2, [5] * 2, n_iterations=2 * 10**9, "
    "burn_in=10**6, thin=10**6, seed=1)",
    "differential evolution": "differential_evolution_optimize('rastrigin', [-5] * 60, [5] * 60, "
    "population_size=20_000, max_iterations=10**9, tolerance=0.0, absolute_tolerance=0.0, seed=1)",
    "cma-es": "cma_es_optimize('ackley', [-30] * 200, [30] * 200, separable=False, "
    "max_iterations=10**9, tolerance=0.0, parameter_tolerance=0.0, seed=1)",
    "python callable": "mcmc_optimize(lambda x: -0.5 * float(x @ x), [-5] * 2, [5] * 2, "
    "n_iterations=2 * 10**9, burn_in=10**6, thin=10**6, seed=1)",
}

CODE = """
import os, signal, threading, time
from hft_py import negated
from hft_py.optimizers import *

sent = []
def send():
    sent.append(time.perf_counter())
    os.kill(os.getpid(), signal.SIGINT)

threading.Timer(0.5, send).start()
try:
    {call}
except KeyboardInterrupt:
    print("interrupted after", time.perf_counter() - sent[0])
from hft_py.objectives import resolve
import numpy as np
print("alive", resolve("sphere", 1).native.evaluate(np.ones((1, 1)))[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself on Windows")
@pytest.mark.parametrize("name", CALLS)
def test_ctrl_c(name: str) -> None:
    if backend.active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(call=CALLS[name])],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "interrupted after" in done.stdout and "alive 1.0" in done.stdout
