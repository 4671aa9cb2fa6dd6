"""Nested clustered optimisation: weights within clusters, then of the clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.backend import kernels
from hft_py.portfolio._estimate import Floats, estimate
from hft_py.portfolio.hierarchical import cluster
from hft_py.portfolio.minimum_variance import (
    compute_inverse_variance_weights,
    compute_inverse_volatility_weights,
    compute_minimum_variance_weights,
)
from hft_py.portfolio.result import Weights, plain
from hft_py.portfolio.risk_parity import compute_risk_parity_weights

STEPS: dict[str, Callable[..., Weights]] = {
    "minimum_variance": compute_minimum_variance_weights,
    "risk_parity": compute_risk_parity_weights,
    "inverse_variance": compute_inverse_variance_weights,
    "inverse_volatility": compute_inverse_volatility_weights,
}


def compute_nested_cluster_weights(
    returns: Any = None,
    *,
    covariance: Any = "sample",
    n_clusters: int | None = None,
    distance: str = "correlation",
    linkage: str = "ward",
    inner: Any = "minimum_variance",
    outer: Any = "minimum_variance",
    backend: str | None = None,
) -> Weights:
    """Nested clustered optimisation (NCO): errors of the covariance stay within clusters.

    Parameters
    ----------
    returns, covariance, backend
        As for :func:`~hft_py.portfolio.compute_risk_parity_weights`.
    n_clusters, distance, linkage
        As for :func:`~hft_py.portfolio.compute_hierarchical_equal_risk_weights`.
    inner, outer
        How assets of a cluster, and the clusters, are weighted: ``"minimum_variance"`` (long-only),
        ``"risk_parity"``, ``"inverse_variance"``, ``"inverse_volatility"``, or a callable of a
        covariance that returns weights.

    Returns
    -------
    Weights
        ``details``: ``linkage``, ``clusters``, ``cluster_weights``.

    Raises
    ------
    TypeError, ValueError
        NaN, an asset without variance, an unknown option, more clusters than assets.

    Notes
    -----
    López de Prado (2019), "A robust estimator of the efficient frontier". As skfolio's
    ``NestedClustersOptimization`` without cross-validation, and Riskfolio-Lib's ``"NCO"``.

    Examples
    --------
    >>> found = compute_nested_cluster_weights(
    ...     covariance=[[0.04, 0.0, 0.0], [0.0, 0.01, 0.005], [0.0, 0.005, 0.01]], n_clusters=2
    ... )
    >>> found.array().round(4).tolist()
    [0.1579, 0.4211, 0.4211]
    """
    steps = [_step(name, step, backend) for name, step in (("inner", inner), ("outer", outer))]
    found = estimate(returns, covariance, kernels("portfolio", backend))
    merges, groups = cluster(found.covariance, n_clusters, distance, linkage)
    within = np.zeros((len(found.assets), len(groups)))
    for place, group in enumerate(groups):
        block = np.ascontiguousarray(found.covariance[np.ix_(group, group)])
        within[group, place] = steps[0](block)
    between = np.ascontiguousarray(within.T @ found.covariance @ within)
    shares = steps[1](0.5 * (between + between.T))
    return found.result(
        within @ shares,
        "nested clusters",
        linkage=merges,
        clusters=groups,
        cluster_weights=shares,
    )


def _step(name: str, step: Any, backend: str | None) -> Callable[[Floats], Floats]:
    if callable(step):
        return lambda covariance: plain(getattr(found := step(covariance), "weights", found))
    allocate = STEPS[checks.choice(name, step, STEPS)]
    return lambda covariance: allocate(covariance=covariance, backend=backend).array()
