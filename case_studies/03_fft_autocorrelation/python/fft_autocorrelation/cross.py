"""Cross-correlation of two series."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fft_autocorrelation import _rust
from fft_autocorrelation._frames import refuse_other_labels
from fft_autocorrelation._validation import as_numbers, last_lag, narrow


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

    Element ``max_lag + k`` pairs ``x[t]`` with ``y[t + k]``:
    ``sum_t (x_t - mean(x)) (y_{t+k} - mean(y)) / n``, over both standard deviations. A peak at
    a positive ``k`` says that ``y`` follows ``x`` by ``k`` steps.

    Parameters
    ----------
    x, y
        Two series of one shape ``(n,)``; anything ``numpy.asarray`` turns into real numbers.
        Two pandas Series must have the same labels in the same order.
    max_lag
        The last lag, ``0 <= max_lag < n``. Default: all, ``n - 1``.
    demean
        Subtract each mean first (default), as in the definition.
    normalise
        Divide by both standard deviations (default), which gives numbers from -1 to 1;
        otherwise the cross-covariance, in units of ``x`` times units of ``y``.
    adjusted
        Divide lag k by ``n - |k|`` instead of ``n``. Default off, as for one series: far lags
        rest on few pairs, and the division by ``n`` keeps their noise small.
    method
        ``"auto"`` (default: what the cost model expects to be fastest), ``"direct"``,
        ``"blocked"``, or ``"fft"`` (one block). They agree to rounding.

    Returns
    -------
    Array of shape ``(2 max_lag + 1,)``: ``float32`` if both series are, otherwise ``float64``;
    NaN throughout if a series has no variation (zeros with ``normalise=False``).

    Raises
    ------
    ValueError
        Lengths or labels differ, a series is empty or holds NaN or infinity, ``max_lag`` out of
        range.
    TypeError
        A series is complex or not numeric, ``max_lag`` not an integer.
    OverflowError
        A cross-covariance exceeds the largest number of the result's precision.

    Notes
    -----
    Unlike :func:`autocorrelation` it has no ``missing`` (drop the pairs yourself: removing an
    observation from one series shifts it against the other), no ``threads``, no batches, and
    returns no pandas or Polars Series.

    References
    ----------
    Brockwell and Davis, "Time Series: Theory and Methods" (1987), section 11.2.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    >>> int(np.argmax(cross_correlation(x, np.roll(x, 2), max_lag=3))) - 3
    2
    """
    a, b = as_numbers("x", x), as_numbers("y", y)
    for name, array in (("x", a), ("y", b)):
        if array.ndim != 1:
            raise ValueError(f"{name} has shape {array.shape}, expected one dimension")
    if a.size != b.size:
        raise ValueError(f"y has {b.size} observations, expected {a.size}, as many as x")
    refuse_other_labels(x, y)
    lag = last_lag(max_lag, a.size)
    first, second = (np.ascontiguousarray(v, dtype=np.float64) for v in (a, b))
    lags = _rust.cross(first, second, lag, demean, normalise, adjusted, method)
    return narrow(lags, np.result_type(a.dtype, b.dtype))
