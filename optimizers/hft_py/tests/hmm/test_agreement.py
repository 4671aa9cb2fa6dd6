"""Both kernel sets agree: on everything they compute, on every code path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import hmm

pytestmark = pytest.mark.usefixtures("rust_only")


def both(function: Callable[..., Any], *arguments: Any, **options: Any) -> list[Any]:
    return [function(*arguments, backend=name, **options) for name in ("rust", "python")]


def agree(x: Any, model: hmm.HMMParams, **options: Any) -> None:
    """Everything that reads a model, from both kernel sets."""
    for lag in (None, 0, 3):
        one, two = both(hmm.smooth_proba, x, model, lag=lag, **options)
        np.testing.assert_allclose(one, two, atol=1e-11)
    one, two = both(hmm.forward, x, model, **options)
    np.testing.assert_allclose(one.alpha, two.alpha, atol=1e-12)
    np.testing.assert_allclose(one.log_scale, two.log_scale, rtol=1e-12, atol=1e-12)
    for table in both(hmm.filter_proba, x, model, **options):
        np.testing.assert_allclose(table, two.alpha, atol=1e-12)
    likelihoods = both(hmm.score, x, model, **options)
    assert likelihoods == pytest.approx([two.log_likelihood] * 2, rel=1e-12)
    one, two = both(hmm.posterior, x, model, pairwise=True, **options)
    np.testing.assert_allclose(one.xi, two.xi, atol=1e-11)
    np.testing.assert_allclose(one.gamma, two.gamma, atol=1e-11)
    np.testing.assert_allclose(one.expected_transitions, two.expected_transitions, atol=1e-9)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-12)
    one, two = both(hmm.viterbi_decode, x, model, **options)
    np.testing.assert_array_equal(one.states, two.states)
    assert one.log_probability == pytest.approx(two.log_probability, rel=1e-12)


MODELS = [("gaussian", k) for k in (1, 2, 3, 5, 8, 11)]
MODELS += [(kind, 3) for kind in ("student_t", "binned", "diag", "full")]


@pytest.mark.parametrize(("kind", "k"), MODELS)
def test_readers(kind: str, k: int, random_model: Any, series_for: Any) -> None:
    model = random_model(kind, k, 10 * k)
    # Around the borders of tiles of eight and blocks of 128.
    for n in (1, 2, 7, 8, 9, 23, 128, 129):
        agree(series_for(kind, n, n), model)


def test_readers_of_several_sequences_with_gaps(
    kind: str, random_model: Any, series_for: Any
) -> None:
    x = series_for(kind, 300, 1)
    x[np.random.default_rng(2).uniform(size=x.shape) < 0.2] = np.nan
    x[30:45] = np.nan
    agree(x, random_model(kind, 3, 3), missing="ignore", lengths=[1, 7, 8, 20, 130, 134])


def test_backward_recursion(random_model: Any, series_for: Any) -> None:
    one, two = both(hmm.backward, series_for("gaussian", 300, 2), random_model("gaussian", 4, 1))
    np.testing.assert_allclose(one, two, rtol=1e-10)


UNDERFLOW = {
    "only an unreachable state explains an observation": ([[1.0, 0.0], [0.5, 0.5]], 50.0),
    "a transition of probability 1e-300": ([[1.0, 1e-300], [0.5, 0.5]], 50.0),
    "a periodic chain": ([[0.0, 1.0], [1.0, 0.0]], 60.0),
}


@pytest.mark.parametrize("case", UNDERFLOW)
def test_logarithms_where_scaled_recursions_underflow(case: str) -> None:
    transition, mean = UNDERFLOW[case]
    model = hmm.HMMParams([1.0, 0.0], transition, [0.0, mean], [1.0, 1.0])
    x = np.random.default_rng(0).normal(size=200)
    x[[20, 21, 22, 100, 150, 151]] += 50.0
    agree(x, model)
    found = hmm.posterior(x, model)
    np.testing.assert_allclose(found.gamma.sum(axis=1), 1.0, atol=1e-12)
    assert np.isfinite(found.log_likelihood)


FITS: dict[str, dict[str, Any]] = {
    "starts": {"n_init": 2},
    "sequences with gaps": {"n_init": 2, "missing": "ignore", "lengths": [100, 1, 129, 170]},
    "priors": {"emission_prior": 4.0, "transition_prior": 0.5, "variance_floor": 0.3},
}


@pytest.mark.filterwarnings("ignore::hft_py.hmm.VarianceFloorWarning")
@pytest.mark.parametrize("case", FITS)
def test_every_iteration_of_em(kind: str, case: str, fit_inputs: Any) -> None:
    x, options = fit_inputs(kind, 400)
    options |= {"n_iterations": 12, "tolerance": 0, "order": "none", **FITS[case]}
    if "missing" in options:
        x[np.random.default_rng(1).uniform(size=x.shape) < 0.1] = np.nan
    one, two = both(hmm.fit_hmm, x, 3, **options)
    for name in ("objectives", "log_likelihoods", "restarts"):
        np.testing.assert_allclose(one[name], two[name], rtol=1e-9)
    for name in ("transition_matrix", "means", "variances", "dof", "bin_probabilities"):
        if one[name] is not None:
            np.testing.assert_allclose(one[name], two[name], rtol=1e-6, atol=1e-9)


def test_samples(kind: str, random_model: Any) -> None:
    one, two = both(hmm.sample, random_model(kind, 4, 8), 500, seed=5)
    np.testing.assert_array_equal(one.states, two.states)
    np.testing.assert_array_equal(one.returns, two.returns)
