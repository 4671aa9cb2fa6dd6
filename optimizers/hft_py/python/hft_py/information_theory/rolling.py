"""Entropy and mutual information of every window, at constant cost a step."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.information_theory._binning import Codes, alike
from hft_py.information_theory._inputs import Setting, setting
from hft_py.information_theory._validation import Floats, same_length, variable

ESTIMATORS = ("plugin", "miller_madow", "grassberger")


def compute_rolling_entropy(
    x: Any,
    window: int,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    backend: str | None = None,
) -> Floats:
    """H of the last ``window`` observations at each time, ``(n,)``, by default in bits.

    A step changes two counts; sums are whole numbers, so each window equals its own recomputation
    in every bit.

    Parameters
    ----------
    window
        At least 2; the first ``window - 1`` results are NaN.
    n_bins
        The edges of bins made here depend on the whole series, **its future included**. Where that
        matters give the edges, chosen beforehand: ``[-inf, -0.01, 0.01, inf]``.
    estimator
        ``"plugin"``, ``"miller_madow"`` or ``"grassberger"``.

    The other parameters and errors as for :func:`compute_entropy`.

    Examples
    --------
    >>> compute_rolling_entropy([0, 0, 1, 1, 1, 1], 4)[3:].round(3)
    array([1.   , 0.811, 0.   ])
    """
    chosen = setting(n_bins, binning, estimator, base, backend, ESTIMATORS)
    first = variable("x", x)
    found = _rolled(chosen, chosen.binner.variable(first), None, window)
    return _padded(np.maximum(found[:, 1], 0.0), len(first))


def compute_rolling_mutual_information(
    x: Any,
    y: Any,
    window: int,
    n_bins: Any = 10,
    *,
    binning: str = "auto",
    estimator: str = "plugin",
    base: float = 2.0,
    backend: str | None = None,
) -> Floats:
    """I(X; Y) of the last ``window`` observations at each time, ``(n,)``, by default in bits.

    A short window shares information by chance: about ``(n_bins - 1)^2 / (2 window)`` nats. Use few
    bins, or an estimator that corrects for it. Parameters and errors as for
    :func:`compute_rolling_entropy` and :func:`compute_mutual_information`.

    Examples
    --------
    >>> compute_rolling_mutual_information([0, 1, 0, 1, 0, 0], [0, 1, 0, 1, 1, 1], 4)[3:].round(3)
    array([1.   , 0.311, 0.123])
    """
    chosen = setting(n_bins, binning, estimator, base, backend, ESTIMATORS)
    first, second = variable("x", x), variable("y", y)
    same_length((first, second))
    codes = chosen.binner.variable
    found = _rolled(chosen, codes(first), codes(second), window)
    return _padded(np.maximum(found.min(axis=1), 0.0), len(first))


def _rolled(chosen: Setting, x: Codes, y: Codes | None, window: Any) -> Floats:
    width = checks.whole_number("window", window, least=2, most=len(x.codes))
    found: Floats = chosen.kernels.rolling(*alike(x, y, None), width, chosen.estimator)
    return found * chosen.scale


def _padded(values: Floats, n: int) -> Floats:
    return np.concatenate([np.full(n - len(values), np.nan), values])
