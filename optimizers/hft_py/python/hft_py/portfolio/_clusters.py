"""Hierarchical clustering of assets by their correlations, by SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks

Floats = npt.NDArray[np.float64]

DISTANCES = ("correlation", "euclidean")
LINKAGES = ("single", "complete", "average", "weighted", "ward", "centroid", "median")
LEAF_ORDERS = ("tree", "optimal")
CLUSTER_RISKS = ("variance", "standard_deviation")


def distances(covariance: Floats) -> Floats:
    """The correlation distance ``sqrt((1 - rho) / 2)`` of each pair, ``(n, n)``."""
    deviation = np.sqrt(covariance.diagonal())
    correlation = covariance / deviation / deviation[:, None]
    found: Floats = np.sqrt(np.clip(0.5 - 0.5 * correlation, 0.0, 1.0))
    return found


def tree(covariance: Floats, distance: str, linkage: str, leaf_order: str) -> Floats:
    """SciPy's linkage matrix ``(n - 1, 4)``.

    ``"euclidean"`` is the distance between the rows of correlation distances, which López de
    Prado (2016) clusters by; ``"correlation"`` those distances themselves.
    """
    import scipy.cluster.hierarchy as hierarchy
    import scipy.spatial.distance as spatial

    checks.choice("distance", distance, DISTANCES)
    checks.choice("linkage", linkage, LINKAGES)
    optimal = checks.choice("leaf_order", leaf_order, LEAF_ORDERS) == "optimal"
    apart = distances(covariance)
    euclidean = distance == "euclidean"
    condensed = spatial.pdist(apart) if euclidean else spatial.squareform(apart, checks=False)
    found: Floats = hierarchy.linkage(condensed, linkage, optimal_ordering=optimal)
    return found


def leaves(linkage: Floats) -> list[int]:
    """The assets from left to right, as SciPy's ``leaves_list``, whose checks take longer."""
    n = len(linkage) + 1
    children = linkage[:, :2].astype(int).tolist()
    order: list[int] = []
    stack = [2 * n - 2]
    while stack:
        node = stack.pop()
        if node < n:
            order.append(node)
        else:
            left, right = children[node - n]
            stack += (right, left)
    return order


def number_of_clusters(linkage: Floats, apart: Floats) -> int:
    """The number that the two-order difference of the dispersion chooses, as skfolio has it.

    The dispersion of ``k`` clusters is the sum of their mean distances; the greatest second
    difference, up to ``max(8, sqrt(n))`` clusters, marks the end of its fall (Yue, Wang and Wei
    2009).
    """
    import scipy.cluster.hierarchy as hierarchy

    n = len(apart)
    if n <= 2:
        return n
    cuts = hierarchy.cut_tree(linkage)
    dispersion = []
    for k in range(1, min(n, max(8, round(n**0.5))) + 1):
        groups = [np.flatnonzero(cuts[:, n - k] == label) for label in range(k)]
        pairs = [apart[np.ix_(g, g)][np.triu_indices(len(g), 1)] for g in groups if len(g) > 1]
        dispersion.append(sum(float(p.mean()) for p in pairs))
    gaps = np.diff(dispersion, 2)
    return int(gaps.argmax()) + 2 if len(gaps) else min(n, 2)


def groups(linkage: Floats, count: int) -> list[Any]:
    """The assets of each of at most ``count`` clusters: the tree without its last merges."""
    import scipy.cluster.hierarchy as hierarchy

    found = hierarchy.fcluster(linkage, count, criterion="maxclust")
    return [np.flatnonzero(found == label) for label in range(1, found.max() + 1)]
