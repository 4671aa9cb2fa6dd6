"""The array-generic code on NumPy: the sums of the baseline, on the device or the host."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import _blocks, baseline, generic
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.moments import count
from gpu_monte_carlo.option import rows


def summed(sums: Any) -> Any:
    total = _blocks.Totals()
    total.add(sums)
    return total.value()


@pytest.mark.parametrize("to_host", [None, np.asarray], ids=["device", "host"])
@pytest.mark.parametrize("greeks", [False, True])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_sums(option: Any, to_host: Any, greeks: bool, precision: str) -> None:
    table = rows([option(observations=9), option(observations=9, kind="put", strike=110.0)])
    simulation = Simulation(3, 9, True, True, greeks, precision)
    found = generic.block_sums(np, generic.draw_numpy(3), to_host, table, simulation, 2, 3)
    assert found.shape == (3, 2, count(greeks))
    assert found.dtype == np.float64
    # Another order of the same numbers: equal in law, and the sums of a block by itself.
    alone = generic.block_sums(np, generic.draw_numpy(3), to_host, table, simulation, 3, 1)
    np.testing.assert_array_equal(found[1], alone[0])
    total = _blocks.finish(np, summed(found), np.zeros(2), control=False)
    base = summed(baseline.block_sums(table, simulation, 0, 6))
    other = _blocks.finish(np, base, np.zeros(2), control=False)
    error = np.hypot(total["standard_error"], other["standard_error"])
    assert (abs(total["price"] - other["price"]) <= 4 * error).all()


def test_where_a_chunk_is_a_block_it_is_the_baseline(option: Any) -> None:
    assert baseline.chunk_paths(2, 8) == _blocks.BLOCK
    table = rows([option(observations=2)])
    simulation = Simulation(3, 2, control=True, greeks=True)
    found = generic.block_sums(np, generic.draw_numpy(3), None, table, simulation, 2, 3)
    np.testing.assert_array_equal(found, baseline.block_sums(table, simulation, 2, 3))
