"""Every estimator against theory: chains, normal variables, a variable with itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import digamma

from hft_py import active_backend
from hft_py.information_theory import (
    compute_conditional_mutual_information,
    compute_mutual_information,
    compute_transfer_entropy,
)

Floats = npt.NDArray[np.float64]
NATS = {"base": np.e}


ESTIMATORS: list[dict[str, Any]] = [
    {"n_bins": 8},
    {"n_bins": 8, "estimator": "miller_madow", "binning": "equal_frequency"},
    {"estimator": "ksg"},
    {"estimator": "gaussian"},
]


@pytest.mark.parametrize("how", ESTIMATORS)
def test_data_processing(how: dict[str, Any]) -> None:
    """Of a chain X, Y, Z the ends share no more than neighbours, and nothing beyond the middle."""
    rng = np.random.default_rng(2)
    n = 4_000 if active_backend() == "rust" else 1_500
    for noise in (0.3, 0.7, 1.5):
        x = rng.normal(size=n)
        y = np.tanh(x) + noise * rng.normal(size=n)
        z = y**3 / 4 + y + noise * rng.normal(size=n)
        ends = compute_mutual_information(x, z, **how)
        assert ends < compute_mutual_information(x, y, **how)
        assert ends < compute_mutual_information(y, z, **how)


def test_data_processing_of_symbols() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        steps = rng.dirichlet(np.full(4, 0.5), size=(2, 4))
        x = rng.integers(0, 4, size=3_000)
        y, z = np.empty((2, 3_000), dtype=int)
        for came, goes, step in ((x, y, steps[0]), (y, z, steps[1])):
            goes[:] = (
                (step.cumsum(axis=1)[came] < rng.random(3_000)[:, None]).sum(axis=1).clip(0, 3)
            )
        ends = compute_mutual_information(x, z)
        # The bias of the plug-in is (4 - 1)(4 - 1) / 2n nats, and more of the conditional one.
        assert (
            ends <= min(compute_mutual_information(x, y), compute_mutual_information(y, z)) + 0.005
        )
        assert compute_conditional_mutual_information(x, z, y) < 0.02


@pytest.mark.parametrize("how", [{"n_bins": 16, "estimator": "grassberger"}, *ESTIMATORS[2:]])
@pytest.mark.parametrize("rho", [0.0, 0.5, -0.8])
def test_normal_variables(how: dict[str, Any], rho: float) -> None:
    n = 20_000 if active_backend() == "rust" else 3_000
    x, noise = np.random.default_rng(4).normal(size=(2, n))
    y = rho * x + np.sqrt(1 - rho**2) * noise
    expected = -0.5 * np.log(1 - rho**2)
    found = compute_mutual_information(x, y, **how, **NATS)
    # Bins lose some; the others are within their standard errors.
    assert found == pytest.approx(expected, abs=0.05)
    # A common part that is known takes nothing away and adds nothing.
    if how["estimator"] in ("ksg", "gaussian"):
        z = np.random.default_rng(5).normal(size=n)
        known = compute_conditional_mutual_information(x + z, y + z, z, **how, **NATS)
        assert known == pytest.approx(expected, abs=0.08)


def test_normal_transfer_entropy() -> None:
    """A normal system: half the logarithm of the ratio of residual variances, in closed form."""
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(2, 6_000))
    y[1:] += 0.8 * x[:-1]
    expected = 0.5 * np.log(1 + 0.8**2)
    for estimator in ("ksg", "gaussian"):
        found = compute_transfer_entropy(x, y, estimator=estimator, **NATS)  # type: ignore[arg-type]
        assert found == pytest.approx(expected, abs=0.05)
        back = compute_transfer_entropy(y, x, estimator=estimator, **NATS)  # type: ignore[arg-type]
        assert abs(back) < 0.03


@pytest.mark.parametrize("k", [1, 3, 50])
def test_of_a_variable_with_itself(k: int, kernel_set: str) -> None:
    x = np.random.default_rng(6).standard_cauchy(500)
    options: Any = {"estimator": "ksg", "n_neighbors": k, "base": np.e, "backend": kernel_set}
    found = compute_mutual_information(x, x, **options)
    assert found == pytest.approx(digamma(500) - digamma(k), abs=1e-12)
    assert compute_mutual_information(x, x, estimator="gaussian") == np.inf
