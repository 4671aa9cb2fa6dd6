"""Ctrl-C ends a run that would last for hours, and the process lives on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hft_py import backend

COMPILED = {
    "mcmc": "mcmc_optimize(negated('sphere'), [-5] * 2, [5] * 2, n_iterations=2 * 10**9, "
    "burn_in=10**6, thin=10**6, seed=1)",
    "differential evolution": "differential_evolution_optimize('rastrigin', [-5] * 60, [5] * 60, "
    "population_size=20_000, max_iterations=10**9, tolerance=0.0, absolute_tolerance=0.0, seed=1)",
    "cma_es": "cma_es_optimize('ackley', [-30] * 200, [30] * 200, separable=False, "
    "max_iterations=10**9, tolerance=0.0, parameter_tolerance=0.0, seed=1)",
    "python callable": "mcmc_optimize(lambda x: -0.5 * float(x @ x), [-5] * 2, [5] * 2, "
    "n_iterations=2 * 10**9, burn_in=10**6, thin=10**6, seed=1)",
    "fixed lag": "smooth_proba(np.tile(x, 100), m, lag=10**5)",
    "factor model": "kernels('risk').cross_section(r := np.tile(x[:500], (3_000, 1)), [r] * 300, "
    "None, 0, None, None, True, 1, True, 1.0, 0.5, 30, 2)",
}
# Pure Python needs no care to hear a signal, but for the threads that it waits for.
EITHER = {
    "fit": "fit_hmm(x, 3, n_iterations=10**9, tolerance=0)",
    "fit in threads": "fit_hmm(x, 3, n_iterations=10**9, tolerance=0, n_init=4, threads=2)",
    # Else a hundredth of the budget, hours here, would pass first.
    "retries in threads": "differential_evolution_optimize('rastrigin', [-5] * 20, [5] * 20, "
    "max_iterations=10**8, tolerance=0.0, absolute_tolerance=0.0, retries=16, threads=2, seed=1)",
}
CALLS = {"rust": {**COMPILED, **EITHER}, "python": EITHER}

CODE = """
import os, signal, threading
import numpy as np
from hft_py import negated, use_backend
from hft_py.backend import kernels
from hft_py.objectives import resolve
from hft_py.optimizers import *

signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may ignore it
x = np.random.default_rng(0).normal(size=2000)
m = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])

with use_backend("{backend}"):
    for name, call in dict(
        {calls}
    ).items():
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            call()
        except KeyboardInterrupt:
            print(name, "interrupted")
    print("alive", resolve("sphere", 1).batch(np.ones((1, 1)))[0], score([0.0], m))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself on Windows")
@pytest.mark.parametrize("kernel_set", CALLS)
def test_ctrl_c(kernel_set: str) -> None:
    """One process for all calls: each begins where the one before was interrupted."""
    if kernel_set == "rust" and backend.active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    calls = {name.replace(" ", "_"): call for name, call in CALLS[kernel_set].items()}
    listed = ", ".join(f"{name}=lambda: {call}" for name, call in calls.items())
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(backend=kernel_set, calls=listed)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    for name in calls:
        assert f"{name} interrupted" in done.stdout, done.stderr
    assert "alive 1.0" in done.stdout
