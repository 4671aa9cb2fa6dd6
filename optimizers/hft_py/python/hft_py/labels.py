"""Labelled inputs and outputs: pandas in, pandas out; Polars likewise; arrays stay arrays.

Layouts. A **panel** has a row a date and a column an asset; a pandas panel has the dates in its
index, a Polars panel in its first column of dates, where it has one. A **square** matrix has the
same assets in its rows and columns; a Polars one has them in its columns alone, or in a column of
strings too. A **vector** is a pandas series, a mapping, or a Polars frame with a column of strings
and one of numbers.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from hft_py import _frames, checks
from hft_py._frames import Kind, kind_of

__all__ = ["Kind", "Labelled", "by_label", "check_order", "kind_of", "named_vector", "panel",
           "panel_like", "same_dates", "square", "unique", "vector", "vector_like"]  # fmt: skip

Floats = npt.NDArray[np.float64]
Label = TypeVar("Label", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Labelled:
    """Numbers with the labels they came with.

    ``values`` is C-contiguous float64; ``assets`` names its columns; ``dates`` its rows, None where
    it had none; ``kind`` is the package it came from, in which results go back.
    """

    values: Floats
    assets: tuple[Hashable, ...]
    dates: Any
    kind: Kind

    @property
    def names(self) -> tuple[str, ...]:
        """The assets as strings."""
        return tuple(map(str, self.assets))

    def vector(self, values: Any, name: str = "weight") -> Any:
        """One number an asset, as a series, a Polars frame or an array."""
        return vector_like(self.kind, self.assets, values, name)

    def matrix(self, values: Any) -> Any:
        """A row and a column an asset, in the package of the input."""
        return panel_like(self.kind, self.assets, values, self.assets, square=True)


def unique(name: str, labels: Sequence[Label]) -> tuple[Label, ...]:
    """The labels, each there once."""
    found: set[Label] = set()
    for label in labels:
        if label in found:
            raise ValueError(f"{name} has the label {label!r} twice, expected each once")
        found.add(label)
    return tuple(labels)


def panel(name: str, value: Any, *, allow_nan: bool = False, least: int = 1) -> Labelled:
    """Numbers by date and asset; dates strictly increase.

    Raises
    ------
    TypeError, ValueError
        Not numbers, not two-dimensional, infinite, NaN unless ``allow_nan``, a label twice, dates
        out of order.

    Examples
    --------
    >>> panel("returns", [[0.01, 0.02], [0.0, -0.01]]).assets
    (0, 1)
    """
    kind = kind_of(value)
    assets: Sequence[Hashable]
    dates: Any = None
    if kind != "numpy":
        assets, dates, frame = _frames.split(name, value)
        numbers = _frames.numbers(name, frame)
    else:
        numbers = value
        assets = range(np.shape(value)[1]) if np.ndim(value) == 2 else ()
    values = checks.finite_array(name, numbers, ndim=2, least=least, allow_nan=allow_nan)
    if not values.shape[1]:
        raise ValueError(f"{name} has no asset, expected a column or more")
    if dates is not None:
        check_order(name, dates)
    unique(name, list(map(str, assets)))  # 1 and "1" would be the same name
    return Labelled(values, tuple(assets), dates, kind)


def square(name: str, value: Any) -> Labelled:
    """A symmetric matrix, its rows in the order of its columns.

    Rows of a pandas frame are put into the order of the columns.

    Raises
    ------
    TypeError, ValueError
        Not finite numbers, not square, not symmetric, a label twice, rows and columns of different
        assets.
    """
    kind = kind_of(value)
    assets: Sequence[Hashable]
    rows: Sequence[Hashable] | None = None
    if kind == "pandas":
        assets, rows = unique(name, list(value.columns)), unique(name, list(value.index))
        _same_labels(name, rows, assets)
        numbers = _frames.numbers(name, value.loc[list(assets)])
    elif kind == "polars":
        numbers, assets, rows = _frames.square(name, value)
        unique(name, assets)
        if rows is not None:
            _same_labels(name, unique(name, rows), assets)
            place = {label: i for i, label in enumerate(rows)}
            numbers = numbers[[place[label] for label in assets]]
    else:
        numbers, assets = value, range(len(value) if np.ndim(value) else 0)
    values = checks.finite_array(name, numbers, ndim=2)
    if values.shape[0] != values.shape[1]:
        raise ValueError(f"{name} has shape {values.shape}, expected a square matrix")
    scale = float(np.abs(values).max())
    skew = np.abs(values - values.T)
    if skew.max() > 1e-8 * scale:
        i, j = (int(k) for k in np.unravel_index(skew.argmax(), skew.shape))
        raise ValueError(
            f"{name}[{i}, {j}]={values[i, j]} and {name}[{j}, {i}]={values[j, i]}, "
            "expected a symmetric matrix"
        )
    return Labelled(values, tuple(assets), None, kind)


def vector(
    name: str,
    value: Any,
    assets: Sequence[Hashable],
    *,
    default: float | None = None,
    infinite: bool = False,
) -> Floats:
    """One finite number for each asset, in their order.

    A plain number stands for all; an array is taken by position; a series, mapping or Polars frame
    by label. A label unknown to ``assets`` is an error, a missing one too unless ``default`` is
    given. ``infinite`` allows infinite numbers (a bound that does not bind).

    Examples
    --------
    >>> vector("beta", {"B": 1.2}, ["A", "B"], default=1.0).tolist()
    [1.0, 1.2]
    """
    count = len(assets)
    given = by_label(name, value)
    if given is not None:
        known = {label: i for i, label in enumerate(assets)}
        for label in given:
            if label not in known:
                raise ValueError(f"{name} names {label!r}, which is not among the {count} assets")
        if default is None:
            for label in assets:
                if label not in given:
                    raise ValueError(f"{name} has no value for {label!r}, expected one an asset")
        value = [given.get(label, default) for label in assets]
    elif kind_of(value) == "polars":
        value = value.to_numpy()
    elif np.ndim(value) == 0:
        value = np.full(count, checks.array(name, [value])[0])
    found = checks.array(name, value)
    wrong = np.isnan(found) if infinite else ~np.isfinite(found)
    if wrong.any():
        where = assets[int(np.flatnonzero(wrong)[0])] if len(found) == count else "an asset"
        expected = "a number" if infinite else "a finite number"
        raise ValueError(f"{name} of {where!r} is {found[wrong][0]}, expected {expected}")
    if len(found) != count:
        raise ValueError(f"{name} has length {len(found)}, expected {count}, one an asset")
    return found


def named_vector(
    name: str, value: Any, names: Sequence[str], *, default: float | None = 0.0
) -> Floats:
    """:func:`vector` of assets named by strings, whatever labels ``value`` has; no plain number.

    Examples
    --------
    >>> named_vector("weights", {1: 0.4}, ("0", "1")).tolist()
    [0.0, 0.4]
    """
    given = by_label(name, value)
    if given is not None:
        value = dict(zip(unique(name, list(map(str, given))), given.values(), strict=True))
    elif np.ndim(value) == 0 and kind_of(value) == "numpy":
        checks.array(name, value)  # refuses it
    return vector(name, value, names, default=default)


def vector_like(kind: Kind, assets: Sequence[Hashable], values: Any, name: str = "weight") -> Any:
    """One number an asset in the package of the input: series, Polars frame or array."""
    if kind == "pandas":
        pandas = sys.modules["pandas"]
        return pandas.Series(np.asarray(values), index=pandas.Index(list(assets)), name=name)
    if kind == "polars":
        polars = sys.modules["polars"]
        return polars.DataFrame({"asset": [str(label) for label in assets], name: values})
    return np.asarray(values)


def panel_like(
    kind: Kind, assets: Sequence[Hashable], values: Any, dates: Any, *, square: bool = False
) -> Any:
    """A row a date (an asset if ``square``) and a column an asset, in the package of the input."""
    if kind == "pandas":
        pandas = sys.modules["pandas"]
        columns = pandas.Index(list(assets))
        return pandas.DataFrame(values, index=columns if square else dates, columns=columns)
    if kind == "polars":
        polars = sys.modules["polars"]
        frame = polars.DataFrame(np.asarray(values), schema=[str(label) for label in assets])
        if not square and dates is not None:
            frame = frame.insert_column(0, polars.Series("date", dates))
        return frame
    return np.asarray(values)


def check_order(name: str, dates: Any) -> None:
    """An error where dates do not strictly increase; it names the first one."""
    times = np.asarray(dates)
    if times.dtype.kind == "O":  # dates with a time zone, or Python's own
        try:
            late = np.array([not a < b for a, b in itertools.pairwise(times)], dtype=bool)
        except TypeError as error:
            raise TypeError(f"{name} has rows without an order ({error}), expected dates") from None
    else:
        late = ~(times[:-1] < times[1:])
    if late.any():
        i = int(np.flatnonzero(late)[0])
        kind = "twice" if times[i] == times[i + 1] else f"after {times[i]}"
        raise ValueError(
            f"{name} has the date {times[i + 1]} {kind}, expected increasing dates: sort them"
        )


def by_label(name: str, value: Any) -> dict[Hashable, Any] | None:
    """A labelled vector as a dict; None for what has no labels."""
    kind = kind_of(value)
    if kind == "pandas":
        if value.ndim != 1:
            raise ValueError(f"{name} has {value.ndim} dimensions, expected a series")
        return dict(zip(unique(name, list(value.index)), value.to_numpy(), strict=True))
    if kind == "polars" and hasattr(value, "columns"):
        texts = _frames.texts_and_numbers(value)[0]
        if not texts or len(value.columns) != 2:
            raise ValueError(
                f"{name} has the columns {checks.short(value.columns)}, expected labels and values"
            )
        values = next(c for c in value.columns if c != texts[0])
        labels = unique(name, value[texts[0]].to_list())
        return dict(zip(labels, value[values].to_list(), strict=True))
    return dict(value) if isinstance(value, Mapping) else None


def by_date(value: Any) -> bool:
    """Whether a table is by date and asset: two-dimensional, in Polars with a column of dates."""
    if kind_of(value) != "polars":
        return np.ndim(value) == 2
    return hasattr(value, "schema") and any(t.is_temporal() for t in value.dtypes)


def require_same(name: str, found: Labelled, table: Labelled, dates: Any = None) -> None:
    """An error where a table has other assets or dates than the returns; arrays have neither."""
    if "numpy" in (found.kind, table.kind):
        return
    if found.names != table.names:
        raise ValueError(f"{name} has other assets than returns, or in another order")
    if not same_dates(found.dates, table.dates if dates is None else dates):
        raise ValueError(f"{name} has other dates than returns")


def same_dates(left: Any, right: Any) -> bool:
    """Whether two inputs have the same dates, or one of them has none."""
    return left is None or right is None or np.array_equal(np.asarray(left), np.asarray(right))


def _same_labels(name: str, rows: Sequence[Hashable], columns: Sequence[Hashable]) -> None:
    for label in rows:
        if label not in set(columns):
            raise ValueError(f"{name} has a row but no column {label!r}, expected the same labels")
    if len(rows) != len(columns):
        missing = next(label for label in columns if label not in set(rows))
        raise ValueError(f"{name} has a column but no row {missing!r}, expected the same labels")
