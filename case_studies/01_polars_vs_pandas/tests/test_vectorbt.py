"""vectorbt, where it is installed: the same positions, and the same equity without costs."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas.study import peers, workloads

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("vectorbt") is None, reason="needs vectorbt (make peers)"
    ),
    pytest.mark.filterwarnings("ignore"),  # its imports warn, of things of its own
]


def test_same_positions_and_free_of_cost_the_same_equity() -> None:
    inputs = {**workloads.synthetic(rows=400, assets=6, window=50), "cost": 0.0}
    equity, _, _, positions = kernels.kernel("polars_numpy")(
        **{**inputs, **{n: kernels.as_polars(inputs[n]) for n in ("signal", "returns")}}
    )
    np.testing.assert_array_equal(peers.positions(**inputs)["positions"], positions)
    found = peers.portfolio(**inputs)
    np.testing.assert_array_equal(found["positions"], positions)
    np.testing.assert_allclose(found["vectorbt_equity"], equity, rtol=1e-12)
