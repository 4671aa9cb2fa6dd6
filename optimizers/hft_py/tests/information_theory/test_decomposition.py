"""Partial information: textbook examples, identities, an independent solver, bad arguments."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.information_theory.decomposition import compute_information_decomposition, decompose

Floats = npt.NDArray[np.float64]
PAIRS = list(itertools.product([0, 1], repeat=2))
TRIPLES = list(itertools.product([0, 1], repeat=3))
FIVES = list(itertools.product([0, 1], repeat=5))
AND = 0.31127812445913283  # bits either input tells of a conjunction

# Rows (x, y, target), equally likely; then redundant, unique to x, unique to y and synergistic
# bits, by "broja" and by "i_min". The values are those of dit 2.3, PID_BROJA and PID_WB.
EXAMPLES: dict[str, tuple[list[tuple[int, int, int]], list[float], list[float]]] = {
    "XOR": ([(x, y, x ^ y) for x, y in PAIRS], [0, 0, 0, 1], [0, 0, 0, 1]),
    "AND": ([(x, y, x & y) for x, y in PAIRS], [AND, 0, 0, 0.5], [AND, 0, 0, 0.5]),
    "SUM": ([(x, y, x + y) for x, y in PAIRS], [0.5, 0, 0, 1], [0.5, 0, 0, 1]),
    "RDN": ([(0, 0, 0), (1, 1, 1)], [1, 0, 0, 0], [1, 0, 0, 0]),
    "UNQ": ([(x, y, x) for x, y in PAIRS], [0, 1, 0, 0], [0, 1, 0, 0]),
    "COPY": ([(x, y, 2 * x + y) for x, y in PAIRS], [0, 1, 1, 0], [1, 0, 0, 1]),
    "RDNXOR": (
        [(2 * r + a, 2 * r + b, 2 * r + (a ^ b)) for r, a, b in TRIPLES],
        [1, 0, 0, 1],
        [1, 0, 0, 1],
    ),
    "RDNUNQXOR": (
        [
            (4 * r + 2 * u + a, 4 * r + 2 * v + b, 8 * r + 4 * u + 2 * v + (a ^ b))
            for r, u, v, a, b in FIVES
        ],
        [1, 1, 1, 1],
        [2, 0, 0, 2],
    ),
    "POINTWISE UNIQUE": (
        [(0, 1, 0), (1, 0, 0), (0, 2, 1), (2, 0, 1)],
        [0.5, 0, 0, 0.5],
        [0.5, 0, 0, 0.5],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_textbook_examples(name: str) -> None:
    rows, broja, i_min = EXAMPLES[name]
    x, y, target = np.array(rows).T
    for measure, expected in (("broja", broja), ("i_min", i_min)):
        found = compute_information_decomposition(x, y, target, measure=measure)
        parts = [found.redundant, found.unique_x, found.unique_y, found.synergistic]
        assert parts == pytest.approx(expected, abs=1e-9)
        nats = compute_information_decomposition(x, y, target, measure=measure, base=np.e)
        assert nats.total == pytest.approx(found.total * np.log(2), abs=1e-12)


def entropy(table: Floats) -> float:
    """In nats."""
    seen = table[table > 0]
    return float(-(seen * np.log(seen)).sum())


def tables(seed: int, shape: tuple[int, int, int], rows: int) -> Floats:
    """A table ``(t, x, y)`` of relative frequencies, some cells empty, no margin empty."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(rows, rng.dirichlet(np.full(np.prod(shape), 0.3))).reshape(shape)
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        counts = np.compress(counts.sum(axis=others) > 0, counts, axis=axis)
    return counts / rows


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.tuples(*[st.integers(1, 4)] * 3), st.integers(1, 400))
def test_identities(seed: int, shape: tuple[int, int, int], rows: int) -> None:
    table = tables(seed, shape, rows)
    of_t, of_x, of_y = table.sum(axis=(1, 2)), table.sum(axis=(0, 2)), table.sum(axis=(0, 1))
    tells_x = entropy(of_t) + entropy(of_x) - entropy(table.sum(axis=2))
    tells_y = entropy(of_t) + entropy(of_y) - entropy(table.sum(axis=1))
    together = entropy(of_t) + entropy(table.sum(axis=0)) - entropy(table)
    for measure in ("broja", "i_min"):
        parts = decompose(table, measure)
        redundant, unique_x, unique_y, synergistic = parts
        assert (parts >= 0).all()
        assert redundant + unique_x == pytest.approx(tells_x, abs=1e-9)
        assert redundant + unique_y == pytest.approx(tells_y, abs=1e-9)
        assert redundant + unique_x + unique_y + synergistic == pytest.approx(together, abs=1e-9)
        swapped = decompose(np.swapaxes(table, 1, 2), measure)
        np.testing.assert_allclose(swapped, parts[[0, 2, 1, 3]], atol=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_an_independent_solver_finds_the_same(seed: int) -> None:
    cvxpy: Any = pytest.importorskip("cvxpy", reason="cvxpy is not installed")
    table = tables(seed, (3, 3, 4), 300)
    cells = [cvxpy.Variable(table.shape[1:], nonneg=True) for _ in table]
    sums = sum(cells)
    bounds = [cvxpy.sum(q, axis=1) == p.sum(axis=1) for q, p in zip(cells, table, strict=True)]
    bounds += [cvxpy.sum(q, axis=0) == p.sum(axis=0) for q, p in zip(cells, table, strict=True)]
    problem = cvxpy.Problem(
        cvxpy.Minimize(sum(cvxpy.sum(cvxpy.rel_entr(q, sums)) for q in cells)), bounds
    )
    problem.solve(solver="CLARABEL")
    least = entropy(table.sum(axis=(1, 2))) + problem.value
    redundant, unique_x, unique_y, _ = decompose(table, "broja")
    assert redundant + unique_x + unique_y == pytest.approx(least, abs=1e-6)


def test_of_numbers_in_bins(kernel_set: str) -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 4_000))
    halves = {"n_bins": 2, "binning": "equal_frequency", "backend": kernel_set}
    found = compute_information_decomposition(x, y, x * y, **halves)  # type: ignore[arg-type]
    # The sign of a product takes both signs.
    assert found.synergistic > 0.9 * found.total > 0.8
    only = compute_information_decomposition(x, y, x, 4, backend=kernel_set)
    assert only.unique_x > 0.99 * only.total


def test_rounding_leaves_nothing_below_zero() -> None:
    x, y = np.random.default_rng(2).integers(0, 3, size=(2, 60))
    for measure in ("broja", "i_min"):
        found = compute_information_decomposition(x, y, x, measure=measure)
        assert min(found.redundant, found.unique_x, found.unique_y, found.synergistic) >= 0
