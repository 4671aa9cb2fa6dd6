"""Inputs of the study: the daily returns of the S&P 500, and long series from a known model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.hmm.fitting import fit_hmm
from hft_py.hmm.params import HMMParams
from hft_py.hmm.sampling import sample

Floats = npt.NDArray[np.float64]

# Three regimes of daily returns, rounded from the S&P 500.
TYPICAL = HMMParams(
    start_probabilities=np.array([0.1, 0.45, 0.45]),
    transition_matrix=np.array([[0.97, 0.03, 0.0], [0.01, 0.97, 0.02], [0.0, 0.02, 0.98]]),
    means=np.array([-0.002, 0.0, 0.001]),
    variances=np.array([7e-4, 1.4e-4, 3e-5]),
)


def sp500_returns() -> Floats:
    """Daily log returns of the S&P 500, 1999 to 2018: 5,030 of them."""
    from qpp.datasets import sp500_ohlcv

    returns: Floats = np.diff(np.log(sp500_ohlcv()["adj_close"].to_numpy()))
    return returns


def sp500(
    task: str, n_states: int, n_iterations: int = 0, emission: str = "gaussian", n_init: int = 1
) -> Mapping[str, Any]:
    """One task on the S&P 500, every implementation from the same model."""
    return _inputs(task, sp500_returns(), n_states, n_iterations, emission, n_init)


def long_series(
    task: str, n: int, n_states: int, n_iterations: int = 0, n_init: int = 1
) -> Mapping[str, Any]:
    """The same on ``n`` returns drawn from :data:`TYPICAL`."""
    return _inputs(task, sample(TYPICAL, n, seed=1).returns, n_states, n_iterations, "gaussian", 1)


def _inputs(
    task: str, returns: Floats, n_states: int, n_iterations: int, emission: str, n_init: int
) -> Mapping[str, Any]:
    # Readers take a model that some steps have brought near; fits begin where fits begin.
    steps = 0 if task == "fit" else 20
    options: dict[str, Any] = {"emission": emission, "order": "none", "tolerance": 0}
    head = returns[:20_000]
    params = fit_hmm(head, n_states, n_iterations=steps, **options)
    return {
        "task": task,
        "returns": returns,
        "params": params,
        "n_iterations": n_iterations,
        "n_init": n_init,
    }
