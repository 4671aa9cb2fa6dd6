"""A user's columns, in a frame or a mapping of arrays, checked and read as arrays by name."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py._frames import Kind, kind_of
from hft_py.execution import _columns

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Table:
    """Columns that are read by name.

    Parameters
    ----------
    name
        What errors call it.
    frame
        A pandas or Polars frame; or a mapping of arrays, whose times are UTC.
    required
        Columns that it must have.
    key
        The column that names a row in errors. Default: rows have numbers.
    """

    def __init__(
        self, name: str, frame: Any, required: Sequence[str], key: str | None = None
    ) -> None:
        self.name, self.key, self.frame = name, key, frame
        self.kind: Kind = "numpy"
        if isinstance(frame, Mapping):
            self.frame = {column: np.asarray(values) for column, values in frame.items()}
            self.columns = list(self.frame)
            lengths = {len(values) if values.ndim else 0 for values in self.frame.values()}
            if len(lengths) != 1:
                raise ValueError(f"{name} has columns of the lengths {sorted(lengths)}")
            self._length = lengths.pop()
        else:
            self.kind = _columns.frame_kind(name, frame)
            self.columns, self._length = list(frame.columns), len(frame)
        _columns.require(name, self, required)

    def __len__(self) -> int:
        return self._length

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def values(self, column: str) -> list[Any]:
        """A column as a list."""
        values = self.frame[column]
        found: list[Any] = values.tolist() if self.kind == "numpy" else values.to_list()
        return found

    def at(self, column: str, row: int) -> Any:
        """One value."""
        values = self.frame[column]
        return values.iloc[row] if kind_of(values) == "pandas" else values[row]

    def who(self, row: int) -> str:
        """A row as errors name it."""
        named = self.key is not None and self.key in self
        return repr(str(self.at(str(self.key), row))) if named else f"row {row}"

    def instants(self, column: str) -> Integers:
        """A column of times as nanoseconds since 1970, UTC; a missing one is an error."""
        if self.kind == "numpy":
            values = self.frame[column]
            if values.dtype.kind != "M":
                raise TypeError(
                    f"{self.name}[{column!r}] has {values.dtype}, expected datetime64, in UTC: "
                    "a frame of pandas or Polars may have time zones"
                )
            found = np.ascontiguousarray(values, dtype="M8[ns]").view(np.int64)
        else:
            found = _columns.times(self.name, self.frame, column)
        missing = found == np.iinfo(np.int64).min
        if missing.any():
            row = int(missing.argmax())
            raise ValueError(f"{self.name}[{column!r}][{row}] is missing, expected a time")
        return found

    def zone(self, column: str) -> str | None:
        """The time zone of a column."""
        return "UTC" if self.kind == "numpy" else _columns.zone_of(self.frame[column])

    def numbers(
        self, column: str, default: float | None = None, *, allow_nan: bool = False
    ) -> Floats:
        """A column of finite numbers; ``default`` for all where there is no such column."""
        if column not in self and default is not None:
            return np.broadcast_to(np.float64(default), len(self))
        found = self.frame[column]
        if self.kind != "numpy":
            found = _columns.numbers(self.name, self.frame, column)
        name = f"{self.name}[{column!r}]"
        return checks.finite_array(name, found, least=0, allow_nan=allow_nan)

    def whole_numbers(self, column: str) -> Integers | None:
        """A column of 64-bit whole numbers without a missing one; None where it is another."""
        values = self.frame[column]
        if self.kind == "polars" and values.dtype == sys.modules["polars"].Int64:
            values = values.to_numpy()
        return np.ascontiguousarray(values) if values.dtype == np.int64 else None

    def places(self, column: str, names: Sequence[str]) -> Integers:
        """The place of each value among ``names``, -1 where it is not there.

        An array of integers has the places already.
        """
        if self.kind == "numpy":
            values, known = self.frame[column], np.array(names)
            if values.dtype.kind in "iu":
                outside = (values < 0) | (values >= len(names))
                return np.where(outside, -1, values) if outside.any() else values
            if values.dtype.kind == "O" and set(map(type, values)) <= {str}:
                values = values.astype(np.str_)  # as pandas and lists of objects have them
            if values.dtype.kind != "U":
                raise TypeError(f"{self.name}[{column!r}] has {values.dtype}, expected strings")
            order = np.argsort(known)
            found = np.searchsorted(known, values, sorter=order)
            found = order[np.minimum(found, len(names) - 1)]
            return np.where(known[found] == values, found, -1)
        values = self.frame[column]
        if kind_of(values) == "polars":
            keys = type(values)(list(names), dtype=values.dtype)
        else:
            keys = list(names)
        return _columns.look_up(values, keys)

    def check(self, column: str, wrong: Any, expected: str) -> None:
        """An error that names the first row where ``wrong`` holds."""
        if np.any(wrong):
            i = int(np.flatnonzero(wrong)[0])
            value = self.at(column, i) if column in self else None
            shown = f"{value:g}" if isinstance(value, float | np.floating) else value
            raise ValueError(f"{self.name}: {column}={shown} of {self.who(i)}, expected {expected}")
