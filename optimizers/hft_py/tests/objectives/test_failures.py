"""Objectives in parallel, callables that fail, and what is refused as an objective."""

from __future__ import annotations

import ctypes
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from hft_py import objectives
from hft_py.objectives import resolve
from hft_py.objectives.compiled import text_contract

POINTS = np.random.default_rng(0).normal(size=(13, 3))
SPHERE = (POINTS**2).sum(axis=1)


def fails(x: Any) -> float:
    if x[0] > 0:
        raise KeyError("deep inside")
    return 0.0


@pytest.mark.usefixtures("rust_only")
def test_several_callers_at_once(decorated: Any) -> None:
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
def test_exceptions_are_not_wrapped(values: Callable[..., Any], kind: str) -> None:
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
        (
            np.ones(3),
            ValueError,
            r"an array of shape \(3,\).*vectorized=True",
        ),
        (np.ones((1, 0)), ValueError, r"an array of shape \(1, 0\)"),
        (np.ma.masked_all(1), TypeError, "of type MaskedArray"),
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
    "returned",
    [2, 2.0, np.float32(2.0), np.int8(2), *(np.array(x) for x in (2.0, 2, [2.0], [2], [[2.0]]))],
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
        (np.ma.masked_greater(np.arange(13.0), 3), TypeError, "a masked array"),
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

    def keeping(x: Any) -> Any:
        kept.append(x)
        value = (x**2).sum(axis=-1)
        x[...] = -1.0
        return value if vectorized else float(value)

    points = POINTS.copy()
    handle = resolve(keeping, 3, vectorized)
    np.testing.assert_allclose(values(handle, points), SPHERE)
    np.testing.assert_allclose(values(handle, points), SPHERE)
    assert np.array_equal(points, POINTS)
    assert all((x == -1.0).all() for x in kept)
    kept[0][...] = 5.0
    assert all((x == -1.0).all() for x in kept[1:])


def python_sphere(x: Any) -> float:
    return float((x**2).sum())


DOUBLES = ctypes.POINTER(ctypes.c_double)
CODED = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64, DOUBLES, DOUBLES, ctypes.c_void_p)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"objective": None}, TypeError, "objective=None, expected a callable"),
        ({"objective": 1.5}, TypeError, "objective=1.5, expected a callable"),
        ({"objective": True}, TypeError, "objective=True, expected a callable"),
        ({"objective": 0}, ValueError, "objective=0, expected the address"),
        ({"objective": 3}, ValueError, "objective=3, expected the address"),
        ({"objective": 4095}, ValueError, "pass the function itself"),
        ({"objective": -(2**40)}, ValueError, "expected the address"),
        ({"objective": 2**64}, ValueError, "expected the address"),
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
    with pytest.raises(ValueError, match="objective has 3 parameters, but 2 were requested"):
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
