"""Insufficient memory raises an exception; threaded fits return in a child process."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys

import pytest

STARVED = """
import resource
import numpy as np
from hft_py.hmm import HMMParams, filter_proba, fit_hmm, posterior, score, viterbi_decode

K, T = 64, 100_000
m = HMMParams(np.full(K, 1 / K), np.full((K, K), 1 / K), np.linspace(-1, 1, K), np.ones(K))
x, long = np.zeros(T), np.zeros(6_000_000)
long[::2] = 1.0
score(x[:10], m)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 1_500_000_000,) * 2)
for call in (
    lambda: posterior(x, m, pairwise=True, backend="rust"),
    lambda: filter_proba(long, m, backend="rust"),
    lambda: fit_hmm(long, K, initial=m, n_iterations=1, backend="rust"),
):
    try:
        call()
    except MemoryError:
        print("refused")
print("alive", score(x[:10], m) < 0)
"""


@pytest.mark.usefixtures("rust_only")
@pytest.mark.skipif(sys.platform != "linux", reason="the limit and the figure are Linux's")
def test_insufficient_memory_raises_an_exception() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARVED], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["refused"] * 3 + ["alive", "True"]


CHILDREN = """
import multiprocessing, sys
import numpy as np
from hft_py.hmm import fit_hmm

x = np.random.default_rng(0).normal(0.0, np.repeat([0.01, 0.02], 15_000))
fits = {"n_init": 4}, {"lengths": [15_000, 15_000]}  # threads over starts, and over sequences
fits = [{"threads": 2, "n_iterations": 3, **options} for options in fits]
here = [fit_hmm(x, 2, **options) for options in fits]
with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
    there = [pool.apply(fit_hmm, (x, 2), options) for options in fits]
again = [fit_hmm(x, 2, **options) for options in fits]
print(here == there == again, {fit.backend for fit in there})
"""


@pytest.mark.usefixtures("rust_only")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_threaded_fits_in_a_child_process(method: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILDREN, method], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "{'rust'}"]
