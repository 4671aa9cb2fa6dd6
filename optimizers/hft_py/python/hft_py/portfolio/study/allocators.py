"""Allocators without a solver, from a pandas frame of returns to weights."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.backend import require_release_build
from hft_py.portfolio import (
    compute_hierarchical_risk_parity_weights,
    compute_minimum_variance_weights,
    compute_risk_parity_weights,
)
from hft_py.portfolio.study import naive
from hft_py.portfolio.study.group import Group
from qpp.study import Claim, Implementation, Workload

require_release_build()

Floats = npt.NDArray[np.float64]
HRP = "HRP, S&P 500 stocks, 8,312 x 20"
ERC = "risk parity, S&P 500 stocks, 8,312 x 20"
VARIANCE = "minimum variance, S&P 500 stocks, 8,312 x 20"
WIDE = "risk parity, 2,000 x 500"
HEADLINES = (HRP, ERC, VARIANCE)

OURS: Mapping[str, Callable[..., Any]] = {
    "hrp": functools.partial(compute_hierarchical_risk_parity_weights, distance="correlation"),
    "erc": compute_risk_parity_weights,
    "variance": compute_minimum_variance_weights,
}


def stocks(kind: str) -> dict[str, Any]:
    """Daily returns of the 20 stocks, as pandas makes them from prices."""
    import pandas as pd

    from qpp.datasets import sp500_prices

    prices = sp500_prices()
    names = prices.columns[1:]
    dates = pd.DatetimeIndex(prices["date"].to_numpy())
    values = np.array(prices.select(names).to_numpy(), order="F")
    frame = pd.DataFrame(values, index=dates, columns=names)
    return {"task": kind, "returns": frame.pct_change().iloc[1:]}


def wide(kind: str, dates: int, n: int) -> dict[str, Any]:
    """A market factor and specific returns."""
    import pandas as pd

    rng = np.random.default_rng(1)
    market = 0.01 * rng.normal(size=(dates, 1)) * rng.uniform(0.5, 1.5, n)
    values = market + 0.01 * rng.normal(size=(dates, n)) * rng.uniform(0.5, 3.0, n)
    return {"task": f"{kind}_wide", "returns": pd.DataFrame(values).rename(columns=str)}


def outputs(weights: Any, returns: Any) -> dict[str, Any]:
    """The weights, and what they were to be best at: what solvers agree on."""
    weights = np.asarray(weights, dtype=np.float64)
    covariance = np.cov(returns.to_numpy(), rowvar=False)
    return {"weights": weights, "volatility": 100 * np.sqrt(weights @ covariance @ weights)}


def _row(call: Callable[[str, Any], Any]) -> Callable[..., Any]:
    """Weights of a task, with what is needed to compare them, outside the clock."""

    def run(task: str, returns: Any) -> Any:
        return call(task.removesuffix("_wide"), returns), returns

    return run


def _collect(found: Any) -> dict[str, Any]:
    return outputs(*found)


def ours(backend: str) -> Callable[..., Any]:
    """The public functions."""
    return _row(lambda task, returns: OURS[task](returns, backend=backend).weights)


def _pypfopt(task: str, returns: Any) -> Any:
    peer: Any = import_module("pypfopt")
    if task == "hrp":
        found = peer.HRPOpt(returns).optimize()
    else:
        found = peer.EfficientFrontier(None, returns.cov()).min_volatility()
    return [found[name] for name in returns.columns]


def _skfolio(task: str, returns: Any) -> Any:
    peer: Any = import_module("skfolio.optimization")
    if task == "hrp":
        cluster: Any = import_module("skfolio.cluster")
        seriation: Any = import_module("skfolio.seriation")
        single = cluster.HierarchicalClustering(linkage_method=cluster.LinkageMethod.SINGLE)
        order = seriation.HierarchicalSeriation(
            hierarchical_clustering_estimator=single, optimal_ordering=False
        )
        return peer.HierarchicalRiskParity(seriation_estimator=order).fit(returns).weights_
    model = peer.RiskBudgeting() if task == "erc" else peer.MeanRisk()
    return model.fit(returns).weights_


def _riskfolio(task: str, returns: Any) -> Any:
    peer: Any = import_module("riskfolio")
    if task == "hrp":
        tree = peer.HCPortfolio(returns=returns)
        options = {"codependence": "pearson", "linkage": "single", "leaf_order": False}
        return tree.optimization(model="HRP", rm="MV", **options)["weights"]
    portfolio = peer.Portfolio(returns=returns)
    portfolio.assets_stats(method_mu="hist", method_cov="hist")
    if task == "erc":
        return portfolio.rp_optimization(model="Classic", rm="MV", hist=True)["weights"]
    return portfolio.optimization(model="Classic", rm="MV", obj="MinRisk", hist=True)["weights"]


def _riskparityportfolio(task: str, returns: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # another solver of its is missing
        peer: Any = import_module("riskparityportfolio")
    assert task == "erc"
    n = returns.shape[1]
    # To the accuracy of the others; by default it stops at contributions 1e-4 apart.
    return peer.vanilla.design(returns.cov().to_numpy(), np.full(n, 1 / n), 1e-10, 1_000, "spinu")


def _naive(call: Callable[[Any], Floats]) -> Callable[..., Any]:
    return lambda returns: _collect((call(returns), returns))


_implementation = functools.partial(Implementation, collect=_collect)
_peer = functools.partial(_implementation, compare=("volatility",))

GROUP = Group(
    workloads=[
        Workload(HRP, stocks, quick=True, needs=("pandas", "skfolio"), kind="hrp"),
        Workload(ERC, stocks, quick=True, needs=("pandas", "skfolio"), kind="erc"),
        Workload(VARIANCE, stocks, quick=True, needs=("pandas", "skfolio"), kind="variance"),
        Workload(WIDE, wide, needs="pandas", kind="erc", dates=2_000, n=500),
    ],
    baseline={
        "hrp": _naive(naive.hierarchical_risk_parity),
        "erc": _naive(naive.risk_parity),
        "variance": _naive(naive.minimum_variance),
        "erc_wide": lambda returns: _collect(ours("python")("erc", returns)),
    },
    optimised=[
        _implementation("rust", ours("rust"), only=(*HEADLINES, WIDE)),
        _implementation("numpy", ours("python"), only=HEADLINES, note="the readable kernels"),
    ],
    peers=[
        _peer("pypfopt", _row(_pypfopt), needs="pypfopt", only=(HRP, VARIANCE)),
        _peer("skfolio", _row(_skfolio), needs=("skfolio", "sklearn"), only=HEADLINES),
        _peer("riskfolio", _row(_riskfolio), needs="riskfolio", only=HEADLINES),
        _peer(
            "riskparityportfolio",
            _row(_riskparityportfolio),
            needs="riskparityportfolio",
            only=(ERC, WIDE),
            note="C++, from pandas' covariance; as accurate as the others",
        ),
    ],
    claims=[
        Claim("rust", over="baseline", at_least=24, on=HEADLINES),
        Claim("rust", over="pypfopt", at_least=10, on=(HRP, VARIANCE)),
        Claim("rust", over="skfolio", at_least=10, on=HEADLINES),
        Claim("rust", over="riskfolio", at_least=10, on=HEADLINES),
        Claim("rust", over="riskparityportfolio", at_least=1, on=(ERC, WIDE)),
        Claim("rust", over="baseline", metric="resident_memory", at_least=6, on=HEADLINES),
    ],
    analysis=(
        "From returns to weights of twenty assets, the covariance is most of the work: it is read "
        "once, in blocks that stay in cache. What follows is little in Rust, where "
        "pandas indexes labels, SciPy differentiates numerically and modelling languages build a "
        "problem. With hundreds of assets, or from a covariance, compiled peers are as fast."
    ),
)
