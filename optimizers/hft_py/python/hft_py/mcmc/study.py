"""The study: which implementations, on what, agreeing how closely, showing what."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py import backend
from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import compute_effective_sample_size, mcmc_optimize, peers, workloads
from hft_py.mcmc.workloads import run_of
from qpp.study import Agreement, Claim, Implementation, Study, Workload

if backend.extension().build_profile() != "release":
    raise RuntimeError("the extension is a debug build: run `make develop`")

HEADLINE = "2-d normal, 10,000 iterations"
ENSEMBLE = "2-d normal, 10,000 iterations, ensemble"
DE_MC = "2-d normal, 10,000 iterations, de_mc"
TEMPERING = "2-d normal, 2,000 iterations, tempering"
TEN = "10-d normal, 10,000 iterations"
REAL = "Student-t, S&P 500, 500 iterations"
EFFECTIVE = "2-d normal, until 1,000 effective draws"
EFFECTIVE_TEN = "10-d normal, until 250 effective draws"
CHEAP = [HEADLINE, ENSEMBLE, DE_MC, TEMPERING]
PEERS = (HEADLINE, ENSEMBLE, DE_MC, TEN, REAL, EFFECTIVE, EFFECTIVE_TEN)
BATCHES = (HEADLINE, EFFECTIVE, TEN)
WARM_UP = 0.1  # of the iterations
CALLBACK = "callback-alone"
EVALUATIONS = 40_000  # of the headline: four chains
PILOT = 5_000
SHORT = 20
Inputs = Mapping[str, Any]


def ready(kind: str, call: Callable[..., Any]) -> Callable[[Inputs], Inputs]:
    """Outside the clock: the objective in one kind, the length of the run, and a first short one.

    Code is read from disk and modules are imported when they are first used: that is the process's
    time and memory, not a run's.
    """

    def prepare(inputs: Inputs) -> Inputs:
        density, data = inputs["density"], None
        if kind in ("compiled", "decorated"):
            objective, data = getattr(density, kind)()
        else:
            objective = density.vectorized if kind == "vectorized" else density.scalar
        given = {
            "objective": objective,
            "data": data,
            "density": density,
            "vectorized": kind == "vectorized",
            "sampler": inputs["sampler"],
            "iterations": inputs["iterations"],
        }
        if inputs["effective"]:
            given["iterations"] = enough(inputs, lambda n: run(**{**given, "iterations": n}))
        call(**{**given, "iterations": SHORT})
        return given

    return prepare


def enough(inputs: Inputs, trial: Callable[[int], Any]) -> int:
    """Iterations until the least known parameter has so many effective draws, from a pilot run."""
    draws = trial(PILOT)
    worth = float(np.min(compute_effective_sample_size(draws["samples"])))
    return int(np.ceil(PILOT * inputs["effective"] / worth / 100.0)) * 100


def run(
    objective: Any,
    data: Any,
    density: workloads.Density,
    vectorized: bool,
    sampler: str,
    iterations: int,
    *,
    backend_name: str = "rust",
    threads: int = 1,
) -> Any:
    """One run, diagnostics included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        return mcmc_optimize(
            objective,
            density.lower,
            density.upper,
            density.start,
            iterations,
            int(WARM_UP * iterations),
            n_chains=peers.walkers(density) if sampler == "ensemble" else 4,
            sampler=sampler,
            seed=1,
            vectorized=vectorized,
            data=data,
            threads=threads,
            backend=backend_name,
        )


def in_python(**inputs: Any) -> Any:
    """The same kernels in NumPy, the objective called point by point."""
    return run(**inputs, backend_name="python")


def on_two_threads(**inputs: Any) -> Any:
    """Chains shared out over two threads."""
    return run(**inputs, threads=2)


def emcee_ready(vectorize: bool) -> Callable[[Inputs], Inputs]:
    """As many evaluations as the others spend; or as many as the effective draws take."""

    def prepare(inputs: Inputs) -> Inputs:
        density = inputs["density"]
        chains = peers.walkers(density) if inputs["sampler"] == "ensemble" else 4
        given: dict[str, Any] = {"density": density, "vectorize": vectorize}

        def sized(evaluations: int) -> dict[str, Any]:
            spent = {"evaluations": evaluations, "burn_in": int(WARM_UP * evaluations)}
            return {**given, **spent}

        if inputs["effective"]:
            return sized(4 * enough(inputs, lambda n: emcee_run(**sized(4 * n))))
        emcee_run(**sized(peers.walkers(density) * SHORT))
        return sized(chains * inputs["iterations"])

    return prepare


def emcee_run(**inputs: Any) -> Any:
    """The ensemble of emcee."""
    samples, log_probs = peers.emcee_draws(**inputs)
    return {"samples": samples, "log_probs": log_probs, "best_log_prob": log_probs.max()}


def outputs(result: Any) -> dict[str, Any]:
    """Every draw, and the means with their errors for those who draw otherwise."""
    samples = result["samples"]
    worth = np.atleast_1d(compute_effective_sample_size(samples, "mean"))
    return {
        "samples": samples,
        "log_probs": result["log_probs"],
        "mean": samples.mean(axis=(0, 1)),
        "best_log_prob": result["best_log_prob"],
        "mean_standard_error": samples.std(axis=(0, 1)) / np.sqrt(worth),
    }


def recorded(inputs: Inputs) -> Inputs:
    """Every point at which a run calls the density."""
    density = inputs["density"]
    points: list[Any] = []

    def noted(x: Any) -> float:
        points.append(x.copy())
        return float(density.scalar(x))

    run(**{**ready("scalar", run)(inputs), "objective": noted})
    return {"function": density.scalar, "points": points}


def replayed(function: Callable[[Any], float], points: list[Any]) -> Any:
    """The calls of a run, and no sampler around them."""
    return {"best_log_prob": max(function(x) for x in points)}


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
    workloads=[
        Workload(HEADLINE, run_of, quick=True, **drawn("normal", METROPOLIS, 10_000, dimension=2)),
        Workload(ENSEMBLE, run_of, **drawn("normal", "ensemble", 10_000, dimension=2)),
        Workload(DE_MC, run_of, **drawn("normal", "de_mc", 10_000, dimension=2)),
        Workload(TEMPERING, run_of, **drawn("normal", "parallel_tempering", 2_000, dimension=2)),
        Workload(TEN, run_of, **drawn("normal", METROPOLIS, 10_000, dimension=10)),
        Workload(REAL, run_of, quick=True, **drawn("student_t", METROPOLIS, 500)),
        Workload(
            EFFECTIVE,
            run_of,
            quick=True,
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
        Claim("rust", over="python", at_least=40, on=CHEAP, source="published headline"),
        Claim("rust", over="emcee", at_least=50, on=CHEAP[:3], source="our own bar"),
        Claim("rust", over="python", at_least=15, on=TEN, source="ten parameters"),
        Claim("rust", over="emcee", at_least=15, on=TEN, source="ten parameters"),
        Claim("rust", over="emcee-vectorized", at_least=50, on=HEADLINE, source="our own bar"),
        Claim(
            "rust",
            over="emcee",
            at_least=50,
            on=EFFECTIVE,
            source="equal effective draws",
        ),
        Claim("rust", over="emcee", at_least=8, on=EFFECTIVE_TEN, source="equal effective draws"),
        Claim(
            "rust",
            over="python",
            metric="resident_memory",
            at_least=6,
            on=HEADLINE,
            source="our own bar",
        ),
        Claim(
            "rust-callback",
            over=CALLBACK,
            metric="added_time",
            per=EVALUATIONS,
            unit="evaluation",
            at_most=1e-6,
            on=HEADLINE,
            source="our own bar",
        ),
        Claim("rust-2-threads", over="rust", at_least=1.5, on=[TEMPERING, REAL], source="threads"),
    ],
    analysis=(
        "With a compiled objective an iteration costs some hundred nanoseconds: random numbers, "
        "two logarithms, the density. What is left of a short run is the diagnostics, most of it "
        "sorting. The NumPy kernels step all chains at once and still pay tens of microseconds an "
        "iteration. emcee pays the interpreter for every walker, and its stretch move needs more "
        "evaluations for an effective draw than a random walk that has learned the covariance. "
        "With a plain Python objective the interpreter is the cost, and the sampler around it "
        "hardly shows; where a density takes tens of microseconds in NumPy, as the likelihood of "
        "five thousand returns does, compiling the sampler gains little and compiling the density "
        "is what counts."
    ),
    time_limit=300.0,
)
