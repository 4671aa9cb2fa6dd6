"""Divergences between two distributions, or between two samples in common bins."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import backend as backends
from hft_py import checks
from hft_py.information_theory._binning import binner
from hft_py.information_theory._validation import Floats, bits_to_base, variable


def compute_kl_divergence(
    p: Any,
    q: Any,
    n_bins: Any = None,
    *,
    binning: str = "auto",
    base: float = 2.0,
    backend: str | None = None,
) -> float:
    """D(P || Q), Kullback and Leibler's divergence of P from Q, by default in bits.

    Parameters
    ----------
    p, q
        Without ``n_bins``: two distributions over the same outcomes, ``(k,)`` each, as
        probabilities, counts or weights; they are divided by their sums. With ``n_bins``: two
        samples, of any lengths.
    n_bins, binning
        Bins for two samples, with edges common to both (of the two together); as for
        :func:`compute_entropy`. Pass ``n_bins=10`` also for discrete samples, which are taken as
        they are.
    base, backend
        As for :func:`compute_entropy`.

    Returns
    -------
    float
        Not negative; infinite where an outcome has probability 0 under Q and not under P.

    Raises
    ------
    ValueError
        Negative or infinite weights, weights that sum to 0, different lengths.

    Examples
    --------
    ``0.5 log2(0.5 / 0.25) + 0.5 log2(0.5 / 0.75)``.

    >>> round(compute_kl_divergence([0.5, 0.5], [0.25, 0.75]), 6)
    0.207519
    >>> compute_kl_divergence([1, 1], [1, 0])
    inf
    """
    first, second = _distributions(p, q, n_bins, binning, backend)
    return _divergence(first, second) * bits_to_base(base)


def compute_js_divergence(
    p: Any,
    q: Any,
    n_bins: Any = None,
    *,
    binning: str = "auto",
    base: float = 2.0,
    backend: str | None = None,
) -> float:
    """Jensen and Shannon's divergence: the mean divergence of P and Q from their mean.

    Symmetric, from 0 for equal distributions to 1 bit for those without a common outcome; the
    square root is a distance. SciPy's ``jensenshannon`` is that square root, in nats. Parameters
    and errors as for :func:`compute_kl_divergence`.

    References
    ----------
    Lin, IEEE Trans. Inf. Theory 37 (1991).

    Examples
    --------
    >>> compute_js_divergence([1, 0], [0, 1])
    1.0
    >>> round(compute_js_divergence([0.5, 0.5], [0.25, 0.75]), 6)
    0.048795
    """
    first, second = _distributions(p, q, n_bins, binning, backend)
    middle = 0.5 * (first + second)
    found = 0.5 * (_divergence(first, middle) + _divergence(second, middle))
    return min(found, 1.0) * bits_to_base(base)


def _divergence(p: Floats, q: Floats) -> float:
    """``sum p log2(p / q)``, not below the 0 that rounding may miss."""
    some = p > 0.0
    if (q[some] == 0.0).any():
        return float("inf")
    # The logarithms' difference: a quotient may overflow.
    return max(0.0, float((p[some] * (np.log2(p[some]) - np.log2(q[some]))).sum()))


def _distributions(
    p: Any, q: Any, n_bins: Any, binning: Any, backend: Any
) -> tuple[Floats, Floats]:
    if n_bins is None:
        first, second = _weights("p", p), _weights("q", q)
        if len(first) != len(second):
            raise ValueError(
                f"p has {len(first)} outcomes and q {len(second)}, expected the same; for two "
                "samples give n_bins"
            )
        return first, second
    chosen = binner(binning, n_bins, backends.kernels("information_theory", backend))
    samples = variable("p", p, ndim=(1,)), variable("q", q, ndim=(1,))
    kinds = [sample.columns[0].dtype.kind in "US" for sample in samples]
    if kinds[0] != kinds[1]:
        raise TypeError("p holds strings and q numbers, or the reverse: expected the same")
    both = np.concatenate([sample.columns[0] for sample in samples])
    codes, size = chosen.column(variable("p and q", both))
    parts = np.split(codes, [len(samples[0])])
    counts = [np.bincount(part, minlength=size) for part in parts]
    return counts[0] / len(parts[0]), counts[1] / len(parts[1])


def _weights(name: str, value: Any) -> Floats:
    found = checks.finite_array(name, value)
    if (found < 0.0).any():
        index = int(np.flatnonzero(found < 0.0)[0])
        raise ValueError(f"{name}[{index}] is {found[index]}, expected no negative weight")
    largest = float(found.max())
    if largest == 0.0:
        raise ValueError(f"{name} sums to 0, expected a positive weight")
    found = found / largest  # a sum could overflow
    weights: Floats = found / found.sum()
    return weights
