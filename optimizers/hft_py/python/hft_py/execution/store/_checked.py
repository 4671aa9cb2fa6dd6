"""Columns of a caller's frame, checked and as lists that a database takes; and frames of rows.

Whatever is wrong is an error that names the frame, the column, the row and the value.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py._frames import Kind
from hft_py.execution import _columns
from hft_py.execution._parents import in_units

_MISSING = np.iinfo(np.int64).min  # NumPy's time that is none
_MOST = 2.0**53
_REAL = ("limit_price", "arrival_price", "volatility", "adv", "decision_price", "participation",
         "lot", "price", "fee")  # fmt: skip


class Checked:
    """The columns of one frame; ``name`` is what the caller calls it."""

    def __init__(self, name: str, frame: Any, required: Sequence[str]) -> None:
        self.name, self.frame, self.rows = name, frame, 0
        self.kind = _columns.frame_kind(name, frame)
        _columns.require(name, frame, required)
        self.rows = len(frame)

    def text(self, column: str, *, optional: bool = False) -> list[Any]:
        """Strings; None for one that is missing, where ``optional``."""
        if optional and column not in self.frame.columns:
            return [None] * self.rows
        values = self.frame[column]
        found: list[Any] = values.to_list()
        if self.kind == "pandas" and values.hasnans:
            gone = values.isna().to_list()
            found = [None if g else v for v, g in zip(found, gone, strict=True)]
        if not set(map(type, found)) <= ({str, type(None)} if optional else {str}):
            for row, value in enumerate(found):
                if not isinstance(value, str) and not (optional and value is None):
                    raise TypeError(self._at(column, row, value, "a string"))
        if "" in found:
            row = found.index("")
            raise ValueError(self._at(column, row, "", "a string that is not empty"))
        return found

    def keys(self, column: str) -> list[str]:
        """Strings, each once."""
        found = self.text(column)
        row = _columns.first_repeated(self.frame[column])
        if row is not None:
            raise ValueError(self._at(column, row, found[row], "each once"))
        return found

    def sides(self) -> list[str]:
        """The column ``side``."""
        found = self.text("side")
        if wrong := set(found) - {"buy", "sell"}:
            row = next(row for row, value in enumerate(found) if value in wrong)
            raise ValueError(self._at("side", row, found[row], "'buy' or 'sell'"))
        return found

    def real(
        self, column: str, *, default: float | None = None, optional: bool = True
    ) -> list[Any]:
        """Finite numbers; ``default`` for a missing one, which is an error if not ``optional``."""
        if optional and column not in self.frame.columns:
            return [default] * self.rows
        values = _columns.numbers(self.name, self.frame, column)
        found: list[Any] = values.tolist()
        for row in np.flatnonzero(~np.isfinite(values)).tolist():
            if not optional or np.isinf(values[row]):
                raise ValueError(self._at(column, row, values[row], "a finite number"))
            found[row] = default
        return found

    def whole(
        self, column: str, unit: npt.NDArray[np.float64] | float = 1.0, expected: str = "1 or more"
    ) -> list[int]:
        """Numbers as whole multiples of a unit, one or more."""
        values = _columns.numbers(self.name, self.frame, column)
        with np.errstate(invalid="ignore"):
            counts = np.rint(values / unit)
            good = (np.abs(counts - values / unit) <= 1e-9 * counts) & (counts >= 1)
            good &= counts <= _MOST
        if not good.all():
            row = int(np.flatnonzero(~good)[0])
            size = np.broadcast_to(unit, good.shape)[row]
            raise ValueError(
                self._at(column, row, values[row], f"{expected}, a multiple of {size:g}")
            )
        found: list[int] = counts.astype(np.int64).tolist()
        return found

    def times(self, column: str, *, optional: bool = False) -> list[Any]:
        """Times with a zone as UTC nanoseconds since 1970."""
        if optional and column not in self.frame.columns:
            return [None] * self.rows
        found: list[Any] = _columns.times(self.name, self.frame, column).tolist()
        _columns.require_zone(self.name, self.frame, column)
        if _MISSING in found:
            if not optional:
                raise ValueError(self._at(column, found.index(_MISSING), None, "a time"))
            found = [None if value == _MISSING else value for value in found]
        return found

    def ordered(self, first: str, early: list[Any], second: str, late: list[Any]) -> None:
        """An error where the second time is not after the first."""
        for row, (a, b) in enumerate(zip(early, late, strict=True)):
            if b <= a:
                value = self.frame[second].to_list()[row]
                raise ValueError(self._at(second, row, value, f"a time after {first}"))

    def _at(self, column: str, row: int, value: Any, expected: str) -> str:
        shown = checks.short(value.item() if isinstance(value, np.generic) else value)
        return f"{self.name}[{column!r}] is {shown} in row {row}, expected {expected}"


def frame_of(
    kind: Kind, names: Sequence[str], rows: Sequence[Sequence[Any]], times: Sequence[str]
) -> Any:
    """A frame of rows of the database: ``times`` in UTC, lots as quantities if it has ``lot``."""
    package = importlib.import_module(kind)  # the helpers below find it where it is loaded
    found = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    columns: dict[str, Any] = dict(zip(names, found, strict=True))
    for name, values in columns.items():
        if name in times and kind == "polars":
            stamps = package.Series(values, dtype=package.Int64)
            columns[name] = stamps.cast(package.Datetime("ns", "UTC"))
        elif name in times:
            stamps = np.array([_MISSING if v is None else v for v in values], dtype=np.int64)
            columns[name] = _columns.times_like(kind, stamps, "UTC")
        elif name in _REAL:
            columns[name] = np.array(values, dtype=np.float64)  # None is NaN
        elif name in ("quantity", "filled") and "lot" in columns:
            lots = np.array(values, dtype=np.int64)
            columns[name] = in_units(lots, np.array(columns["lot"], dtype=np.float64))
    return _columns.frame_like(kind, columns)
