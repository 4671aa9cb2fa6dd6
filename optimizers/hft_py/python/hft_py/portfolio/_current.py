"""What is held at present, strategies by assets."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels

Floats = npt.NDArray[np.float64]


def held(given: Any, strategies: Sequence[Hashable], assets: Sequence[Hashable]) -> Floats:
    """Current weights ``(S A,)``: a frame by its labels, an array by position."""
    if (kind := labels.kind_of(given)) != "numpy" and hasattr(given, "columns"):
        if kind == "polars":
            if "strategy" not in given.columns:
                raise ValueError("current_weights has no column 'strategy', expected their names")
            rows, given = given["strategy"].to_list(), given.drop("strategy")
            strategies = list(map(str, strategies))
        else:
            rows = list(given.index)
        for known, found in ((strategies, rows), (assets, list(given.columns))):
            labels.unique("current_weights", found)
            for label in found:
                if label not in known:
                    raise ValueError(f"current_weights names {label!r}, expected one of {known}")
            if len(found) < len(known):
                lost = next(label for label in known if label not in found)
                raise ValueError(f"current_weights has no {lost!r}, expected every one of {known}")
        values = given.select(list(assets)) if kind == "polars" else given[list(assets)]
        given = values.to_numpy()[[rows.index(label) for label in strategies]]
    now = checks.finite_array("current_weights", given, ndim=(1, 2)).ravel()
    if len(now) != len(strategies) * len(assets):
        raise ValueError(
            f"current_weights has {len(now)} numbers, expected {len(strategies) * len(assets)}"
        )
    return now
