"""Runs of this library and of emcee, with what is prepared outside the clock."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py.backend import require_release_build
from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import compute_effective_sample_size, mcmc_optimize
from hft_py.mcmc.study import peers
from hft_py.mcmc.study.workloads import Density
from qpp.study import Implementation

require_release_build()

WARM_UP = 0.1  # of the iterations
PILOT = 5_000
SHORT = 20
Inputs = Mapping[str, Any]


def implementation(
    name: str, kind: str, *, backend: str = "rust", threads: int = 1, **more: Any
) -> Implementation:
    """An implementation of this library on one kind of objective, compared draw by draw."""
    call = functools.partial(run, backend=backend, threads=threads)
    return Implementation(
        name, call, prepare=prepare(kind, call), collect=outputs, threads=threads, **more
    )


def emcee(name: str, *, vectorize: bool, only: tuple[str, ...]) -> Implementation:
    """A peer with other random numbers: its means must agree."""
    return Implementation(
        name,
        emcee_run,
        prepare=prepare_emcee(vectorize),
        collect=outputs,
        compare=("mean",),
        needs="emcee",
        only=only,
        note="equal evaluations; no diagnostics in the clock",
    )


def prepare(kind: str, call: Callable[..., Any]) -> Callable[[Inputs], Inputs]:
    """Outside the clock: the objective in one kind, the length of the run, and a first short run.

    The short run imports what is imported when first used: time and memory of the process, not of
    a run.
    """

    def prepared(inputs: Inputs) -> Inputs:
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
            given["iterations"] = iterations_for_ess(
                inputs, lambda n: run(**{**given, "iterations": n})
            )
        call(**{**given, "iterations": SHORT})
        return given

    return prepared


def iterations_for_ess(inputs: Inputs, trial: Callable[[int], Any]) -> int:
    """Iterations until every parameter has so many effective draws, by a pilot run."""
    draws = trial(PILOT)
    worth = float(np.min(compute_effective_sample_size(draws["samples"])))
    return int(np.ceil(PILOT * inputs["effective"] / worth / 100.0)) * 100


def run(
    objective: Any,
    data: Any,
    density: Density,
    vectorized: bool,
    sampler: str,
    iterations: int,
    *,
    backend: str = "rust",
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
            backend=backend,
        )


def prepare_emcee(vectorize: bool) -> Callable[[Inputs], Inputs]:
    """As many evaluations as the others spend; or as many as the effective draws take."""

    def prepared(inputs: Inputs) -> Inputs:
        density = inputs["density"]
        chains = peers.walkers(density) if inputs["sampler"] == "ensemble" else 4
        given: dict[str, Any] = {"density": density, "vectorize": vectorize}

        def sized(evaluations: int) -> dict[str, Any]:
            spent = {"evaluations": evaluations, "burn_in": int(WARM_UP * evaluations)}
            return {**given, **spent}

        if inputs["effective"]:
            return sized(4 * iterations_for_ess(inputs, lambda n: emcee_run(**sized(4 * n))))
        emcee_run(**sized(peers.walkers(density) * SHORT))
        return sized(chains * inputs["iterations"])

    return prepared


def emcee_run(**inputs: Any) -> Any:
    """The ensemble of emcee."""
    samples, log_probs = peers.emcee_draws(**inputs)
    return {"samples": samples, "log_probs": log_probs, "best_log_prob": log_probs.max()}


def outputs(result: Any) -> dict[str, Any]:
    """Every draw; for peers with other random numbers the means with their errors."""
    samples = result["samples"]
    worth = np.atleast_1d(compute_effective_sample_size(samples, "mean"))
    return {
        "samples": samples,
        "log_probs": result["log_probs"],
        "mean": samples.mean(axis=(0, 1)),
        "best_log_prob": result["best_log_prob"],
        "mean_standard_error": samples.std(axis=(0, 1)) / np.sqrt(worth),
    }


def density_calls(inputs: Inputs) -> Inputs:
    """Every point at which a run calls the density."""
    density = inputs["density"]
    points: list[Any] = []

    def record(x: Any) -> float:
        points.append(x.copy())
        return float(density.scalar(x))

    run(**{**prepare("scalar", run)(inputs), "objective": record})
    return {"function": density.scalar, "points": points}


def replay(function: Callable[[Any], float], points: list[Any]) -> Any:
    """The density calls of a run without the sampler."""
    return {"best_log_prob": max(function(x) for x in points)}
