"""Kernels against inner products of truncated signatures, and against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import iv

from hft_py import signatures as sig


def test_inner_products_of_signatures(walk: Any, kernel_set: str) -> None:
    x, y = walk(3, 12, 2) / 2, walk(3, 9, 2, seed=1) / 2
    truncated = 1.0 + (sig.signature(x, 12) * sig.signature(y, 12)).sum(axis=1)
    errors = [
        np.abs(sig.signature_kernel(x, y, dyadic_order=order, backend=kernel_set) - truncated)
        for order in (2, 5, 6)
    ]
    assert errors[0].max() < 1e-5
    # Of second order: an error falls by four.
    assert errors[1].sum() / errors[2].sum() == pytest.approx(4.0, rel=0.1)


def test_two_lines(kernel_set: str) -> None:
    """The kernel of two segments of inner product p is the Bessel function I_0(2 sqrt p)."""
    x, y = np.array([[0.0, 0.0], [0.9, 0.3]]), np.array([[0.0, 0.0], [0.5, 0.5]])
    for product, other in ((0.6, y), (1.2, 2 * y)):
        found = sig.signature_kernel(x, other, dyadic_order=8, backend=kernel_set)
        assert found == pytest.approx(iv(0, 2 * np.sqrt(product)), rel=1e-6)


def test_gram_matrices_are_symmetric_and_positive(walk: Any) -> None:
    paths = walk(12, 20, 3) / 3
    gram = sig.signature_kernel_gram(paths, dyadic_order=3)
    np.testing.assert_array_equal(gram, gram.T)
    assert np.linalg.eigvalsh(gram).min() > 0
    other = walk(4, 31, 3, seed=5) / 3
    mixed = sig.signature_kernel_gram(paths, other, dyadic_order=(1, 2))
    swapped = sig.signature_kernel_gram(other, paths, dyadic_order=(2, 1))
    np.testing.assert_allclose(mixed, swapped.T, rtol=1e-12)


def test_a_kernel_does_not_depend_on_points_without_movement(walk: Any) -> None:
    x, y = walk(10, 2), walk(12, 2, seed=1)
    waiting = np.repeat(x, 3, axis=0)
    one = sig.signature_kernel(x, y, dyadic_order=0)
    assert sig.signature_kernel(waiting, y, dyadic_order=0) == pytest.approx(one, rel=1e-12)


def test_each_path_has_its_own_order(walk: Any, kernel_set: str) -> None:
    """Segments halved by hand are those of an order more; of the other path they are not."""
    x, y = walk(6, 2), walk(5, 2, seed=1)
    dense = np.insert(x, range(1, 6), (x[1:] + x[:-1]) / 2, axis=0)
    found = sig.signature_kernel(x, y, dyadic_order=(1, 0), backend=kernel_set)
    by_hand = sig.signature_kernel(dense, y, dyadic_order=0, backend=kernel_set)
    other = sig.signature_kernel(x, y, dyadic_order=(0, 1), backend=kernel_set)
    assert found == pytest.approx(by_hand, rel=1e-12)
    assert found != pytest.approx(other, rel=1e-6)
