"""Bad input raises the same clear error from both kernel sets; limits of size and time hold.

Wrong types, NaN and unknown words are tested for every function in shared/qpp/tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import signatures as sig

PATH = np.zeros((10, 2))
ROW = np.zeros(14)
Cases = list[tuple[Callable[..., Any], dict[str, Any], type[Exception], str]]

CASES: Cases = [
    *(
        (function, {"path": PATH, "depth": 3, **more, **changes}, error, message)
        for function, more in (
            (sig.signature, {}),
            (sig.running_signature, {}),
            (sig.log_signature, {}),
            (sig.rolling_signature, {"window": 4}),
        )
        for changes, error, message in (
            ({"path": PATH[:1]}, ValueError, r"path has shape \(1, 2\): 1 points, expected 2"),
            ({"path": PATH[:, 0]}, ValueError, r"path has 1 dimensions, .*path\[:, None\]"),
            ({"path": PATH[:, :0]}, ValueError, "expected 1 channel or more"),
            ({"path": PATH * np.nan}, ValueError, r"path\[0, 0\] is nan, expected finite"),
            ({"path": PATH - np.inf}, ValueError, r"path\[0, 0\] is -inf, expected finite"),
            ({"path": [["a"], ["b"]]}, TypeError, "path has dtype <U1, expected real numbers"),
            ({"path": np.ma.masked_array(PATH)}, TypeError, "path is a masked array"),
            ({"depth": 0}, ValueError, "depth=0, expected 1 or more"),
            ({"depth": 65}, ValueError, "depth=65, expected at most 64"),
            ({"depth": 50}, MemoryError, r"shape \(.*\): .* more than .* lower depth"),
            ({"scale": [1.0, 2.0, 3.0]}, ValueError, r"scale has shape \(3,\), expected \(2,\)"),
            ({"lead_lag": 1}, TypeError, "lead_lag=1, expected True or False"),
            ({"time_aug": "yes"}, TypeError, "time_aug='yes', expected True or False"),
            ({"end_time": np.inf}, ValueError, "end_time=inf, expected a finite number"),
            ({"threads": -1}, ValueError, "threads=-1, expected 0 or more"),
        )
    ),
    (sig.signature, {"path": PATH, "depth": 2, "base_point": [1.0]}, ValueError, "base_point has"),
    (sig.rolling_signature, {"path": PATH, "depth": 2, "window": 1}, ValueError, "window=1"),
    (
        sig.rolling_signature,
        {"path": PATH, "depth": 2, "window": 11},
        ValueError,
        "window=11, expected at most the 10 points of path",
    ),
    (
        sig.rolling_signature,
        {"path": PATH, "depth": 2, "window": 3, "step": 0},
        ValueError,
        "step=0, expected 1 or more",
    ),
    (
        sig.combine,
        {"first": ROW, "second": ROW[:6], "channels": 2, "depth": 3},
        ValueError,
        r"second has shape \(6,\), expected 14 numbers",
    ),
    (
        sig.combine,
        {"first": [ROW] * 2, "second": [ROW] * 3, "channels": 2, "depth": 3},
        ValueError,
        "expected leading axes that broadcast",
    ),
    (
        sig.join,
        {"signature": ROW, "segment": [[1.0, 2.0]], "depth": 3},
        ValueError,
        "expected equal leading axes",
    ),
    (
        sig.to_log_signature,
        {"signature": ROW, "channels": 3, "depth": 3},
        ValueError,
        r"signature has shape \(14,\), expected 39 numbers",
    ),
    (sig.signature_kernel, {"x": PATH, "y": PATH[:, :1]}, ValueError, "x has 2 channels and y 1"),
    (sig.signature_kernel, {"x": PATH, "y": [PATH]}, ValueError, "expected equal leading axes"),
    (sig.signature_kernel, {"x": PATH, "y": PATH, "dyadic_order": -1}, ValueError, "dyadic_order"),
    (sig.signature_kernel_gram, {"x": PATH}, ValueError, r"expected \(paths, points, channels\)"),
]


@pytest.mark.parametrize(("function", "arguments", "error", "message"), CASES)
def test_bad_input(
    function: Callable[..., Any],
    arguments: dict[str, Any],
    error: type[Exception],
    message: str,
    kernel_set: str,
) -> None:
    with pytest.raises(error, match=message):
        function(**arguments, backend=kernel_set)


def test_paths_of_any_layout(walk: Any, kernel_set: str) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    path = walk(20, 2)
    found = sig.signature(path, 3, backend=kernel_set)
    frozen = path.copy()
    for same in (
        path.tolist(),
        np.asfortranarray(path),
        np.repeat(path, 2, axis=1)[:, ::2],
        pandas.DataFrame(path, columns=["a", "b"]),
    ):
        np.testing.assert_array_equal(sig.signature(same, 3, backend=kernel_set), found)
    np.testing.assert_array_equal(path, frozen)
    batch = np.broadcast_to(path, (2, 3, 20, 2))
    assert sig.signature(batch, 3, backend=kernel_set).shape == (2, 3, 14)
    np.testing.assert_array_equal(sig.signature(batch, 3, backend=kernel_set)[1, 2], found)
    assert sig.signature(batch[:0], 3, backend=kernel_set).shape == (0, 3, 14)
    assert sig.running_signature(batch, 2, backend=kernel_set).shape == (2, 3, 19, 6)
    assert sig.rolling_signature(batch, 2, 5, backend=kernel_set).shape == (2, 3, 16, 6)


def test_transforms(walk: Any, kernel_set: str) -> None:
    """The arguments do what `transform_path` shows, of each beginning and each window too."""
    path = walk(15, 2)
    options: dict[str, Any] = {"scale": [2.0, 0.5], "lead_lag": True}
    by_hand = sig.signature(sig.transform_path(path, **options), 3, backend=kernel_set)
    np.testing.assert_array_equal(sig.signature(path, 3, **options, backend=kernel_set), by_hand)
    running = sig.running_signature(path, 3, **options, base_point=True, backend=kernel_set)
    windows = sig.rolling_signature(
        path, 3, 6, step=2, **options, time_aug=True, end_time=2.0, backend=kernel_set
    )
    for i in range(15):
        one = sig.signature(path[: i + 1], 3, **options, base_point=True)
        np.testing.assert_allclose(running[i], one, rtol=1e-12, atol=1e-13)
    for i, row in enumerate(windows):
        one = sig.signature(path[2 * i : 2 * i + 6], 3, **options, time_aug=True, end_time=2.0)
        np.testing.assert_allclose(row, one, rtol=1e-12, atol=1e-13)
    assert i == 4
    # A base point is a point of the path as it was given, so it is scaled as well.
    based = sig.transform_path(path, scale=[2.0, 0.5], base_point=[3.0, 4.0])
    np.testing.assert_array_equal(based, np.concatenate([[[3.0, 4.0]], path]) * [2.0, 0.5])
    # The lead goes first, upwards: the signed area is negative, half the quadratic variation.
    area = sig.log_signature(path[:, :1], 2, lead_lag=True, backend=kernel_set)[2]
    assert -2 * area == pytest.approx((np.diff(path[:, 0]) ** 2).sum(), rel=1e-12)


STARVED = """
import resource
import numpy as np
from hft_py.signatures import running_signature, signature

path = np.zeros((200_000, 3))
signature(path, 2)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)
for call in (
    lambda: running_signature(path, 5, backend="rust"),
    lambda: signature(path[:3].repeat(40, axis=1), 4, backend="rust", threads=1),
):
    try:
        call()
    except MemoryError:
        print("refused")
print("alive", signature(path, 2).sum())
"""


@pytest.mark.usefixtures("rust_only")
@pytest.mark.skipif(sys.platform != "linux", reason="the limit and the figure are Linux's")
def test_insufficient_memory_raises_an_exception() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARVED], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["refused"] * 2 + ["alive", "0.0"]


INTERRUPTED = """
import os, signal, threading
import numpy as np
from hft_py.signatures import signature, signature_kernel_gram

signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may ignore it
long, paths = np.zeros((100_000, 9)), np.zeros((300, 300, 2))
for threads in (1, 2):
    for call in (
        lambda: signature(np.broadcast_to(long[:20_000], (40, 20_000, 9)), 5, threads=threads),
        lambda: signature_kernel_gram(paths, dyadic_order=4, threads=threads),
    ):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            call()
        except KeyboardInterrupt:
            print("interrupted")
print("alive", signature(long[:50], 1).sum())
"""


@pytest.mark.usefixtures("rust_only")
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to oneself on Windows")
def test_ctrl_c() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["interrupted"] * 4 + ["alive", "0.0"]
