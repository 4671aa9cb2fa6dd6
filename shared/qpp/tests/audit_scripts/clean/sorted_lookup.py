"""clean: as-of lookups by binary search over sorted arrays."""

import numpy as np

rng = np.random.default_rng(5)
quotes = np.sort(rng.uniform(0, 1e6, 2_000_000))
bids = rng.normal(100, 1, 2_000_000)
spreads = []
for _ in range(16):
    trades = np.sort(rng.uniform(0, 1e6, 1_000_000))
    index = np.searchsorted(quotes, trades, side="right") - 1
    spreads.append(float(np.mean(bids[np.maximum(index, 0)])))
