"""Entropies of binned and of discrete variables."""

from __future__ import annotations

from typing import Any

from hft_py import checks
from hft_py.information_theory._inputs import DISCRETE, setting


def compute_entropy(
    x: Any,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    local: bool = False,
    backend: str | None = None,
) -> Any:
    """H(X), by default in bits.

    Parameters
    ----------
    x
        ``(n,)`` of at least 2, or ``(n, d)`` for the entropy of ``d`` columns together: an array, a
        list, a Series or a frame of pandas or Polars.
    n_bins
        Bins of each column of real numbers, 10 by default as in many tools; or the edges of all
        bins, outer ones included (``-inf`` and ``inf`` are allowed). A value at an edge is in the
        bin above, in the last bin at the end.
    binning
        ``"auto"`` (default): real numbers by equal width, and integers, truth values and strings as
        they are, one code for each. ``"equal_width"``, ``"equal_frequency"`` (quantiles; equal ones
        are one edge), ``"freedman_diaconis"`` (width ``2 IQR / n^(1/3)``; it replaces ``n_bins``)
        and ``"discrete"`` are for all columns.
    estimator
        ``"plugin"`` (default): frequencies as probabilities, which for a finite sample is too low
        by about ``(cells - 1) / (2 n)`` nats; ``"miller_madow"`` adds that; ``"grassberger"`` uses
        digamma functions; ``"shrinkage"`` shrinks frequencies towards equal ones, empty bins
        included.
    base
        Of the logarithm, above 1: 2 (default) for bits, ``math.e`` for nats.
    local
        Give ``-log p(x_t)`` of each observation instead, ``(n,)``; plug-in only.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``; None for the choice made elsewhere.

    Raises
    ------
    ValueError
        NaN or infinite values (remove those rows from every argument), fewer than 2 rows, fewer
        than 1 bin, values outside given edges.
    TypeError
        What is no number, truth value or string.

    References
    ----------
    Miller (1955); Grassberger, arXiv:physics/0307138; Hausser and Strimmer, JMLR 10 (2009).

    Examples
    --------
    Counts of 2, 2 and 1: ``-0.4 log2 0.4 - 0.4 log2 0.4 - 0.2 log2 0.2``.

    >>> round(compute_entropy([0, 0, 1, 1, 2]), 6)
    1.521928
    >>> round(compute_entropy(["up", "down", "up", "down"], base=10), 6)
    0.30103
    """
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    (codes,) = chosen.coded(x=x)
    if checks.flag("local", local):
        chosen.refuse_local()
        # Information that a variable has of itself.
        return chosen.local(codes, codes)
    return max(0.0, chosen.information(codes)[1])


def compute_joint_entropy(
    x: Any,
    y: Any,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    backend: str | None = None,
) -> float:
    """H(X, Y), by default in bits: that of the pairs. Parameters as for :func:`compute_entropy`.

    Of more variables: :func:`compute_entropy` of their columns.

    Examples
    --------
    Four pairs, each once: ``log2 4``.

    >>> compute_joint_entropy([0, 0, 1, 1], [0, 1, 0, 1])
    2.0
    """
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    shared, of_x, of_y = chosen.information(*chosen.coded(x=x, y=y))
    return max(0.0, float(of_x + of_y - shared))


def compute_conditional_entropy(
    x: Any,
    given: Any,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    backend: str | None = None,
) -> float:
    """H(X | given), by default in bits. Parameters as for :func:`compute_entropy`.

    Examples
    --------
    Where ``given`` is 0, x is 0; where it is 1 (half of the time), x is 0 or 1.

    >>> compute_conditional_entropy([0, 0, 0, 1], [0, 0, 1, 1])
    0.5
    """
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    codes, known = chosen.coded(x=x, given=given)
    return max(0.0, chosen.information(codes, None, known)[1])
