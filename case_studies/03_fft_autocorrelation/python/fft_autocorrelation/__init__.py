"""The first k lags of an autocorrelation, by the fastest of three methods.

>>> import numpy as np
>>> from fft_autocorrelation import autocorrelation
>>> autocorrelation(np.array([1.0, 2.0, 3.0, 4.0]), max_lag=1)
array([1.  , 0.25])
"""

from fft_autocorrelation._rust import (
    Autocorrelator,
    StreamingAutocorrelation,
    autocorrelation,
    autocovariance,
    clear_buffers,
)
from fft_autocorrelation.cross import cross_correlation
from fft_autocorrelation.drop_in import acf
from fft_autocorrelation.planner import Costs, calibrate, choose

__all__ = [
    "Autocorrelator",
    "Costs",
    "StreamingAutocorrelation",
    "acf",
    "autocorrelation",
    "autocovariance",
    "calibrate",
    "choose",
    "clear_buffers",
    "cross_correlation",
]
