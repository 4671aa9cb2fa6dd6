"""Results and rebalancers of every kind of input can be shown, compared, copied and pickled."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from hft_py.portfolio import MVOConfig, MVORebalancer, PortfolioResult, build_portfolio_mvo

SIGMA = np.array([[0.04, 0.01], [0.01, 0.09]])
CONFIG = MVOConfig(max_weight=0.5)


def built(kind: str) -> PortfolioResult:
    alpha: Any = np.array([0.02, -0.01])
    if kind == "pandas":
        pd = pytest.importorskip("pandas", reason="pandas is not installed")
        alpha = pd.Series(alpha, ["B", "A"])
    elif kind == "polars":
        pl = pytest.importorskip("polars", reason="polars is not installed")
        alpha = pl.DataFrame({"asset": ["B", "A"], "alpha": alpha})
    return build_portfolio_mvo(alpha, risk_model=SIGMA, config=CONFIG)


@pytest.mark.parametrize("kind", ["numpy", "pandas", "polars"])
def test_results(kind: str) -> None:
    found = built(kind)
    assert found == built(kind)
    assert found == pickle.loads(pickle.dumps(found)) == copy.deepcopy(found)
    other = build_portfolio_mvo(
        {"B": 0.01, "A": -0.01}, risk_model=SIGMA, config=MVOConfig(max_weight=0.1)
    )
    assert found != other
    assert "\n" not in repr(found)


def test_rebalancers() -> None:
    rebalancer = MVORebalancer(SIGMA, config=CONFIG)
    first = rebalancer.rebalance([0.02, -0.01]).weights
    expected = rebalancer.rebalance([0.01, -0.01], current_weights=first)
    for other in (pickle.loads(pickle.dumps(rebalancer)), copy.deepcopy(rebalancer)):
        found = other.rebalance([0.01, -0.01], current_weights=first)
        np.testing.assert_allclose(found.weights, expected.weights, atol=1e-8)
    assert repr(rebalancer).startswith("MVORebalancer(2 assets, 2 factors, MVOConfig(")
