"""The study: which implementations, on what, agreeing how closely, showing what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hft_py import backend
from hft_py.mcmc.rows import (
    emcee_ready,
    emcee_run,
    in_python,
    on_two_threads,
    outputs,
    ready,
    recorded,
    replayed,
    run,
)
from hft_py.mcmc.workloads import run_of
from qpp.study import Agreement, Claim, Implementation, Study, Workload

if backend.extension().build_profile() != "release":
    raise RuntimeError("the extension is a debug build: run `make develop`")

HEADLINE = "2-d normal, 10,000 iterations"
ENSEMBLE = "2-d normal, 10,000 iterations, ensemble"
DE_MC = "2-d normal, 10,000 iterations, de_mc"
TEMPERING = "2-d normal, 2,000 iterations, tempering"
TEN = "10-d normal, 10,000 iterations"
REAL = "Student-t, S&P 500, 5,000 iterations"
REAL_SHORT = "Student-t, S&P 500, 500 iterations"
EFFECTIVE = "2-d normal, until 1,000 effective draws"
EFFECTIVE_TEN = "10-d normal, until 250 effective draws"
CHEAP = [HEADLINE, ENSEMBLE, DE_MC, TEMPERING, TEN]
PEERS = (HEADLINE, ENSEMBLE, DE_MC, TEN, REAL_SHORT, REAL, EFFECTIVE, EFFECTIVE_TEN)
BATCHES = (HEADLINE, EFFECTIVE, TEN)
CALLBACK = "callback-alone"
EVALUATIONS = 40_000  # of the headline: four chains


def ours(name: str, call: Callable[..., Any], kind: str, **more: Any) -> Implementation:
    """An implementation of this library, its draws compared one by one."""
    return Implementation(name, call, prepare=ready(kind, call), collect=outputs, **more)


def emcee(name: str, *, vectorize: bool, only: tuple[str, ...]) -> Implementation:
    """A peer that draws otherwise: its means must agree."""
    return Implementation(
        name,
        emcee_run,
        prepare=emcee_ready(vectorize),
        collect=outputs,
        compare=("mean",),
        needs="emcee",
        only=only,
        note="equal evaluations; no diagnostics in the clock",
    )


def drawn(density: str, sampler: str, iterations: int, **more: Any) -> dict[str, Any]:
    """The sizes of a workload."""
    return {"density": density, "sampler": sampler, "iterations": iterations, **more}


METROPOLIS = "adaptive_metropolis"

study = Study(
    name="hft_mcmc",
    title="Markov chain Monte Carlo without the interpreter",
    question="How long do ten thousand iterations take, and how long an effective draw?",
    headline=(HEADLINE, "rust"),
    workloads=[
        Workload(REAL_SHORT, run_of, quick=True, **drawn("student_t", METROPOLIS, 500)),
        Workload(HEADLINE, run_of, quick=True, **drawn("normal", METROPOLIS, 10_000, dimension=2)),
        Workload(ENSEMBLE, run_of, **drawn("normal", "ensemble", 10_000, dimension=2)),
        Workload(DE_MC, run_of, **drawn("normal", "de_mc", 10_000, dimension=2)),
        Workload(TEMPERING, run_of, **drawn("normal", "parallel_tempering", 2_000, dimension=2)),
        Workload(TEN, run_of, **drawn("normal", METROPOLIS, 10_000, dimension=10)),
        Workload(REAL, run_of, **drawn("student_t", METROPOLIS, 5_000)),
        Workload(
            EFFECTIVE,
            run_of,
            **drawn("normal", METROPOLIS, 0, dimension=2, effective=1_000),
        ),
        Workload(
            EFFECTIVE_TEN,
            run_of,
            **drawn("normal", METROPOLIS, 0, dimension=10, effective=250),
        ),
    ],
    baseline=ours("python", in_python, "scalar", note="NumPy kernels, four chains at once"),
    optimised=[
        ours("rust", run, "compiled", note="a C function by its address, no interpreter"),
        ours(
            "rust-numba",
            run,
            "decorated",
            needs="numba",
            only=(HEADLINE, TEN),
            note="the decorator; compiled beforehand",
        ),
        ours("rust-vectorized", run, "vectorized", note="one Python call an iteration"),
        ours("rust-callback", run, "scalar", note="one Python call a point"),
        ours(
            "rust-2-threads",
            on_two_threads,
            "compiled",
            threads=2,
            only=(HEADLINE, DE_MC, TEMPERING, TEN, REAL),
        ),
    ],
    peers=[
        emcee("emcee", vectorize=False, only=PEERS),
        emcee("emcee-vectorized", vectorize=True, only=BATCHES),
    ],
    components=[
        Implementation(
            CALLBACK,
            replayed,
            prepare=recorded,
            compare=("best_log_prob",),
            only=(HEADLINE, TEN, REAL),
            note="the Python density at the same points, and nothing else",
        ),
    ],
    agreement=Agreement(
        rtol=1e-8,
        atol=1e-8,
        outputs={
            "mean": Agreement(standard_errors=6),
            "mean_standard_error": Agreement(standard_errors=6),
        },
    ),
    claims=[
        Claim("rust", over="python", at_least=40, on=HEADLINE, kind="published"),
        Claim("rust", over="python", at_least=40, on=CHEAP),
        Claim(
            "rust",
            over="emcee",
            at_least=50,
            on=[HEADLINE, ENSEMBLE, DE_MC, TEN],
        ),
        Claim("rust", over="emcee-vectorized", at_least=50, on=HEADLINE),
        Claim(
            "rust",
            over="emcee",
            at_least=50,
            on=[EFFECTIVE, EFFECTIVE_TEN],
            note="at equal effective draws",
        ),
        Claim(
            "rust",
            over="python",
            metric="resident_memory",
            at_least=6,
            on=HEADLINE,
        ),
        Claim(
            "rust-callback",
            over=CALLBACK,
            metric="added_time",
            per=EVALUATIONS,
            unit="evaluation",
            at_most=1e-6,
            on=HEADLINE,
        ),
        Claim("rust-2-threads", over="rust", at_least=1.5, on=[TEMPERING, REAL]),
    ],
    analysis=(
        "With a compiled objective an iteration costs some hundred nanoseconds: random numbers, "
        "the density, the proposal. A third of a short run is the diagnostics, mostly sorting and "
        "autocovariances of draws; a chain that rejects repeats itself, so only new draws are "
        "sorted. In ten dimensions they take longer than the sampling, and both kernel sets do "
        "the same transforms: there the ratio is smallest. The NumPy kernels step all chains at "
        "once and still pay tens of microseconds an iteration. emcee pays the interpreter for "
        "every walker; in two dimensions its stretch move also needs more evaluations for an "
        "effective draw than a random walk that has learned the covariance, in ten it needs "
        "fewer. With a plain Python objective the interpreter is the cost, and the sampler around "
        "it hardly shows; where a density takes tens of microseconds in NumPy, as the likelihood "
        "of five thousand returns does, compiling the sampler gains little and compiling the "
        "density is what counts."
    ),
    time_limit=300.0,
)
