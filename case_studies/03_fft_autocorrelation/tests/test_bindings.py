"""The compiled classes and kernels: what they accept and how they refuse the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest

from fft_autocorrelation import (
    Autocorrelator,
    StreamingAutocorrelation,
    _rust,
    autocorrelation,
    cross_correlation,
)

X = np.random.default_rng(0).normal(size=8)
UNALIGNED = np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(np.float64)
BUSY = "in use by another thread: make one for each thread"


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "message"),
    [
        ((0,), {}, ValueError, "n=0: x is empty"),
        ((-1,), {}, ValueError, "n=-1, expected 0 or more"),
        ((5, -5), {}, ValueError, "max_lag=-5, expected 0 or more"),
        ((5, 5), {}, ValueError, "max_lag=5, expected at most 4"),
        ((5.0,), {}, TypeError, "n=5.0, expected an integer"),
        ((5, 2), {"threads": -1}, ValueError, "threads=-1, expected 1 or more, or 0"),
        ((2**49,), {}, ValueError, r"expected at most 2\*\*48"),
        ((2**62,), {}, ValueError, r"expected at most 2\*\*48"),
        ((2**70,), {}, ValueError, r"expected at most 2\*\*48"),
        ((-(2**70),), {}, ValueError, "expected 0 or more"),
        ((2**63 - 1,), {"method": "blocked"}, ValueError, r"expected at most 2\*\*48"),
        ((2**62, 0), {"threads": 2**62}, ValueError, r"expected at most 2\*\*48"),
        ((2**48,), {}, MemoryError, "bytes of buffers cannot be allocated"),
        ((2**48,), {"method": "direct"}, MemoryError, "bytes of buffers cannot be allocated"),
        ((2**48,), {"method": "blocked"}, MemoryError, "bytes of buffers cannot be allocated"),
    ],
)
def test_plans_name_the_argument(
    arguments: Any, keywords: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Autocorrelator(*arguments, **keywords)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (X.astype(np.float32), TypeError, "x has dtype float32: a plan takes a one-dimensional"),
        (X.astype(">f8"), TypeError, "x has dtype >f8"),
        (np.arange(8), TypeError, "x has dtype int64"),
        (X[None], TypeError, "x has 2 dimensions"),
        (list(X), TypeError, "x is a list"),
        (None, TypeError, "x is a NoneType"),
        (np.ma.masked_greater(X, 1.0), TypeError, "x is a masked array"),
        (np.repeat(X, 2)[::2], ValueError, "x is not contiguous"),
        (UNALIGNED, ValueError, "x is not aligned in memory"),
        (np.where(X > 1, np.nan, X), ValueError, r"is NaN, expected finite numbers$"),
    ],
)
def test_plans_take_what_they_read_in_place(x: Any, error: type[Exception], message: str) -> None:
    plan = Autocorrelator(8, 2)
    with pytest.raises(error, match=message):
        plan(x)
    if x is not None and "NaN" not in message:
        with pytest.raises(error, match=message.replace("x ", "out ", 1)):
            plan(X, x)
    assert np.array_equal(plan(X), autocorrelation(X, 2))


def test_threads_are_bounded() -> None:
    rows = np.tile(X, (20_000, 1))
    expected = autocorrelation(rows, 2)
    for threads in (0, 20_000, 2**40):
        assert np.array_equal(autocorrelation(rows, 2, threads=threads), expected)
    long = np.random.default_rng(1).normal(size=100_000)
    for threads in (0, 2**40):
        plan = Autocorrelator(long.size, 5, threads=threads)
        assert np.allclose(plan(long), autocorrelation(long, 5), atol=1e-14)


def test_kernels_check_their_shapes() -> None:
    flags: Any = (True, True, False, "auto")
    lags: Any = _rust.lags
    for lag in (8, 2**63, 2**64 - 1):
        with pytest.raises(ValueError, match="expected at most 7"):
            lags(X[None], lag, *flags, 1)
        with pytest.raises(ValueError, match="expected at most 7"):
            _rust.cross(X, X, lag, *flags)
    for n, lag in ((0, 0), (5, 9), (2**62, 1), (-1, 0), (2**63, 1)):
        with pytest.raises(ValueError, match="expected"):
            _rust.plan(n, lag)


def test_streams_take_what_the_functions_take() -> None:
    expected = StreamingAutocorrelation(2)
    expected.update(X)
    for values in (list(X), tuple(X), X[::-1][::-1], X.astype(">f8"), UNALIGNED, memoryview(X)):  # type: ignore[arg-type]
        stream = StreamingAutocorrelation(2)
        stream.update(values)
        assert np.array_equal(stream.autocorrelation(), expected.autocorrelation())
    stream = StreamingAutocorrelation(2)
    for value in (1, 2.0, np.float64(4), np.float32(1), np.int8(3), np.array(5.0), 2**40):
        stream.update(value)
    stream.update([])
    stream.update([1, 2.5])
    stream.update(np.arange(3, dtype=np.uint8))
    assert stream.count == 12


@pytest.mark.parametrize(
    ("values", "error"),
    [
        (X * 1j, TypeError),
        (X.astype(np.longdouble), TypeError),
        (X > 0, TypeError),
        (True, TypeError),
        (np.True_, TypeError),
        ([True, False], TypeError),
        (X.astype(object), TypeError),
        (None, TypeError),
        (np.ma.masked_greater(X, 1.0), TypeError),
        (np.ones((2, 2)), ValueError),
        ([[1.0]], ValueError),
    ],
)
def test_streams_refuse(values: Any, error: type[Exception]) -> None:
    stream = StreamingAutocorrelation(2)
    with pytest.raises(error):
        stream.update(values)
    assert stream.count == 0


def test_streams_refuse_data_frames() -> None:
    pandas = pytest.importorskip("pandas")
    stream = StreamingAutocorrelation(2)
    for frame in (pandas.DataFrame({"a": X, "b": X}), pandas.DataFrame({"a": X})):
        with pytest.raises((TypeError, ValueError)):
            stream.update(frame)
    assert stream.count == 0
    stream.update(pandas.Series(X, index=range(5, 13)))
    assert stream.count == 8


@pytest.mark.parametrize(
    ("max_lag", "message"), [(-1, "max_lag=-1"), (2**28 + 1, r"expected at most 2\*\*28")]
)
def test_streams_of_a_lag_out_of_range(max_lag: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        StreamingAutocorrelation(max_lag)


def test_a_plan_in_use_by_another_thread() -> None:
    n = 2_000_000
    x = np.random.default_rng(4).normal(size=n)
    out = np.zeros(n)
    plan = Autocorrelator(n, method="fft")
    stream = StreamingAutocorrelation(1)
    messages: list[str] = []
    other = threading.Thread(target=plan, args=(x, out))
    other.start()
    while other.is_alive():
        assert (plan.n, plan.max_lag, plan.method) == (n, n - 1, "fft")
        assert repr(plan).startswith("Autocorrelator(n=2000000")
        assert plan.nbytes > n
        for call in (
            lambda: plan(x),
            lambda: stream.update(out),
            lambda: Autocorrelator(n, 1)(out),
            lambda: autocorrelation(out.reshape(2, -1), 1),
            lambda: cross_correlation(out, x, 1),
        ):
            try:
                call()
            except (RuntimeError, ValueError) as error:
                messages.append(str(error))
        time.sleep(0.001)
    other.join()
    # A thread may be late or quick: every error must be one of these.
    for message in messages:
        assert BUSY in message or "while a plan writes to it" in message
    assert np.array_equal(plan(x), out)


@pytest.mark.parametrize(
    "figures",
    [
        [1.0],
        [-1.0] * 28,
        [1e308] * 28,
        [1e-320] * 28,
        [0.0] * 28,
        [10**400] * 28,
        ["a"] * 28,
        None,
        {},
    ],
)
def test_costs_that_no_machine_has(figures: Any) -> None:
    with pytest.raises(ValueError, match="figures"):
        _rust.use_costs(figures)


TOO_LARGE = (
    "fa.Autocorrelator(10**12)",
    "fa.Autocorrelator(10**12, method='fft')",
    "fa.Autocorrelator(10**9, method='blocked')",
    "fa.StreamingAutocorrelation(2**28)",
    "fa.autocorrelation(np.zeros(20_000_000), method='fft')",
    "fa.autocorrelation(np.zeros(20_000_000), method='blocked')",
    "fa.autocorrelation(np.arange(20_000_000.))",
    "fa.cross_correlation(np.arange(2e7), np.arange(2e7), method='fft')",
    "fa._rust.lags(np.zeros((30_000, 2_000)), 1_999, True, True, False, 'auto', 1)",
)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space")
def test_memory_that_does_not_suffice() -> None:
    """One process is refused again and again, and then does what fits."""
    program = f"""
import resource
import numpy as np
import fft_autocorrelation as fa
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))
for call in {TOO_LARGE}:
    try:
        eval(call)
    except MemoryError:
        print(call)
fa.autocorrelation(np.arange(1_000.0))
"""
    # Threads reserve address space, each of them: one, whatever the machine.
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **one},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == list(TOO_LARGE)
