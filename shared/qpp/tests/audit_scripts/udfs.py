"""Polars: a Python function for each element, beside expressions.

planted: 0.60 polars_udf signals
planted: 0.40 library_bound volumes
"""

import numpy as np
import polars as pl
from repeating import for_seconds

rng = np.random.default_rng(7)
quotes = pl.DataFrame({"price": rng.normal(size=20_000)})
ticks = pl.DataFrame({"symbol": rng.integers(0, 500, 300_000), "size": rng.normal(size=300_000)})


def signals(frame):
    return frame.with_columns(
        pl.col("price").map_elements(lambda x: 1.0 if x > 0.5 else -x, return_dtype=pl.Float64)
    )


def volumes(frame):
    return frame.group_by("symbol").agg(pl.col("size").sum(), pl.col("size").std().alias("s"))


for_seconds(0.9, signals, quotes)
for_seconds(0.6, volumes, ticks)
