"""Base class of results: frozen dataclasses that also read like mappings.

A result class is written as::

    @dataclass(frozen=True, eq=False, repr=False)
    class Fit(Result):
        best_params: npt.NDArray[np.float64]
        converged: bool
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

# Arrays longer than this show their shape instead of their numbers.
_SHOWN = 8


class Result(Mapping[str, Any]):
    """Base of every result: fields are attributes and keys, and properties are read by key too.

    Equality compares field by field, arrays by value, NaN equal to NaN; not which backend answered.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True, eq=False, repr=False)
    ... class Fit(Result):
    ...     best_params: Any
    ...     converged: bool
    >>> fit = Fit(best_params=np.array([0.5, 2.0]), converged=True)
    >>> fit
    Fit(best_params=[0.5, 2.0], converged=True)
    >>> bool(fit["converged"]), list(fit.keys())
    (True, ['best_params', 'converged'])
    """

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    def _names(self) -> list[str]:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
        return [field.name for field in fields]

    def __getitem__(self, name: str) -> Any:
        if name in self._names():
            return getattr(self, name)
        if isinstance(getattr(type(self), name, None), property):
            return getattr(self, name)
        raise KeyError(f"{name!r} is not in {type(self).__name__}: {', '.join(self._names())}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def to_dict(self) -> dict[str, Any]:
        """The fields as a dict; arrays are not copied."""
        return {name: getattr(self, name) for name in self._names()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result) or type(self) is not type(other):
            return NotImplemented
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
        return all(same(self[f.name], other[f.name]) for f in fields if f.compare)

    def __repr__(self) -> str:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
        shown = (f"{f.name}={show(getattr(self, f.name))}" for f in fields if f.repr)
        return f"{type(self).__name__}({', '.join(shown)})"


def show(value: Any) -> str:
    """A value on one line: short arrays in full, long ones by type and shape."""
    if isinstance(value, np.ndarray):
        if value.ndim and value.size > _SHOWN:
            return f"{value.dtype}[{', '.join(map(str, value.shape))}]"
        return show(np.vectorize(_rounded, otypes=[object])(value).tolist() if value.size else [])
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, list | tuple | dict) and len(value) > _SHOWN:
        return f"{type(value).__name__}[{len(value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {show(one)}' for key, one in value.items())}}}"
    if _framed(value):
        return f"{type(value).__name__}[{', '.join(map(str, value.shape))}]"
    return repr(value)


def _framed(value: Any) -> bool:
    """Whether a value is a series or frame of pandas or Polars."""
    package = type(value).__module__.partition(".")[0]
    return package in ("pandas", "polars") and hasattr(value, "equals")


def _rounded(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float | np.floating) else value


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal: arrays by value, NaN equal to NaN."""
    if _framed(a) or _framed(b):
        return type(a) is type(b) and bool(a.equals(b))  # NaN equal to NaN
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        left, right = np.asarray(a), np.asarray(b)
        numeric = left.dtype.kind in "fc" and right.dtype.kind in "fc"
        return bool(np.array_equal(left, right, equal_nan=numeric))
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (a != a and b != b)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if dataclasses.is_dataclass(a) and type(a) is type(b) and not isinstance(a, Result):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    return bool(a == b)


def optional(module: str, extra: str, purpose: str) -> Any:
    """An optional package, or an ``ImportError`` that says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"{purpose} needs {package} ({error}): pip install 'hft-py[{extra}]'"
        ) from error


def pandas() -> Any:
    """Pandas, imported when a frame is asked for."""
    return optional("pandas", "frames", "a data frame")


def pyplot() -> Any:
    """``matplotlib.pyplot``, imported when a picture is asked for."""
    return optional("matplotlib.pyplot", "plot", "a picture")
