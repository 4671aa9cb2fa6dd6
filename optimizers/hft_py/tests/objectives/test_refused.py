"""What is no objective is refused by name."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

from hft_py import objectives
from hft_py.objectives import resolve
from hft_py.objectives.compiled import text_contract


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
