"""Hierarchical allocators: the published example, peers option by option, bounds."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.portfolio import (
    compute_hierarchical_equal_risk_weights,
    compute_hierarchical_risk_parity_weights,
    compute_inverse_variance_weights,
    compute_minimum_variance_weights,
    compute_nested_cluster_weights,
)

Floats = npt.NDArray[np.float64]


def returns(seed: int = 0, dates: int = 250, n: int = 9) -> Floats:
    rng = np.random.default_rng(seed)
    groups = rng.normal(size=(dates, 3))[:, np.arange(n) % 3]
    made: Floats = 0.01 * (groups + rng.normal(size=(dates, n)) * rng.uniform(0.3, 2.0, n))
    return made


def test_the_ten_assets_of_the_paper(kernel_set: str) -> None:
    """López de Prado (2016), code snippet 4, numpy's legacy generator with seed 12345."""
    rng = np.random.RandomState(12345)
    base = rng.normal(0, 1, (10_000, 5))
    copies = base[:, (2, 0, 4, 1, 1)] + rng.normal(0, 0.25, (10_000, 5))
    both = np.hstack([base, copies])
    weights = compute_hierarchical_risk_parity_weights(both, backend=kernel_set).array()
    assert (100 * weights).round(2).tolist() == [
        7.00, 7.59, 10.84, 19.03, 9.72, 10.19, 6.62, 9.10, 7.12, 12.79
    ]  # fmt: skip
    weights = compute_inverse_variance_weights(both, backend=kernel_set).array()
    assert (100 * weights).round(2).tolist() == [
        10.36, 10.28, 10.36, 10.25, 10.31, 9.74, 9.80, 9.65, 9.64, 9.61
    ]  # fmt: skip


@pytest.mark.parametrize("cluster_risk", ["variance", "standard_deviation"])
@pytest.mark.parametrize("bounds", [{}, {"lower": 0.05, "upper": 0.2}])
def test_skfolio(cluster_risk: str, bounds: dict[str, float]) -> None:
    optimization = pytest.importorskip("skfolio.optimization", reason="skfolio is a peer")
    from skfolio import RiskMeasure

    measure = getattr(RiskMeasure, cluster_risk.upper())
    options: dict[str, Any] = {"risk_measure": measure}
    if bounds:
        options |= {"min_weights": bounds["lower"], "max_weights": bounds["upper"]}
    data = returns()
    peer = optimization.HierarchicalRiskParity(**options).fit(data)
    ours = compute_hierarchical_risk_parity_weights(
        data,
        distance="correlation",
        linkage="ward",
        leaf_order="optimal",
        cluster_risk=cluster_risk,
        **bounds,
    )
    np.testing.assert_allclose(ours.array(), peer.weights_, atol=1e-12)
    peer = optimization.HierarchicalEqualRiskContribution(**options).fit(data)
    ours = compute_hierarchical_equal_risk_weights(data, cluster_risk=cluster_risk, **bounds)
    np.testing.assert_allclose(ours.array(), peer.weights_, atol=1e-5 if bounds else 1e-12)


def test_pyportfolioopt() -> None:
    peer = pytest.importorskip("pypfopt", reason="PyPortfolioOpt is a peer")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(returns()).rename(columns=str)
    expected = pandas.Series(peer.HRPOpt(frame).optimize())[frame.columns]
    ours = compute_hierarchical_risk_parity_weights(frame, distance="correlation")
    np.testing.assert_allclose(ours.weights, expected, atol=1e-12)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("cluster_risk", "measure"), [("variance", "MV"), ("standard_deviation", "vol")]
)
def test_riskfolio(cluster_risk: str, measure: str) -> None:
    peer = pytest.importorskip("riskfolio", reason="Riskfolio-Lib is a peer")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(returns()).rename(columns=str)
    portfolio = peer.HCPortfolio(returns=frame)
    common = {"codependence": "pearson", "rm": measure}
    expected = portfolio.optimization(model="HRP", linkage="single", leaf_order=True, **common)
    ours = compute_hierarchical_risk_parity_weights(
        frame, distance="correlation", leaf_order="optimal", cluster_risk=cluster_risk
    )
    np.testing.assert_allclose(ours.weights, expected["weights"], atol=1e-12)
    for k in (1, 2, 4, 9):
        expected = portfolio.optimization(model="HERC", linkage="ward", k=k, **common)
        ours = compute_hierarchical_equal_risk_weights(
            frame, n_clusters=k, cluster_risk=cluster_risk
        )
        np.testing.assert_allclose(ours.weights, expected["weights"], atol=1e-12)
    for k in (2, 4):  # to the accuracy of its solver
        nested = portfolio.optimization(
            model="NCO", obj="MinRisk", linkage="ward", k=k, codependence="pearson", rm="MV"
        )
        ours = compute_nested_cluster_weights(frame, n_clusters=k)
        np.testing.assert_allclose(ours.weights, nested["weights"], atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    n=st.integers(1, 10),
    leaf_order=st.sampled_from(["tree", "optimal"]),
)
def test_bounds_are_honoured(seed: int, n: int, leaf_order: str) -> None:
    rng = np.random.default_rng(seed)
    data = returns(seed, 40, n)
    lower, upper = rng.uniform(0, 1 / n, n), np.minimum(rng.uniform(1, 3, n) / n, 1.0)
    results = [
        compute_hierarchical_risk_parity_weights(
            data, leaf_order=leaf_order, lower=lower, upper=upper, backend=backend
        ).array()
        for backend in ("auto", "python")
    ]
    np.testing.assert_allclose(*results, atol=1e-12)
    herc = compute_hierarchical_equal_risk_weights(data, lower=lower, upper=upper).array()
    for weights in (results[0], herc):
        assert (weights >= lower - 1e-12).all() and (weights <= upper + 1e-12).all()
        assert weights.sum() == pytest.approx(1, abs=1e-12)


def test_nested_clusters_by_hand(kernel_set: str) -> None:
    data = returns()
    covariance = np.cov(data, rowvar=False)
    found = compute_nested_cluster_weights(
        data, n_clusters=3, inner="inverse_variance", backend=kernel_set
    )
    within = np.zeros((9, 3))
    for place, group in enumerate(found.details["clusters"]):
        inverse = 1 / np.diag(covariance)[group]
        within[group, place] = inverse / inverse.sum()
    between = within.T @ covariance @ within
    shares = compute_minimum_variance_weights(covariance=between, backend=kernel_set).array()
    np.testing.assert_allclose(found.array(), within @ shares, atol=1e-12)
    np.testing.assert_allclose(found.details["cluster_weights"], shares, atol=1e-12)


def test_unknown_options_are_refused() -> None:
    for option in ("distance", "linkage", "leaf_order", "cluster_risk"):
        with pytest.raises(ValueError, match=f"{option}='x', expected one of"):
            compute_hierarchical_risk_parity_weights(returns(), **{option: "x"})
    with pytest.raises(ValueError, match="n_clusters=10, expected at most 9"):
        compute_hierarchical_equal_risk_weights(returns(), n_clusters=10)
