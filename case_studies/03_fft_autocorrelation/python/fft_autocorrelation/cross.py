"""Cross-correlation of two series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fft_autocorrelation import _rust
from fft_autocorrelation.checks import last_lag, numbers


def cross_correlation(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    max_lag: int | None = None,
    *,
    demean: bool = True,
    normalise: bool = True,
    adjusted: bool = False,
    method: str = "auto",
) -> npt.NDArray[Any]:
    """Cross-correlation at lags ``-max_lag`` to ``max_lag``.

    Element ``max_lag + k`` is the correlation of ``x[t]`` with ``y[t + k]``: a peak at a
    positive ``k`` says that ``y`` follows ``x`` by ``k`` steps.

    Parameters
    ----------
    x, y
        Two series of one length ``n``; anything ``numpy.asarray`` turns into real numbers.
    max_lag
        The last lag, ``0 <= max_lag < n``. Default: all, ``n - 1``.
    demean
        Subtract each mean first (default).
    normalise
        Divide by both standard deviations (default); otherwise the cross-covariance.
    adjusted
        Divide lag k by ``n - |k|`` instead of ``n`` (default off, as for one series).
    method
        ``"auto"``, ``"direct"``, ``"blocked"``, or ``"fft"`` (one block).

    Returns
    -------
    ``2 max_lag + 1`` doubles; NaN throughout if a series has no variation.

    Raises
    ------
    ValueError
        Lengths differ, a series is empty or holds NaN or infinity, ``max_lag`` out of range.
    TypeError
        A series is complex or not numeric, ``max_lag`` not an integer.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    >>> int(np.argmax(cross_correlation(x, np.roll(x, 2), max_lag=3))) - 3
    2
    """
    a, b = numbers("x", x), numbers("y", y)
    for name, array in (("x", a), ("y", b)):
        if array.ndim != 1:
            raise ValueError(f"{name} has shape {array.shape}, expected one dimension")
    if a.size != b.size:
        raise ValueError(f"y has {b.size} observations, expected {a.size} as x has")
    lag = last_lag(max_lag, a.size)
    first, second = (np.ascontiguousarray(v, dtype=np.float64) for v in (a, b))
    lags = _rust.cross(first, second, lag, demean, normalise, adjusted, method)
    return lags.astype(np.result_type(a.dtype, b.dtype), copy=False)
