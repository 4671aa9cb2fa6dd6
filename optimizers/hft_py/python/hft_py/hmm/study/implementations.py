"""Both kernel sets as implementations of the study, and the limit beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py.hmm import HMMParams, filter_proba, fit_hmm, viterbi_decode
from qpp.study import Inputs

PARTS = 10  # of the loop's iterations, in the quick preset


def run_hft_py(backend: str, threads: int = 1) -> Callable[..., Mapping[str, Any]]:
    """The functions of this library on one kernel set."""

    def call(
        task: str, returns: Any, params: HMMParams, n_iterations: int, n_init: int
    ) -> Mapping[str, Any]:
        if task == "viterbi":
            path = viterbi_decode(returns, params, backend=backend)
            return {"states": path.states, "log_probability": np.array([path.log_probability])}
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


def seconds_to_read(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """The returns read once an iteration, at memory bandwidth."""
    moved = inputs["returns"].nbytes
    return max(1, int(inputs["n_iterations"])) * float(moved / bandwidth(moved))


def first_iterations(inputs: Inputs) -> tuple[Inputs, int]:
    """In the quick preset one iteration in ``PARTS`` of a fit; other tasks run whole."""
    iterations = inputs["n_iterations"]
    if iterations < PARTS:
        return inputs, 1
    return {**inputs, "n_iterations": iterations // PARTS}, PARTS
