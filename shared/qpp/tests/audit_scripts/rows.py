"""A frame, row by row.

planted: 0.55 iterrows notional
planted: 0.30 row_apply fees
planted: 0.15 scalar_loc last_prices
"""

import numpy as np
import pandas as pd
from repeating import for_seconds

rng = np.random.default_rng(0)
trades = pd.DataFrame(
    {"price": rng.uniform(90, 110, 400), "size": rng.integers(1, 100, 400), "side": 1}
)


def notional(frame):
    total = 0.0
    for _, row in frame.iterrows():
        total += row["price"] * row["size"] * row["side"]
    return total


def fees(frame):
    return frame.apply(lambda row: 0.001 * row["price"] * row["size"], axis=1)


def last_prices(frame):
    prices = []
    for i in range(len(frame)):
        prices.append(frame.loc[i, "price"])
    return prices


def summary(frame):
    lines = []
    for _, row in frame.head(20).iterrows():
        lines.append(f"{row['price']:.2f}")
    return lines


summary(trades)
for_seconds(0.825, notional, trades)
for_seconds(0.45, fees, trades)
for_seconds(0.225, last_prices, trades)
