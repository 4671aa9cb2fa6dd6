"""Risk models and decompositions against the formed covariance; attribution of returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_py.risk import FactorModel, RiskModel, decompose_risk

Floats = npt.NDArray[np.float64]


def random_model(rng: np.random.Generator, n: int, k: int) -> RiskModel:
    """Any model: of rank one to ``k``, with some specific variances of 0."""
    root = rng.normal(size=(k, int(rng.integers(1, k + 1))))
    specific = rng.uniform(0, 1, n) * (rng.random(n) < 0.8)
    families = [("market", "sector", "style")[i % 3] for i in range(k)]
    return RiskModel.build(rng.normal(size=(n, k)), root @ root.T, specific, families=families)


@given(seed=st.integers(0, 2**32 - 1), year=st.sampled_from([1.0, 252.0]))
def test_parts_add_up(seed: int, year: float) -> None:
    rng = np.random.default_rng(seed)
    model = random_model(rng, int(rng.integers(1, 30)), int(rng.integers(1, 7)))
    w = rng.normal(size=len(model.assets))
    found = decompose_risk(w, model, periods_per_year=year)
    covariance = model.covariance()
    total = np.sqrt(year * max(w @ covariance @ w, 0.0))
    tight = {"rel": 1e-12, "abs": 1e-13}
    assert found.total == pytest.approx(total, rel=1e-9, abs=1e-9)
    assert found.total == pytest.approx(model.volatility(w) * np.sqrt(year), **tight)
    assert found.factor + found.specific == pytest.approx(found.total, **tight)
    assert sum(found.by_factor.values()) == pytest.approx(found.factor, **tight)
    assert sum(found.by_family.values()) == pytest.approx(found.factor, **tight)
    assert found.component.sum() == pytest.approx(found.total, **tight)
    assert found.component_factor.sum() == pytest.approx(found.factor, **tight)
    assert w @ found.marginal == pytest.approx(found.total, **tight)
    np.testing.assert_allclose(found.marginal * total, year * (covariance @ w), atol=1e-9 * year)
    np.testing.assert_allclose(model.multiply(w), covariance @ w, atol=1e-12)
    loadings = model.loadings()
    formed = loadings @ loadings.T + np.diag(model.specific_variance)
    np.testing.assert_allclose(formed, covariance, atol=1e-12)


def test_marginal_contributions_are_derivatives(model: RiskModel) -> None:
    w = np.random.default_rng(0).uniform(0, 1, 40)
    found = model.decompose_risk(w)
    for i in (0, 17):
        step = np.eye(40)[i] * 1e-6
        slope = (model.volatility(w + step) - model.volatility(w - step)) / 2e-6
        assert found.marginal[i] == pytest.approx(slope, rel=1e-6)


def test_permutation_and_scale(model: RiskModel) -> None:
    w = np.random.default_rng(0).normal(size=40)
    order = np.random.default_rng(1).permutation(40)
    turned = model.subset([model.assets[i] for i in order])
    one, two = model.decompose_risk(w), turned.decompose_risk(-3 * w[order])
    assert two.total == pytest.approx(3 * one.total, rel=1e-12)
    np.testing.assert_allclose(two.component, 3 * one.component[order], rtol=1e-10)


def test_tree(model: RiskModel) -> None:
    found = model.decompose_risk(np.full(40, 1 / 40), periods_per_year=252)
    lines = str(found).splitlines()
    assert lines[0] == f"Total {100 * found.total:.1f} %"
    share = found.factor / found.total
    assert lines[1] == f"├ Factor {100 * found.factor:.1f} % ({100 * share:.0f} %)"
    assert lines[2].startswith("│ ├ Market ")
    assert any(line.startswith("└ Specific ") for line in lines)
    assert len(found.tree(largest=0).splitlines()) == 6  # no factors, no assets
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = found.to_frame()
    assert frame["contribution"].iloc[0] == found.total
    leaves = frame[frame["factor"].isin(model.factors)]
    assert leaves["contribution"].sum() == pytest.approx(found.factor, rel=1e-12)
    assert found.assets_to_frame()["share"].sum() == pytest.approx(1, rel=1e-12)


def test_tracking_error_and_labelled_weights(model: RiskModel) -> None:
    benchmark = np.full(40, 1 / 40)
    portfolio = {"A00": 0.6, "A07": 0.4}
    w = np.zeros(40)
    w[[0, 7]] = [0.6, 0.4]
    active = model.decompose_risk(portfolio, benchmark=benchmark)
    assert active.total == pytest.approx(model.volatility(w - benchmark), rel=1e-12)
    assert model.decompose_risk(benchmark, benchmark=benchmark).total == 0
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    assert model.volatility(pd.Series(portfolio)) == model.volatility(w)


def test_no_risk() -> None:
    model = RiskModel.build([[1.0], [1.0]], [[0.04]], [0.0, 0.0])
    found = model.decompose_risk([1.0, -1.0])
    assert (found.total, found.factor, found.specific) == (0, 0, 0)
    assert str(found).splitlines()[0] == "Total 0.0 %"


@pytest.mark.parametrize("labelled", [False, True])
def test_attribution_sums_to_the_returns(panel: dict[str, Any], labelled: bool) -> None:
    given = panel
    if labelled:
        pd = pytest.importorskip("pandas", reason="pandas is not installed")
        dates = pd.date_range("2020-01-01", periods=90)
        frame = {"index": dates, "columns": [f"A{i}" for i in range(70)]}
        given = {
            "returns": pd.DataFrame(panel["returns"], **frame),
            "styles": {k: pd.DataFrame(v, **frame) for k, v in panel["styles"].items()},
            "sectors": pd.Series(panel["sectors"], index=frame["columns"]),
            "market_cap": pd.DataFrame(panel["market_cap"], **frame),
            "universe": pd.DataFrame(panel["universe"], **frame),
        }
    fitted = FactorModel(min_assets=20, min_observations=20).fit(**given)
    returns = panel["returns"][1:]
    weights = np.where(np.isnan(returns), 0.0, np.random.default_rng(0).normal(size=returns.shape))
    weights /= np.abs(weights).sum(axis=1, keepdims=True)
    found = fitted.attribute_returns(weights)
    expected = (weights * np.nan_to_num(returns)).sum(axis=1)
    np.testing.assert_allclose(found.portfolio, expected, rtol=0, atol=1e-15)
    np.testing.assert_allclose(found.by_factor.sum(axis=1) + found.specific, expected, atol=1e-15)
    # The specific part is that of the specific returns, and all of an asset without exposures.
    e = fitted._specific
    alone = np.where(np.isnan(e), np.nan_to_num(returns), e)
    np.testing.assert_allclose(found.specific, (weights * alone).sum(axis=1), atol=1e-14)
    assert found.total == pytest.approx(np.prod(1 + expected) - 1, rel=1e-12)
    parts = sum(found.total_by_factor.values()) + found.total_specific
    assert parts == pytest.approx(found.total, rel=1e-12, abs=1e-15)
    assert sum(found.total_by_family.values()) + found.total_specific == pytest.approx(
        found.total, rel=1e-12, abs=1e-15
    )
    if labelled:
        frame = found.to_frame()
        assert list(frame.index) == list(fitted.factor_returns_.index) == list(dates[1:])
        np.testing.assert_allclose(
            frame.drop(columns="portfolio").sum(axis=1), frame["portfolio"], atol=1e-15
        )
    with pytest.raises(ValueError, match=r"weights\[\d+\] of .* has no return on that date"):
        fitted.attribute_returns(np.full(70, 1 / 70))
