"""C functions by pointer and address: values, codes, data, lifetimes, signatures."""

from __future__ import annotations

import ctypes
import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import LowLevelCallable

from hft_py.errors import ObjectiveError
from hft_py.objectives import resolve

POINTS = np.random.default_rng(0).normal(size=(13, 3))
SPHERE = (POINTS**2).sum(axis=1)


DOUBLES = ctypes.POINTER(ctypes.c_double)
CODED = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64, DOUBLES, DOUBLES, ctypes.c_void_p)


def test_c_functions(values: Callable[..., Any], library: Path) -> None:
    loaded = ctypes.CDLL(str(library))
    undeclared = resolve(loaded.sphere, 3)
    np.testing.assert_allclose(values(undeclared, POINTS), SPHERE)
    assert undeclared.kind == "compiled" and undeclared.parallel
    address = ctypes.cast(loaded.sphere, ctypes.c_void_p).value
    np.testing.assert_allclose(values(resolve(address, 3), POINTS), SPHERE)
    loaded.plain.restype = ctypes.c_double
    loaded.plain.argtypes = [ctypes.c_int, DOUBLES, ctypes.c_void_p]
    np.testing.assert_allclose(values(resolve(loaded.plain, 3), POINTS), SPHERE)


@pytest.mark.parametrize("kind", ["array", "ctypes", "pointer", "void", "address"])
def test_data_of_c_functions(values: Callable[..., Any], library: Path, kind: str) -> None:
    loaded, scale = ctypes.CDLL(str(library)), ctypes.c_double(3.0)
    data: Any = {
        "array": np.array([3.0]),
        "ctypes": scale,
        "pointer": ctypes.pointer(scale),
        "void": ctypes.c_void_p(ctypes.addressof(scale)),
        "address": ctypes.addressof(scale),
    }[kind]
    np.testing.assert_allclose(values(resolve(loaded.sphere, 3, data=data), POINTS), 3 * SPHERE)


def test_codes(values: Callable[..., Any], library: Path) -> None:
    handle = resolve(ctypes.CDLL(str(library)).sphere, 2)
    found = values(handle, [[2e6, 0.0], [1.0, 1.0]])
    assert np.isnan(found[0]) and found[1] == 2.0
    with pytest.raises(ObjectiveError, match="the objective returned the fatal code -7"):
        values(handle, [[1.0, 1.0], [-2e6, 0.0]])


def test_low_level_callables(values: Callable[..., Any], library: Path) -> None:
    loaded = ctypes.CDLL(str(library))
    loaded.plain.restype = ctypes.c_double
    loaded.plain.argtypes = [ctypes.c_int, DOUBLES, ctypes.c_void_p]
    np.testing.assert_allclose(values(resolve(LowLevelCallable(loaded.plain), 3), POINTS), SPHERE)
    scale = ctypes.c_double(2.0)
    pointer = ctypes.cast(ctypes.pointer(scale), ctypes.c_void_p)
    given = LowLevelCallable(loaded.plain, pointer)
    np.testing.assert_allclose(values(resolve(given, 3), POINTS), 2 * SPHERE)
    loaded.sphere.argtypes = [ctypes.c_int64, DOUBLES, DOUBLES, ctypes.c_void_p]
    loaded.sphere.restype = ctypes.c_int32
    np.testing.assert_allclose(values(resolve(LowLevelCallable(loaded.sphere), 3), POINTS), SPHERE)
    with pytest.raises(ValueError, match="its own user_data"):
        resolve(given, 3, data=np.ones(1))


def test_cffi_pointers(values: Callable[..., Any], library: Path) -> None:
    cffi = pytest.importorskip("cffi", reason="cffi is not installed")
    ffi = cffi.FFI()
    ffi.cdef(
        "int32_t sphere(int64_t n, const double *x, double *value, void *data);"
        "double plain(int n, double *x, void *data);"
    )
    loaded = ffi.dlopen(str(library))
    coded, plain = ffi.addressof(loaded, "sphere"), ffi.addressof(loaded, "plain")
    np.testing.assert_allclose(values(resolve(coded, 3), POINTS), SPHERE)
    np.testing.assert_allclose(values(resolve(plain, 3), POINTS), SPHERE)
    scale = ffi.new("double *", 2.0)
    np.testing.assert_allclose(values(resolve(coded, 3, data=scale), POINTS), 2 * SPHERE)
    with pytest.raises(TypeError, match="expected a function pointer"):
        resolve(scale, 3)


def test_functions_and_data_live_as_long_as_they_are_used(values: Callable[..., Any]) -> None:
    calls = []

    def python(n: int, x: Any, value: Any, data: Any) -> int:
        calls.append(n)
        value[0] = ctypes.cast(data, ctypes.POINTER(ctypes.c_double))[1] + x[0]
        return 0

    function, data = CODED(python), np.array([0.0, 5.0])
    gone = weakref.ref(data)
    handle = resolve(function, 1, data=data)
    del function, data
    gc.collect()
    junk = [np.full(2, -1.0) for _ in range(1000)]
    np.testing.assert_allclose(values(handle, [[1.0], [2.0]]), [6.0, 7.0])
    assert calls == [1, 1] and len(junk) == 1000
    native = handle._native
    del handle
    gc.collect()
    if native is not None:
        assert native.evaluate(np.array([[3.0]]))[0] == 8.0
        del native
        gc.collect()
    assert gone() is None


def test_functions_of_the_extension_by_address(values: Callable[..., Any]) -> None:
    """What studies take for a compiled objective where nothing compiles."""
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    precision = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 3.0]])
    quadratic = resolve(rust.contract_address("quadratic"), 3, data=precision)
    expected = -0.5 * np.einsum("ni,ij,nj->n", POINTS, precision, POINTS)
    np.testing.assert_allclose(values(quadratic, POINTS), expected)
    valley = resolve(rust.contract_address("rosenbrock"), 3)
    named = resolve("rosenbrock", 3).batch(POINTS)
    np.testing.assert_allclose(values(valley, POINTS), named)
    with pytest.raises(ObjectiveError, match="fatal code -1"):
        values(resolve(rust.contract_address("quadratic"), 3), POINTS)
    with pytest.raises(ValueError, match='name="sphere", expected rosenbrock or quadratic'):
        rust.contract_address("sphere")
