"""Feature selection: the features that tell most of a target, without repeating each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.information_theory._binning import Codes
from hft_py.information_theory._inputs import DISCRETE, Setting, clipped, setting
from hft_py.information_theory._validation import Floats, Variable, same_length, variable
from hft_py.information_theory.result import FeatureSelection

METHODS = ("ranking", "mrmr", "mrmr_quotient")


def select_features_by_mutual_information(
    features: Any,
    target: Any,
    k: int = 10,
    n_bins: Any = 10,
    *,
    method: str = "ranking",
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    threads: int = 1,
    backend: str | None = None,
) -> FeatureSelection:
    """The ``k`` best of the columns of ``features``, best first.

    Parameters
    ----------
    features
        ``(n, d)``: an array, or a frame, whose column names are kept. An array of float64 in either
        layout is not copied.
    target
        ``(n,)``: classes, or numbers, which are binned as the features are.
    k
        How many, at most ``d``.
    method
        ``"ranking"`` (default): by I(feature; target), each on its own. ``"mrmr"``: minimum
        redundancy, maximum relevance; one after the other, by I(feature; target) less the mean
        I(feature; chosen) over those chosen before. ``"mrmr_quotient"``: by the one divided by the
        other. Of equal scores the first column wins.
    threads
        Over which the columns of an array are shared out for the ranking; 0 for all cores. The
        result is the same.

    The other parameters and errors as for :func:`compute_mutual_information`, with one of its
    discrete estimators. The plug-in favours columns with more bins; where their numbers differ,
    prefer ``"miller_madow"``.

    References
    ----------
    Peng, Long and Ding, IEEE Trans. Pattern Anal. Mach. Intell. 27, 1226 (2005).

    Examples
    --------
    The second column repeats the first; the third tells less, but something new.

    >>> rows = [[0, 0, 0], [0, 0, 1], [1, 1, 0], [1, 1, 1], [2, 2, 0], [2, 2, 1]]
    >>> target = [0, 1, 2, 3, 4, 4]
    >>> select_features_by_mutual_information(rows, target, 2).names
    ('features0', 'features1')
    >>> select_features_by_mutual_information(rows, target, 2, method="mrmr").names
    ('features0', 'features2')
    """
    checks.choice("method", method, METHODS)
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    columns, wanted = variable("features", features, ndim=(2,)), variable("target", target)
    same_length((columns, wanted))
    count = checks.whole_number("k", k, least=1)
    if count > len(columns.columns):
        raise ValueError(f"k={count}, expected at most {len(columns.columns)}: the features")
    goal = chosen.binner.variable(wanted)
    relevance = _relevance(chosen, columns, goal, checks.thread_count(threads))
    if method == "ranking":
        order = np.argsort(-relevance, kind="stable")[:count]
        scores, redundancy = relevance[order], None
    else:
        order, scores, redundancy = _mrmr(chosen, columns, relevance, count, method)
    return FeatureSelection(
        selected=order.astype(np.int64),
        names=tuple(columns.names[j] for j in order),
        scores=scores,
        relevance=relevance,
        redundancy=redundancy,
        feature_names=columns.names,
        method=method,
        base=chosen.base,
        estimator=chosen.estimator,
        backend=chosen.kernels.name,
    )


def _relevance(chosen: Setting, features: Variable, target: Codes, threads: int) -> Floats:
    """I(feature; target) of every feature, ``(d,)``."""
    binned = _binned_matrix(chosen, features)
    # Every column has a table of counts there; one much larger than the data is not made.
    most = max(2**16, len(features)) // target.size
    if binned is None or max(map(len, binned[1])) >= most:
        return shared_with(chosen, all_codes(chosen, features), target)
    found = chosen.kernels.relevance(*binned, *target, chosen.estimator, threads)
    relevance: Floats = np.maximum(found.min(axis=1), 0.0) * chosen.scale
    return relevance


def _binned_matrix(chosen: Setting, features: Variable) -> tuple[Floats, list[Floats]] | None:
    """A matrix of numbers, and the inner edges of each column; None where columns are of kinds."""
    matrix, binner = features.matrix, chosen.binner
    if matrix is None or binner.is_discrete(matrix[:, 0]):
        return None
    if not (matrix.flags.c_contiguous or matrix.flags.f_contiguous):
        matrix = np.ascontiguousarray(matrix)
    low, high = binner.kernels.extremes(matrix)
    edges = [
        binner.edges(features.column_label(j), matrix[:, j], float(low[j]), float(high[j]))
        for j in range(matrix.shape[1])
    ]
    return matrix, edges


def all_codes(chosen: Setting, features: Variable) -> list[Codes]:
    """The codes of each column."""
    return [chosen.binner.column(features, j) for j in range(len(features.columns))]


def shared_with(chosen: Setting, codes: list[Codes], other: Codes) -> Floats:
    """I(one; other) of each, ``(d,)``."""
    return np.array([clipped(chosen.information(one, other)) for one in codes])


def _mrmr(
    chosen: Setting, features: Variable, relevance: Floats, count: int, method: str
) -> tuple[Any, Floats, Floats]:
    """The columns chosen, their scores, and their mean information with those before them."""
    codes = all_codes(chosen, features)
    total = np.zeros_like(relevance)
    left = np.ones(len(relevance), dtype=bool)
    score: Callable[[Floats, Floats], Floats] = np.subtract if method == "mrmr" else _quotient
    order, scores, redundancies = [], [], []
    for step in range(count):
        redundancy = total / step if step else total
        values = score(relevance, redundancy) if step else relevance
        best = int(np.argmax(np.where(left, values, -np.inf)))
        order.append(best)
        scores.append(values[best])
        redundancies.append(redundancy[best])
        left[best] = False
        if step + 1 < count:
            total = total + shared_with(chosen, codes, codes[best])
    return np.array(order), np.array(scores), np.array(redundancies)


def _quotient(relevance: Floats, redundancy: Floats) -> Floats:
    """Relevance over redundancy; infinite where nothing is repeated, 0 for nothing at all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = relevance / redundancy
    return np.where(relevance > 0.0, found, 0.0)
