"""The baseline: SciPy's ``correlate`` by FFT, sliced to the lags wanted.

What a competent user writes first. ``correlate`` pads to ``2 n - 1`` and computes all
lags, positive and negative, however few are used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy  # scipy.signal is loaded when first used: it takes a second


def autocorrelation(x: npt.NDArray[np.float64], max_lag: int) -> npt.NDArray[Any]:
    """Autocorrelation at lags 0 to ``max_lag`` of a one-dimensional array."""
    centred = x - x.mean()
    sums = scipy.signal.correlate(centred, centred, mode="full", method="fft")
    lags: npt.NDArray[Any] = sums[len(x) - 1 : len(x) + max_lag]
    return lags / float(lags[0])
