"""Windows over a series.

planted: 0.50 rolling_apply spreads
planted: 0.35 window_recompute volatilities
planted: 0.15 library_bound means
"""

import numpy as np
import pandas as pd
from repeating import for_seconds

prices = pd.Series(100 + np.random.default_rng(1).normal(size=1500).cumsum())
many = pd.Series(np.random.default_rng(2).normal(size=400_000))


def spreads(series, window):
    return series.rolling(window).apply(lambda values: values[-1] - values.mean(), raw=True)


def volatilities(series, window):
    values = list(series)
    result = []
    for t in range(window, len(values)):
        sample = values[t - window : t]
        mean = sum(sample) / window
        result.append((sum((x - mean) ** 2 for x in sample) / (window - 1)) ** 0.5)
    return result


def means(series, window):
    return series.rolling(window).mean()


for_seconds(0.8, spreads, prices, 50)
for_seconds(0.56, volatilities, prices.head(250), 50)
for_seconds(0.24, means, many, 50)
