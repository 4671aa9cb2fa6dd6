"""Compiled objectives from Python functions, by numba."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import LowLevelCallable

import hft_py
from hft_py.objectives import resolve

POINTS = np.random.default_rng(0).normal(size=(13, 3))
SPHERE = (POINTS**2).sum(axis=1)


def test_the_decorator(values: Callable[..., Any], decorated: Any) -> None:
    np.testing.assert_allclose(values(resolve(decorated, 3), POINTS), SPHERE)
    assert decorated(POINTS[0]) == pytest.approx(SPHERE[0])
    assert decorated.__doc__ == "A sphere with a hole."
    assert np.isnan(values(resolve(decorated, 1), [[2e6]])[0])
    np.testing.assert_allclose(values(resolve(decorated.address, 3), POINTS), SPHERE)
    np.testing.assert_allclose(values(resolve(decorated._cfunc, 3), POINTS), SPHERE)
    np.testing.assert_allclose(
        values(resolve(LowLevelCallable(decorated._cfunc.ctypes), 3), POINTS), SPHERE
    )


def test_the_decorator_with_data(values: Callable[..., Any]) -> None:
    pytest.importorskip("numba", reason="numba is not installed")

    @hft_py.compiled_objective
    def series(x: Any, data: Any) -> Any:
        return ((data - x[0]) ** 2).sum() + len(data)

    @hft_py.compiled_objective(data_ndim=2, boundscheck=True)
    def table(x: Any, data: Any) -> Any:
        return (data[:, 0] - x[0]).sum() + 10 * data[int(x[1]), 1]

    data = np.arange(6.0)
    found = values(resolve(series, 1, data=data), [[2.0], [0.5]])
    np.testing.assert_allclose(found, [((data - x) ** 2).sum() + 6 for x in (2.0, 0.5)])
    found = values(resolve(table, 2, data=data.reshape(3, 2)), [[1.0, 2.0], [1.0, 3.0]])
    assert found[0] == 53.0 and np.isnan(found[1])
    with pytest.raises(ValueError, match="series has the argument data"):
        resolve(series, 1)
    with pytest.raises(ValueError, match="data has 1 dimensions, expected 2"):
        resolve(table, 2, data=data)


def test_what_the_decorator_refuses(decorated: Any) -> None:
    with pytest.raises(TypeError, match="cost has 3 parameters"):

        @hft_py.compiled_objective
        def cost(x: Any, data: Any, more: Any) -> Any:
            return 0.0

    with pytest.raises(TypeError, match="numba cannot compile speaks"):

        @hft_py.compiled_objective
        def speaks(x: Any) -> Any:
            return "text"

    for function, message in (
        (lambda x: x, "returns array"),
        (lambda x: x[0] > 0, "returns bool"),
        (lambda x, *, data: data[0], "expected positional parameters"),
        (lambda x, *more: x[0], "expected positional parameters"),
        (3, "function=3"),
    ):
        with pytest.raises(TypeError, match=message):
            hft_py.compiled_objective(function)
    with pytest.raises(ValueError, match="cost takes no data"):
        resolve(decorated, 3, data=np.ones(3))


def test_without_numba_the_message_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ImportError, match=r"pip install 'hft-py\[compiled\]'"):
        hft_py.compiled_objective(lambda x: x[0])


def test_numba_functions_of_another_signature() -> None:
    numba = pytest.importorskip("numba", reason="numba is not installed")
    wrong = numba.cfunc("float64(float64)")(lambda x: x)
    with pytest.raises(TypeError, match=r"has the signature float64 \(float64\)"):
        resolve(wrong, 1)
    plain = numba.cfunc(
        numba.types.float64(
            numba.types.int32, numba.types.CPointer(numba.types.float64), numba.types.voidptr
        )
    )(lambda n, x, data: x[0])
    assert resolve(plain, 1).batch(np.array([[4.0]]))[0] == 4.0
