"""The study: workloads, implementations, bounds, claims."""

from __future__ import annotations

from functools import partial

from hft_py.backend import require_release_build
from hft_py.hmm.study.implementations import first_iterations, run_hft_py, seconds_to_read
from hft_py.hmm.study.peers import hmmlearn
from hft_py.hmm.study.workloads import (
    FILTER,
    FIT,
    FIVE,
    LENGTHS,
    LONG,
    LONG_FILTER,
    LONG_VITERBI,
    LONGEST,
    STARTS,
    STUDENT,
    VITERBI,
    long_series,
    sp500,
)
from qpp.study import Agreement, Claim, Implementation, Limit, Scaling, Study, Workload

require_release_build()

# What hmmlearn can do too: Gaussian emissions, one start.
GAUSSIAN = (FIT, FIVE, *LONG, VITERBI, FILTER, LONG_VITERBI, LONG_FILTER)

_real = partial(Workload, make=sp500, needs="arch")

study = Study(
    name="hft_hmm",
    title="Hidden Markov models in Rust",
    question="How fast can regimes be fitted, filtered and decoded, on one core?",
    headline=(FIT, "rust"),
    workloads=[
        _real(FIT, quick=True, task="fit", n_states=3, n_iterations=100),
        _real(VITERBI, quick=True, task="viterbi", n_states=3),
        _real(FILTER, quick=True, task="filter", n_states=3),
        _real(STARTS, task="fit", n_states=3, n_iterations=100, n_init=4),
        _real(FIVE, task="fit", n_states=5, n_iterations=100),
        Workload(
            STUDENT,
            sp500,
            needs="arch",
            task="fit",
            n_states=3,
            n_iterations=100,
            emission="student_t",
        ),
        *(
            Workload(name, long_series, task="fit", n=n, n_states=3, n_iterations=2)
            for name, n in LONG.items()
        ),
        Workload(LONG_VITERBI, long_series, task="viterbi", n=LENGTHS[1], n_states=3),
        Workload(LONG_FILTER, long_series, task="filter", n=LENGTHS[1], n_states=3),
    ],
    baseline=Implementation(
        "numpy-loop",
        run_hft_py("python"),
        quick_part=first_iterations,
        note="a Python loop over time, NumPy over states",
    ),
    optimised=[
        Implementation("rust", run_hft_py("rust")),
        Implementation("rust-2-threads", run_hft_py("rust", threads=2), threads=2, only=(STARTS,)),
    ],
    peers=[
        Implementation(
            "hmmlearn-scaling",
            partial(hmmlearn, "scaling"),
            needs="hmmlearn",
            only=GAUSSIAN,
            note="its fastest setting; filter: its private forward pass, it has no public one",
        ),
        Implementation(
            "hmmlearn-log",
            partial(hmmlearn, "log"),
            needs="hmmlearn",
            only=GAUSSIAN,
            note="its default",
        ),
    ],
    limits=[Limit("read the returns", seconds_to_read, note="once an iteration")],
    agreement=Agreement(
        rtol=1e-9, outputs={"states": Agreement(), "probabilities": Agreement(atol=1e-9)}
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
            on=list(LONG),
            note="linear time: the loop's cost an observation is constant",
        ),
        Claim("rust", metric="resident_bytes", at_most=100_000_000, on=LONGEST),
        Claim("rust", over="numpy-loop", metric="resident_memory", at_least=6, on=(FIT, LONGEST)),
        Claim("rust-2-threads", over="rust", at_least=1.5, on=STARTS),
    ],
    scaling=[
        Scaling(
            "2 iterations, growing series",
            "observations",
            lambda sizes: float(sizes["n"]),
            tuple(LONG),
        )
    ],
    analysis=(
        "In a recursion over time each step depends on the one before, so the latency of a step "
        "sets the speed and not the width of the registers. The fit runs two recursions at once, "
        "forward over one half and backward over the other, scales by powers of two computed "
        "outside the recursion instead of dividing in it, and computes everything else (densities, "
        "probabilities of states and of transitions, weighted sums) for eight times in parallel. "
        "hmmlearn's kernels are C++ too; they divide within the recursion, keep the densities in "
        "NumPy and pass over the data many times an iteration. The lead is smallest for Viterbi "
        "and the filter, which have one recursion only, and for more states, whose products fill "
        "the registers of both."
    ),
    time_limit=300.0,
)
