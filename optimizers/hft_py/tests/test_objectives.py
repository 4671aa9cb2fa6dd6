"""Every kind of objective gives the same values, fails alike, and lives as long as it is used."""

from __future__ import annotations

import ctypes
import gc
import shutil
import subprocess
import sys
import threading
import traceback
import weakref
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import LowLevelCallable

import hft_py
from hft_py import backend, objectives
from hft_py.errors import InvalidValuesWarning, ObjectiveError
from hft_py.objectives import references, resolve
from hft_py.objectives.compiled import text_contract
from hft_py.objectives.settle import warn_invalid

POINTS = np.random.default_rng(0).normal(size=(13, 3))
SPHERE = (POINTS**2).sum(axis=1)

CODED = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_int64,
    ctypes.POINTER(ctypes.c_double),
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_void_p,
)

SOURCE = """
#include <stdint.h>
int32_t sphere(int64_t n, const double *x, double *value, void *data) {
    double scale = data ? *(double *)data : 1.0;
    if (x[0] > 1e6) return 7;
    if (x[0] < -1e6) return -7;
    *value = 0.0;
    for (int64_t i = 0; i < n; i++) *value += scale * x[i] * x[i];
    return 0;
}
double plain(int n, double *x, void *data) {
    double sum = 0.0;
    for (int i = 0; i < n; i++) sum += x[i] * x[i];
    return data ? *(double *)data * sum : sum;
}
"""


def _rust() -> bool:
    return backend.active_backend() == "rust"


@pytest.fixture(params=["python", "rust"])
def values(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Values of a handle at points, by one kernel set."""
    if request.param == "rust":
        if not _rust():
            pytest.skip("the extension is not installed, or not asked for")
        return lambda handle, points: handle.native.evaluate(np.ascontiguousarray(points), 2)
    return lambda handle, points: handle.batch(np.ascontiguousarray(points))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shared library made by the C compiler of this machine."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform == "win32":
        pytest.skip("no C compiler on the path")
    folder = tmp_path_factory.mktemp("compiled")
    source, made = folder / "sphere.c", folder / "sphere.so"
    source.write_text(SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, source], check=True)
    return made


def python_sphere(x: Any) -> float:
    return float((x**2).sum())


def vectorised_sphere(points: Any) -> Any:
    return (points**2).sum(axis=1)


def fails(x: Any) -> float:
    if x[0] > 0:
        raise KeyError("deep inside")
    return 0.0


# ------------------------------------------------------------------ the same values


def test_python_callables(values: Callable[..., Any]) -> None:
    np.testing.assert_allclose(values(resolve(python_sphere, 3), POINTS), SPHERE)
    handle = resolve(vectorised_sphere, 3, vectorized=True)
    np.testing.assert_allclose(values(handle, POINTS), SPHERE)
    assert handle.kind == "vectorized" and not handle.parallel


@pytest.mark.parametrize("vectorized", [False, True])
def test_executors(values: Callable[..., Any], vectorized: bool) -> None:
    function: Any = vectorised_sphere if vectorized else python_sphere
    with ThreadPoolExecutor(2) as executor:
        handle = resolve(function, 3, vectorized, executor)
        np.testing.assert_allclose(values(handle, POINTS), SPHERE)
        assert handle.kind == "executor"


def shifted_sphere(x: Any, data: Any) -> float:
    return float(((x - data) ** 2).sum())


def test_a_pool_of_processes(values: Callable[..., Any]) -> None:
    import multiprocessing

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        handle = resolve(np.linalg.norm, 3, executor=executor)
        np.testing.assert_allclose(values(handle, POINTS) ** 2, SPHERE)


def test_data_are_the_second_argument(values: Callable[..., Any]) -> None:
    shift = np.array([1.0, 0.0, -1.0])
    expected = ((POINTS - shift) ** 2).sum(axis=1)
    np.testing.assert_allclose(values(resolve(shifted_sphere, 3, data=shift), POINTS), expected)
    batch = resolve(
        lambda points, data: ((points - data) ** 2).sum(axis=1), 3, vectorized=True, data=shift
    )
    np.testing.assert_allclose(values(batch, POINTS), expected)
    with ThreadPoolExecutor(1) as executor:
        handle = resolve(shifted_sphere, 3, executor=executor, data=shift)
        np.testing.assert_allclose(values(handle, POINTS), expected)


@pytest.mark.parametrize("name", references.FUNCTIONS)
def test_functions_by_name(values: Callable[..., Any], name: str) -> None:
    for d in (2, 3, 10):
        points = np.random.default_rng(d).uniform(-3, 3, size=(20, d))
        expected = references.FUNCTIONS[name](points)
        np.testing.assert_allclose(values(resolve(name, d), points), expected, rtol=1e-12)


PARAMETERS = {
    "gaussian": [[0.0, 1.0], [0.3, 0.01]],
    "garch11": [[0.0, 1e-2, 0.1, 0.8], [0.1, 0.5, 0.0, 0.0], [0.0, 1e-3, 0.01, 0.98]],
    "ornstein_uhlenbeck": [[1.0, 0.0, 1.0], [1e-6, 5.0, 0.2], [40.0, -1.0, 3.0]],
    "student_t": [[0.0, 1.0, 4.0], [0.2, 0.3, 0.5], [0.0, 1.0, 1e6]],
}
OUTSIDE = {
    "gaussian": [0.0, -1.0],
    "garch11": [0.0, 0.1, 0.6, 0.6],
    "ornstein_uhlenbeck": [0.0, 0.0, 1.0],
    "student_t": [0.0, 1.0, -2.0],
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_likelihoods_by_name(values: Callable[..., Any], name: str) -> None:
    data = np.random.default_rng(1).standard_t(4, size=2_000)
    points = np.array([*PARAMETERS[name], OUTSIDE[name]])
    expected = references.log_likelihoods(name, points, data, 1.0)
    found = values(resolve(name, points.shape[1], data=data), points)
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert np.isnan(found[-1]) and not np.isnan(found[:-1]).any()


def test_likelihoods_are_those_of_scipy() -> None:
    from scipy import stats

    data = np.random.default_rng(1).normal(size=300)
    assert references.gaussian(data, 0.2, 1.3) == pytest.approx(
        stats.norm(0.2, 1.3).logpdf(data).sum(), rel=1e-13
    )
    assert references.student_t(data, 0.2, 1.3, 3.5) == pytest.approx(
        stats.t(3.5, 0.2, 1.3).logpdf(data).sum(), rel=1e-13
    )


def test_garch_is_its_recursion() -> None:
    data = np.random.default_rng(1).normal(size=50)
    mu, omega, alpha, beta = 0.1, 0.2, 0.15, 0.7
    square = variance = ((data - mu) ** 2).mean()
    total = 0.0
    for x in data:
        variance = omega + alpha * square + beta * variance
        square = (x - mu) ** 2
        total -= 0.5 * (np.log(2 * np.pi * variance) + square / variance)
    assert references.garch11(data, mu, omega, alpha, beta) == pytest.approx(total, rel=1e-13)


def test_the_time_step_of_ornstein_uhlenbeck(values: Callable[..., Any]) -> None:
    data = np.cumsum(np.random.default_rng(3).normal(size=500))
    spec = objectives.builtin("ornstein_uhlenbeck", data, time_step=1 / 252)
    daily = values(resolve("ornstein_uhlenbeck", 3, data=data), [[0.01, 1.0, 0.5]])
    yearly = values(resolve(spec, 3), [[2.52, 1.0, 0.5 * np.sqrt(252)]])
    np.testing.assert_allclose(yearly, daily, rtol=1e-12)


def test_negated(values: Callable[..., Any]) -> None:
    for given in ("sphere", python_sphere, objectives.negated(objectives.negated("sphere"))):
        np.testing.assert_allclose(values(resolve(objectives.negated(given), 3), POINTS), -SPHERE)
    handle = resolve("sphere", 3)
    assert resolve(handle, 3) is handle
    np.testing.assert_allclose(values(resolve(objectives.negated(handle), 3), POINTS), -SPHERE)


# ------------------------------------------------------------------ compiled ones


def test_c_functions(values: Callable[..., Any], library: Path) -> None:
    loaded = ctypes.CDLL(str(library))
    undeclared = resolve(loaded.sphere, 3)
    np.testing.assert_allclose(values(undeclared, POINTS), SPHERE)
    assert undeclared.kind == "compiled" and undeclared.parallel
    address = ctypes.cast(loaded.sphere, ctypes.c_void_p).value
    np.testing.assert_allclose(values(resolve(address, 3), POINTS), SPHERE)
    loaded.plain.restype = ctypes.c_double
    loaded.plain.argtypes = [ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_void_p]
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
    loaded.plain.argtypes = [ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_void_p]
    np.testing.assert_allclose(values(resolve(LowLevelCallable(loaded.plain), 3), POINTS), SPHERE)
    scale = ctypes.c_double(2.0)
    pointer = ctypes.cast(ctypes.pointer(scale), ctypes.c_void_p)
    given = LowLevelCallable(loaded.plain, pointer)
    np.testing.assert_allclose(values(resolve(given, 3), POINTS), 2 * SPHERE)
    loaded.sphere.argtypes = [
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_double),
        ctypes.POINTER(ctypes.c_double),
        ctypes.c_void_p,
    ]
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


@pytest.fixture(scope="session")
def decorated() -> Any:
    pytest.importorskip("numba", reason="numba is not installed")

    @hft_py.compiled_objective
    def cost(x: Any) -> Any:
        """A sphere with a hole."""
        if x[0] > 1e6:
            raise ValueError("too far")
        return (x**2).sum()

    return cost


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

    with pytest.raises(ValueError, match="cost takes no data"):
        resolve(decorated, 3, data=np.ones(3))


def test_without_numba_the_message_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ImportError, match=r"pip install 'hft-py\[compiled\]'"):
        hft_py.compiled_objective(lambda x: x[0])


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


# ------------------------------------------------------------------ in parallel, and failing


def test_threads_change_nothing() -> None:
    if not _rust():
        pytest.skip("the extension is not installed, or not asked for")
    data = np.random.default_rng(0).normal(size=5_000)
    points = np.random.default_rng(1).uniform([0, 1, 2], [1, 2, 9], size=(97, 3))
    handle = resolve("student_t", 3, data=data)
    alone = handle.native.evaluate(points, 1)
    for threads in (2, 3, 64):
        assert np.array_equal(alone, handle.native.evaluate(points, threads))


def test_several_callers_at_once(decorated: Any) -> None:
    if not _rust():
        pytest.skip("the extension is not installed, or not asked for")
    native = resolve(decorated, 3).native
    found: list[Any] = []
    callers = [
        threading.Thread(target=lambda: found.append(native.evaluate(POINTS))) for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(found) == 8 and all(np.allclose(one, SPHERE) for one in found)


@pytest.mark.parametrize("kind", ["python", "vectorized", "executor"])
def test_exceptions_arrive_as_they_were_raised(values: Callable[..., Any], kind: str) -> None:
    with ThreadPoolExecutor(1) as executor:
        handle = resolve(
            fails if kind != "vectorized" else lambda points: fails(points[:, 0]),
            3,
            vectorized=kind == "vectorized",
            executor=executor if kind == "executor" else None,
        )
        with pytest.raises(KeyError, match="deep inside") as caught:
            values(handle, np.ones((4, 3)))
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert "fails" in [frame.name for frame in frames]


def test_ctrl_c_stops_a_run(values: Callable[..., Any]) -> None:
    def interrupted(x: Any) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        values(resolve(interrupted, 3), POINTS)


class Odd:
    def __float__(self) -> float:
        return 1.0


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (None, TypeError, "returned None of type NoneType, expected a real number"),
        ("1.0", TypeError, "returned '1.0' of type str"),
        (True, TypeError, "returned the truth value True"),
        (np.True_, TypeError, "returned the truth value True"),
        (1j, TypeError, "of type complex"),
        (np.array(1j), TypeError, "of type ndarray"),
        (np.array([1.0]), ValueError, r"an array of shape \(1,\), expected a real number"),
        ([1.0], TypeError, "of type list"),
        (Odd(), TypeError, "of type Odd"),
    ],
)
def test_what_a_callable_must_not_return(
    values: Callable[..., Any], returned: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        values(resolve(lambda x: returned, 3), POINTS)


@pytest.mark.parametrize(
    "returned", [2, 2.0, np.float32(2.0), np.int8(2), np.array(2.0), np.array(2)]
)
def test_what_a_callable_may_return(values: Callable[..., Any], returned: Any) -> None:
    assert values(resolve(lambda x: returned, 3), POINTS[:2]).tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("returned", "error", "message"),
    [
        (np.ones((13, 1)), ValueError, r"shape \(13, 1\) for 13 points, expected \(13,\)"),
        (np.ones(3), ValueError, r"shape \(3,\) for 13 points"),
        (1.0, ValueError, r"shape \(\) for 13 points"),
        (np.ones(13, dtype=bool), TypeError, "dtype bool"),
        (["a"] * 13, TypeError, "dtype <U1"),
        (np.ones(13, dtype=complex), TypeError, "dtype complex128"),
    ],
)
def test_what_a_vectorised_callable_must_not_return(
    values: Callable[..., Any], returned: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        values(resolve(lambda points: returned, 3, vectorized=True), POINTS)


@pytest.mark.parametrize("vectorized", [False, True])
def test_a_callable_may_keep_and_change_its_argument(
    values: Callable[..., Any], vectorized: bool
) -> None:
    kept: list[Any] = []

    def greedy(x: Any) -> Any:
        kept.append(x)
        value = (x**2).sum(axis=-1)
        x[...] = -1.0
        return value if vectorized else float(value)

    points = POINTS.copy()
    handle = resolve(greedy, 3, vectorized)
    np.testing.assert_allclose(values(handle, points), SPHERE)
    np.testing.assert_allclose(values(handle, points), SPHERE)
    assert np.array_equal(points, POINTS)
    assert all((x == -1.0).all() for x in kept)
    kept[0][...] = 5.0
    assert all((x == -1.0).all() for x in kept[1:])


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"objective": None}, TypeError, "objective=None, expected a callable"),
        ({"objective": 1.5}, TypeError, "objective=1.5, expected a callable"),
        ({"objective": True}, TypeError, "objective=True, expected a callable"),
        ({"objective": 0}, ValueError, "objective=0, expected the address"),
        ({"objective": "spheer"}, ValueError, "objective='spheer', expected one of"),
        ({"objective": "gaussian"}, ValueError, "gaussian is a log-likelihood"),
        ({"objective": "gaussian", "data": [1.0]}, ValueError, "2 parameters"),
        ({"objective": "garch11", "data": [np.nan]}, ValueError, r"data\[0\] is nan"),
        ({"objective": "sphere", "data": [1.0]}, ValueError, "sphere takes no data"),
        ({"objective": "sphere", "n_params": 0}, ValueError, "n_params=0, expected 1 or more"),
        ({"objective": "rosenbrock", "n_params": 1}, ValueError, "two coordinates or more"),
        ({"objective": "sphere", "vectorized": True}, ValueError, "vectorized is for Python"),
        ({"objective": python_sphere, "vectorized": 1}, TypeError, "vectorized=1"),
        ({"objective": python_sphere, "executor": 3}, TypeError, "executor=3"),
        ({"objective": ctypes.pythonapi.PyList_New}, TypeError, "PyDLL, which needs the lock"),
        ({"objective": ctypes.CFUNCTYPE(ctypes.c_float)()}, TypeError, "has the signature c_float"),
        (
            {"objective": ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64)(int)},
            TypeError,
            "expected int32_t",
        ),
        ({"objective": CODED()}, ValueError, "objective is a null pointer"),
        ({"objective": CODED(int), "data": "text"}, TypeError, "data='text', expected an array"),
        (
            {"objective": CODED(int), "data": np.ones((4, 4))[:, 0]},
            TypeError,
            "not a contiguous array",
        ),
    ],
)
def test_bad_objectives(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        resolve(**{"n_params": 3, **options})


def test_a_resolved_objective_keeps_its_options() -> None:
    handle = resolve("sphere", 3)
    with pytest.raises(ValueError, match="objective has 3 parameters, and 2 are asked for"):
        resolve(handle, 2)
    with pytest.raises(ValueError, match="resolved already"):
        resolve(handle, 3, data=np.ones(3))
    with pytest.raises(ValueError, match="given twice"):
        resolve(objectives.builtin("gaussian", [1.0]), 2, data=[1.0])


@pytest.mark.parametrize(
    ("signature", "plain"),
    [
        ("int32_t (int64_t, const double *, double *, void *)", False),
        ("int (long long n, double const *x, double *value, void *user_data)", False),
        ("int32_t(*)(int64_t, double *, double *, void *)", False),
        ("double (int, double *, void *)", True),
        ("double (int n, const double *x, void *data)", True),
    ],
)
def test_signatures_in_words(signature: str, plain: bool) -> None:
    assert text_contract("objective", signature) is plain


@pytest.mark.parametrize(
    "signature", ["double (double)", "double (double *, int)", "float (int, double *, void *)", "x"]
)
def test_other_signatures(signature: str) -> None:
    with pytest.raises(TypeError, match="objective has the signature"):
        text_contract("objective", signature)


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


# ------------------------------------------------------------------ what values mean


def test_settle() -> None:
    points = np.arange(6.0).reshape(3, 2)
    found = np.array([1.0, np.nan, np.inf])
    assert objectives.settle(points, found, "minimise") == 1
    assert found.tolist() == [1.0, np.inf, np.inf]
    found = np.array([1.0, np.nan, -np.inf])
    assert objectives.settle(points, found, "density") == 1
    assert found.tolist() == [1.0, -np.inf, -np.inf]
    with pytest.raises(ObjectiveError, match=r"the objective is -inf at \[2, 3\]"):
        objectives.settle(points, np.array([1.0, -np.inf, 0.0]), "minimise")
    with pytest.raises(ObjectiveError, match="is inf at .* expected less than infinity"):
        objectives.settle(points, np.array([1.0, np.inf, 0.0]), "density")


def test_invalid_values_are_told_once() -> None:
    warn_invalid(0, 10)
    with pytest.warns(InvalidValuesWarning, match="NaN at 3 of 10 points"):
        warn_invalid(3, 10)
