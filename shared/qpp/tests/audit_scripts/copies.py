"""Copies, deep and wide, and a list sorted again and again.

planted: 0.50 deep_copy snapshots
planted: 0.30 copy_storm adjusted
planted: 0.20 repeated_sort medians
"""

import copy

import numpy as np
import pandas as pd
from repeating import for_seconds

book = {"bids": {i: [i, i + 1] for i in range(200)}, "asks": {i: [i] for i in range(200)}}
prices = pd.DataFrame(np.random.default_rng(9).normal(size=(60_000, 8)))
stream = [(i * 7919) % 1009 for i in range(600)]


def snapshots(state, count):
    kept = []
    for _ in range(count):
        kept.append(copy.deepcopy(state))
    return kept


def adjusted(frame):
    result = frame.copy()
    for factor in (1.01, 0.99, 1.02, 0.98):
        step = result.copy()
        result = step * factor
    return result


def medians(values):
    window = []
    result = []
    for value in values:
        window.append(value)
        window = sorted(window)
        result.append(window[len(window) // 2])
    return result


for_seconds(0.75, snapshots, book, 5)
for_seconds(0.45, adjusted, prices)
for_seconds(0.3, medians, stream)
