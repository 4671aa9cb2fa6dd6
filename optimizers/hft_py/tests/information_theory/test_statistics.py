"""Every estimator against theory: chains, normal variables, a variable with itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

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
