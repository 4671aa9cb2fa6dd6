"""clean: nearly all time in one large solve; the loops that look slow run for a millisecond."""

import numpy as np
import pandas as pd

settings = pd.DataFrame({"name": ["a", "b", "c"], "value": [1.0, 2.0, 3.0]})
labels = {}
for _, row in settings.iterrows():
    labels[row["name"]] = row["value"]
table = pd.DataFrame()
for name, value in labels.items():
    table = pd.concat([table, pd.DataFrame({"name": [name], "value": [value]})])

rng = np.random.default_rng(9)
for _ in range(4):
    matrix = rng.normal(size=(1500, 1500))
    solution = np.linalg.solve(matrix, rng.normal(size=(1500, 200)))
