"""Hierarchical risk parity: weights from a tree of the assets instead of an inverse covariance.

Works for singular covariances. "HRP" is several choices, all of them named here; each peer's is a
combination: PyPortfolioOpt ``distance="correlation"`` with the rest as by default; Riskfolio-Lib
the same with ``leaf_order="optimal"``; skfolio that with ``linkage="ward"``. The default is the
paper's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.backend import kernels
from hft_py.portfolio import _clusters
from hft_py.portfolio._estimate import Floats, bounds, estimate
from hft_py.portfolio.result import Weights


def compute_hierarchical_risk_parity_weights(
    returns: Any = None,
    *,
    covariance: Any = "sample",
    distance: str = "euclidean",
    linkage: str = "single",
    leaf_order: str = "tree",
    cluster_risk: str = "variance",
    lower: Any = 0.0,
    upper: Any = 1.0,
    backend: str | None = None,
) -> Weights:
    """Hierarchical risk parity weights, long-only, of total one.

    Parameters
    ----------
    returns, covariance, backend
        As for :func:`~hft_py.portfolio.compute_risk_parity_weights`.
    distance
        ``"euclidean"``, between rows of correlation distances, as in the paper; or
        ``"correlation"``, ``sqrt((1 - rho) / 2)`` itself.
    linkage
        ``"single"`` (the paper's), ``"complete"``, ``"average"``, ``"weighted"``, ``"ward"``,
        ``"centroid"`` or ``"median"``, as SciPy has them.
    leaf_order
        ``"tree"``, as the merges leave it; or ``"optimal"``, neighbours as close as the tree
        allows (Bar-Joseph 2001), slower.
    cluster_risk
        ``"variance"`` (the paper's) or ``"standard_deviation"``.
    lower, upper
        Bounds of each weight: a number, an array, or by label. Each split keeps the totals that
        the bounds of its two sides allow, as skfolio does.

    Returns
    -------
    Weights
        ``details``: ``linkage`` (SciPy's matrix), ``order`` (positions of assets in the tree).

    Raises
    ------
    TypeError, ValueError
        NaN, an asset without variance, an unknown option, contradictory bounds.

    Notes
    -----
    López de Prado (2016), "Building diversified portfolios that outperform out of sample".

    Examples
    --------
    >>> found = compute_hierarchical_risk_parity_weights(
    ...     covariance=[[0.04, 0.0, 0.0], [0.0, 0.01, 0.005], [0.0, 0.005, 0.01]]
    ... )
    >>> found.array().round(4).tolist()
    [0.1579, 0.4211, 0.4211]
    """
    deviation = _deviation(cluster_risk)
    found = estimate(returns, covariance, kernels("portfolio", backend))
    low, high = bounds(lower, upper, found.assets)
    if len(found.assets) == 1:
        merges, order = np.empty((0, 4)), [0]
    else:
        merges = _clusters.tree(found.covariance, distance, linkage, leaf_order)
        order = _clusters.leaves(merges)
    weights = _bisect(found.covariance, order, deviation, low, high)
    return found.result(weights, "hierarchical risk parity", linkage=merges, order=order)


def _bisect(
    covariance: Floats, order: list[int], deviation: bool, lower: Floats, upper: Floats
) -> Floats:
    """Each half of a cluster gets the share of the other's risk, within bounds.

    A cluster's risk is that of its inverse-risk portfolio, whose products are summed in blocks.
    """
    inverse = covariance.diagonal()[order] ** (-0.5 if deviation else -1.0)
    products = covariance[np.ix_(order, order)] * inverse * inverse[:, None]
    low, high = lower[order], upper[order]
    bounded = bool(low.any() or (high < 1).any())

    def risk(start: int, end: int) -> float:
        variance = max(float(products[start:end, start:end].sum()), 0.0)
        variance /= float(inverse[start:end].sum()) ** 2
        return variance**0.5 if deviation else variance

    weights = np.empty(len(order))
    clusters = [(0, len(order), 1.0)]
    while clusters:
        start, end, share = clusters.pop()
        if end - start == 1:
            weights[order[start]] = share
            continue
        middle = start + (end - start) // 2
        left, right = risk(start, middle), risk(middle, end)
        own = share * (right / (left + right) if left + right > 0 else 0.5)
        if bounded:
            own = min(max(own, low[start:middle].sum()), high[start:middle].sum())
            other = min(max(share - own, low[middle:end].sum()), high[middle:end].sum())
            own = share - other
        clusters += [(start, middle, own), (middle, end, share - own)]
    return weights


def compute_hierarchical_equal_risk_weights(
    returns: Any = None,
    *,
    covariance: Any = "sample",
    n_clusters: int | None = None,
    distance: str = "correlation",
    linkage: str = "ward",
    cluster_risk: str = "variance",
    lower: Any = 0.0,
    upper: Any = 1.0,
    backend: str | None = None,
) -> Weights:
    """Hierarchical equal risk contribution (HERC) weights, long-only, of total one.

    The tree is cut into clusters; each split above the cut shares by the summed risks of the
    clusters on its sides, and a cluster's assets by their inverse risk.

    Parameters
    ----------
    returns, covariance, backend
        As for :func:`~hft_py.portfolio.compute_risk_parity_weights`.
    n_clusters
        Default: chosen by the two-order difference of the dispersion, as in skfolio.
    distance, linkage, cluster_risk
        As for :func:`compute_hierarchical_risk_parity_weights`. Default: skfolio's and
        Riskfolio-Lib's.
    lower, upper
        Bounds of each weight; where one binds, the weights within them that change least
        relative to the unbounded ones, as skfolio does.

    Returns
    -------
    Weights
        ``details``: ``linkage``, ``clusters`` (positions of their assets).

    Raises
    ------
    TypeError, ValueError
        As for :func:`compute_hierarchical_risk_parity_weights`; more clusters than assets.

    Notes
    -----
    Raffinot (2018), "The hierarchical equal risk contribution portfolio".

    Examples
    --------
    >>> found = compute_hierarchical_equal_risk_weights(
    ...     covariance=[[0.04, 0.0, 0.0], [0.0, 0.01, 0.005], [0.0, 0.005, 0.01]], n_clusters=2
    ... )
    >>> found.array().round(4).tolist()
    [0.1579, 0.4211, 0.4211]
    """
    deviation = _deviation(cluster_risk)
    found = estimate(returns, covariance, kernels("portfolio", backend))
    low, high = bounds(lower, upper, found.assets)
    merges, groups = cluster(found.covariance, n_clusters, distance, linkage)
    weights, risks = np.ones(len(found.assets)), np.empty(len(groups))
    for place, group in enumerate(groups):
        block = found.covariance[np.ix_(group, group)]
        inverse = block.diagonal() ** (-0.5 if deviation else -1.0)
        inverse /= inverse.sum()
        variance = max(float(inverse @ block @ inverse), 0.0)
        risks[place] = variance**0.5 if deviation else variance
        weights[group] = inverse
    _share(merges, groups, risks, weights)
    weights = nearest_within(weights, low, high)
    return found.result(
        weights, "hierarchical equal risk contribution", linkage=merges, clusters=groups
    )


def cluster(
    covariance: Floats, n_clusters: int | None, distance: str, linkage: str
) -> tuple[Floats, list[Any]]:
    """The tree and the assets of its clusters."""
    n = len(covariance)
    if n_clusters is not None:
        checks.whole_number("n_clusters", n_clusters, least=1, most=n)
    if n == 1:
        return np.empty((0, 4)), [np.array([0])]
    merges = _clusters.tree(covariance, distance, linkage, "tree")
    if n_clusters is None:
        n_clusters = _clusters.number_of_clusters(merges, _clusters.distances(covariance))
    return merges, _clusters.groups(merges, n_clusters)


def _share(merges: Floats, groups: list[Any], risks: Floats, weights: Floats) -> None:
    """Multiply the weights of every cluster by its share, split by split from the root."""
    n = len(merges) + 1
    members: list[list[int]] = [[i] for i in range(n)]
    for left, right in merges[:, :2].astype(int):
        members.append(members[left] + members[right])
    label = np.empty(n, dtype=int)
    for place, group in enumerate(groups):
        label[group] = place
    stack = [2 * n - 2] if n > 1 else []
    while stack:
        node = stack.pop()
        if node < n or (label[members[node]] == label[members[node][0]]).all():
            continue
        left, right = (int(child) for child in merges[node - n, :2])
        sides = [np.unique(label[members[child]]) for child in (left, right)]
        first, second = (float(risks[side].sum()) for side in sides)
        part = second / (first + second) if first + second > 0 else 0.5
        weights[members[left]] *= part
        weights[members[right]] *= 1 - part
        stack += [left, right]


def nearest_within(weights: Floats, lower: Floats, upper: Floats) -> Floats:
    """The weights of total one within bounds of least ``sum(((w - w0) / w0)**2)``.

    ``w = clip(w0 + m w0**2)`` for the one ``m`` that gives the total one: bisection on ``m``.
    """
    if ((lower <= weights) & (weights <= upper)).all():
        return weights
    squares = weights * weights
    reach = (np.abs(upper - weights) + np.abs(lower - weights)) / squares
    left, right = -reach.max(), reach.max()
    for _ in range(200):
        middle = 0.5 * (left + right)
        moved: Floats = np.clip(weights + middle * squares, lower, upper)
        if moved.sum() > 1:
            right = middle
        else:
            left = middle
        if not left < 0.5 * (left + right) < right:
            break
    return moved


def _deviation(cluster_risk: str) -> bool:
    names = _clusters.CLUSTER_RISKS
    return checks.choice("cluster_risk", cluster_risk, names) == "standard_deviation"
