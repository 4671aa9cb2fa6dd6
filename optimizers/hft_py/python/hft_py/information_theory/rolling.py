"""Entropy and mutual information of every window, at constant cost a step."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.information_theory._binning import Codes, alike
from hft_py.information_theory._inputs import Setting, setting
from hft_py.information_theory._validation import Floats

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
    (first,) = chosen.coded(x=x)
    found: Floats = np.maximum(_rolled(chosen, first, None, window)[:, 1], 0.0)
    return found


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
    first, second = chosen.coded(x=x, y=y)
    found = _rolled(chosen, first, second, window)
    shared: Floats = np.maximum(found.min(axis=1), 0.0)
    return shared


def _rolled(chosen: Setting, x: Codes, y: Codes | None, window: Any) -> Floats:
    """What the kernel finds, in units of the base; rows of NaN before the first window's end."""
    width = checks.whole_number("window", window, least=2, most=len(x.codes))
    found = chosen.kernels.rolling(*alike(x, y, None), width, chosen.estimator) * chosen.scale
    return np.concatenate([np.full((width - 1, 3), np.nan), found])
