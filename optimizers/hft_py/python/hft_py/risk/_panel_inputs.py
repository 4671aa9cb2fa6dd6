"""The panel that a factor model is fitted to: returns, styles, sectors, capitalisations, universe.

Arrays of float64 in C order are borrowed as they lie, others are converted once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import _frames, checks, labels
from hft_py.labels import Labelled

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Checked inputs, all of ``T`` dates and ``n`` assets in the same order."""

    table: Labelled
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
    table = labels.panel("returns", returns, least=2, allow_nan=True)
    columns, names = _styles(styles, style_names, table)
    codes, sector_names = _sectors(sectors, table)
    caps = None if market_cap is None else _same("market_cap", market_cap, table)
    if caps is not None and (caps <= 0).any():
        row, column = (int(i) for i in np.argwhere(caps <= 0)[0])
        raise ValueError(
            f"market_cap[{row}, {column}] is {caps[row, column]}, expected more than 0, or NaN "
            "where it is unknown"
        )
    mask = None
    if universe is not None:
        given = _plain("universe", universe, table)
        if given.dtype != np.bool_ or given.shape != table.values.shape:
            raise ValueError(
                f"universe has dtype {given.dtype} and shape {given.shape}, expected truth values "
                f"of shape {table.values.shape}"
            )
        mask = np.ascontiguousarray(given)
    given_names = (("market",) if market else ()) + sector_names + names
    if not given_names:
        raise ValueError("styles and sectors are missing and market=False: there is no factor")
    labels.unique("market, sectors and styles", given_names)
    return Panel(table, columns, names, codes, sector_names, caps, mask)


def _same(name: str, value: Any, table: Labelled) -> Floats:
    """A table of the dates and assets of the returns."""
    found = labels.panel(name, value, allow_nan=True)
    if found.values.shape != table.values.shape:
        raise ValueError(
            f"{name} has shape {found.values.shape}, expected {table.values.shape} as returns"
        )
    labels.require_same(name, found, table)
    return found.values


def _plain(name: str, value: Any, table: Labelled) -> npt.NDArray[Any]:
    """Values of any type by date and asset; a frame has the labels of the returns."""
    kind = labels.kind_of(value)
    if kind == "numpy":
        return np.asarray(value)
    columns, dates, frame = _frames.split(name, value)
    found = np.asarray(frame.to_numpy())
    labels.require_same(name, Labelled(found, tuple(columns), dates, kind), table)
    return found


def _styles(styles: Any, names: Any, table: Labelled) -> tuple[list[Floats], tuple[str, ...]]:
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
    numbered = [f"style {j + 1}" for j in range(count)]
    return [cube], checks.names("style_names", numbered if names is None else names, count)


def _sectors(sectors: Any, table: Labelled) -> tuple[npt.NDArray[np.int32] | None, tuple[str, ...]]:
    """Codes ``(n,)`` or ``(T, n)``, and the sectors' names in order; None or NaN is no sector."""
    if sectors is None:
        return None, ()
    if labels.by_date(sectors):
        given = _plain("sectors", sectors, table)
    elif (by_asset := labels.by_label("sectors", sectors)) is not None:
        given = _by_asset(by_asset, table.names)
    else:
        given = np.asarray(sectors)
    shape = table.values.shape
    if given.shape not in (shape, shape[1:]):
        raise ValueError(f"sectors has shape {given.shape}, expected {shape[1:]} or {shape}")
    whole = given.dtype.kind in "iu"
    there = (v is not None and v == v for v in given.ravel())
    known = given >= 0 if whole else np.fromiter(there, bool).reshape(given.shape)
    labelled = given[known]
    names, inverse = np.unique(labelled if whole else labelled.astype(str), return_inverse=True)
    codes = np.full(given.shape, -1, dtype=np.int32)
    codes[known] = inverse
    return codes, tuple(map(str, names))


def _by_asset(sectors: Mapping[Any, Any], assets: Sequence[str]) -> npt.NDArray[Any]:
    """The sector of each asset, None without."""
    keys = labels.unique("sectors", list(map(str, sectors)))
    known = dict(zip(keys, sectors.values(), strict=True))
    if unknown := [asset for asset in known if asset not in set(assets)]:
        raise ValueError(f"sectors has unknown assets: {', '.join(unknown[:5])}")
    return np.array([known.get(asset) for asset in assets], dtype=object)
