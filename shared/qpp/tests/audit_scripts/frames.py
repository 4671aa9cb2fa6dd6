"""Frames that grow, and groups given to Python.

planted: 0.60 growing_frame collect
planted: 0.40 groupby_python exposures
"""

import numpy as np
import pandas as pd
from repeating import for_seconds

rng = np.random.default_rng(3)
positions = pd.DataFrame(
    {
        "sector": rng.integers(0, 60, 3000),
        "weight": rng.normal(size=3000),
        "beta": rng.normal(size=3000),
    }
)


def collect(days):
    history = pd.DataFrame({"day": [0], "pnl": [0.0]})
    for day in range(1, days):
        bar = pd.DataFrame({"day": [day], "pnl": [day * 0.5]})
        history = pd.concat([history, bar], ignore_index=True)
    return history


def exposures(frame):
    return frame.groupby("sector")[["weight", "beta"]].apply(
        lambda group: (group["weight"] * group["beta"]).sum() / group["weight"].abs().sum()
    )


for_seconds(0.9, collect, 60)
for_seconds(0.6, exposures, positions)
