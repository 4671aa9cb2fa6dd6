"""The process survives: Ctrl-C ends long work, and memory that is not there is an exception."""

from __future__ import annotations

import subprocess
import sys

import pytest

CALLS = {
    "fit": "fit_hmm(x, 3, n_iterations=10**9, tolerance=0, backend='{backend}')",
    "fit with threads": "fit_hmm(x, 3, n_iterations=10**9, tolerance=0, n_init=4, threads=2, "
    "backend='{backend}')",
    "fixed lag": "smooth_proba(np.tile(x, 100), m, lag=10**5, backend='{backend}')",
}

INTERRUPTED = """
import os, signal, threading
import numpy as np
from hft_py.hmm import HMMParams, fit_hmm, score, smooth_proba

x = np.random.default_rng(0).normal(size=2000)
m = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
score(x, m)
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    {call}
except KeyboardInterrupt:
    print("interrupted, alive", score([0.0], m))
"""

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


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself on Windows")
@pytest.mark.parametrize("name", CALLS)
def test_ctrl_c_ends_long_work(name: str, kernel_set: str) -> None:
    call = CALLS[name].format(backend=kernel_set)
    assert "interrupted, alive" in run(INTERRUPTED.format(call=call))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit and the figure are Linux's")
def test_memory_that_is_not_there_is_an_exception(kernel_set: str) -> None:
    if kernel_set == "python":
        pytest.skip("NumPy asks for its memory itself")
    shown = run(STARVED)
    assert shown.split() == ["refused"] * 3 + ["alive", "True"]
