"""Compiled objectives: a C function that Rust calls in parallel, without the interpreter lock.

The contract is

.. code-block:: c

    int32_t objective(int64_t n, const double *x, double *value, void *user_data);

It returns 0 and writes ``*value``; a positive code where there is no value at this point, which
then counts as NaN; a negative code to end the run (:class:`~hft_py.errors.ObjectiveError` names
it). It may be called from several threads at once, and writes to nothing but ``*value``. SciPy's
``double (int n, double *x, void *user_data)`` is taken too; it has no codes.

Accepted are

* what :func:`hft_py.objectives.compiled_objective` returns, and a numba ``cfunc``;
* ctypes and cffi function pointers (not those of a ``PyDLL``, which need the lock);
* :class:`scipy.LowLevelCallable`, with its own ``user_data``;
* the address of a function, an integer, which is trusted to keep the contract with codes.

A signature that is known is checked. ``data`` becomes ``user_data``: the address of a contiguous
array's first number, of a ctypes object, a cffi pointer, or an integer. Function and data are kept
alive as long as the objective is; for an integer address there is nothing to keep.
"""

from __future__ import annotations

import ctypes
import importlib
import itertools
import re
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py.checks import short
from hft_py.errors import ObjectiveError
from hft_py.objectives.base import Floats, Objective
from hft_py.objectives.decorator import CompiledObjective

CONTRACT = "int32_t (int64_t, const double *, double *, void *)"
PLAIN = "double (int, double *, void *)"

# The types of a contract, the result's first, by whether it is SciPy's.
_C_TYPES = {
    False: ("int32", "int64", "double*", "double*", "void*"),
    True: ("double", "int32", "double*", "void*"),
}
_CODED = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
)
_PLAIN = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)

_FIRST_ADDRESS = 0x10000 if sys.platform == "win32" else 0x1000
_LAST_ADDRESS = 2 ** (8 * ctypes.sizeof(ctypes.c_void_p)) - 1
_NEEDS_THE_LOCK = 0x4  # ctypes' FUNCFLAG_PYTHONAPI
_FUNCTION_POINTER: Any = ctypes.CFUNCTYPE(None).__mro__[1]


@dataclass(frozen=True)
class Pointer:
    """A function by address, its data, its contract, and what keeps both alive."""

    address: int
    user_data: int
    plain: bool
    keep: tuple[Any, ...]


class CompiledPointer(Objective):
    """A compiled objective of a known number of parameters."""

    kind = "compiled"

    def __init__(self, pointer: Pointer, n_params: int) -> None:
        super().__init__(n_params)
        self.pointer = pointer

    def _values(self, points: Floats) -> Floats:
        rows = np.ascontiguousarray(points, dtype=np.float64)
        values = np.full(len(rows), np.nan)
        first, out, size = rows.ctypes.data, values.ctypes.data, 8 * self.n_params
        user_data = self.pointer.user_data
        if self.pointer.plain:
            plain = _PLAIN(self.pointer.address)
            for index in range(len(rows)):
                values[index] = plain(self.n_params, first + index * size, user_data)
            return values
        coded = _CODED(self.pointer.address)
        for index in range(len(rows)):
            code = coded(self.n_params, first + index * size, out + 8 * index, user_data)
            if code < 0:
                raise ObjectiveError(f"the objective returned the fatal code {code}")
            if code > 0:
                values[index] = np.nan
        return values

    def _make_native(self, rust: Any) -> Any:
        given = self.pointer
        return rust.compiled(
            given.address, given.user_data, given.plain, given.keep, self.n_params, self.sign < 0
        )


def pointer(name: str, objective: Any, data: Any) -> Pointer | None:
    """What is given as a pointer, or None where it is nothing compiled."""
    if isinstance(objective, CompiledObjective):
        block = objective.pack(data)
        return Pointer(
            objective.address, 0 if block is None else block.ctypes.data, False, (objective, block)
        )
    if isinstance(objective, int | np.integer) and not isinstance(objective, bool):
        return Pointer(_function(name, int(objective)), _address(data), False, (objective, data))
    module = type(objective).__module__
    if module.startswith("numba.") and isinstance(getattr(objective, "address", None), int):
        plain = _numba_contract(name, objective)
        return Pointer(objective.address, _address(data), plain, (objective, data))
    if isinstance(objective, _FUNCTION_POINTER):
        plain = _ctypes_contract(name, objective)
        address = ctypes.cast(objective, ctypes.c_void_p).value
        if not address:
            raise ValueError(f"{name} is a null pointer")
        return Pointer(address, _address(data), plain, (objective, data))
    if module == "_cffi_backend":
        return _cffi(name, objective, data)
    if type(objective).__name__ == "LowLevelCallable" and isinstance(objective, tuple):
        return _low_level(name, objective, data)
    return None


def _function(name: str, address: int) -> int:
    """An address where a function may be: no system maps the first page, nor beyond a pointer."""
    if _FIRST_ADDRESS <= address <= _LAST_ADDRESS:
        return address
    raise ValueError(
        f"{name}={address}, expected the address of a function, which is {_FIRST_ADDRESS} or more: "
        "pass the function itself, or the name of a built-in objective"
    )


def _contract(name: str, types: tuple[str, ...], signature: str) -> bool:
    """Whether the types, the result's first, are SciPy's contract; an error if neither."""
    for plain, expected in _C_TYPES.items():
        if types == expected:
            return plain
    raise TypeError(
        f"{name} has the signature {signature}, expected {CONTRACT}, or SciPy's {PLAIN}"
    )


def _numba_contract(name: str, objective: Any) -> bool:
    signature = getattr(objective, "_sig", None)
    if signature is None:
        return False
    types = (str(signature.return_type), *map(str, signature.args))
    words = f"{types[0]} ({', '.join(types[1:])})"
    return _contract(name, tuple(kind.replace("float64", "double") for kind in types), words)


def _ctypes_contract(name: str, objective: Any) -> bool:
    if objective._flags_ & _NEEDS_THE_LOCK:
        raise TypeError(f"{name} comes from a ctypes.PyDLL, which needs the lock: load it by CDLL")
    result, arguments = objective.restype, objective.argtypes
    plain = result is ctypes.c_double
    expected = _C_TYPES[plain]
    if arguments is None and (plain or result is ctypes.c_int32):
        return plain
    found = (result, *(arguments or ()))
    types = tuple(
        word if _is_a(kind, word) else _type_name(kind)
        for kind, word in itertools.zip_longest(found, expected, fillvalue="")
    )
    words = "..." if arguments is None else ", ".join(map(_type_name, arguments))
    return _contract(name, types, f"{_type_name(result)} ({words})")


def _is_a(kind: Any, word: str) -> bool:
    """Whether a ctypes type is the C type; a ``void *`` may stand for any pointer."""
    if word == "void*":
        return kind is ctypes.c_void_p or _is_pointer(kind)
    if word == "double*":
        return kind in (ctypes.c_void_p, ctypes.POINTER(ctypes.c_double))
    names = {"int32": ctypes.c_int32, "int64": ctypes.c_int64, "double": ctypes.c_double}
    return kind is names.get(word)


def _is_pointer(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, ctypes._Pointer)


def _type_name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


# What C compilers call the same thing.
_SIZES = {
    "int": "int32",
    "int32_t": "int32",
    "int64_t": "int64",
    "long long": "int64",
    "ssize_t": "int64",
    "Py_ssize_t": "int64",
    "npy_int64": "int64",
    "long": f"int{8 * ctypes.sizeof(ctypes.c_long)}",
    "double": "double",
    "npy_double": "double",
}


def text_contract(name: str, signature: str) -> bool:
    """Whether a signature in C's words is SciPy's contract; a ``TypeError`` if it is neither."""
    matched = re.fullmatch(r"\s*([\w ]+?)\s*(?:\(\s*\*\s*\w*\s*\))?\s*\((.*)\)\s*", signature)
    types = map(_plain_type, (matched[1], *matched[2].split(","))) if matched else ()
    return _contract(name, tuple(types), signature if matched else repr(signature))


def _plain_type(text: str) -> str:
    """One type without ``const``, spaces and the parameter's name."""
    words = re.findall(r"\w+", text.partition("*")[0])
    kept = [word for word in words if word != "const"]
    stars = text.count("*")
    whole = " ".join(kept)
    if whole not in _SIZES and len(kept) > 1 and not stars:
        whole = " ".join(kept[:-1])
    return _SIZES.get(whole, whole) + "*" * stars


def _foreign() -> Any:
    """What makes addresses of cffi's objects, of which there is one."""
    return importlib.import_module("_cffi_backend").FFI()


def _cffi(name: str, objective: Any, data: Any) -> Pointer:
    ffi = _foreign()
    kind = ffi.typeof(objective)
    if kind.kind != "function":
        raise TypeError(f"{name} is the cffi object {kind.cname}, expected a function pointer")
    arguments = ", ".join(argument.cname for argument in kind.args)
    plain = text_contract(name, f"{kind.result.cname} ({arguments})")
    address = int(ffi.cast("uintptr_t", objective))
    if not address:
        raise ValueError(f"{name} is a null pointer")
    return Pointer(address, _address(data), plain, (objective, data))


def _capsule(function: str, result: Any, *arguments: Any) -> Any:
    # A prototype of our own: the functions of ctypes.pythonapi are shared by all users.
    kinds: list[Any] = [ctypes.py_object, ctypes.c_char_p][: len(arguments)]
    return ctypes.PYFUNCTYPE(result, *kinds)((function, ctypes.pythonapi))(*arguments)


def _low_level(name: str, objective: Any, data: Any) -> Pointer:
    if data is not None:
        raise ValueError(f"{name} is a LowLevelCallable: its data are its own user_data")
    # SciPy keeps a capsule: its name is the signature, its context the user's data.
    capsule = tuple.__getitem__(objective, 0)
    label = _capsule("PyCapsule_GetName", ctypes.c_char_p, capsule)
    plain = text_contract(name, objective.signature)
    address = _capsule("PyCapsule_GetPointer", ctypes.c_void_p, capsule, label)
    context = _capsule("PyCapsule_GetContext", ctypes.c_void_p, capsule)
    return Pointer(address, context or 0, plain, (objective,))


def _address(data: Any) -> int:
    if data is None:
        return 0
    if isinstance(data, int | np.integer) and not isinstance(data, bool):
        return int(data)
    if isinstance(data, np.ndarray):
        if data.dtype.hasobject or not data.flags.c_contiguous:
            raise TypeError("data is not a contiguous array of numbers")
        return int(data.ctypes.data)
    if isinstance(data, ctypes.c_void_p):
        return data.value or 0
    if _is_pointer(type(data)):
        return ctypes.cast(data, ctypes.c_void_p).value or 0
    if isinstance(data, ctypes.Array | ctypes.Structure | ctypes._SimpleCData):
        return ctypes.addressof(data)
    if type(data).__module__ == "_cffi_backend":
        return int(_foreign().cast("uintptr_t", data))
    raise TypeError(
        f"data={short(data)}, expected an array, an address, or a ctypes or cffi pointer"
    )
