"""Covariances against their definitions, pandas and scikit-learn; equivariance; gaps; repair."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_py.errors import RepairedCovarianceWarning
from hft_py.risk import (
    ewma_covariance,
    ledoit_wolf_covariance,
    oas_covariance,
    repair_covariance,
    sample_covariance,
    semi_covariance,
)
from hft_py.risk.shrinkage import TARGETS

Floats = npt.NDArray[np.float64]

ESTIMATORS: dict[str, Callable[[Any], Any]] = {
    "sample": sample_covariance,
    "semi": semi_covariance,
    "ewma": ewma_covariance,
    "ewma-lags": lambda r: ewma_covariance(r, 0.97, newey_west_lags=2),
    "ewma-decays": lambda r: ewma_covariance(r, 0.97, correlation_decay=0.99),
    "oas": oas_covariance,
    **{name: lambda r, t=name: ledoit_wolf_covariance(r, t) for name in TARGETS},
}
each = pytest.mark.parametrize("name", ESTIMATORS)


def recursion(returns: Floats, decay: float, lags: int = 0) -> Floats:
    """The definition: one date after the other, divided by the sum of the weights."""
    total = np.zeros((returns.shape[1],) * 2)
    for t, row in enumerate(returns):
        outer = np.outer(row, row)
        for lag in range(1, min(lags, t) + 1):
            cross = np.outer(row, returns[t - lag])
            outer += (1 - lag / (lags + 1)) * (cross + cross.T)
        total = decay * total + (1 - decay) * outer
    found: Floats = total / (1 - decay ** len(returns))
    return found


@pytest.mark.parametrize(("decay", "lags"), [(0.94, 0), (0.5, 0), (0.99, 3), (0.94, 5)])
def test_ewma_is_the_recursion(returns: Floats, decay: float, lags: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RepairedCovarianceWarning)
        found = ewma_covariance(returns, decay, newey_west_lags=lags)
    np.testing.assert_allclose(found, recursion(returns, decay, lags), rtol=1e-10, atol=1e-18)


def test_dates_left_out_by_ewma_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    returns = rng.normal(size=(3_000, 4))
    returns[100] = 1e40  # 0.94 ** 2899 of its square is a hundred typical squares
    expected = recursion(returns, 0.94)
    assert expected[0, 0] > 5  # it counts
    np.testing.assert_allclose(ewma_covariance(returns), expected, rtol=1e-12, atol=1e-14)


def test_ewma_with_decays_of_their_own(returns: Floats) -> None:
    found = ewma_covariance(returns, volatility_decay=0.9, correlation_decay=0.99)
    fast, slow = recursion(returns, 0.9), recursion(returns, 0.99)
    scale = np.sqrt(np.diag(fast) / np.diag(slow))
    np.testing.assert_allclose(found, slow * scale * scale[:, None], rtol=1e-12)


def test_pandas(returns: Floats) -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pd.DataFrame(returns, columns=list("abcdefgh"))
    pd.testing.assert_frame_equal(sample_covariance(frame), frame.cov())
    expected = frame.ewm(alpha=0.06).cov(bias=True).loc[frame.index[-1]]
    found = ewma_covariance(frame, mean="weighted")
    pd.testing.assert_frame_equal(found, expected, rtol=1e-10)
    holes = frame.where(np.random.default_rng(1).random(frame.shape) > 0.1)
    pairs = sample_covariance(holes, missing="pairwise", repair=False)
    pd.testing.assert_frame_equal(pairs, holes.cov(), rtol=1e-10)
    complete = sample_covariance(holes, missing="complete")
    pd.testing.assert_frame_equal(complete, holes.dropna().cov(), rtol=1e-10)


@pytest.mark.parametrize("shape", [(300, 20), (15, 40), (50, 1), (4, 3)])
def test_scikit_learn(shape: tuple[int, int]) -> None:
    peer = pytest.importorskip("sklearn.covariance", reason="scikit-learn is not installed")
    x = np.random.default_rng(3).standard_t(6, size=shape)
    for ours, theirs in ((ledoit_wolf_covariance, peer.ledoit_wolf), (oas_covariance, peer.oas)):
        found, shrinkage = ours(x, return_shrinkage=True)
        expected, theirs_shrinkage = theirs(x)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-14)
        if shape[1] > 1:  # of one asset the sample is the target
            assert shrinkage == pytest.approx(theirs_shrinkage, abs=1e-12)


@pytest.mark.parametrize("target", ["constant_correlation", "single_factor"])
def test_shrinkage_is_the_papers_sum_over_pairs(target: str) -> None:
    """Pi, rho and gamma by loops over dates and pairs, as the papers define them."""
    rng = np.random.default_rng(5)
    x = rng.standard_t(6, size=(60, 4)) @ (np.eye(4) + 0.5 * rng.normal(size=(4, 4)))
    x -= x.mean(axis=0)
    count, n = x.shape
    s = x.T @ x / count
    market = x.mean(axis=1)
    s_m, s_mm = x.T @ market / count, float(market @ market) / count
    root = np.sqrt(np.diag(s))
    mean = (sum((s / np.outer(root, root)).ravel()) - n) / (n * (n - 1))
    pi, rho, goal = 0.0, 0.0, np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            products = x[:, i] * x[:, j] - s[i, j]
            pi += np.mean(products**2)
            if i == j:
                goal[i, i] = s[i, i]
                rho += np.mean(products**2)
            elif target == "constant_correlation":
                goal[i, j] = mean * root[i] * root[j]
                ii, jj = (np.mean((x[:, k] ** 2 - s[k, k]) * products) for k in (i, j))
                rho += mean / 2 * (root[j] / root[i] * ii + root[i] / root[j] * jj)
            else:
                goal[i, j] = s_m[i] * s_m[j] / s_mm
                r = s_m[j] * s_mm * x[:, i] + s_m[i] * s_mm * x[:, j] - s_m[i] * s_m[j] * market
                rho += np.mean(r * market * x[:, i] * x[:, j]) / s_mm**2 - goal[i, j] * s[i, j]
    shrinkage = np.clip((pi - rho) / ((goal - s) ** 2).sum() / count, 0, 1)
    found, ours = ledoit_wolf_covariance(x, target, return_shrinkage=True)
    assert 0.01 < ours < 0.99
    assert ours == pytest.approx(shrinkage, rel=1e-10)
    np.testing.assert_allclose(found, shrinkage * goal + (1 - shrinkage) * s, rtol=1e-10)


@each
@given(seed=st.integers(0, 2**32 - 1), factor=st.sampled_from([1e-6, 3.0, 1e5]))
def test_equivariance_and_symmetry(name: str, seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_t(6, size=(int(rng.integers(5, 40)), int(rng.integers(1, 9))))
    order = rng.permutation(x.shape[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RepairedCovarianceWarning)
        found = ESTIMATORS[name](x)
        permuted = ESTIMATORS[name](x[:, order])
        scaled = ESTIMATORS[name](factor * x)
    size = np.abs(found).max()
    np.testing.assert_allclose(found, found.T, rtol=0, atol=1e-15 * size)
    np.testing.assert_allclose(permuted, found[np.ix_(order, order)], atol=1e-11 * size)
    np.testing.assert_allclose(scaled, factor**2 * found, atol=1e-11 * size * factor**2)
    assert np.linalg.eigvalsh(found)[0] > -1e-12 * size


@each
def test_one_asset_identical_assets_and_fewer_dates_than_assets(name: str) -> None:
    x = np.random.default_rng(2).normal(size=(6, 1))
    one = ESTIMATORS[name](x)
    assert one.shape == (1, 1)
    assert one[0, 0] > 0
    same = ESTIMATORS[name](np.repeat(x, 3, axis=1))
    if name not in ("identity", "oas"):
        np.testing.assert_allclose(same, np.full((3, 3), one[0, 0]), rtol=1e-9)
    wide = ESTIMATORS[name](np.random.default_rng(3).normal(size=(6, 20)))
    if name in ("identity", "oas", "constant_correlation", "single_factor"):
        np.linalg.cholesky(wide)  # positive definite


def test_gaps_by_ewma_are_sums_over_shared_dates(returns: Floats) -> None:
    holes = returns.copy()
    holes[np.random.default_rng(1).random(holes.shape) < 0.1] = np.nan
    holes[:100, 0] = np.nan  # a short history
    found = ewma_covariance(holes, 0.97, missing="pairwise", repair=False)
    weights = 0.97 ** np.arange(len(holes))[::-1]
    for i, j in ((0, 1), (2, 2), (0, 0)):
        both = ~np.isnan(holes[:, i]) & ~np.isnan(holes[:, j])
        w = weights[both] / weights[both].sum()
        assert found[i, j] == pytest.approx(w @ (holes[both, i] * holes[both, j]), rel=1e-10)
    with pytest.raises(ValueError, match=r"\d+ dates of 0, expected min_observations=250"):
        ewma_covariance(holes, 0.97, missing="pairwise", min_observations=250)


def test_repair() -> None:
    wrong = np.array([[4.0, 1.8, 1.8], [1.8, 1.0, -0.9], [1.8, -0.9, 1.0]])
    with pytest.warns(RepairedCovarianceWarning, match=r"negative eigenvalue -0\.\d+ .* repaired"):
        fixed = repair_covariance(wrong)
    np.testing.assert_allclose(np.diag(fixed), np.diag(wrong), rtol=1e-12)
    assert np.linalg.eigvalsh(fixed)[0] > -1e-12
    good = np.array([[1.0, 0.5], [0.5, 2.0]])
    assert repair_covariance(good) is good
    singular = np.outer([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert repair_covariance(singular) is singular


def test_a_pairwise_matrix_is_repaired_and_it_is_said() -> None:
    x = np.full((9, 3), np.nan)
    x[0:3, [0, 1]] = [[1, 1], [-1, -1], [1, 1]]
    x[3:6, [0, 2]] = [[1, 1], [-1, -1], [1, 1]]
    x[6:9, [1, 2]] = [[1, -1], [-1, 1], [1, -1]]
    with pytest.warns(RepairedCovarianceWarning):
        found = sample_covariance(x, missing="pairwise")
    assert np.linalg.eigvalsh(found)[0] > -1e-12
