"""Rows that miss some of their columns: the known ones count, in every function and in the fit."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from hft_py import backend, hmm

KINDS = ("diag", "full")


def gaps(x: Any, share: float = 0.2, seed: int = 0) -> Any:
    """A copy of ``x`` without that share of its numbers."""
    return np.where(np.random.default_rng(seed).uniform(size=x.shape) < share, np.nan, x)


def test_independent_columns_are_estimated_each_from_its_own(kernel_set: str) -> None:
    x = gaps(np.random.default_rng(1).normal([1.0, -2.0, 0.1], [1.0, 3.0, 0.01], (200, 3)))
    fit = hmm.fit_hmm(x, 1, missing="ignore", backend=kernel_set)
    np.testing.assert_allclose(fit.means[0], np.nanmean(x, axis=0), rtol=1e-12)
    np.testing.assert_allclose(fit.variances[0], np.nanvar(x, axis=0), rtol=1e-12)
    assert fit.n_observations == (~np.isnan(x).all(axis=1)).sum()


def test_full_covariances_with_one_column_cut_short(kernel_set: str) -> None:
    """Maximum likelihood in closed form: Anderson, J. Amer. Statist. Assoc. 52 (1957)."""
    x = np.random.default_rng(2).multivariate_normal([1.0, -1.0], [[1.0, 0.8], [0.8, 2.0]], 150)
    x[100:, 1] = np.nan
    fit = hmm.fit_hmm(
        x,
        1,
        covariance="full",
        missing="ignore",
        n_iterations=400,
        tolerance=1e-12,
        backend=kernel_set,
    )
    first, both = x[:, 0], x[:100]
    slope = np.cov(both.T, bias=True)[0, 1] / both[:, 0].var()
    rest = (both[:, 1] - both[:, 1].mean() - slope * (both[:, 0] - both[:, 0].mean())).var()
    mean = both[:, 1].mean() + slope * (first.mean() - both[:, 0].mean())
    spread = first.var()
    expected = [[spread, slope * spread], [slope * spread, slope**2 * spread + rest]]
    np.testing.assert_allclose(fit.means[0], [first.mean(), mean], rtol=1e-5)
    np.testing.assert_allclose(fit.variances[0], expected, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prior", [0.0, 2.0])
def test_the_objective_never_decreases(
    kind: str, prior: float, kernel_set: str, fit_inputs: Any
) -> None:
    x, options = fit_inputs(kind, 200)
    options |= {"missing": "ignore", "emission_prior": prior, "tolerance": 0, "n_iterations": 20}
    fit = hmm.fit_hmm(gaps(x, 0.3), 2, n_init=2, backend=kernel_set, **options)
    assert np.diff(fit.objectives).min() > -1e-9 * abs(fit.log_likelihood)


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_is_recovered(kind: str, known_model: Any) -> None:
    true = known_model(kind)
    n = 8_000 if backend.active_backend() == "rust" else 1_500
    x = gaps(hmm.sample(true, n, seed=3).returns, 0.3)
    options: dict[str, Any] = {"covariance": kind, "missing": "ignore"}
    fit = hmm.fit_hmm(x, 2, n_iterations=200, **options)
    np.testing.assert_allclose(fit.means, true.means, atol=9 / np.sqrt(n))
    np.testing.assert_allclose(fit.variances, true.variances, atol=9 / np.sqrt(n))
    assert hmm.score(x, fit, missing="ignore") > hmm.score(x, true, missing="ignore")
    assert hmm.bic(x, fit, missing="ignore") == pytest.approx(fit.bic)


@pytest.mark.parametrize("kind", KINDS)
def test_no_row_depends_on_a_later_one(kind: str, kernel_set: str, known_model: Any) -> None:
    model = known_model(kind)
    x = gaps(hmm.sample(model, 60, seed=1).returns, 0.3)
    options: dict[str, Any] = {"missing": "ignore", "backend": kernel_set}
    table = hmm.filter_proba(x, model, **options)
    online = hmm.OnlineFilter(model, **options)
    for t, row in enumerate(x):
        head = hmm.filter_proba(x[: t + 1], model, **options)
        np.testing.assert_array_equal(head, table[: t + 1])
        np.testing.assert_allclose(online.update(row), table[t], atol=1e-12)


def test_a_column_without_numbers_and_rows_that_never_meet() -> None:
    x = np.random.default_rng(4).normal(0.0, np.repeat([1.0, 5.0], 50))[:, None] * [1.0, 1.0]
    x[::2, 0] = x[1::2, 1] = np.nan
    for covariance in KINDS:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = hmm.fit_hmm(x, 2, covariance=covariance, missing="ignore", order="volatility")
        assert np.isfinite(fit.variances).all() and fit.volatilities[1, 1] > 3.0
        empty = np.c_[x, np.full(100, np.nan)]
        fit = hmm.fit_hmm(empty, 2, covariance=covariance, missing="ignore")
        assert np.isfinite(fit.means).all() and np.isfinite(fit.variances).all()
    detector = hmm.HMMRegimeDetector(2, missing="ignore").fit(x)
    before = detector.params_
    detector.update([np.nan, 0.1], learn=True)
    np.testing.assert_array_equal(detector.params_.means, before.means)
