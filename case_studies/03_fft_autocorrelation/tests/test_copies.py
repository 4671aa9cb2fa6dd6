"""What is copied or pickled goes on as the original does, bit for bit."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fft_autocorrelation as fa

WAYS: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda x, p=p: pickle.loads(pickle.dumps(x, protocol=p)) for p in range(2, 6)),
]
ways = pytest.mark.parametrize("twin_of", WAYS)
#: A random walk that jumps and grows: the stream moves its provisional mean and its scale.
X = np.random.default_rng(0).normal(size=9_000).cumsum()
X[3_000:] += 1e6
X[7_000:] *= 1e80


@ways
@pytest.mark.parametrize("max_lag", [0, 7, 1_500])
@pytest.mark.parametrize("cut", [0, 1, 5, 1_023, 1_024, 2_600, 6_000, 7_500])
def test_streams(twin_of: Callable[[Any], Any], max_lag: int, cut: int) -> None:
    stream = fa.StreamingAutocorrelation(max_lag)
    stream.update(X[:cut])
    twin = twin_of(stream)
    assert (twin.count, twin.max_lag) == (cut, max_lag)
    for piece in (X[cut : cut + 3], X[cut + 3 :]):
        before = stream.autocovariance()
        twin.update(piece)
        assert np.array_equal(stream.autocovariance(), before, equal_nan=True)
        stream.update(piece)
        for read in ("autocorrelation", "autocovariance"):
            for options in ({}, {"demean": False}, {"adjusted": True}):
                found, expected = (getattr(s, read)(**options) for s in (twin, stream))
                assert np.array_equal(found, expected, equal_nan=True)


@ways
@pytest.mark.parametrize("method", ["auto", "direct", "blocked", "fft"])
@pytest.mark.parametrize("threads", [1, 2, 0])
def test_plans(twin_of: Callable[[Any], Any], method: Any, threads: int) -> None:
    x = np.random.default_rng(1).normal(size=50_000)
    options: dict[str, Any] = {"demean": False, "normalise": False, "adjusted": True}
    for given in ({}, options):
        plan = fa.Autocorrelator(x.size, 60, method=method, threads=threads, **given)
        twin = twin_of(plan)
        assert (repr(twin), twin.nbytes) == (repr(plan), plan.nbytes)
        assert np.array_equal(twin(x), plan(x))


def test_damaged_states_are_refused() -> None:
    stream: Any = fa.StreamingAutocorrelation(2)
    stream.update([1.0, 2.0, 4.0])
    count, done, scalars, arrays = stream.__getstate__()
    for state in (
        (count + 1, done, scalars, arrays),
        (count + 5, done + 5, scalars, arrays),
        (count, done, [np.nan, *scalars[1:]], arrays),
        (count, done, scalars, [arrays[0][:1], *arrays[1:]]),
        (count, done, scalars, [arrays[0], arrays[1], np.zeros(5_000)]),
    ):
        with pytest.raises(ValueError, match="state: not that of a stream with this max_lag"):
            stream.__setstate__(state)
    assert stream.count == 3
