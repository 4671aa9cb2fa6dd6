"""Threaded calls in a process that was forked from one with threads, and in a spawned one."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The objective takes some 20 microseconds, so that a batch is shared out over the pool.
SCRIPT = """
import multiprocessing
import sys
import threading
import warnings

import numpy as np

from hft_py import mcmc, mle
from hft_py.objectives import builtin, resolve

X = np.random.default_rng(0).standard_t(5, size=2_000)
PAIRS = [(-1.0, 1.0), (0.1, 5.0), (2.1, 50.0)]


def objective():
    return builtin("student_t", X)


def sample(sampler):
    return mcmc.mcmc_optimize(
        objective(), PAIRS, n_iterations=12, burn_in=4, n_chains=8, n_temperatures=3,
        sampler=sampler, threads=2, seed=1,
    ).samples


def search(method, **options):
    optimise = getattr(mle, method + "_optimize")
    options = {"max_iterations": 3, "population_size": 20, "maximize": True} | options
    return optimise(objective(), PAIRS, threads=2, seed=1, **options).x


CALLS = {
    "evaluate": lambda: resolve(objective(), 3).native.evaluate(np.ones((64, 3)), 2),
    "estimate": lambda: mle.MLEOptimizer(PAIRS, "student_t", data=X).optimize(
        seed=1, threads=2, max_iterations=3).best_params,
    "retries": lambda: search("cma_es", retries=4),
}
CALLS |= {sampler: (lambda s=sampler: sample(s)) for sampler in mcmc.SAMPLERS}
CALLS |= {
    method: (lambda m=method: search(m))
    for method in ("differential_evolution", "cma_es")
}


def calls(_):
    warnings.simplefilter("ignore")
    return {name: np.array(call()) for name, call in CALLS.items()}


if __name__ == "__main__":
    method = sys.argv[1]
    expected = calls(0)
    busy = threading.Thread(target=lambda: [calls(0) for _ in range(2)])
    busy.start()  # the pool is in use when the child is made
    with multiprocessing.get_context(method).Pool(1) as pool:
        for found in pool.map(calls, range(2)):
            for name, result in expected.items():
                np.testing.assert_array_equal(found[name], result, err_msg=name)
    busy.join()
    print("equal")
"""


@pytest.mark.usefixtures("rust_only")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_threads_in_a_child_process(method: str, tmp_path: object) -> None:
    if method == "fork" and sys.platform in ("win32", "darwin"):
        pytest.skip("no process is forked here")
    script = f"{tmp_path}/calls.py"
    with open(script, "w") as file:
        file.write(SCRIPT)
    command = [sys.executable, "-W", "ignore", script, method]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "equal\n"
