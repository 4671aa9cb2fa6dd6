"""Prices as strategies see them: one row an asset, its observations side by side, oldest first.

An array is ``(n_assets, n_observations)`` and is borrowed where each of its rows lies in one piece.
A frame has its assets in columns and its dates in rows; it is converted once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from allocation_o2 import _rust
from allocation_o2.errors import StrategyError
from hft_py import checks, labels
from hft_py.labels import Kind

Floats = npt.NDArray[np.float64]
_SAMPLE = 64


@dataclass(frozen=True, eq=False)
class Prices:
    """Checked prices with the labels they came with.

    ``values`` is ``(n_assets, n_observations)``, float64 and read-only. ``assets`` and ``dates``
    are None for arrays, ``dates`` also for a Polars frame without a column of dates.
    """

    values: Floats
    assets: tuple[Hashable, ...] | None
    dates: Any
    kind: Kind

    @property
    def labels(self) -> tuple[Hashable, ...]:
        """The assets, by number where they have no names."""
        return tuple(range(len(self.values))) if self.assets is None else self.assets

    def vector(self, weights: Floats) -> Any:
        """One weight an asset in the package of the prices."""
        if self.assets is None:
            return weights
        return labels.vector_like(self.kind, self.assets, weights)

    def panel(self, weights: Floats, rows: slice) -> Any:
        """Weights by date and asset; ``rows`` are the observations they were decided at."""
        if self.assets is None:
            return weights
        dates = None if self.dates is None else self.dates[rows]
        if self.kind == "pandas":
            pandas = sys.modules["pandas"]  # labels.panel_like would copy the weights
            return pandas.DataFrame(
                weights, index=dates, columns=pandas.Index(list(self.assets)), copy=False
            )
        return labels.panel_like(self.kind, self.assets, weights, dates)

    def naming(self, error: StrategyError) -> StrategyError:
        """The error with the labels of assets that its message knows by their numbers."""
        known = self.assets
        if known is None or not error.args:
            return error

        def named(found: re.Match[str]) -> str:
            number = int(found[1])
            return f"{found[0]} ({known[number]!r})" if number < len(known) else found[0]

        again = type(error)(re.sub(r"\basset (\d+)\b", named, str(error.args[0])))
        again.__dict__.update(error.__dict__)  # its notes, and the row of a rolling run
        return again.with_traceback(error.__traceback__)

    def moment(self, row: int) -> str:
        """An observation for a message: its date, or its number."""
        return f"observation {row}" if self.dates is None else f"{self.dates[row]}"


def read(prices: Any) -> Prices:
    """Check prices, all of them once.

    Raises
    ------
    TypeError
        Not real numbers.
    ValueError
        Not two-dimensional; fewer than two assets or two observations; NaN, infinite, zero or
        negative; dates that do not increase; labels twice; most likely transposed.
    """
    assets: tuple[Hashable, ...] | None = None
    dates: Any = None
    kind: Kind = "numpy"
    if isinstance(prices, np.ndarray):
        mixed = prices.dtype == object
    else:
        mixed = (
            labels.kind_of(prices) == "pandas"
            and prices.ndim == 2
            and any(kind == np.dtype(object) for kind in prices.dtypes)
        )
    if mixed:
        raise TypeError("prices has dtype object, expected numbers: pass prices.astype(float)")
    if type(prices) is np.ndarray:
        values = _rows(prices)
    elif (kind := labels.kind_of(prices)) == "numpy":
        values = checks.array("prices", prices, ndim=2, least=0)
    elif kind == "pandas" and (ready := _pandas(prices)) is not None:
        values, assets, dates = ready
    else:
        table = labels.panel("prices", prices, allow_nan=True)
        values, assets, dates = np.ascontiguousarray(table.values.T), table.assets, table.dates
    count, observations = values.shape
    values = values.view()
    values.flags.writeable = False
    found = Prices(values, assets, dates, kind)
    if count < 2 or observations < 2:
        raise ValueError(_too_few(found))
    if (bad := _rust.first_bad_price(values)) >= 0:
        raise ValueError(_bad_price(found, *divmod(bad, observations)))
    if count > observations and _looks_transposed(values):
        raise ValueError(
            f"prices has shape {values.shape}, and its columns move less from row to row than its "
            "rows from column to column: expected (n_assets, n_observations), so this is most "
            "likely transposed; pass prices.T"
        )
    return found


def require(prices: Prices, needed: int, who: object) -> None:
    """An error where there are fewer observations than a strategy needs."""
    assets, observations = prices.values.shape
    if observations >= needed:
        return
    message = f"prices has {observations} observations, but {who!r} needs {needed}"
    if assets >= needed and prices.kind == "numpy":
        message += (
            f": an array is (n_assets, n_observations), and shape {prices.values.shape} is most "
            "likely transposed; pass prices.T"
        )
    raise ValueError(message)


def _rows(prices: npt.NDArray[Any]) -> Floats:
    """The array itself where each of its rows lies in one piece, else a copy that is so."""
    ready = (
        prices.dtype == np.float64
        and prices.ndim == 2
        and prices.strides[1] == 8
        and prices.strides[0] >= 8 * prices.shape[1]
        and prices.flags.aligned
    )
    if ready:
        return prices
    return np.require(checks.array("prices", prices, ndim=2, least=0), requirements=["C", "A"])


def _pandas(prices: Any) -> tuple[Floats, tuple[Hashable, ...], Any] | None:
    """A frame of numbers in order; None where something is to be converted or wrong."""
    if prices.ndim != 2:
        raise ValueError("prices is a series, expected a frame with assets in columns")
    index, columns = prices.index, prices.columns
    times = sys.modules["pandas"].DatetimeIndex
    if isinstance(columns, times) and not isinstance(index, times):
        raise ValueError(
            "prices has dates in its columns, expected assets in columns and dates in rows: it is "
            "transposed; pass prices.T"
        )
    values = prices.to_numpy()
    ordered = index.is_monotonic_increasing and index.is_unique
    if values.dtype.kind not in "iuf" or not (ordered and columns.is_unique):
        return None
    if columns.dtype == object and len(set(map(str, columns))) != len(columns):
        return None  # 1 and "1" would be one name
    return _rows(values.T), tuple(columns), index


def _too_few(prices: Prices) -> str:
    assets, observations = prices.values.shape
    if prices.kind != "numpy":
        shape = f"prices has {assets} assets in columns and {observations} dates in rows"
    else:
        shape = (
            f"prices has shape {prices.values.shape}: {assets} assets, {observations} observations"
        )
    return (
        f"{shape}, expected two or more of each: with one asset nothing is to be allocated, and "
        "with one observation no return is known"
    )


def _bad_price(prices: Prices, row: int, column: int) -> str:
    return (
        f"prices of {prices.labels[row]!r} is {prices.values[row, column]:g} at "
        f"{prices.moment(column)}, expected a finite number above 0: leave the asset out, or fill "
        "the gap"
    )


def _looks_transposed(values: Floats) -> bool:
    """Whether the columns look like assets: their rows are close to each other, as dates are.

    Prices of one asset move by some per cent from observation to observation; those of different
    assets are on levels of their own. Judged by a sample, where there are enough rows.
    """
    if len(values) < 20:
        return False
    step = max(1, len(values) // _SAMPLE)
    along = np.median(np.abs(np.diff(np.log(values[::step, :_SAMPLE]), axis=1)))
    across = np.median(np.abs(np.diff(np.log(values[:_SAMPLE, -1]))))
    return bool(across < 0.15 * along)
