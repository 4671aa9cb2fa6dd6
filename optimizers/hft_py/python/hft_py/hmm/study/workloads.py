"""Names and inputs of the workloads: returns of the S&P 500, and long series of a known model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py.hmm import HMMParams, fit_hmm, sample
from hft_py.hmm._types import Floats

FIT = "S&P 500: fit, 3 states, 100 iterations"
FIVE = "S&P 500: fit, 5 states, 100 iterations"
STUDENT = "S&P 500: fit, Student's t, 3 states, 100 iterations"
STARTS = "S&P 500: 4 starts of 100 iterations"
VITERBI = "S&P 500: Viterbi, 3 states"
FILTER = "S&P 500: filter, 3 states"
LENGTHS = (10_000, 100_000, 1_000_000)
LONG = {f"fit, n={n:,}, 3 states, 2 iterations": n for n in LENGTHS}
LONGEST = list(LONG)[-1]
LONG_VITERBI = f"Viterbi, n={LENGTHS[1]:,}, 3 states"
LONG_FILTER = f"filter, n={LENGTHS[1]:,}, 3 states"

# Three regimes of daily returns, rounded from the S&P 500.
TYPICAL = HMMParams(
    start_probabilities=np.array([0.1, 0.45, 0.45]),
    transition_matrix=np.array([[0.97, 0.03, 0.0], [0.01, 0.97, 0.02], [0.0, 0.02, 0.98]]),
    means=np.array([-0.002, 0.0, 0.001]),
    variances=np.array([7e-4, 1.4e-4, 3e-5]),
)


def sp500(task: str, n_states: int, **options: Any) -> Mapping[str, Any]:
    """One task on 5,030 daily log returns of the S&P 500, 1999 to 2018."""
    from qpp.datasets import sp500_ohlcv

    returns = np.diff(np.log(sp500_ohlcv()["adj_close"].to_numpy()))
    return _inputs(task, returns, n_states, **options)


def long_series(task: str, n: int, n_states: int, n_iterations: int = 0) -> Mapping[str, Any]:
    """The same on ``n`` returns drawn from :data:`TYPICAL`."""
    return _inputs(task, sample(TYPICAL, n, seed=1).returns, n_states, n_iterations)


def _inputs(
    task: str,
    returns: Floats,
    n_states: int,
    n_iterations: int = 0,
    emission: str = "gaussian",
    n_init: int = 1,
) -> Mapping[str, Any]:
    """The task, with a model that every implementation starts from."""
    # The filter and Viterbi read a model fitted by some steps; fits begin at a fit's own start.
    steps = 0 if task == "fit" else 20
    options: dict[str, Any] = {"emission": emission, "order": "none", "tolerance": 0}
    params = fit_hmm(returns[:20_000], n_states, n_iterations=steps, **options)
    return {
        "task": task,
        "returns": returns,
        "params": params,
        "n_iterations": n_iterations,
        "n_init": n_init,
    }
