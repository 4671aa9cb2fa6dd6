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

Source: Ince, Giordano, Kayser, Rousselet, Gross, Schyns, Human Brain Mapping 38 (2017), sections
"Gaussian copula mutual information" and "bias correction".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, ndtri
from scipy.stats import rankdata

from hft_py.information_theory._linear import EPSILON, basis, unit_columns, without

Floats = npt.NDArray[np.float64]

__all__ = ["conditional_mutual_information", "mutual_information"]


def mutual_information(x: Floats, y: Floats, *, bias_correction: bool = False) -> float:
    """Mutual information of ``x`` and ``y`` in nats.

    Parameters
    ----------
    x, y
        Finite float64, ``(n, d)``; ``d`` may differ. Ties share their mean rank.
    bias_correction
        Subtract what independent normal variables would have on average, about ``d_x d_y / 2 n``.
        The value may then be negative. Default: not, as permutation tests correct by themselves.

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
    bases = basis(_scores(x)), basis(_scores(y))
    return _information(*bases, given=0, bias_correction=bias_correction)


def conditional_mutual_information(
    x: Floats, y: Floats, z: Floats, *, bias_correction: bool = False
) -> float:
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
    bases = (basis(without(scores, known)) for scores in (_scores(x), _scores(y)))
    return _information(*bases, given=known.shape[1], bias_correction=bias_correction)


def _scores(values: Floats) -> Floats:
    """Normal quantiles of the ranks, ``(n, d)``, each column of mean 0 and length 1 (or zero)."""
    return unit_columns(ndtri(rankdata(values, axis=0) / (len(values) + 1)))


def _information(x: Floats, y: Floats, *, given: int, bias_correction: bool) -> float:
    """Of two bases, from which as many as ``given`` others were projected out."""
    rows, widths = len(x), (x.shape[1], y.shape[1])
    rho = np.linalg.svd(x.T @ y, compute_uv=False) if all(widths) else np.empty(0)
    unexplained = 1.0 - rho**2
    # Rounding alone leaves so much of a correlation of 1.
    if (unexplained < max(rows, 16) * EPSILON).any():
        return float("inf")
    found = -0.5 * float(np.log(unexplained).sum()) + 0.0  # not -0.0
    if not bias_correction:
        return found
    # The mean of the logarithm of a Wishart determinant, of each side and of both together.
    psi = digamma((rows - given - np.arange(1, 1 + sum(widths))) / 2.0)
    return found - 0.5 * float(psi[: widths[0]].sum() + psi[: widths[1]].sum() - psi.sum())
