"""Black and Litterman against the published tables; nested clusters against peers."""

from typing import Any

import numpy as np
import pytest

from hft_py.portfolio import black_litterman, compute_nested_cluster_weights

COUNTRIES = ["AU", "CA", "FR", "DE", "JP", "UK", "US"]
MARKET = np.array([1.6, 2.2, 5.2, 5.5, 11.6, 12.4, 61.5]) / 100
VOLATILITY = np.array([16.0, 20.3, 24.8, 27.1, 21.0, 20.0, 18.7]) / 100
CORRELATIONS = {  # table 1 of the paper: lower triangle
    "CA": [0.488],
    "FR": [0.478, 0.664],
    "DE": [0.515, 0.655, 0.861],
    "JP": [0.439, 0.310, 0.355, 0.354],
    "UK": [0.512, 0.608, 0.783, 0.777, 0.405],
    "US": [0.491, 0.779, 0.668, 0.653, 0.306, 0.652],
}


def covariance() -> Any:
    correlation = np.eye(7)
    for name, row in CORRELATIONS.items():
        place = COUNTRIES.index(name)
        correlation[place, :place] = correlation[:place, place] = row
    return correlation * np.outer(VOLATILITY, VOLATILITY)


def germany() -> tuple[dict[str, float], float]:
    """Germany over the other European markets, weighted by capitalisation, by 5 %."""
    return {"DE": 1.0, "FR": -0.295, "UK": -0.705}, 0.05


def test_the_tables_of_he_and_litterman() -> None:
    """He and Litterman (1999), tables 2 and 4, with tau 0.05 and risk aversion 2.5."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(covariance(), index=COUNTRIES, columns=COUNTRIES)
    found = black_litterman(
        frame, market_weights=dict(zip(COUNTRIES, MARKET, strict=True)), views=[germany()]
    )
    assert (100 * found.prior).round(2).tolist() == [3.94, 6.92, 8.36, 9.03, 4.30, 6.77, 7.56]
    assert (100 * found.posterior).round(2).tolist() == [
        4.33, 7.58, 9.29, 11.04, 4.51, 6.95, 8.07
    ]  # fmt: skip
    weights = [1.52, 2.10, -3.95, 35.41, 11.05, -9.46, 58.57]
    np.testing.assert_allclose(100 * found.weights, weights, atol=0.006)
    assert found.weights.index.tolist() == found.covariance.columns.tolist() == COUNTRIES


def test_limits() -> None:
    sigma, views = covariance(), [({3: 1.0, 2: -1.0}, 0.05), (0, 0.08)]
    base: dict[str, Any] = {"market_weights": MARKET, "views": views}
    certain = black_litterman(sigma, **base, confidences=[1.0, 1.0])
    np.testing.assert_allclose(certain.views @ certain.posterior, [0.05, 0.08], atol=1e-12)
    none = black_litterman(sigma, **base, confidences=[0.0, 0.0])
    np.testing.assert_allclose(none.posterior, none.prior)
    np.testing.assert_allclose(
        black_litterman(sigma, market_weights=MARKET).weights, MARKET / 1.05, rtol=1e-10
    )
    tiny = black_litterman(sigma, **base, tau=1e-12, view_variances=[1e-3, 1e-3])
    np.testing.assert_allclose(tiny.posterior, tiny.prior, atol=1e-9)
    half = black_litterman(sigma, **base)
    np.testing.assert_allclose(
        half.posterior, black_litterman(sigma, **base, confidences=[0.5, 0.5]).posterior
    )


def test_pyportfolioopt() -> None:
    peer = pytest.importorskip("pypfopt", reason="PyPortfolioOpt is a peer")
    sigma = covariance()
    p = np.zeros((2, 7))
    p[0, 3], p[0, 2], p[1, 0] = 1, -1, 1
    trust = [0.3, 0.8]
    theirs = peer.BlackLittermanModel(
        sigma, pi=2.5 * sigma @ MARKET, P=p, Q=np.array([0.05, 0.08]),
        omega="idzorek", view_confidences=trust,
    )  # fmt: skip
    ours = black_litterman(
        sigma,
        market_weights=MARKET,
        views=[({3: 1, 2: -1}, 0.05), (0, 0.08)],
        confidences=trust,
    )
    np.testing.assert_allclose(ours.posterior, theirs.bl_returns(), rtol=1e-9)
    np.testing.assert_allclose(ours.covariance, theirs.bl_cov(), rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"views": {"X": 0.1}}, r"views\[0\] names 'X'"),
        ({"views": [({9: 1.0}, 0.1)]}, r"views\[0\] names 9"),
        ({"views": [(0, np.nan)]}, r"views\[0\]=nan"),
        ({"views": [({0: 0.0}, 0.1)]}, "no loading but 0"),
        ({"views": {0: 0.1}, "confidences": [1.2]}, "confidences has 1.2"),
        ({"views": {0: 0.1}, "confidences": [0.5, 0.5]}, "confidences has length 2"),
        ({"views": [(0, 0.1), (0, 0.2)], "confidences": [1.0, 1.0]}, "contradict"),
        ({"prior": [0.1] * 7}, "market_weights or prior"),
        ({"tau": 0.0}, "tau=0.0"),
    ],
)
def test_bad_views_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        black_litterman(covariance(), market_weights=MARKET, **options)


def sample(n: int = 9) -> Any:
    rng = np.random.default_rng(1)
    groups = rng.normal(size=(250, 3))[:, np.arange(n) % 3]
    return 0.01 * (groups + rng.normal(size=(250, n)) * rng.uniform(0.3, 2.0, n))


def test_nested_clusters_of_skfolio(kernel_set: str) -> None:
    optimization = pytest.importorskip("skfolio.optimization", reason="skfolio is a peer")
    returns = sample()
    peer = optimization.NestedClustersOptimization(cv="ignore").fit(returns)
    ours = compute_nested_cluster_weights(returns, backend=kernel_set)
    np.testing.assert_allclose(ours.array(), peer.weights_, atol=2e-4)  # its solver's tolerance
    assert ours.array().sum() == pytest.approx(1) and (ours.array() >= 0).all()


def test_nested_clusters_at_both_ends() -> None:
    """One cluster, or one for each asset: the plain allocator."""
    from hft_py.portfolio import compute_risk_parity_weights

    returns = sample()
    plain = compute_risk_parity_weights(returns).array()
    for count in (1, 9):
        found = compute_nested_cluster_weights(
            returns, n_clusters=count, inner="risk_parity", outer="risk_parity"
        )
        np.testing.assert_allclose(found.array(), plain, atol=1e-10)
    equal = compute_nested_cluster_weights(
        returns, n_clusters=9, outer=lambda c: np.full(len(c), 1 / len(c))
    )
    np.testing.assert_allclose(equal.array(), 1 / 9)


def test_any_label_is_a_view_on_one_asset() -> None:
    """NumPy's integers, tuples and dates too; a number that is no label is not loadings of all."""
    plain = [[0.04, 0.01], [0.01, 0.09]]
    expected = black_litterman(plain, prior=[0.05, 0.1], views=[(1, 0.2)]).posterior
    for one in (np.int64(1), np.int32(1)):
        found = black_litterman(plain, prior=[0.05, 0.1], views=[(one, 0.2)])
        np.testing.assert_array_equal(found.posterior, expected)
    with pytest.raises(ValueError, match=r"views\[0\] names .*7"):
        black_litterman(plain, prior=[0.05, 0.1], views=[(np.int64(7), 0.2)])
    with pytest.raises(ValueError, match=r"views\[0\] names 0.5"):
        black_litterman(plain, prior=[0.05, 0.1], views=[(0.5, 0.2)])
    pandas = pytest.importorskip("pandas")
    for names in ([("a", 1), ("b", 2)], list(pandas.date_range("2024-01-01", periods=2))):
        index = pandas.Index(names, tupleize_cols=False)
        frame = pandas.DataFrame(plain, index=index, columns=index)
        found = black_litterman(frame, prior=[0.05, 0.1], views=[(names[1], 0.2)])
        np.testing.assert_array_equal(found.posterior, expected)


def test_certain_views_beside_faint_ones() -> None:
    """A faint view changes nothing, and is no contradiction of a certain one."""
    given: dict[str, Any] = {"covariance": [[0.04, 0.01], [0.01, 0.09]], "prior": [0.05, 0.1]}
    sure = black_litterman(**given, views=[(0, 0.1)], view_variances=[0.0]).posterior
    both = [(0, 0.1), (1, 0.9)]
    for faint in (
        black_litterman(**given, views=both, view_variances=[0.0, 1e15]),
        black_litterman(**given, views=both, confidences=[1.0, 1e-14]),
        black_litterman(**given, views=both, confidences=[1.0, 1e-320]),
    ):
        np.testing.assert_allclose(faint.posterior, sure, rtol=1e-12)
