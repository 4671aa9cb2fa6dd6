"""Mutual information by a Gaussian copula, in nats.

Each coordinate is replaced by the normal quantiles of its ranks, and the information is that of
normal variables with the correlations found. No monotone change of a coordinate matters, nor do
outliers. The value is a lower bound of the information: exact in the limit where normal scores are
jointly normal, and blind to dependence that leaves them uncorrelated (``y = x**2``). It takes
``n log n`` steps and needs far fewer rows than :mod:`hft_py.information_theory.ksg`, in many
dimensions above all.

With orthonormal bases of the scores of ``x`` and ``y`` (less what ``z`` explains), the singular
values ``rho`` of the product of the two are canonical correlations, and the information is
``-1/2 sum ln(1 - rho**2)``. That is the difference of log-determinants of the source, is never
negative, and holds for repeated and constant columns too.

Source: Ince, Giordano, Kayser, Rousselet, Gross, Schyns, Human Brain Mapping 38 (2017), section
"Gaussian copula mutual information". Its correction of the bias, about ``d_x d_y / 2 n``, is not
made: a permutation test does that.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

from hft_py.information_theory._linear import EPSILON, basis, unit_columns, without

Floats = npt.NDArray[np.float64]

__all__ = ["conditional_mutual_information", "mutual_information"]


def mutual_information(x: Floats, y: Floats) -> float:
    """Mutual information of ``x`` and ``y`` in nats.

    Parameters
    ----------
    x, y
        Finite float64, ``(n, d)``; ``d`` may differ. Ties share their mean rank.

    Returns
    -------
    0 for a constant; infinite where a linear combination of one's scores is one of the other's.

    Examples
    --------
    Of normal variables with correlation 1/2 it is ``-ln(1 - 1/4) / 2``, 0.1438; changing one of
    them by a monotone function changes nothing:

    >>> x, noise = np.random.default_rng(0).normal(size=(2, 20_000, 1))
    >>> y = 0.5 * x + 0.75**0.5 * noise
    >>> round(mutual_information(x, y), 2), round(mutual_information(x, np.exp(3 * y)), 2)
    (0.14, 0.14)
    """
    return _information(_scores(x), _scores(y))


def conditional_mutual_information(x: Floats, y: Floats, z: Floats) -> float:
    """Mutual information of ``x`` and ``y`` given ``z`` in nats.

    Arguments as in :func:`mutual_information`.

    Examples
    --------
    Two noisy copies of ``z``, correlated by 1/2, share no information beyond it:

    >>> z, a, b = np.random.default_rng(0).normal(size=(3, 20_000, 1))
    >>> round(mutual_information(z + a, z + b), 2)
    0.14
    >>> abs(round(conditional_mutual_information(z + a, z + b, z), 2))
    0.0
    """
    known = basis(_scores(z))
    return _information(without(_scores(x), known), without(_scores(y), known))


def _scores(values: Floats) -> Floats:
    """Normal quantiles of the ranks, ``(n, d)``, each column of mean 0 and length 1 (or zero)."""
    return unit_columns(ndtri(rankdata(values, axis=0) / (len(values) + 1)))


def _information(x: Floats, y: Floats) -> float:
    """Of the columns of two matrices."""
    left, right = basis(x), basis(y)
    if not (left.shape[1] and right.shape[1]):
        return 0.0
    unexplained = 1.0 - np.linalg.svd(left.T @ right, compute_uv=False) ** 2
    # Rounding alone leaves so much of a correlation of 1.
    if (unexplained < max(len(x), 16) * EPSILON).any():
        return float("inf")
    return -0.5 * float(np.log(unexplained).sum()) + 0.0  # not -0.0
