"""A mask for each symbol, numbers as objects, and a function of few arguments called often.

planted: 0.50 mask_scan by_symbol
planted: 0.30 object_dtype notional
planted: 0.20 lru_missing discount
"""

import math

import numpy as np
import pandas as pd
from repeating import for_seconds

rng = np.random.default_rng(10)
trades = pd.DataFrame({"symbol": rng.integers(0, 40, 20_000), "size": rng.normal(size=20_000)})
prices = pd.Series([float(i) for i in range(30_000)], dtype=object)
tenors = [0.25, 0.5, 1.0, 2.0]


def by_symbol(frame):
    totals = {}
    for symbol in range(40):
        totals[symbol] = frame[frame["symbol"] == symbol]["size"].sum()
    return totals


def notional(values):
    return (values * 2.0 + 1.0).sum()


def discount(tenor):
    return sum(math.exp(-0.01 * tenor * k) for k in range(200)) / 200


def discounts(tenors, count):
    total = 0.0
    for i in range(count):
        total += discount(tenors[i % len(tenors)])
    return total


for_seconds(0.75, by_symbol, trades)
for_seconds(0.45, notional, prices)
for_seconds(0.3, discounts, tenors, 200)
