"""Mutual information of continuous variables by k nearest neighbours, in nats.

The estimate of Kraskov, Stoegbauer and Grassberger (algorithm 1) needs no bins, adapts to the
density, and has little bias; its authors found none for independent variables. Choose it for
dependence of any shape between a few coordinates, with a thousand rows or more. It takes about
``n log n`` steps, and many more with each further coordinate. Where the dependence is monotone,
:mod:`hft_py.information_theory.copula` needs fewer rows.

Variables are compared in the maximum norm, so coordinates of one variable should have comparable
scales. So should variables: ``estimator="ksg"`` first multiplies each by the power of two that
brings its standard deviation nearest to 1; the functions here take them as they are.

**Ties.** Where more than ``k`` rows are equal, they count as a discrete value with its own
probability (Gao et al. 2017), so mixtures of continuous values and a few discrete ones are allowed:
returns that are often zero. Values on a grid, as prices in ticks, tie at other distances too, and
then the estimate may be too high by tenths of a nat, which a :class:`TiedValuesWarning
<hft_py.errors.TiedValuesWarning>` says. The remedy is uniform noise as wide as the grid:
``x + step * (rng.random(x.shape) - 0.5)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.backend import kernels
from hft_py.errors import TiedValuesWarning, warn

Floats = npt.NDArray[np.float64]

# Rows looked at for a grid, and so many different values that repeat are one.
_SAMPLE, _GRID = 512, 10

__all__ = ["conditional_mutual_information", "mutual_information"]


def mutual_information(
    x: Floats,
    y: Floats,
    *,
    k: int = 3,
    backend: str | None = None,
    local: bool = False,
    threads: int = 1,
) -> Any:
    """Mutual information of ``x`` and ``y`` in nats.

    Parameters
    ----------
    x, y
        Finite float64, ``(n, d)``, C-contiguous; ``d`` may differ.
    k
        The number of neighbours, less than ``n``. Default 3: small bias; more neighbours reduce the
        variance and raise the bias.
    local
        The terms of each row, ``(n,)``, whose mean is the information. Some are negative.
    threads
        Share the rows out; the result does not depend on it.

    Returns
    -------
    A float, which may be a little negative; or the terms.

    Examples
    --------
    Of a variable with itself it is ``psi(n) - psi(k)``, here the sum of 1/3 to 1/9:

    >>> x = np.arange(10.0)[:, None] ** 2
    >>> round(mutual_information(x, x, k=3), 6), round(sum(1 / m for m in range(3, 10)), 6)
    (1.328968, 1.328968)
    """
    return _information(x, y, None, k, backend, local, threads)


def conditional_mutual_information(x: Floats, y: Floats, z: Floats, **how: Any) -> Any:
    """Mutual information of ``x`` and ``y`` given ``z`` in nats; ``how`` as there.

    With ``x`` the past of a source, ``y`` the present and ``z`` the past of a target, it is the
    transfer entropy from source to target.

    Examples
    --------
    Two noisy copies of ``z`` share information, and none that is not in ``z``:

    >>> z, a, b = np.random.default_rng(0).normal(size=(3, 4000, 1))
    >>> round(mutual_information(z + a, z + b), 2)
    0.13
    >>> abs(round(conditional_mutual_information(z + a, z + b, z), 2))
    0.0
    """
    return _information(x, y, z, **how)


def _information(
    x: Floats,
    y: Floats,
    z: Floats | None,
    k: int = 3,
    backend: str | None = None,
    local: bool = False,
    threads: int = 1,
) -> Any:
    for name, values in (("x", x), ("y", y), ("z", z)):
        if values is not None:
            _warn_of_grid(name, values)
    terms: Floats = kernels("information_theory", backend).ksg_information(x, y, z, k, threads)
    return terms if local else float(np.mean(terms))


def _warn_of_grid(name: str, values: Floats) -> None:
    """Warn where many different values repeat."""
    some = np.sort(values[:: max(1, len(values) // _SAMPLE)], axis=0)
    repeats = some[1:] == some[:-1]
    # A run of equal values counts once.
    starts = repeats[0].astype(int) + (repeats[1:] & ~repeats[:-1]).sum(axis=0)
    if starts.max() >= _GRID:
        warn(
            f"{name} has many values that repeat, as on a grid: the nearest-neighbour estimate may "
            f"be far too high; add uniform noise as wide as the grid to {name}, or bin it",
            TiedValuesWarning,
        )
