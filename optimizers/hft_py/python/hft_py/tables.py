"""Labelled tables: NumPy, pandas or Polars in, the same kind out.

A table has a row for each date and a column for each asset. What comes back from a function of a
pandas frame is a pandas frame with its labels; of a Polars frame, a Polars frame; of an array, an
array. Neither package is imported unless its frame was given.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from hft_py import checks

Floats = npt.NDArray[np.float64]
Kind = Literal["numpy", "pandas", "polars"]


@dataclass(frozen=True)
class Table:
    """Values ``(rows, columns)`` with their labels, and the kind of frame that they came in.

    ``index`` holds the labels of the rows as an array, or is None where there are none; columns of
    an array are named by their number. ``labels`` are the columns as pandas has them, of any type.

    Examples
    --------
    >>> table = read_table("returns", np.zeros((3, 2)))
    >>> table.columns, table.index, table.matrix(np.eye(2)).shape
    (('0', '1'), None, (2, 2))
    """

    values: Floats
    columns: tuple[str, ...]
    index: npt.NDArray[Any] | None
    kind: Kind
    labels: Any = None

    def matrix(self, values: Floats) -> Any:
        """A square matrix over the columns, in the kind of frame that was given."""
        if self.kind == "pandas":
            return sys.modules["pandas"].DataFrame(values, index=self.labels, columns=self.labels)
        if self.kind == "polars":
            return sys.modules["polars"].DataFrame(values, schema=list(self.columns))
        return values

    def vector(self, values: Floats) -> Any:
        """A number for each column, in the kind of frame that was given."""
        if self.kind == "pandas":
            return sys.modules["pandas"].Series(values, index=self.labels)
        if self.kind == "polars":
            return sys.modules["polars"].DataFrame(values[None, :], schema=list(self.columns))
        return values

    def rows(self, values: Floats) -> Any:
        """A table of the same shape and labels, in the kind of frame that was given."""
        if self.kind == "pandas":
            return sys.modules["pandas"].DataFrame(values, index=self.index, columns=self.labels)
        if self.kind == "polars":
            polars = sys.modules["polars"]
            frame = polars.DataFrame(values, schema=list(self.columns))
            if self.index is not None:
                frame = frame.insert_column(0, polars.Series("date", self.index))
            return frame
        return values


def frame_kind(value: Any) -> Kind:
    """Which package a frame is of; everything else counts as an array."""
    for package in ("pandas", "polars"):
        module = sys.modules.get(package)
        if module is not None and isinstance(value, module.DataFrame | module.Series):
            return "pandas" if package == "pandas" else "polars"
    return "numpy"


def read_table(name: str, value: Any, *, least: int = 1, allow_nan: bool = True) -> Table:
    """A frame or an array as a :class:`Table`; float64 arrays in C order are not copied.

    Parameters
    ----------
    name
        The argument's name, for errors.
    value
        ``(rows, columns)``. In Polars a column of dates, if any, labels the rows.
    least
        The fewest rows.
    allow_nan
        Let NaN pass; infinities never do.

    Raises
    ------
    TypeError
        No real numbers.
    ValueError
        Not two dimensions, too few rows, no columns, an infinity, a duplicated label, or dates out
        of order.
    """
    kind = frame_kind(value)
    index = labels = None
    columns: Sequence[Any] | None = None
    if kind == "pandas":
        value = value.to_frame() if value.ndim == 1 else value
        labels, index, value = value.columns, value.index.to_numpy(), value.to_numpy()
        columns = list(labels)
    elif kind == "polars":
        value = value.to_frame() if not hasattr(value, "columns") else value
        dates = [c for c, kind_ in zip(value.columns, value.dtypes, strict=True)
                 if kind_.is_temporal()]  # fmt: skip
        if len(dates) > 1:
            raise ValueError(f"{name} has columns of dates {', '.join(dates)}, expected one")
        index = value[dates[0]].to_numpy() if dates else None
        value = value.drop(dates)
        columns, value = value.columns, value.to_numpy()
    values = checks.finite_array(name, value, ndim=2, least=least, allow_nan=allow_nan)
    if values.shape[1] == 0:
        raise ValueError(f"{name} has no columns, expected an asset in each")
    names = tuple(map(str, range(values.shape[1]) if columns is None else columns))
    unique(f"{name} has columns", names)
    if index is not None:
        _ordered(name, index)
    return Table(values, names, index, kind, labels)


def unique(what: str, names: Sequence[str]) -> None:
    """An error where a name appears twice."""
    if len(set(names)) < len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        raise ValueError(f"{what} named twice: {', '.join(twice[:5])}")


def _ordered(name: str, index: npt.NDArray[Any]) -> None:
    """Rows are dates: each once, and the earlier before the later."""
    later = index[1:] > index[:-1]
    if not later.all():
        place = int(np.flatnonzero(~later)[0]) + 1
        raise ValueError(
            f"{name}: row {place} is labelled {index[place]} after {index[place - 1]}, expected "
            "each date once, in order: sort them"
        )


def align(name: str, value: Any, names: Sequence[str], *, missing: float | None = 0.0) -> Floats:
    """A number for each of ``names``: by label where ``value`` has labels, else by position.

    Parameters
    ----------
    value
        An array ``(len(names),)``, a mapping, or a pandas series.
    missing
        What a name without a value has; None, that this is an error.

    Raises
    ------
    ValueError
        Another length, an unknown or duplicated label, or a number that is not finite.

    Examples
    --------
    >>> align("weights", {"B": 0.4}, ("A", "B")).tolist()
    [0.0, 0.4]
    """
    labels = None
    if isinstance(value, Mapping):
        labels, value = list(map(str, value.keys())), list(value.values())
    elif frame_kind(value) == "pandas":
        labels, value = list(map(str, value.index)), value.to_numpy()
    given = checks.finite_array(name, value)
    if labels is None:
        if len(given) != len(names):
            raise ValueError(f"{name} has length {len(given)}, expected {len(names)}: one an asset")
        return given
    unique(f"{name} has assets", labels)
    places = {asset: place for place, asset in enumerate(names)}
    if unknown := [label for label in labels if label not in places]:
        raise ValueError(f"{name} has unknown assets: {', '.join(unknown[:5])}")
    if missing is None and len(labels) < len(names):
        absent = [asset for asset in names if asset not in set(labels)]
        raise ValueError(f"{name} has no value for {', '.join(absent[:5])}")
    found = np.full(len(names), np.nan if missing is None else missing)
    found[[places[label] for label in labels]] = given
    return found
