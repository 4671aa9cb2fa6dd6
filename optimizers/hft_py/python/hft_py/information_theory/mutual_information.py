"""Mutual information, plain, normalised and conditional."""

from __future__ import annotations

import math
from typing import Any

from hft_py import checks
from hft_py.information_theory._inputs import DISCRETE, clipped, estimated, setting
from hft_py.information_theory._validation import variables

NORMALIZATIONS = ("arithmetic", "geometric", "min", "max", "joint")


def compute_mutual_information(
    x: Any,
    y: Any,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    local: bool = False,
    n_neighbors: int = 3,
    threads: int = 1,
    backend: str | None = None,
) -> Any:
    """I(X; Y), by default in bits.

    It is symmetric in every bit, never negative, and with the plug-in never above the smaller
    entropy; corrected estimates are clipped to that range, where the true value lies.

    Parameters
    ----------
    x, y
        Of ``n`` rows each: ``(n,)``, or ``(n, d)`` for several columns together. Arrays, lists,
        Series and frames.
    n_bins, binning, base, backend
        As for :func:`compute_entropy`.
    estimator
        One of those of :func:`compute_entropy`; or of the numbers themselves, without bins,
        ``"ksg"`` (nearest neighbours; each variable is brought to a deviation near 1, so that units
        do not matter) or ``"gaussian"`` (copula).
    local
        Give ``log p(x_t, y_t) / (p(x_t) p(y_t))`` of each observation instead, ``(n,)``, some of
        them negative; their mean is the information.
    n_neighbors, threads
        Of ``"ksg"`` only. Default 3, as scikit-learn: more lower the variance and raise the bias.

    Errors are those of :func:`compute_entropy`, and different lengths.

    Examples
    --------
    Y = 0 and Y = 2 tell X, a fair coin; Y = 1, a third of the cases, tells nothing: 2/3 bit.

    >>> round(compute_mutual_information([0] * 6 + [1] * 6, [0] * 4 + [1] * 4 + [2] * 4), 6)
    0.666667
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=10_000)
    >>> y = 0.5 * x + np.sqrt(0.75) * rng.normal(size=10_000)  # -ln(0.75) / 2 = 0.144 nats
    >>> round(compute_mutual_information(x, y, 20, estimator="miller_madow", base=np.e), 2)
    0.14
    """
    chosen = setting(n_bins, binning, estimator, base, backend)
    first, second = variables(x=x, y=y)
    return estimated(
        chosen, first, second, None, local=local, n_neighbors=n_neighbors, threads=threads
    )


def compute_normalized_mutual_information(
    x: Any,
    y: Any,
    n_bins: Any = 10,
    *,
    normalization: str = "arithmetic",
    binning: str = "auto",
    estimator: str = "plugin",
    backend: str | None = None,
) -> float:
    """I(X; Y) divided by an average of the entropies: 0 for independent, 1 for equal variables.

    Parameters
    ----------
    normalization
        ``"arithmetic"`` (default, as scikit-learn), ``"geometric"``, ``"min"`` or ``"max"`` of H(X)
        and H(Y), or ``"joint"``: H(X, Y). Where that is 0, as of two constants, the result is 0.

    The other parameters and errors as for :func:`compute_mutual_information`.

    Examples
    --------
    I = 2/3, H(X) = 1 and H(Y) = log2 3 bits.

    >>> x, y = [0] * 6 + [1] * 6, [0] * 4 + [1] * 4 + [2] * 4
    >>> round(compute_normalized_mutual_information(x, y), 6)
    0.515804
    >>> round(compute_normalized_mutual_information(x, y, normalization="min"), 6)
    0.666667
    """
    checks.choice("normalization", normalization, NORMALIZATIONS)
    chosen = setting(n_bins, binning, estimator, 2.0, backend, DISCRETE)
    return normalized(chosen.information(*chosen.coded(x=x, y=y)), normalization)


def normalized(found: tuple[float, float, float], normalization: str) -> float:
    """Information over an average of the entropies; 0 where that is 0."""
    shared, (_, x, y) = clipped(found), found
    averages = {
        "arithmetic": (x + y) / 2.0,
        "geometric": math.sqrt(max(x, 0.0) * max(y, 0.0)),
        "min": min(x, y),
        "max": max(x, y),
        "joint": x + y - shared,
    }
    average = averages[normalization]
    # Rounding may lift equal variables above 1 by a unit in the last place.
    return min(1.0, shared / average) if average > 0.0 else 0.0


def compute_conditional_mutual_information(
    x: Any,
    y: Any,
    z: Any,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    local: bool = False,
    n_neighbors: int = 3,
    threads: int = 1,
    backend: str | None = None,
) -> Any:
    """I(X; Y | Z), by default in bits: what X and Y share beyond what Z tells of both.

    Parameters
    ----------
    z
        What is conditioned on: ``(n,)``, or ``(n, d)`` for several columns together.

    The other parameters and errors as for :func:`compute_mutual_information`.

    Examples
    --------
    Of two coins and whether they agree, any two are independent, and tell the third.

    >>> x, y, z = [0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]
    >>> compute_mutual_information(x, y), compute_conditional_mutual_information(x, y, z)
    (0.0, 1.0)
    """
    chosen = setting(n_bins, binning, estimator, base, backend)
    first, second, third = variables(x=x, y=y, z=z)
    return estimated(
        chosen, first, second, third, local=local, n_neighbors=n_neighbors, threads=threads
    )
