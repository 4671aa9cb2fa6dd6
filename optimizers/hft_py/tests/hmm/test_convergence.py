"""``converged`` means that further steps gain next to nothing, however small the last one was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import hmm
from hft_py.hmm.baseline.convergence import has_converged, remaining

TOLERANCE = 1e-3


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99, 0.9999])
def test_a_constant_share_leaves_what_is_estimated(share: float) -> None:
    left = 10.0 * share ** np.arange(200_000)
    history = [(0.0, float(-value)) for value in left[left > 1e-9]]
    steps = range(2, len(history) + 1)
    stop = next(n for n in steps if has_converged(history[max(0, n - 8) : n], TOLERANCE))
    assert left[stop - 1] < 2 * TOLERANCE
    if share > 0.5:  # no later than five steps after it might
        assert left[stop - 6] > 1.9 * TOLERANCE
    assert remaining(1.0, share) == pytest.approx(share * share / (1 - share))


def test_no_gain_has_converged_and_a_growing_one_has_not() -> None:
    assert has_converged([(0.0, -5.0), (0.0, -5.0)], TOLERANCE)
    assert not has_converged([(0.0, -5.0), (0.0, -5.0)], 0.0)
    assert not has_converged([(0.0, -5.0)], TOLERANCE)
    assert not has_converged([(0.0, -np.inf), (0.0, -5.0)], TOLERANCE)
    growing = np.cumsum(1e-5 * 1.01 ** np.arange(20))
    assert not has_converged([(0.0, float(value)) for value in growing], TOLERANCE)


def check_that_little_is_left(seed: int, n_states: int, backend: str, further: int) -> None:
    x = 0.01 * np.random.default_rng(seed).standard_t(4, 150)
    options: dict[str, Any] = {"emission": "student_t", "order": "none", "backend": backend}
    fit = hmm.fit_hmm(x, n_states, n_iterations=5_000, **options)
    assert fit.converged and fit.stop_reason == "converged"
    options |= {"n_iterations": further, "tolerance": 0}
    limit = hmm.fit_hmm(x, n_states, initial=fit, **options).log_likelihood
    assert limit - fit.log_likelihood < 0.01
    first_small_step = fit.log_likelihoods[1:][np.diff(fit.log_likelihoods) < TOLERANCE][0]
    assert limit - first_small_step > 1.0


def test_a_slow_fit_comes_within_a_hundredth_of_its_limit(kernel_set: str) -> None:
    check_that_little_is_left(7, 2, kernel_set, further=300)


@pytest.mark.usefixtures("rust_only")
def test_a_very_slow_one_too() -> None:
    check_that_little_is_left(4, 3, "rust", further=5_000)


@pytest.mark.usefixtures("rust_only")
def test_both_kernel_sets_stop_at_the_same_step(regimes: Any) -> None:
    x = regimes(250, 3)[0]
    for tolerance in (1e-2, 1e-3, 1e-9):
        options: dict[str, Any] = {"tolerance": tolerance, "n_iterations": 150}
        rust, python = (hmm.fit_hmm(x, 2, backend=b, **options) for b in ("rust", "python"))
        assert rust.converged and rust.n_iterations == python.n_iterations
