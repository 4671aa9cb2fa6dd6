"""What the study's rows call: runs of this library and of emcee, made ready outside the clock."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import compute_effective_sample_size, mcmc_optimize, peers, workloads

WARM_UP = 0.1  # of the iterations
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
