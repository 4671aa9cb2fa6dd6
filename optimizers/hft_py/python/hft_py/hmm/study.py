"""The study: which implementations, on what, agreeing how closely, showing what."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py import _rust
from hft_py.hmm import HMMParams, filter_proba, fit_hmm, peers, viterbi_decode
from hft_py.hmm.workloads import long_series, sp500
from qpp.study import Agreement, Claim, Implementation, Inputs, Limit, Scaling, Study, Workload

if _rust.build_profile() != "release":
    raise RuntimeError("the extension is a debug build: run `make develop`")

FIT = "S&P 500: fit, 3 states, 100 iterations"
FIVE = "S&P 500: fit, 5 states, 100 iterations"
STUDENT = "S&P 500: fit, Student's t, 3 states, 100 iterations"
STARTS = "S&P 500: 4 starts of 100 iterations"
VITERBI = "S&P 500: Viterbi, 3 states"
FILTER = "S&P 500: filter, 3 states"
LENGTHS = (10_000, 100_000, 1_000_000)
MOST_BYTES = 100_000_000
PARTS = 10  # of the loop's iterations, in the quick preset


def long_fit(n: int) -> str:
    """The name of a workload."""
    return f"fit, n={n:,}, 3 states, 2 iterations"


LONG = [long_fit(n) for n in LENGTHS]
LONG_VITERBI = f"Viterbi, n={LENGTHS[1]:,}, 3 states"
LONG_FILTER = f"filter, n={LENGTHS[1]:,}, 3 states"
GAUSSIAN_FITS = (FIT, FIVE, *LONG)
READERS = (VITERBI, FILTER, LONG_VITERBI, LONG_FILTER)


def ours(backend: str, threads: int = 1) -> Callable[..., Mapping[str, Any]]:
    """Our functions on one kernel set."""

    def call(
        task: str, returns: Any, params: HMMParams, n_iterations: int, n_init: int
    ) -> Mapping[str, Any]:
        if task == "viterbi":
            path = viterbi_decode(returns, params, backend=backend)
            return {
                "states": path.states,
                "log_probability": np.array([path.log_probability]),
            }
        if task == "filter":
            return {"probabilities": filter_proba(returns, params, backend=backend)}
        fit = fit_hmm(
            returns,
            params.n_states,
            n_iterations=n_iterations,
            tolerance=0,
            n_init=n_init,
            emission=params.emission,
            initial=params,
            order="none",
            threads=threads,
            backend=backend,
        )
        return {"log_likelihoods": fit.log_likelihoods[:-1]}

    return call


def hmmlearn(implementation: str) -> Callable[..., Mapping[str, Any]]:
    """A peer with one of its two kernels."""
    call = functools.partial(peers.hmmlearn, implementation)
    return lambda n_init, **inputs: call(**inputs)


def observed(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """The returns read once an iteration, at memory bandwidth."""
    moved = inputs["returns"].nbytes
    return max(1, int(inputs["n_iterations"])) * float(moved / bandwidth(moved))


def first_iterations(inputs: Inputs) -> tuple[Inputs, int]:
    """In the quick preset one iteration in ``PARTS`` of a fit; readers run whole."""
    iterations = inputs["n_iterations"]
    if iterations < PARTS:
        return inputs, 1
    return {**inputs, "n_iterations": iterations // PARTS}, PARTS


def length(sizes: Mapping[str, Any]) -> float:
    """The abscissa of the curve."""
    return float(sizes["n"])


study = Study(
    name="hft_hmm",
    title="Hidden Markov models: chains that wait for nothing",
    question="How fast can regimes be fitted, filtered and decoded, on one core?",
    headline=(FIT, "rust"),
    workloads=[
        Workload(FIT, sp500, quick=True, task="fit", n_states=3, n_iterations=100),
        Workload(VITERBI, sp500, quick=True, task="viterbi", n_states=3),
        Workload(FILTER, sp500, quick=True, task="filter", n_states=3),
        Workload(STARTS, sp500, task="fit", n_states=3, n_iterations=100, n_init=4),
        Workload(FIVE, sp500, task="fit", n_states=5, n_iterations=100),
        Workload(STUDENT, sp500, task="fit", n_states=3, n_iterations=100, emission="student_t"),
        *(
            Workload(long_fit(n), long_series, task="fit", n=n, n_states=3, n_iterations=2)
            for n in LENGTHS
        ),
        Workload(LONG_VITERBI, long_series, task="viterbi", n=LENGTHS[1], n_states=3),
        Workload(LONG_FILTER, long_series, task="filter", n=LENGTHS[1], n_states=3),
    ],
    baseline=Implementation(
        "numpy-loop",
        ours("python"),
        quick_part=first_iterations,
        note="a Python loop over time, NumPy over states",
    ),
    optimised=[
        Implementation("rust", ours("rust")),
        Implementation("rust-2-threads", ours("rust", threads=2), threads=2, only=(STARTS,)),
    ],
    peers=[
        Implementation(
            "hmmlearn-scaling",
            hmmlearn("scaling"),
            needs="hmmlearn",
            only=(*GAUSSIAN_FITS, *READERS),
            note="its fastest setting; filter: its private forward pass, it has no public one",
        ),
        Implementation(
            "hmmlearn-log",
            hmmlearn("log"),
            needs="hmmlearn",
            only=(*GAUSSIAN_FITS, *READERS),
            note="its default",
        ),
    ],
    limits=[Limit("read the returns", observed, note="once an iteration")],
    agreement=Agreement(
        rtol=1e-9,
        outputs={"states": Agreement(), "probabilities": Agreement(atol=1e-9)},
    ),
    claims=[
        Claim("rust", over="numpy-loop", at_least=50, on=FIT),
        Claim("rust", over="hmmlearn-scaling", at_least=5, on=FIT),
        Claim("rust", over="hmmlearn-log", at_least=5, on=FIT),
        Claim("rust", over="hmmlearn-scaling", at_least=5, on=VITERBI),
        Claim("rust", over="hmmlearn-scaling", at_least=5, on=FILTER),
        Claim(
            "rust",
            over="numpy-loop",
            at_least=50,
            on=LONG,
            note="linear time: the loop's cost an observation is constant",
        ),
        Claim(
            "rust",
            metric="resident_bytes",
            at_most=MOST_BYTES,
            on=long_fit(LENGTHS[-1]),
        ),
        Claim(
            "rust",
            over="numpy-loop",
            metric="resident_memory",
            at_least=6,
            on=(FIT, long_fit(LENGTHS[-1])),
        ),
        Claim("rust-2-threads", over="rust", at_least=1.5, on=STARTS),
    ],
    scaling=[Scaling("2 iterations, growing series", "observations", length, tuple(LONG))],
    analysis=(
        "A recursion over time is a chain: each step waits for the one before, so its latency sets "
        "the pace and not the width of the registers. The fit walks two chains at once, forward "
        "over one half and backward over the other, scales by powers of two off the chain instead "
        "of dividing on it, and does everything else (densities, probabilities of states and of "
        "transitions, weighted sums) for eight times side by side. hmmlearn's kernels are C++ too; "
        "they divide on the chain, keep the densities in NumPy and pass over the data many times "
        "an iteration. The lead is least for Viterbi and the filter, where one chain is all there "
        "is, and shrinks with more states, whose products fill the registers of either."
    ),
    time_limit=300.0,
)
