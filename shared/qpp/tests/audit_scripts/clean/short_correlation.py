"""clean: the first lags of an autocorrelation, block by block."""

import numpy as np


def autocorrelation(values, lags):
    centred = values - values.mean()
    power = centred @ centred
    return np.array([1.0] + [centred[k:] @ centred[:-k] / power for k in range(1, lags + 1)])


rng = np.random.default_rng(7)
rows = [autocorrelation(rng.normal(size=1_000_000), 10) for _ in range(25)]
