"""The array-generic code on NumPy: the same sums as the baseline, however they come home."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import baseline, blocks, generic
from gpu_monte_carlo.moments import count
from gpu_monte_carlo.option import rows


def summed(sums: Any) -> Any:
    total = blocks.Totals()
    total.add(sums)
    return total.value()


@pytest.mark.parametrize("home", [None, np.asarray], ids=["stays", "comes home"])
@pytest.mark.parametrize("greeks", [False, True])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_sums(option: Any, home: Any, greeks: bool, precision: str) -> None:
    table = rows([option(observations=9), option(observations=9, kind="put", strike=110.0)])
    how = (9, True, True, greeks, precision)
    found = generic.block_sums(np, generic.draw_numpy(3), home, table, 2, 3, *how)
    assert found.shape == (3, 2, count(greeks))
    assert found.dtype == np.float64
    # Another order of the same numbers: equal in law, and the sums of a block by itself.
    alone = generic.block_sums(np, generic.draw_numpy(3), home, table, 3, 1, *how)
    np.testing.assert_array_equal(found[1], alone[0])
    total = blocks.finish(np, summed(found), np.zeros(2), control=False)
    base = summed(baseline.block_sums(table, 3, 0, 6, *how, 1))
    other = blocks.finish(np, base, np.zeros(2), control=False)
    error = np.hypot(total["standard_error"], other["standard_error"])
    assert (abs(total["price"] - other["price"]) <= 4 * error).all()


def test_where_a_chunk_is_a_block_it_is_the_baseline(option: Any) -> None:
    assert baseline.chunk_paths(2, 8) == blocks.BLOCK
    table = rows([option(observations=2)])
    how = (2, False, True, True, "float64")
    found = generic.block_sums(np, generic.draw_numpy(3), None, table, 2, 3, *how)
    np.testing.assert_array_equal(found, baseline.block_sums(table, 3, 2, 3, *how, 1))
