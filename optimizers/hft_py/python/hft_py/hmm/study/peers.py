"""hmmlearn, as an expert would call it: with its own start and its priors switched off.

With ``implementation="scaling"`` it runs the same recursions as this library; the default,
``"log"``, runs them on logarithms. It has no public filter: its private forward pass, the fastest
way to one, takes that task.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from hft_py.hmm import HMMParams
from hft_py.hmm._types import Floats


def hmmlearn(
    implementation: str,
    task: str,
    returns: Floats,
    params: HMMParams,
    n_iterations: int,
    n_init: int,
) -> Mapping[str, Any]:
    """One task by hmmlearn; ``n_init`` is 1 in the workloads it takes part in."""
    # It warns of a falling likelihood where the gain is smaller than a rounding error.
    logging.getLogger("hmmlearn").setLevel(logging.CRITICAL)
    x = returns[:, None]
    model = _model(implementation, params, max(n_iterations, 1))
    if task == "fit":
        model.fit(x)
        return {"log_likelihoods": np.array(model.monitor_.history)}
    if task == "viterbi":
        log_probability, states = model.decode(x)
        return {"states": states, "log_probability": np.array([log_probability])}
    private: Any = import_module("hmmlearn._hmmc")
    chain = (model.startprob_, model.transmat_)
    if implementation == "scaling":
        _, alpha, _ = private.forward_scaling(*chain, model._compute_likelihood(x))
        return {"probabilities": alpha}
    _, log_alpha = private.forward_log(*chain, model._compute_log_likelihood(x))
    weights = np.exp(log_alpha - log_alpha.max(axis=1, keepdims=True))
    return {"probabilities": weights / weights.sum(axis=1, keepdims=True)}


def _model(implementation: str, params: HMMParams, n_iterations: int) -> Any:
    library: Any = import_module("hmmlearn.hmm")
    assert params.means is not None and params.variances is not None  # a Gaussian model
    model = library.GaussianHMM(
        params.n_states,
        covariance_type="diag",
        implementation=implementation,
        n_iter=n_iterations,
        tol=-np.inf,
        init_params="",
        min_covar=0.0,
        covars_prior=0.0,
        covars_weight=0.0,
    )
    model.n_features = 1
    model.startprob_ = params.start_probabilities.copy()
    model.transmat_ = params.transition_matrix.copy()
    model.means_ = params.means[:, None].copy()
    model.covars_ = params.variances[:, None].copy()
    return model
