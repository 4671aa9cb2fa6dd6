"""Bad input: one clear error, before any kernel is called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.mcmc import mcmc_optimize

GOOD: dict[str, Any] = {
    "objective": lambda x: -0.5 * float(x @ x),
    "bounds_lower": [-5.0, -5.0],
    "bounds_upper": [5.0, 5.0],
    "initial_params": [1.0, 1.0],
    "n_iterations": 50,
    "burn_in": 10,
    "seed": 1,
}

BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"objective": None}, TypeError, "objective=None"),
    ({"objective": "nobody"}, ValueError, "nobody"),
    ({"bounds_lower": [5, 5], "bounds_upper": [-5, -5]}, ValueError, "is not below"),
    ({"bounds_lower": [5.0, 0.0], "bounds_upper": [5.0, 1.0]}, ValueError, "is not below"),
    ({"bounds_lower": [-5.0]}, ValueError, "expected one length"),
    ({"bounds_lower": [-5.0, np.nan]}, ValueError, r"bounds_lower\[1\] is nan"),
    ({"bounds_lower": [], "bounds_upper": []}, ValueError, "bounds_lower has length 0"),
    ({"bounds_lower": ["a", "b"]}, TypeError, "bounds_lower has dtype"),
    ({"initial_params": [1.0]}, ValueError, "initial_params has length 1, expected 2"),
    ({"initial_params": [1.0, 6.0]}, ValueError, r"initial_params\[1\]=6.0 is outside"),
    ({"initial_params": [1.0, np.nan]}, ValueError, r"initial_params\[1\] is nan"),
    ({"initial_params": np.zeros((3, 2))}, ValueError, "has 3 rows, expected one point or 4"),
    ({"initial_params": [[[1.0, 1.0]]]}, ValueError, "initial_params has 3 dimensions"),
    ({"n_iterations": 0}, ValueError, "n_iterations=0, expected 1 or more"),
    ({"n_iterations": -5}, ValueError, "n_iterations=-5, expected 1 or more"),
    ({"n_iterations": 50.0}, TypeError, "n_iterations=50.0, expected an integer"),
    ({"n_iterations": True}, TypeError, "n_iterations=True, expected an integer"),
    ({"burn_in": -1}, ValueError, "burn_in=-1, expected 0 or more"),
    ({"burn_in": 50}, ValueError, "burn_in=50, expected less than n_iterations=50"),
    ({"thin": 0}, ValueError, "thin=0, expected 1 or more"),
    ({"thin": 41}, ValueError, "thin=41, expected at most the 40 iterations"),
    ({"n_chains": 0}, ValueError, "n_chains=0, expected 1 or more"),
    ({"n_chains": 3, "sampler": "ensemble"}, ValueError, "n_chains=3, expected an even number"),
    ({"n_chains": 5, "sampler": "ensemble"}, ValueError, "n_chains=5, expected an even number"),
    ({"sampler": "gibbs"}, ValueError, "sampler='gibbs', expected one of"),
    ({"sampler": 3}, ValueError, "sampler=3, expected one of"),
    ({"target_acceptance": 0.0}, ValueError, "target_acceptance=0.0, expected more than 0"),
    ({"target_acceptance": 1.0}, ValueError, "target_acceptance=1.0, expected less than 1"),
    ({"target_acceptance": np.nan}, ValueError, "target_acceptance=nan"),
    ({"target_acceptance": "a"}, TypeError, "target_acceptance='a'"),
    ({"seed": -1}, ValueError, "seed=-1, expected 0 or more"),
    ({"seed": 2**64}, ValueError, "seed=18446744073709551616, expected at most"),
    ({"seed": 1.5}, TypeError, "seed=1.5, expected an integer"),
    ({"adaptation": "none"}, ValueError, "adaptation='none', expected one of"),
    ({"initial_scale": 0.0}, ValueError, "initial_scale=0.0, expected more than 0"),
    ({"initial_scale": [1.0, -1.0]}, ValueError, "initial_scale="),
    ({"initial_scale": [1.0, 1.0, 1.0]}, ValueError, "initial_scale has length 3"),
    ({"stretch": 1.0}, ValueError, "stretch=1.0, expected more than 1"),
    ({"n_temperatures": 1}, ValueError, "n_temperatures=1, expected 2 or more"),
    ({"integrality": [2, 0]}, TypeError, "integrality="),
    ({"integrality": [True]}, ValueError, r"integrality has shape \(1,\), expected \(2,\)"),
    (
        {"integrality": [True, False], "bounds_lower": [-4.5, -5.0]},
        ValueError,
        r"bounds_lower\[0\]=-4.5, expected a whole number",
    ),
    (
        {"integrality": [True, False], "initial_params": [1.5, 1.0]},
        ValueError,
        r"initial_params\[0\]=1.5, expected a whole number",
    ),
    ({"log_scale": [True, False]}, ValueError, r"bounds_lower\[0\]=-5.0, expected more than 0"),
    (
        {"bounds_upper": [5.0, np.inf], "sampler": "parallel_tempering"},
        ValueError,
        "infinite bounds, expected finite ones",
    ),
    (
        {"bounds_upper": [5.0, np.inf], "initial_params": None},
        ValueError,
        "initial_params=None needs finite bounds",
    ),
    ({"param_names": ["a"]}, ValueError, "param_names="),
    ({"param_names": ["a", "a"]}, ValueError, "expected 2 different names"),
    ({"param_names": [1, 2]}, TypeError, "param_names="),
    ({"param_names": 5}, TypeError, "param_names=5, expected strings"),
    ({"initial_scale": [[1.0], [1.0, 2.0]]}, ValueError, "initial_scale"),
    ({"n_chains": 10**40}, ValueError, "n_chains="),
    (
        {"initial_params": np.zeros((3, 2)), "sampler": "parallel_tempering"},
        ValueError,
        "has 3 rows, expected one point or 4",
    ),
    ({"vectorized": 1}, TypeError, "vectorized=1"),
    ({"executor": 3}, TypeError, "executor=3"),
    ({"threads": -1}, ValueError, "threads=-1, expected 0 or more"),
    ({"progress": 3}, TypeError, "progress=3"),
]


@pytest.mark.parametrize(
    ("change", "error", "told"), BAD, ids=[", ".join(map(str, c)) + f" {i}" for i, (c, *_) in
                                           enumerate(BAD)]
)  # fmt: skip
def test_bad_input(change: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        mcmc_optimize(**{**GOOD, **change})


def test_unknown_backend() -> None:
    with pytest.raises(ValueError, match="backend='fortran'"):
        mcmc_optimize(**GOOD, backend="fortran")


def test_what_is_given_is_not_changed(kernel_set: str) -> None:
    lower, upper, start = np.full(2, -5.0), np.full(2, 5.0), np.ones(2)
    frozen = [a.copy() for a in (lower, upper, start)]
    with pytest.warns(UserWarning, match="few effective draws"):
        mcmc_optimize(GOOD["objective"], lower, upper, start, 50, 10, seed=1, backend=kernel_set)
    for before, after in zip(frozen, (lower, upper, start), strict=True):
        np.testing.assert_array_equal(before, after)
