"""The panel that a factor model is fitted to: returns, styles, sectors, capitalisations, universe.

Arrays of float64 in C order are borrowed as they lie, others are converted once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.tables import Table, read_table, unique

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Checked inputs, all of ``T`` dates and ``n`` assets in the same order."""

    table: Table
    styles: list[Floats]
    style_names: tuple[str, ...]
    sectors: npt.NDArray[np.int32] | None
    sector_names: tuple[str, ...]
    caps: Floats | None
    universe: npt.NDArray[np.bool_] | None

    @property
    def returns(self) -> Floats:
        """``(T, n)``, NaN where there is none."""
        return self.table.values

    def style(self, date: int) -> Floats:
        """The styles of one date, ``(n, k)``, as given."""
        parts = [s[date][:, None] if s.ndim == 2 else s[date] for s in self.styles]
        n = self.returns.shape[1]
        return np.hstack(parts) if parts else np.empty((n, 0))

    def codes(self, date: int) -> npt.NDArray[np.int32] | None:
        """The number of each asset's sector on one date, -1 without."""
        if self.sectors is None or self.sectors.ndim == 1:
            return self.sectors
        found: npt.NDArray[np.int32] = self.sectors[date]
        return found


def read_panel(
    returns: Any,
    styles: Any,
    style_names: Any,
    sectors: Any,
    market_cap: Any,
    universe: Any,
    market: bool,
) -> Panel:
    """All inputs, checked: the same dates and assets in each, no infinities."""
    table = read_table("returns", returns, least=2)
    columns, names = _styles(styles, style_names, table)
    codes, labels = _sectors(sectors, table)
    caps = None if market_cap is None else _same("market_cap", market_cap, table)
    if caps is not None and (caps <= 0).any():
        row, column = (int(i) for i in np.argwhere(caps <= 0)[0])
        raise ValueError(
            f"market_cap[{row}, {column}] is {caps[row, column]}, expected more than 0, or NaN "
            "where it is unknown"
        )
    mask = None
    if universe is not None:
        given = universe.to_numpy() if hasattr(universe, "to_numpy") else np.asarray(universe)
        if given.dtype != np.bool_ or given.shape != table.values.shape:
            raise ValueError(
                f"universe has dtype {given.dtype} and shape {given.shape}, expected truth values "
                f"of shape {table.values.shape}"
            )
        mask = np.ascontiguousarray(given)
    given_names = (("market",) if market else ()) + labels + names
    if not given_names:
        raise ValueError("styles and sectors are missing and market=False: there is no factor")
    unique("market, sectors and styles have factors", given_names)
    return Panel(table, columns, names, codes, labels, caps, mask)


def _same(name: str, value: Any, table: Table) -> Floats:
    """A table of the dates and assets of the returns."""
    found = read_table(name, value)
    if found.values.shape != table.values.shape:
        raise ValueError(
            f"{name} has shape {found.values.shape}, expected {table.values.shape} as returns"
        )
    if "numpy" not in (found.kind, table.kind) and found.columns != table.columns:
        raise ValueError(f"{name} has other assets than returns, or in another order")
    both = found.index is not None and table.index is not None
    if both and not np.array_equal(found.index, table.index):  # type: ignore[arg-type]
        raise ValueError(f"{name} has other dates than returns")
    return found.values


def _styles(styles: Any, names: Any, table: Table) -> tuple[list[Floats], tuple[str, ...]]:
    if styles is None:
        return [], ()
    if isinstance(styles, Mapping):
        if names is not None:
            raise ValueError("style_names is for an array of styles: a mapping has the names")
        values = [_same(f"styles[{name!r}]", value, table) for name, value in styles.items()]
        return values, tuple(map(str, styles))
    cube = checks.finite_array("styles", styles, ndim=3, allow_nan=True)
    if cube.shape[:2] != table.values.shape:
        raise ValueError(
            f"styles has shape {cube.shape}, expected {(*table.values.shape, 'k')} as returns"
        )
    count = cube.shape[2]
    labels = [f"style {j + 1}" for j in range(count)] if names is None else list(map(str, names))
    if len(labels) != count:
        raise ValueError(f"style_names has {len(labels)} names, expected {count}")
    return [cube], tuple(labels)


def _sectors(sectors: Any, table: Table) -> tuple[npt.NDArray[np.int32] | None, tuple[str, ...]]:
    """Codes ``(n,)`` or ``(T, n)``, and the sectors' names in order; None or NaN is no sector."""
    if sectors is None:
        return None, ()
    if isinstance(sectors, Mapping) or (hasattr(sectors, "index") and hasattr(sectors, "loc")):
        given = _by_asset(sectors, table.columns)
    else:
        given = np.asarray(sectors)
    shape = table.values.shape
    if given.shape not in (shape, shape[1:]):
        raise ValueError(f"sectors has shape {given.shape}, expected {shape[1:]} or {shape}")
    if given.dtype.kind in "iu":
        names, codes = np.unique(given, return_inverse=True)
        absent = names < 0
        codes = codes.reshape(given.shape) - int(absent.sum())
        labels = tuple(map(str, names[~absent]))
    else:
        flat = given.ravel()
        known = np.array([v is not None and v == v for v in flat])
        names, inverse = np.unique(flat[known].astype(str), return_inverse=True)
        whole = np.full(flat.shape, -1)
        whole[known] = inverse
        codes, labels = whole.reshape(given.shape), tuple(map(str, names))
    return np.ascontiguousarray(np.maximum(codes, -1), dtype=np.int32), labels


def _by_asset(sectors: Any, assets: Sequence[str]) -> npt.NDArray[Any]:
    """The labels of a mapping or a series by asset, or of a frame by date and asset."""
    if getattr(sectors, "ndim", 1) == 2:
        return np.asarray(sectors.to_numpy())
    known = {str(asset): label for asset, label in sectors.items()}
    if unknown := [asset for asset in known if asset not in set(assets)]:
        raise ValueError(f"sectors has unknown assets: {', '.join(unknown[:5])}")
    return np.array([known.get(asset) for asset in assets], dtype=object)
