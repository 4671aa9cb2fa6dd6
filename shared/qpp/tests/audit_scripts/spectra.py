"""Long imports, then transforms, eigenvalues and a vectorised Python function.

planted: 0.50 full_fft_few_lags autocorrelation
planted: 0.35 library_bound modes
planted: 0.15 np_vectorize clip
"""

import numpy as np
import scipy.optimize
import scipy.stats
from repeating import for_seconds

returns = np.random.default_rng(5).normal(size=60_000)
square = np.random.default_rng(6).normal(size=(90, 90))


def autocorrelation(values, lags):
    centred = values - values.mean()
    spectrum = np.fft.fft(centred, 2 * len(centred))
    full = np.fft.ifft(spectrum * np.conj(spectrum)).real
    return full[: lags + 1] / full[0]


def modes(matrix):
    return np.linalg.eigvals(matrix)


def clip(values):
    bounded = np.vectorize(lambda x: min(max(x, -2.0), 2.0))
    return bounded(values)


for_seconds(0.75, autocorrelation, returns, 20)
for_seconds(0.525, modes, square)
for_seconds(0.225, clip, returns[:20_000])
