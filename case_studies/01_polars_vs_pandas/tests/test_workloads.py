"""The inputs are what their descriptions say."""

from __future__ import annotations

import numpy as np
import pytest

from polars_vs_pandas.study import study, workloads


@pytest.fixture(scope="module")
def made() -> dict[str, np.ndarray]:
    return workloads.synthetic(rows=3000, assets=100, window=100)


def test_information_coefficient(made: dict[str, np.ndarray]) -> None:
    signal, returns = made["signal"], made["returns"]
    standard_error = 1 / np.sqrt(2999 * 100)
    ahead = np.corrcoef(signal[:-1].ravel(), returns[1:].ravel())[0, 1]
    assert abs(ahead - 0.05) < 5 * standard_error
    same = np.corrcoef(signal.ravel(), returns.ravel())[0, 1]
    assert abs(same) < 5 * standard_error
    assert abs(signal.std() - 1) < 0.01


def test_stylised_facts(made: dict[str, np.ndarray]) -> None:
    returns = made["returns"]
    standard = (returns - returns.mean(axis=0)) / returns.std(axis=0)
    assert (standard**4).mean() > 5  # a normal has 3
    sizes = np.abs(returns)
    centred = (sizes - sizes.mean(axis=0)) / sizes.std(axis=0)
    clustering = [(centred[lag:] * centred[:-lag]).mean() for lag in (1, 10, 50)]
    assert clustering[0] > clustering[1] > clustering[2] > 0.02
    assert abs((standard[1:] * standard[:-1]).mean()) < 0.01
    assert 0.008 < returns.std() < 0.012
    assert returns.min() > -1


def test_seeded() -> None:
    one, same, other = (workloads.synthetic(50, 3, 10, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one["signal"], same["signal"])
    assert not np.array_equal(one["signal"], other["signal"])
    assert one["signal"].flags.c_contiguous
    assert one["returns"].dtype == np.float64


def test_sp500() -> None:
    inputs = workloads.sp500(window=100)
    signal, returns = inputs["signal"], inputs["returns"]
    assert signal.shape == returns.shape == (8312, 20)
    assert np.isfinite(returns).all()
    assert np.isnan(signal[:4]).all()
    assert np.isfinite(signal[4:]).all()
    compounded = np.prod(1 + returns[10:15], axis=0) - 1
    np.testing.assert_allclose(signal[14], -compounded, rtol=1e-10)


def test_sp500_since() -> None:
    whole, part = workloads.sp500(window=100), workloads.sp500(window=100, since=2011)
    rows = len(part["returns"])
    assert rows == 3017
    np.testing.assert_array_equal(part["returns"], whole["returns"][-rows:])
    np.testing.assert_array_equal(part["signal"][4:], whole["signal"][4 - rows :])


def test_every_workload_is_described_by_its_name() -> None:
    for workload in study.workloads:
        sizes = workload.sizes
        assert f"W={sizes['window']}" in workload.name
        if "rows" in sizes:
            assert workload.name.replace(",", "").startswith(f"{sizes['rows']} x {sizes['assets']}")
