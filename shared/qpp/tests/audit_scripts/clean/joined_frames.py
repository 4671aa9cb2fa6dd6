"""clean: large frames merged and pivoted by pandas itself."""

import numpy as np
import pandas as pd

rng = np.random.default_rng(8)
totals = []
for _ in range(40):
    trades = pd.DataFrame(
        {"id": rng.integers(0, 50_000, 400_000), "size": rng.normal(size=400_000)}
    )
    names = pd.DataFrame({"id": np.arange(50_000), "sector": rng.integers(0, 11, 50_000)})
    merged = trades.merge(names, on="id", how="left")
    totals.append(merged.groupby("sector")["size"].agg(["sum", "std", "count"]))
