"""Known values: the fever example, enumeration of all paths, the mixture, hmmlearn."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm, t

from hft_py import hmm

SEEN = [0, 1, 2]


def test_fever_filter_smoother_and_path(fever: hmm.HMMParams, kernel_set: str) -> None:
    assert hmm.score(SEEN, fever, backend=kernel_set) == pytest.approx(-3.39287213, abs=5e-9)
    path = hmm.viterbi_decode(SEEN, fever, backend=kernel_set)
    assert path.states.tolist() == [1, 0, 0]
    assert math.exp(path.log_probability) == pytest.approx(0.01344, rel=1e-12)
    smoothed = hmm.posterior(SEEN, fever, pairwise=True, backend=kernel_set)
    np.testing.assert_allclose(smoothed.gamma[:, 0], [0.2317030, 0.6240628, 0.8639772], atol=5e-8)
    expected = [[0.7647269, 0.0910389], [0.7233131, 0.4209211]]
    np.testing.assert_allclose(smoothed.expected_transitions, expected, atol=5e-8)
    np.testing.assert_allclose(smoothed.xi.sum(axis=0), expected, atol=5e-8)
    filtered = hmm.filter_proba(SEEN, fever, backend=kernel_set)
    np.testing.assert_allclose(filtered[:, 0], [0.2, 0.5317919, 0.8639772], atol=5e-8)
    assert hmm.predict_regime(SEEN, fever, backend=kernel_set).tolist() == [1, 0, 0]


def test_fever_one_step_of_em(fever: hmm.HMMParams, kernel_set: str) -> None:
    options: dict[str, Any] = {"emission": "binned", "order": "none", "tolerance": 0}
    new = hmm.fit_hmm(SEEN, 2, n_iterations=1, initial=fever, **options, backend=kernel_set)
    np.testing.assert_allclose(new.start_probabilities, [0.2317030, 0.7682970], atol=5e-8)
    expected = [[0.8936170, 0.1063830], [0.6321373, 0.3678627]]
    np.testing.assert_allclose(new.transition_matrix, expected, atol=5e-8)
    np.testing.assert_allclose(new.log_likelihoods, [-3.39287213, -2.63879338], atol=5e-9)
    assert new.log_likelihood == new.log_likelihoods[-1]
    assert hmm.score(SEEN, new, backend=kernel_set) == pytest.approx(new.log_likelihood, rel=1e-12)


def density(model: hmm.HMMParams, k: int, x: Any) -> float:
    """An independent density of one observation."""
    known = ~np.isnan(x)
    if not known.any():
        return 1.0
    if model.emission == "binned":
        return float(model.bin_probabilities[k, int((x >= model.bin_edges).sum())])
    if model.emission == "student_t":
        dof = model.dof[k]
        scale = math.sqrt(model.variances[k] * (dof - 2) / dof)
        return float(t.pdf(x, dof, model.means[k], scale))
    if model.variances.ndim == 1:
        return float(norm.pdf(x, model.means[k], math.sqrt(model.variances[k])))
    covariance = model.variances[k]
    matrix = covariance if covariance.ndim == 2 else np.diag(covariance)
    block = matrix[np.ix_(known, known)]
    return float(multivariate_normal.pdf(x[known], model.means[k][known], block))


@pytest.mark.parametrize(("k", "missing"), [(1, False), (2, False), (3, True)])
def test_enumeration_of_all_paths(
    kind: str, k: int, missing: bool, kernel_set: str, random_model: Any, series_for: Any
) -> None:
    model, x = random_model(kind, k, 5), series_for(kind, 5, 6)
    if missing:
        x[2] = np.nan
        if x.ndim == 2:
            x[0, 1] = x[3, 0] = x[3, 2] = np.nan
    n = len(x)
    total, top = 0.0, 0.0
    gamma, xi = np.zeros((n, k)), np.zeros((n - 1, k, k))
    for path in itertools.product(range(k), repeat=n):
        p = model.start_probabilities[path[0]] * density(model, path[0], x[0])
        for s in range(1, n):
            p *= model.transition_matrix[path[s - 1], path[s]] * density(model, path[s], x[s])
        total += p
        top = max(top, p)
        for s in range(n):
            gamma[s, path[s]] += p
            if s:
                xi[s - 1, path[s - 1], path[s]] += p
    options: dict[str, Any] = {"backend": kernel_set, "missing": "ignore"}
    found = hmm.posterior(x, model, pairwise=True, **options)
    assert found.log_likelihood == pytest.approx(math.log(total), rel=1e-12)
    np.testing.assert_allclose(found.gamma, gamma / total, atol=1e-13)
    np.testing.assert_allclose(found.xi, xi / total, atol=1e-13)
    decoded = hmm.viterbi_decode(x, model, **options)
    assert decoded.log_probability == pytest.approx(math.log(top), rel=1e-12)
    ahead = hmm.forward(x, model, **options)
    assert ahead.log_likelihood == pytest.approx(math.log(total), rel=1e-12)
    product = ahead.alpha * hmm.backward(x, model, **options)
    np.testing.assert_allclose(product, gamma / total, atol=1e-13)
    filtered = hmm.filter_proba(x, model, **options)
    np.testing.assert_allclose(filtered[-1], gamma[-1] / total, atol=1e-13)
    for stop in range(1, n + 1):
        smoothed = hmm.smooth_proba(x[:stop], model, **options)
        np.testing.assert_allclose(filtered[stop - 1], smoothed[-1], atol=1e-13)


def test_uniform_chain_is_a_mixture(kernel_set: str, random_model: Any, series_for: Any) -> None:
    k = 3
    model = dataclasses.replace(
        random_model("gaussian", k, 3),
        start_probabilities=np.full(k, 1 / k),
        transition_matrix=np.full((k, k), 1 / k),
    )
    x = series_for("gaussian", 50, 4)
    weights = norm.pdf(x[:, None], model.means, np.sqrt(model.variances))
    expected = weights / weights.sum(axis=1, keepdims=True)
    for method in (hmm.filter_proba, hmm.smooth_proba):
        np.testing.assert_allclose(method(x, model, backend=kernel_set), expected, atol=1e-13)


@pytest.mark.parametrize("covariance", ["diag", "full"])
def test_the_path_of_em_is_hmmlearns(covariance: str, kernel_set: str, regimes: Any) -> None:
    peer = pytest.importorskip("hmmlearn.hmm", reason="hmmlearn is not installed: make peers")
    logging.getLogger("hmmlearn").setLevel(logging.CRITICAL)
    x = np.stack([regimes(600, 1)[0], regimes(600, 2)[0]], axis=1)
    options: dict[str, Any] = {"covariance": covariance, "order": "none", "tolerance": 0}
    begin = hmm.fit_hmm(x, 3, n_iterations=0, **options, backend=kernel_set)
    ours = hmm.fit_hmm(x, 3, n_iterations=12, **options, backend=kernel_set)
    # Its priors off: pure maximum likelihood.
    priors = {"min_covar": 0, "covars_prior": 0, "covars_weight": 0}
    model = peer.GaussianHMM(
        3,
        covariance_type=covariance,
        implementation="scaling",
        n_iter=12,
        tol=-np.inf,
        init_params="",
        **priors,
    )
    model.startprob_, model.transmat_ = begin.start_probabilities, begin.transition_matrix
    model.means_, model.covars_ = begin.means, begin.variances
    model.fit(x)
    np.testing.assert_allclose(ours.log_likelihoods[:12], model.monitor_.history, rtol=1e-11)
    np.testing.assert_allclose(ours.means, model.means_, rtol=1e-9)
    np.testing.assert_allclose(ours.transition_matrix, model.transmat_, rtol=1e-8)
    np.testing.assert_array_equal(hmm.viterbi_decode(x, ours).states, model.decode(x)[1])
