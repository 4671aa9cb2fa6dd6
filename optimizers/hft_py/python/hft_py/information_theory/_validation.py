"""Checks of variables and of numbers of them, made once, before any kernel is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks

Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any]
MAX_ROWS = 2**31 - 1


@dataclass(frozen=True)
class Variable:
    """The columns of an argument, float64 or discrete, each of shape ``(n,)``.

    Attributes
    ----------
    label
        The argument's name, for messages.
    columns
        Real numbers as float64; integers, truth values and strings as they are.
    names
        One for each column: of the frame or Series, else made of the label.
    matrix
        All columns ``(n, d)`` where all are float64 in one array: not copied, in any layout.
    """

    label: str
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    matrix: Floats | None = None

    def __len__(self) -> int:
        return len(self.columns[0])

    def column_label(self, index: int) -> str:
        """A column as a message names it."""
        if len(self.columns) == 1:
            return self.label
        return f"{self.label}[{self.names[index]!r}]"

    def floats(self) -> Floats:
        """Every column as finite float64, C-contiguous ``(n, d)``: for continuous estimators."""
        for index, column in enumerate(self.columns):
            if column.dtype.kind in "US":
                raise TypeError(
                    f"{self.column_label(index)} holds strings: a continuous estimator needs "
                    'numbers, or choose estimator="plugin"'
                )
        if self.matrix is not None:
            made = np.ascontiguousarray(self.matrix)
        else:
            made = np.stack([c.astype(np.float64, copy=False) for c in self.columns], axis=1)
        for index in range(len(self.columns)):
            refuse_missing(self.column_label(index), made[:, index])
        return made


def refuse_missing(label: str, values: Floats) -> None:
    """An error that names the first value that is NaN or infinite, if there is one."""
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise ValueError(
            f"{label}[{bad[0]}] is {values[bad[0]]}, expected finite numbers: remove those rows "
            "from every argument"
        )


def variable(label: str, value: Any, *, ndim: tuple[int, ...] = (1, 2), least: int = 2) -> Variable:
    """An array, list, Series or frame of ``least`` rows or more as a :class:`Variable`."""
    if hasattr(value, "columns") and hasattr(value, "to_numpy"):
        found = _of_frame(label, value)
    else:
        found = _of_array(label, value)
    columns = len(found.columns)
    if 2 not in ndim and columns != 1:
        raise ValueError(f"{label} has {columns} columns, expected one")
    if 1 not in ndim and np.ndim(value) == 1:
        raise ValueError(f"{label} has 1 dimension, expected 2: rows and columns")
    if len(found) < least:
        raise ValueError(f"{label} has {len(found)} rows, expected {least} or more")
    if len(found) > MAX_ROWS:
        raise ValueError(f"{label} has {len(found)} rows, expected at most {MAX_ROWS}")
    return found


def _of_frame(label: str, frame: Any) -> Variable:
    names = tuple(map(str, frame.columns))
    if not names:
        raise ValueError(f"{label} has no column")
    if len(set(names)) != len(names):
        raise ValueError(f"{label} has columns of one name: {checks.short(sorted(names))}")
    dtypes = {str(dtype) for dtype in frame.dtypes}
    if dtypes <= {"float64", "Float64"}:
        matrix = frame.to_numpy()
        if matrix.dtype == np.float64:
            columns = tuple(matrix[:, j] for j in range(len(names)))
            return Variable(label, columns, names, matrix)
    columns = tuple(_column(f"{label}[{name!r}]", frame[name]) for name in frame.columns)
    return Variable(label, columns, names)


def _of_array(label: str, value: Any) -> Variable:
    array = _numpy(label, value)
    if array.ndim not in (1, 2):
        raise ValueError(f"{label} has {array.ndim} dimensions, expected 1 or 2")
    if array.ndim == 1:
        name = getattr(value, "name", None)
        column = _column(label, array)
        matrix = column[:, None] if column.dtype == np.float64 else None
        return Variable(label, (column,), (label if name in (None, "") else str(name),), matrix)
    if not array.shape[1]:
        raise ValueError(f"{label} has no column")
    names = tuple(f"{label}{j}" for j in range(array.shape[1]))
    if array.dtype.kind == "f":
        matrix = array.astype(np.float64, copy=False)
        return Variable(label, tuple(matrix.T), names, matrix)
    columns = (_column(f"{label}[{j}]", array[:, j]) for j in range(array.shape[1]))
    return Variable(label, tuple(columns), names)


def _numpy(label: str, value: Any) -> npt.NDArray[Any]:
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{label} is a masked array: pass {label}.filled(numpy.nan)")
    try:
        found = np.asarray(value.to_numpy() if hasattr(value, "to_numpy") else value)
    except ValueError as error:
        raise ValueError(f"{label} is not an array: {error}") from None
    # NumPy makes strings of what stands among the strings of a list, and rounds large integers.
    kind = found.dtype.kind if isinstance(value, list | tuple) else ""
    changed = kind == "U" or (kind == "f" and bool((np.abs(found) >= 2.0**63).any()))
    return np.array(value, dtype=object) if changed else found


def _column(label: str, value: Any) -> Column:
    """One column: float64, integers, truth values or strings; anything else is an error."""
    array = _numpy(label, value)
    if array.dtype.kind == "O":
        array = _of_objects(label, array)
    if array.dtype.kind == "f":
        return array.astype(np.float64, copy=False)
    if array.dtype.kind in "iubUS":
        return array
    raise TypeError(f"{label} has dtype {array.dtype}, expected numbers, truth values or strings")


def _of_objects(label: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    items = array.tolist()
    for index, item in enumerate(items):
        nan = isinstance(item, float) and item != item
        if nan or item is None or type(item).__name__ in ("NAType", "NaTType"):
            raise ValueError(f"{label}[{index}] is missing: remove those rows from every argument")
    if all(isinstance(item, str) for item in items):
        return np.array(items, dtype=np.str_)
    made = np.array(items)
    if all(isinstance(item, int) for item in items) and made.dtype.kind not in "iub":
        raise TypeError(f"{label} holds whole numbers of more than 64 bits: pass them as strings")
    if made.dtype.kind in "fiub" and made.ndim == array.ndim:
        return made
    kinds = sorted({type(item).__name__ for item in items})
    raise TypeError(
        f"{label} holds {checks.short(', '.join(kinds))}, expected numbers, truth values or strings"
    )


def variables(**given: Any) -> list[Variable]:
    """Arguments by their names as variables of one length."""
    found = [variable(label, value) for label, value in given.items()]
    same_length(found)
    return found


def same_length(variables: Iterable[Variable]) -> int:
    """The number of rows, or an error that names the two arguments that differ."""
    first, *others = variables
    for other in others:
        if len(other) != len(first):
            raise ValueError(
                f"{first.label} has {len(first)} rows and {other.label} {len(other)}, "
                "expected the same"
            )
    return len(first)


def ensure_memory(*shape: int) -> None:
    """NumPy's ``MemoryError``, which says how much, before work that ends in such an array."""
    np.empty(shape)


def bits_to_base(base: Any) -> float:
    """Units of ``base`` in a bit: 1 for base 2, ``ln 2`` for nats."""
    number = checks.real_number("base", base, above=1.0)
    return 1.0 if number == 2.0 else 1.0 / float(np.log2(number))
