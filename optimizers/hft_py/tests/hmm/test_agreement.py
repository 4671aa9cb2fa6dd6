"""Both kernel sets agree: on everything they compute, on every path through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import backend
from hft_py.hmm import (
    HMMParams,
    backward,
    filter_proba,
    fit_hmm,
    forward,
    posterior,
    sample,
    score,
    smooth_proba,
    viterbi_decode,
)

KINDS = ("gaussian", "student_t", "binned", "diag", "full")
Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def _both() -> None:
    if backend.active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")


def agree(x: Any, model: HMMParams, **options: Any) -> None:
    """Everything that reads a model, from both kernel sets."""
    for lag in (None, 0, 3):
        a, b = (smooth_proba(x, model, lag=lag, backend=k, **options) for k in ("rust", "python"))
        np.testing.assert_allclose(a, b, atol=1e-11)
    one, two = (forward(x, model, backend=k, **options) for k in ("rust", "python"))
    np.testing.assert_allclose(one.alpha, two.alpha, atol=1e-12)
    np.testing.assert_allclose(one.log_scale, two.log_scale, rtol=1e-12, atol=1e-12)
    for k in ("rust", "python"):
        np.testing.assert_allclose(
            filter_proba(x, model, backend=k, **options), two.alpha, atol=1e-12
        )
        assert score(x, model, backend=k, **options) == pytest.approx(two.log_likelihood, rel=1e-12)
    one, two = (
        posterior(x, model, pairwise=True, backend=k, **options) for k in ("rust", "python")
    )
    np.testing.assert_allclose(one.xi, two.xi, atol=1e-11)
    np.testing.assert_allclose(one.gamma, two.gamma, atol=1e-11)
    np.testing.assert_allclose(one.expected_transitions, two.expected_transitions, atol=1e-9)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-12)
    one, two = (viterbi_decode(x, model, backend=k, **options) for k in ("rust", "python"))
    np.testing.assert_array_equal(one.states, two.states)
    assert one.log_probability == pytest.approx(two.log_probability, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "k"),
    [*(("gaussian", k) for k in (1, 2, 3, 5, 8, 11)), *((kind, 3) for kind in KINDS[1:])],
)
def test_readers(kind: str, k: int, random_model: Make, series_for: Make) -> None:
    model = random_model(kind, k, 10 * k)
    # Around the borders of tiles of eight and blocks of 128.
    for n in (1, 2, 7, 8, 9, 23, 128, 129):
        agree(series_for(kind, n, n), model)


@pytest.mark.parametrize("kind", KINDS)
def test_readers_of_several_sequences_with_gaps(
    kind: str, random_model: Make, series_for: Make
) -> None:
    x = series_for(kind, 300, 1)
    x[np.random.default_rng(2).uniform(size=300) < 0.2] = np.nan
    x[30:45] = np.nan
    agree(x, random_model(kind, 3, 3), missing="ignore", lengths=[1, 7, 8, 20, 130, 134])


def test_backward_up_to_its_size(random_model: Make, series_for: Make) -> None:
    model, x = random_model("gaussian", 4, 1), series_for("gaussian", 300, 2)
    a, b = (backward(x, model, backend=k) for k in ("rust", "python"))
    np.testing.assert_allclose(a, b, rtol=1e-10)


UNDERFLOW = {
    # An observation that only a state out of reach explains.
    "unreachable": ([1.0, 0.0], [[1.0, 0.0], [0.5, 0.5]], [0.0, 50.0], [1.0, 1.0]),
    # The same with a way that is all but closed.
    "nearly": ([1.0, 0.0], [[1.0, 1e-300], [0.5, 0.5]], [0.0, 50.0], [1.0, 1.0]),
    # A chain that returns to where it cannot be.
    "periodic": ([1.0, 0.0], [[0.0, 1.0], [1.0, 0.0]], [0.0, 60.0], [1.0, 1.0]),
}


@pytest.mark.parametrize("case", UNDERFLOW)
def test_logarithms_where_scaled_recursions_underflow(case: str) -> None:
    model = HMMParams(*(np.array(part) for part in UNDERFLOW[case]))
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    x[[20, 21, 22, 100, 150, 151]] += 50.0
    agree(x, model)
    found = posterior(x, model)
    np.testing.assert_allclose(found.gamma.sum(axis=1), 1.0, atol=1e-12)
    assert np.isfinite(found.log_likelihood)


@pytest.mark.parametrize(("missing", "lengths"), [(0.0, None), (0.1, [100, 1, 129, 170])])
@pytest.mark.parametrize("kind", KINDS)
def test_likelihood_paths_of_em(kind: str, missing: float, lengths: Any, regimes: Make) -> None:
    x = regimes(400, 3)[0]
    options: dict[str, Any] = {"n_iterations": 12, "tolerance": 0, "n_init": 2, "order": "none"}
    if kind in ("diag", "full"):
        x = np.stack([x, regimes(400, 4)[0], x + regimes(400, 5)[0]], axis=1)
        options["covariance"] = kind
    else:
        options["emission"] = kind
    x[np.random.default_rng(1).uniform(size=400) < missing] = np.nan
    options |= {"missing": "ignore", "lengths": lengths}
    a, b = (fit_hmm(x, 3, backend=k, **options) for k in ("rust", "python"))
    np.testing.assert_allclose(a.log_likelihoods, b.log_likelihoods, rtol=1e-9)
    np.testing.assert_allclose(a.restarts, b.restarts, rtol=1e-9)
    np.testing.assert_allclose(a.transition_matrix, b.transition_matrix, rtol=1e-6, atol=1e-9)
    for name in ("means", "variances", "dof", "bin_probabilities"):
        if a[name] is not None:
            np.testing.assert_allclose(a[name], b[name], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_likelihood_paths_with_priors(kind: str, regimes: Make) -> None:
    x = regimes(300, 3)[0]
    options: dict[str, Any] = {"n_iterations": 10, "tolerance": 0}
    options |= {"emission_prior": 4.0, "transition_prior": 0.5, "variance_floor": 0.3}
    if kind in ("diag", "full"):
        x = np.stack([x, regimes(300, 4)[0]], axis=1)
        options["covariance"] = kind
    else:
        options["emission"] = kind
    a, b = (fit_hmm(x, 3, backend=k, **options) for k in ("rust", "python"))
    np.testing.assert_allclose(a.objectives, b.objectives, rtol=1e-9)
    np.testing.assert_allclose(a.log_likelihoods, b.log_likelihoods, rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_samples(kind: str, random_model: Make) -> None:
    model = random_model(kind, 4, 8)
    a, b = (sample(model, 500, seed=5, backend=k) for k in ("rust", "python"))
    np.testing.assert_array_equal(a.states, b.states)
    np.testing.assert_array_equal(a.returns, b.returns)
