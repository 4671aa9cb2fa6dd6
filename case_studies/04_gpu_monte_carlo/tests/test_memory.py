"""Memory does not grow with the number of paths."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from gpu_monte_carlo import price

BOUND = 50 << 20


def peak(call: Any) -> int:
    """Bytes that Python and NumPy had at most, beyond those before."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("observations", [12, 250])
def test_paths_are_never_all_in_memory(option: Any, backend: str, observations: int) -> None:
    one = option(observations=observations)  # 197 MB of 250, if all were kept
    price(one, paths=1, backend=backend)
    few, many = (
        peak(lambda p=p: price(one, paths=p, backend=backend, variance_reduction=("control",)))
        for p in (16_384, 6 * 16_384)
    )
    assert many < BOUND
    assert many - few < 1 << 20


@pytest.mark.thorough
def test_sobol_points_are_never_all_in_memory(option: Any) -> None:
    one = option(observations=252)
    assert peak(lambda: price(one, paths=2**15, sampling="sobol")) < BOUND
