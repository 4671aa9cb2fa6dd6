"""Both kernel sets give the same, to rounding; threads and layouts change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py import backend
from hft_py.information_theory import baseline

ESTIMATORS = ["plugin", "miller_madow", "grassberger", "shrinkage"]
SHAPES = {
    "bytes": (np.uint8, (3, 4, 5)),
    "words": (np.uint32, (3, 4, 5)),
    "more cells than a table has": (np.uint32, (300, 700, 1_000)),
    "few cells": (np.uint8, (2, 3, 1)),
}


@pytest.fixture
def rust(rust_only: None) -> Any:
    return backend.extension().information_theory


def triples(name: str, n: int) -> list[tuple[Any, ...]]:
    """Codes of three variables, of two, and of one."""
    dtype, sizes = SHAPES[name]
    rng = np.random.default_rng(n)
    x, y, z = (rng.integers(0, size, n).astype(dtype) for size in sizes)
    nx, ny, nz = sizes
    return [(x, nx, y, ny, z, nz), (x, nx, y, ny, None, 1), (x, nx, None, 1, None, 1)]


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-14)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("shape", SHAPES)
def test_information(rust: Any, shape: str, estimator: str) -> None:
    for n in (1, 2, 3, 50, 2_000):
        for given in triples(shape, n):
            close(rust.information(*given, estimator), baseline.information(*given, estimator))


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("shape", SHAPES)
def test_permutations(rust: Any, shape: str, estimator: str) -> None:
    """Shuffles of few observations, and tables drawn for many."""
    for n in (1, 2, 7, 60, 1_500):
        for given in triples(shape, n):
            expected = baseline.permuted(*given, estimator, 5, 7, 2, 6, 1)
            for threads in (1, 3):
                found = rust.permuted(*given, estimator, 5, 7, 2, 6, threads)
                np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("estimator", ESTIMATORS[:3])
@pytest.mark.parametrize("shape", SHAPES)
def test_rolling_windows(rust: Any, shape: str, estimator: str) -> None:
    for x, nx, y, ny, z, nz in triples(shape, 80)[1:]:
        for window in (2, 3, 30, 80):
            found = rust.rolling(x, nx, y, ny, z, nz, window, estimator)
            close(found, baseline.rolling(x, nx, y, ny, z, nz, window, estimator))
            for end in range(window, 81, 10):
                part = slice(end - window, end)
                given = (x[part], nx, None if y is None else y[part], ny, z, nz)
                alone = rust.information(*given, estimator)
                assert tuple(found[end - window]) == alone  # every bit


@pytest.mark.parametrize("order", ["C", "F"])
def test_columns(rust: Any, order: Any) -> None:
    rng = np.random.default_rng(1)
    matrix = np.asarray(rng.normal(size=(600, 35)).round(2), order=order)
    sides = zip(rust.extremes(matrix), baseline.extremes(matrix), strict=True)
    assert all(np.array_equal(*pair) for pair in sides)
    bins = [1, 2, 3, 10, 40, 300] + 29 * [7]
    grids = [
        np.linspace(c.min(), c.max(), k + 1)[1:-1] for c, k in zip(matrix.T, bins, strict=True)
    ]
    quantiles = [np.unique(np.quantile(c, np.arange(1, 9) / 9)) for c in matrix.T]
    for edges in (grids, quantiles):
        for column, inner in zip(matrix.T, edges, strict=True):
            codes = rust.bin_codes(np.ascontiguousarray(column), inner)
            np.testing.assert_array_equal(codes, baseline.bin_codes(column, inner))
        for dtype in (np.uint8, np.uint32):
            y = rng.integers(0, 4, 600).astype(dtype)
            given = (matrix, edges, y, 4, "miller_madow")
            close(rust.relevance(*given, 3), baseline.relevance(*given, 1))
    matrix[5, 3], matrix[599, 7] = np.nan, np.inf
    for pair in zip(rust.extremes(matrix), baseline.extremes(matrix), strict=True):
        np.testing.assert_array_equal(*pair)
