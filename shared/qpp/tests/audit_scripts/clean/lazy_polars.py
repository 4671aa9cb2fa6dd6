"""clean: one lazy query in Polars expressions, for three tables."""

import numpy as np
import polars as pl

rng = np.random.default_rng(1)
results = []
for _ in range(30):
    table = pl.DataFrame(
        {
            "symbol": rng.integers(0, 300, 600_000),
            "price": rng.normal(100, 1, 600_000),
            "size": rng.integers(1, 500, 600_000),
        }
    )
    query = (
        table.lazy()
        .with_columns(notional=pl.col("price") * pl.col("size"))
        .group_by("symbol")
        .agg(pl.col("notional").sum(), pl.col("price").std(), pl.col("size").median())
        .sort("symbol")
    )
    results.append(query.collect())
