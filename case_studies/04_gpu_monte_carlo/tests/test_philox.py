"""The generator: its authors' known answers, its distribution, equality of implementations."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from scipy import stats

from gpu_monte_carlo import backends, philox

# Random123's kat_vectors, philox4x32: rounds, counter, key, answer.
PI = ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0))
ONES = ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2)
KNOWN = [
    (7, (0, 0, 0, 0), (0, 0), (0x5F6FB709, 0x0D893F64, 0x4F121F81, 0x4F730A48)),
    (7, *ONES, (0x5207DDC2, 0x45165E59, 0x4D8EE751, 0x8C52F662)),
    (7, *PI, (0x4DFCCABA, 0x190A87F0, 0xC47362BA, 0xB6B5242A)),
    (10, (0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (10, *ONES, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (10, *PI, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]
NO_RUST = backends.unavailable_reason("rust")
needs_rust = pytest.mark.skipif(NO_RUST is not None, reason=str(NO_RUST))


@pytest.mark.parametrize(("rounds", "counter", "key", "answer"), KNOWN)
def test_known_answers(rounds: int, counter: Any, key: Any, answer: Any) -> None:
    words = philox.philox(np, [np.array([c], dtype=np.uint64) for c in counter], key, rounds)
    assert tuple(int(w[0]) for w in words) == answer


@needs_rust
@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(
    ("seed", "first", "paths", "steps"),
    [(0, 0, 33, 9), (7, 2**32 - 5, 20, 4), (2**64 - 1, 12345, 5, 253), (2**40 + 3, 2**40, 3, 1)],
)
def test_uniforms_are_equal_to_the_bit(
    precision: str, seed: int, first: int, paths: int, steps: int
) -> None:
    rust: Any = importlib.import_module("gpu_monte_carlo._rust")
    ours = philox.uniforms(np, seed, first, paths, steps, precision)
    np.testing.assert_array_equal(rust.uniforms(seed, first, paths, steps, precision), ours)
    z = philox.normals(np, seed, first, paths, steps, precision)
    close = {"float64": 1e-11, "float32": 4e-6}[precision]
    np.testing.assert_allclose(
        rust.normals(seed, first, paths, steps, precision), z, rtol=close, atol=close
    )


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_distribution_of_the_numbers(precision: str) -> None:
    u = philox.uniforms(np, 5, 0, 2000, 50, precision)
    assert u.dtype == precision
    assert u.min() > 0 and u.max() <= 1
    z = philox.normals(np, 5, 0, 8000, 50, precision).astype(np.float64).ravel()
    count = z.size
    assert abs(z.mean()) < 4 / np.sqrt(count)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / count)
    assert abs(stats.skew(z)) < 4 * np.sqrt(6 / count)
    assert abs(stats.kurtosis(z)) < 4 * np.sqrt(24 / count)
    assert stats.kstest(z, "norm").pvalue > 1e-3
    assert stats.kstest(z + 0.02, "norm").pvalue < 1e-3  # the test can fail


def test_numbers_of_a_step_and_of_neighbours_are_uncorrelated() -> None:
    z = philox.normals(np, 9, 0, 20_000, 8)
    correlation = np.corrcoef(z.T)
    off = correlation[~np.eye(8, dtype=bool)]
    assert abs(off).max() < 4.5 / np.sqrt(20_000)
    assert abs(np.corrcoef(z[:-1, 0], z[1:, 0])[0, 1]) < 4.5 / np.sqrt(20_000)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_any_part_by_itself(precision: str) -> None:
    whole = philox.normals(np, 3, 0, 40, 11, precision)
    for first, count in ((0, 7), (7, 20), (39, 1)):
        part = philox.normals(np, 3, first, count, 11, precision)
        np.testing.assert_array_equal(part, whole[first : first + count])
    shorter = philox.normals(np, 3, 0, 40, 5, precision)
    np.testing.assert_array_equal(shorter, whole[:, :5])
    assert not np.array_equal(philox.normals(np, 4, 0, 40, 11, precision), whole)
