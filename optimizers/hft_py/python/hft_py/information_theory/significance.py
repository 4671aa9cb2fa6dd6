"""Permutation tests: how large a measure is where the variables have nothing in common."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.backend import KernelSet
from hft_py.information_theory._binning import Codes, alike
from hft_py.information_theory._inputs import DISCRETE, Setting, setting
from hft_py.information_theory._validation import Floats, ensure_memory, same_length, variables
from hft_py.information_theory.result import Significance
from hft_py.information_theory.transfer_entropy import Past, series

MAX_PERMUTATIONS = 2**31


def compute_mutual_information_significance(
    x: Any,
    y: Any,
    n_permutations: int = 1000,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    seed: Any = None,
    threads: int = 1,
    backend: str | None = None,
) -> Significance:
    """I(X; Y) with its values where the rows of X are permuted.

    Under the null any order of X is as likely as any other: X is independent of Y, and its rows
    are exchangeable. Series that both remember their past share information by chance more often
    than permuted ones; take every ``m``-th row of them.

    Parameters
    ----------
    n_permutations
        1000 by default: the least p-value is then 0.001.
    seed
        A whole number, a generator, or None (default) for one of the operating system. Permutation
        ``p`` is a function of the seed and of ``p`` alone, whatever ``threads`` is.
    threads
        Over which permutations are shared out; 0 for all cores.

    The other parameters and errors as for :func:`compute_mutual_information`, with one of its
    discrete estimators. Corrected estimates are not clipped here, so that their mean under the null
    is near 0.

    Examples
    --------
    >>> found = compute_mutual_information_significance([0, 1] * 20, [0, 1] * 20, 99, seed=1)
    >>> found.value, found.p_value, 0.9 < found.effective < 1
    (1.0, 0.01, True)
    """
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    first, second = variables(x=x, y=y)
    codes = chosen.binner.variable
    names = ("+".join(first.names), "+".join(second.names))
    return _significance(
        chosen,
        (codes(first), codes(second), None),
        "mutual information",
        names,
        n_permutations,
        seed,
        threads,
    )


def compute_transfer_entropy_significance(
    source: Any,
    target: Any,
    lag: int = 1,
    history: int = 1,
    n_bins: Any = 10,
    *,
    n_permutations: int = 1000,
    source_history: int = 1,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    seed: Any = None,
    threads: int = 1,
    backend: str | None = None,
) -> Significance:
    """Transfer entropy with its values where the source's past is permuted over time.

    The target and its own past stay as they are, and each past of the source stays together: what
    is tested is only whether it belongs to its time. ``effective`` is the effective transfer
    entropy: less the mean under the null, which is the bias of a finite sample.

    Parameters as for :func:`compute_transfer_entropy`, with a discrete estimator, and
    :func:`compute_mutual_information_significance`.

    References
    ----------
    Marschinski and Kantz, Eur. Phys. J. B 30, 275 (2002); Lizier, Front. Robot. AI 1 (2014).

    Examples
    --------
    >>> import numpy as np
    >>> source = np.random.default_rng(0).normal(size=500)
    >>> target = np.roll(source, 1)
    >>> found = compute_transfer_entropy_significance(source, target, n_bins=3, seed=1)
    >>> found.p_value < 0.01 < found.effective < found.value
    True
    """
    chosen = setting(n_bins, binning, estimator, base, backend, DISCRETE)
    first, second = series(source, target)
    past = Past(lag, history, source_history, same_length((first, second)))
    codes = past.codes(chosen.binner.column(first), chosen.binner.column(second))
    names = (first.names[0], second.names[0])
    return _significance(chosen, codes, "transfer entropy", names, n_permutations, seed, threads)


def _significance(
    chosen: Setting,
    codes: tuple[Codes, Codes, Codes | None],
    measure: str,
    names: tuple[str, ...],
    n_permutations: Any,
    seed: Any,
    threads: Any,
) -> Significance:
    count = checks.whole_number("n_permutations", n_permutations, least=1, most=MAX_PERMUTATIONS)
    ensure_memory(count)
    number, workers = checks.seed_number(seed), checks.thread_count(threads)
    how = (number, 0, 0, count, workers)
    (value, _, _), null = permutation_test(chosen.kernels, codes, chosen.estimator, *how)
    effective, p_value, mean, deviation = summary(value, null, chosen.scale)
    return Significance(
        value=value * chosen.scale,
        effective=effective,
        p_value=p_value,
        null_mean=mean,
        null_std=deviation,
        null=null * chosen.scale,
        measure=measure,
        names=names,
        base=chosen.base,
        estimator=chosen.estimator,
        seed=number,
        backend=chosen.kernels.name,
    )


def permutation_test(
    kernels: KernelSet,
    codes: tuple[Codes, Codes, Codes | None],
    estimator: str,
    seed: int,
    pair: int,
    first: int,
    count: int,
    threads: int,
) -> tuple[tuple[float, float, float], Floats]:
    """The information and the entropies in bits, not clipped; the information where permuted."""
    arguments = alike(*codes)
    found = kernels.information(*arguments, estimator)
    if not count:
        return found, np.empty(0)
    return found, kernels.permuted(*arguments, estimator, seed, pair, first, count, threads)


def summary(value: float, null: Floats, scale: float) -> tuple[float, float, float, float]:
    """Effective value, p-value, mean and deviation of the null, ``scale`` units in a bit."""
    reached = int(np.count_nonzero(null >= value))
    mean = float(null.mean())
    return (
        (value - mean) * scale,
        (1 + reached) / (1 + len(null)),
        mean * scale,
        float(null.std()) * scale,
    )
