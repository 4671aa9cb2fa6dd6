"""Both kernel sets agree, on every way a path is cut, and nothing depends on what is beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import signatures as sig

pytestmark = pytest.mark.usefixtures("rust_only")


def agree(one: Any, two: Any, rtol: float = 1e-11) -> None:
    """Equal but for rounding, relative to the largest number."""
    assert one.shape == two.shape
    np.testing.assert_allclose(one, two, rtol=rtol, atol=rtol * max(1.0, np.abs(two).max()))


SHAPES = [(1, 5), (2, 6), (3, 1), (3, 2), (3, 4), (5, 3), (6, 3), (7, 3), (11, 2)]


@pytest.mark.parametrize(("channels", "depth"), SHAPES)
def test_paths(channels: int, depth: int, walk: Any) -> None:
    # Around lanes of 8, walks of 32 segments and pieces from 128 on; more paths than lanes.
    for batch, points in ((1, 2), (3, 9), (9, 34), (2, 128), (9, 130), (1, 300)):
        path = walk(batch, points, channels)
        found = sig.signature(path, depth, backend="rust")
        agree(found, sig.signature(path, depth, backend="python"))
        agree(sig.running_signature(path, depth)[:, -1], found)


@pytest.mark.parametrize(("channels", "depth"), SHAPES)
def test_windows(channels: int, depth: int, walk: Any) -> None:
    for points, window, step in ((2, 2, 1), (90, 20, 1), (150, 40, 1), (201, 67, 2), (90, 50, 30)):
        path = walk(2, points, channels)
        one, two = (
            sig.rolling_signature(path, depth, window, step=step, backend=name)
            for name in ("rust", "python")
        )
        agree(one, two)


@pytest.mark.parametrize(("channels", "depth"), SHAPES)
def test_algebra(channels: int, depth: int, walk: Any) -> None:
    first = sig.signature(walk(9, 20, channels), depth)
    second = sig.signature(walk(9, 30, channels, seed=1), depth)
    segment = walk(9, channels, seed=2)
    for one, two in (
        [sig.combine(first, second, channels, depth, backend=n) for n in ("rust", "python")],
        [sig.join(first, segment, depth, backend=n) for n in ("rust", "python")],
        [sig.join(first, segment, depth, before=True, backend=n) for n in ("rust", "python")],
        [sig.to_log_signature(first, channels, depth, backend=n) for n in ("rust", "python")],
    ):
        agree(one, two)


@pytest.mark.parametrize("orders", [0, 2, (1, 0)])
def test_kernels(orders: Any, walk: Any) -> None:
    for points in (2, 9, 17, 40):
        x, y = walk(3, points, 4), walk(3, 23, 4, seed=1)
        pairs = [
            sig.signature_kernel(x, y, dyadic_order=orders, backend=n) for n in ("rust", "python")
        ]
        agree(np.asarray(pairs[0]), np.asarray(pairs[1]))
        gram = sig.signature_kernel_gram(x, y, dyadic_order=orders)
        agree(np.diagonal(gram), np.asarray(pairs[1]))
        whole = sig.signature_kernel_gram(x, x, dyadic_order=orders)
        agree(sig.signature_kernel_gram(x, dyadic_order=orders), whole)


def test_a_path_in_a_batch_is_the_path_alone(walk: Any) -> None:
    for points in (10, 129, 17_000):
        batch = walk(11, points, 2)
        together = sig.signature(batch, 3)
        for i in (0, 7, 10):
            np.testing.assert_array_equal(together[i], sig.signature(batch[i], 3))


def test_any_number_of_threads_gives_the_same_bits(walk: Any) -> None:
    path = walk(13, 300, 3)
    x, y = path[:3, :40], path[3:, 5:45]
    long = walk(33_000, 2)
    calls: list[Callable[[int], Any]] = [
        lambda n: sig.signature(path, 4, threads=n),
        lambda n: sig.signature(long, 4, threads=n),
        lambda n: sig.running_signature(path, 3, threads=n),
        lambda n: sig.rolling_signature(path, 3, 100, threads=n),
        lambda n: sig.log_signature(path, 4, threads=n),
        lambda n: sig.signature_kernel_gram(x, y, threads=n),
    ]
    for call in calls:
        alone = call(1)
        for threads in (2, 3, 7):
            np.testing.assert_array_equal(call(threads), alone)


BITS = """
import hashlib
import numpy as np
from hft_py import signatures as sig

path = np.random.default_rng(0).normal(size=(9, 300, 3)).cumsum(axis=1) / 17
found = sig.signature(path, 5), sig.rolling_signature(path, 4, 100), sig.running_signature(path, 3)
found += sig.to_log_signature(found[1], 3, 4), sig.signature_kernel_gram(path[:, :40])
print(*(hashlib.sha1(np.ascontiguousarray(x).tobytes()).hexdigest() for x in found))
"""


def test_processors_with_a_fused_multiply_add_give_the_same_bits() -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    if rust.simd() == "portable":
        pytest.skip("one instruction set here")
    found = {
        subprocess.run(
            [sys.executable, "-c", BITS],
            env={**os.environ, "QPP_ISA": cap},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for cap in ("", "avx2")
    }
    assert len(found) == 1


def test_windows_of_a_longer_path_are_the_same(walk: Any) -> None:
    path = walk(700, 2)
    for window in (10, 90, 300):
        whole = sig.rolling_signature(path, 4, window)
        for points in (window, window + 1, window + 13, 650):
            part = sig.rolling_signature(path[:points], 4, window)
            np.testing.assert_array_equal(part, whole[: points - window + 1])
