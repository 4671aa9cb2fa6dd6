"""Nearest-neighbour information: the definition by all pairs, closed forms, ties, invariance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma

from hft_py.errors import TiedValuesWarning
from hft_py.information_theory import compute_mutual_information, ksg

Floats = npt.NDArray[np.float64]


def _apart(points: Floats) -> Floats:
    """Distances in the maximum norm, infinite to the point itself."""
    apart: Floats = np.abs(points[:, None] - points[None]).max(axis=2)
    np.fill_diagonal(apart, np.inf)
    return apart


def by_all_pairs(x: Floats, y: Floats, z: Floats | None, k: int) -> Floats:
    """The terms as the papers define them, of all pairs of rows."""
    together = _apart(np.hstack([x, y] if z is None else [x, y, z]))
    radius = np.sort(together, axis=1)[:, k - 1]
    tied = radius == 0
    smallest = np.where(tied, 5e-324, radius)[:, None]
    of_each = np.where(tied, (together == 0).sum(axis=1) + 1, k)

    def psi(*spaces: Floats) -> Floats:
        found: Floats = digamma((_apart(np.hstack(spaces)) < smallest).sum(axis=1) + 1)
        return found

    rest = digamma(len(x)) - psi(x) - psi(y) if z is None else psi(z) - psi(x, z) - psi(y, z)
    found: Floats = digamma(of_each) + rest
    return found


def terms(x: Floats, y: Floats, z: Floats | None, k: int, kernels: str, threads: int = 1) -> Any:
    """The terms of a kernel set."""
    if z is None:
        return ksg.mutual_information(x, y, k=k, backend=kernels, local=True, threads=threads)
    return ksg.conditional_mutual_information(
        x, y, z, k=k, backend=kernels, local=True, threads=threads
    )


# Smooth, heavy tails, rounded, few values: the last two are full of ties.
SHAPES: list[Callable[[Floats], Floats]] = [
    lambda normal: normal,
    lambda normal: normal**5,
    lambda normal: np.round(2 * normal) / 2,
    np.sign,
]


@pytest.mark.filterwarnings("ignore::hft_py.errors.TiedValuesWarning")
@settings(deadline=None, max_examples=60)
@given(
    st.integers(2, 150),
    st.tuples(*[st.integers(1, 3)] * 3),
    st.booleans(),
    st.lists(st.sampled_from(SHAPES), min_size=3, max_size=3),
    st.integers(0, 2**32),
    st.data(),
)
def test_both_kernel_sets_are_the_definition(
    n: int,
    widths: tuple[int, int, int],
    conditional: bool,
    shapes: list[Callable[[Floats], Floats]],
    seed: int,
    data: st.DataObject,
) -> None:
    from hft_py import active_backend

    rng = np.random.default_rng(seed)
    x, y, z = (shape(rng.normal(size=(n, d))) for shape, d in zip(shapes, widths, strict=True))
    given_z = z if conditional else None
    k = data.draw(st.integers(1, min(n - 1, 9)))
    expected = by_all_pairs(x, y, given_z, k)
    for kernels in {"python", active_backend()}:
        found = terms(x, y, given_z, k, kernels)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_threads_change_nothing(rust_only: None) -> None:
    x, y, z = np.random.default_rng(1).normal(size=(3, 3_000, 2))
    for third in (None, z):
        one = terms(x, y, third, 4, "rust", threads=1)
        assert (one == terms(x, y, third, 4, "rust", threads=2)).all()


def test_is_scikit_learns(kernel_set: str) -> None:
    name = "sklearn.feature_selection"
    sklearn: Any = pytest.importorskip(name, reason="scikit-learn is not installed")
    x, noise = np.random.default_rng(2).normal(size=(2, 3_000))
    # It divides by standard deviations and adds noise of 1e-10 of them, which n counts absorb.
    x /= x.std()
    y = x + noise
    y /= y.std()
    peer = sklearn.mutual_info_regression(x[:, None], y, discrete_features=False, random_state=0)
    found = ksg.mutual_information(x[:, None], y[:, None], k=3, backend=kernel_set)
    assert found == pytest.approx(peer[0], abs=1e-3)


def test_units_do_not_matter(kernel_set: str) -> None:
    x, noise = np.random.default_rng(3).normal(size=(2, 1_000))
    options: Any = {"estimator": "ksg", "backend": kernel_set}
    expected = compute_mutual_information(x, x + noise, **options)
    assert expected > 0.4
    for unit in (0.001, 700.0, 1e-310, 1e307):
        found = compute_mutual_information(x * unit, x + noise, **options)
        assert found == pytest.approx(expected, abs=0.05)


def test_a_discrete_variable_in_a_mixture(kernel_set: str) -> None:
    # x is 0 or 1, y equals x in a half of the rows and is independent in the others: equal rows
    # are many, and all counts are of equals.
    rng = np.random.default_rng(4)
    x = rng.integers(0, 2, size=(5_000, 1)).astype(float)
    y = np.where(rng.random((5_000, 1)) < 0.5, x, rng.integers(0, 2, size=(5_000, 1)))
    expected = np.log(2) + 0.75 * np.log(0.75) + 0.25 * np.log(0.25)
    found = ksg.mutual_information(x, y, backend=kernel_set)
    assert found == pytest.approx(expected, abs=0.02)


def test_values_on_a_grid_are_warned_of(kernel_set: str) -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(2, 5_000, 1))
    often_zero = np.where(rng.random((5_000, 1)) < 0.4, 0.0, x)
    counts = rng.poisson(1.0, size=(5_000, 1)).astype(float)
    for fine in (often_zero, counts, np.hstack([x, counts])):
        ksg.mutual_information(fine, y, backend=kernel_set)
    ticks = np.round(x, 2)
    with pytest.warns(TiedValuesWarning, match="y has many values that repeat"):
        ksg.mutual_information(x, ticks, backend=kernel_set)
    # The remedy works: noise as wide as the grid.
    wide = ticks + 0.01 * (rng.random((5_000, 1)) - 0.5)
    found = ksg.mutual_information(wide, y + ticks, backend=kernel_set)
    assert found == pytest.approx(0.5 * np.log(2), abs=0.05)


@pytest.mark.timeout(60)
def test_hard_inputs_take_no_longer(rust_only: None) -> None:
    """Clusters, equal points and a line: a search over all pairs would take minutes."""
    rng = np.random.default_rng(5)
    n = 40_000
    normal = rng.normal(size=(n, 1))
    two = rng.integers(0, 2, size=(n, 1)) + 1e-12 * rng.normal(size=(n, 1))
    equal = np.zeros((n, 1))
    for x, y in [(normal**9, normal), (two, normal), (two, two), (equal, np.sign(normal))]:
        assert np.isfinite(ksg.mutual_information(x, y, backend="rust"))
        assert np.isfinite(ksg.conditional_mutual_information(x, y, x, backend="rust"))
