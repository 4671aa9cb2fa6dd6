"""MIC_e and TIC_e: values of the papers, all grids of few points, symmetry, both kernel sets."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py import active_backend
from hft_py.backend import kernels
from hft_py.information_theory.mic import compute_mic

Floats = npt.NDArray[np.float64]
X = np.linspace(0, 1, 1000)


@pytest.mark.parametrize(
    ("y", "expected"),
    [(X, 1), (2 ** (10 * X), 1), (np.sin(8 * np.pi * X), 1), (-(X**2), 1), (0 * X, 0)],
)
def test_functions_without_noise(kernel_set: str, y: Floats, expected: float) -> None:
    # Line, exponential, sine and constant: the published values, alpha 0.6 and 15 clumps.
    found = compute_mic(X, y, backend=kernel_set)
    assert found.mic == pytest.approx(expected, abs=1e-12)
    assert found.boxes == 63
    assert np.isfinite(found.characteristic_matrix).sum() == sum(63 // k - 1 for k in range(2, 32))


def information(columns: Any, rows: Any) -> float:
    """Mutual information in nats, from the counts of each pair."""
    n = len(columns)
    table = np.zeros((max(columns) + 1, max(rows) + 1))
    for column, row in zip(columns, rows, strict=True):
        table[column, row] += 1 / n
    product = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    seen = table > 0
    return float((table[seen] * np.log(table[seen] / product[seen])).sum())


def by_all_grids(x: Floats, y: Floats, boxes: int) -> Floats:
    """The matrix by trying every boundary; values of one variable differ, 12 of each."""
    side = boxes // 2 - 1
    matrix = np.full((side, side), np.nan)
    places = [np.argsort(np.argsort(v)) for v in (x, y)]
    for k, rows in itertools.product(range(2, boxes // 2 + 1), repeat=2):
        if k * rows > boxes:
            continue
        few, many = min(k, rows), max(k, rows)
        # Which variable is cut freely, and which into equal parts.
        kinds = [(places[1], places[0])] if k >= rows else []
        kinds += [(places[0], places[1])] if k <= rows else []
        best = 0.0
        for free, held in kinds:
            equal = held * many // 12
            for bounds in itertools.combinations(range(1, 12), few - 1):
                best = max(best, information(np.searchsorted(bounds, free, side="right"), equal))
        matrix[k - 2, rows - 2] = best / np.log(few)
    return matrix


@settings(deadline=None, max_examples=15)
@given(st.permutations(range(12)))
def test_all_grids_of_twelve_points(order: list[int]) -> None:
    # Up to 4 equal parts of 12 there is one way to make them.
    x, y = np.arange(12.0), np.array(order, dtype=float)
    expected = by_all_grids(x, y, 9)
    for name in {"python", active_backend()}:
        kernel = kernels("information_theory", name)
        found = kernel.equicharacteristic_matrix(x, y, 9, 12, 1).reshape(3, 3)
        np.testing.assert_allclose(found, expected, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(4, 120),
    st.sampled_from([0.5, 2.0, 1e9]),
    st.integers(4, 40),
    st.integers(1, 20),
    st.integers(0, 2**32),
)
def test_symmetry_order_and_both_kernel_sets(
    n: int, grid: float, boxes: int, clumps: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    # Coarse grids have many equal values.
    x, y = np.round(rng.normal(size=(2, n)) * grid) / grid
    found = {}
    for name in {"python", active_backend()}:
        matrix = kernels("information_theory", name).equicharacteristic_matrix
        found[name] = matrix(x, y, boxes, clumps, 1)
        shuffled = rng.permutation(n)
        again = matrix(np.exp(x[shuffled]), y[shuffled], boxes, clumps, 1)
        np.testing.assert_allclose(again, found[name], atol=1e-12)
        other = matrix(y, x, boxes, clumps, 1).reshape(boxes // 2 - 1, -1)
        np.testing.assert_allclose(other.T.ravel(), found[name], atol=1e-12)
    first, *rest = found.values()
    for one in rest:
        np.testing.assert_allclose(one, first, atol=1e-12)


def test_more_clumps_find_no_worse_grids(kernel_set: str) -> None:
    x, noise = np.random.default_rng(1).normal(size=(2, 150))
    y = x**2 + 0.3 * noise
    exact = compute_mic(x, y, clumps=150, backend=kernel_set)
    coarse = compute_mic(x, y, clumps=2, backend=kernel_set)
    usual = compute_mic(x, y, backend=kernel_set)
    assert coarse.tic < exact.tic
    assert usual.tic <= exact.tic + 1e-9
    assert exact.mic - usual.mic < 0.01


def test_dependence_shows_in_both(kernel_set: str) -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(-1, 1, size=400)
    circle = np.sqrt(1 - x**2) * rng.choice([-1, 1], size=400)
    found = compute_mic(x, circle, backend=kernel_set)
    independent = compute_mic(x, rng.permutation(circle), backend=kernel_set)
    assert found.mic > 2 * independent.mic
    assert found.tic > 2 * independent.tic


def test_threads_change_nothing(rust_only: None) -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 2_000))
    one, two = (compute_mic(x, y, threads=t, backend="rust") for t in (1, 2))
    assert one == two
