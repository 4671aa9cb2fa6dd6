"""Child orders of many parents at once, compiled."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.errors import UnscheduledQuantityWarning, warn
from hft_py.execution import _columns
from hft_py.execution._parents import (
    Parents,
    expected_volumes,
    in_units,
    limit_prices,
    read_parents,
    sessions_of,
    shortfall_terms,
)
from hft_py.execution.config import STYLES, ExecutionConfig
from hft_py.execution.profiles import VolumeProfiles

__all__ = ["schedule_child_orders"]

Integers = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
_OF_A_CHILD = (np.int64, np.int64, np.int64, np.float64, np.int32, np.int32)
MOST_SLICES = 4096
_REASONS = {
    1: "is closed: the calendar has no trading in it",
    2: "is shorter than its slices: a slice takes a millisecond of trading or more",
    3: "has no expected volume: its profile is zero there",
    4: "has slices so long that their permanent impact exceeds the temporary one: take more "
    "slices, or a smaller permanent_impact",
}


@dataclass(frozen=True, eq=False)
class Planned:
    """Children as the kernel has them; ``counts`` of each parent, the rest of each child."""

    counts: Short
    left: Integers
    release: Integers
    expiry: Integers
    lots: Integers
    participation: npt.NDArray[np.float64]
    parent: Short
    sequence: Short


def schedule_child_orders(
    trades_df: Any,
    style: str | None = None,
    slices: int = 8,
    *,
    config: ExecutionConfig | None = None,
    profiles: VolumeProfiles | None = None,
    leftover: bool = False,
    threads: int = 1,
    backend: str | None = None,
) -> Any:
    """The child orders of many parents.

    Parameters
    ----------
    trades_df
        A pandas or Polars frame, a row a parent: ``parent_id``, ``symbol``, ``side`` (``"buy"`` or
        ``"sell"``), ``quantity``, ``start``, ``end``; optionally ``lot`` (default 1),
        ``limit_price``, ``arrival_price``, ``volatility`` (a fraction of the price, for the square
        root of a day), ``adv`` (average daily volume), ``style``. Or a mapping of arrays with
        these columns and no ids: times as ``datetime64`` in UTC; symbols may be rows of
        ``profiles``, sides 0 to buy and 1 to sell.
    style
        ``"twap"``, ``"vwap"``, ``"is"`` (implementation shortfall; it needs ``arrival_price``,
        ``volatility`` and ``adv``) or ``"pov"``. Default: the column ``style``.
    slices
        Pieces of equal trading time that each window is cut into, at most 4096. A slice without
        lots has no child.
    config
        Calendar, limits and models. Default: ``ExecutionConfig()``.
    profiles
        Expected volumes, needed for ``"vwap"``. Other styles take a flat one of ``adv`` where a
        symbol has none; where ``adv`` is given, profiles are scaled to it.
    leftover
        Return a second frame too: quantities that fit in no slice, by parent.
    threads
        Default 1; 0 for all cores. The answer does not depend on it.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Returns
    -------
    frame
        In the package of ``trades_df``: ``parent_id``, ``child_id``, ``sequence``,
        ``release_time``, ``expiry`` (at the latest the end of the session), ``quantity``,
        ``limit_price`` (NaN without one), ``participation`` (of the volume expected in the slice;
        NaN where none is known). Parents are in their order, children in that of time; quantities
        add up to the parent's, less what does not fit. Of a mapping: a dict of arrays, with
        ``parent``, the row, in place of both ids.

    Raises
    ------
    TypeError, ValueError
        Bad input: the message names the column, its value and the parent.

    Warns
    -----
    UnscheduledQuantityWarning
        Something does not fit and ``leftover`` is False.

    Notes
    -----
    Rounding by the largest remainder. A parent's random numbers depend on the seed and on its id,
    not on its place in the frame.

    Examples
    --------
    >>> import pandas as pd
    >>> trades = pd.DataFrame({
    ...     "parent_id": ["A"], "symbol": ["XYZ"], "side": ["buy"], "quantity": [1000],
    ...     "start": [pd.Timestamp("2024-06-03 10:00", tz="UTC")],
    ...     "end": [pd.Timestamp("2024-06-03 11:00", tz="UTC")],
    ... })
    >>> children = schedule_child_orders(trades, "twap", slices=3)
    >>> children[["child_id", "release_time", "quantity"]]
      child_id              release_time  quantity
    0      A-1 2024-06-03 10:00:00+00:00       334
    1      A-2 2024-06-03 10:20:00+00:00       333
    2      A-3 2024-06-03 10:40:00+00:00       333
    """
    config = ExecutionConfig() if config is None else config
    if not isinstance(config, ExecutionConfig):
        raise TypeError(f"config={checks.short(config)}, expected an ExecutionConfig")
    if profiles is not None and not isinstance(profiles, VolumeProfiles):
        raise TypeError(f"profiles={checks.short(profiles)}, expected VolumeProfiles")
    slices = checks.whole_number("slices", slices, least=1, most=MOST_SLICES)
    leftover = checks.flag("leftover", leftover)
    threads = checks.thread_count(threads)
    parents = read_parents(trades_df, style)
    planned = plan(parents, slices, config, profiles, threads=threads, backend=backend)
    made = children_frame(parents, planned, limit_prices(parents, config))
    if leftover:
        rest = {"quantity": in_units(planned.left, parents.lot)}
        if parents.table.kind != "numpy":
            rest = {"parent_id": parents.table.frame["parent_id"], **rest}
        return made, _columns.frame_like(parents.table.kind, rest)
    short = np.flatnonzero(planned.left)
    if len(short):
        first = int(short[0])
        rest = in_units(planned.left[first : first + 1], parents.lot[first : first + 1])[0]
        warn(
            f"{len(short)} of {len(parents.lots)} parents do not fit in their windows at the "
            f"participation allowed: of {parents.table.who(first)} {rest} is left (leftover=True "
            "returns all)",
            UnscheduledQuantityWarning,
        )
    return made


def plan(
    parents: Parents,
    slices: int,
    config: ExecutionConfig,
    profiles: VolumeProfiles | None,
    *,
    threads: int = 1,
    backend: str | None = None,
    carry: float = 0.0,
    volume_factor: float = 1.0,
) -> Planned:
    """The children of parents that are read; ``carry`` lots POV is behind at the start."""
    table = parents.table
    few = parents.lots < slices
    table.check("quantity", few, f"at least a lot for each of {slices} slices: take fewer")
    cumulative, auctions, rows, scale = expected_volumes(parents, config, profiles)
    terms = shortfall_terms(parents, config)
    most = np.array([config.most(style) for style in STYLES])
    seed, streams = 0, np.empty(0, dtype=np.uint32)
    if config.randomise > 0:
        seed = checks.seed_number(config.seed)
        names = parent_names(parents)
        streams = np.array([zlib.crc32(one.encode()) for one in names], dtype=np.uint32)
    out = _room(len(parents.lots) * slices)
    counts, left, status = kernels("execution", backend).plan_children(
        sessions_of(parents, config.calendar).arrays,
        (cumulative, auctions),
        (parents.start, parents.end),
        parents.lots,
        parents.style,
        terms,
        (rows, scale * volume_factor),
        (float(config.participation_rate), most, carry),
        streams,
        slices,
        float(config.randomise),
        seed,
        out,
        threads,
    )
    if status.any():
        i = int(np.flatnonzero(status)[0])
        raise ValueError(
            f"trades: the window of {table.who(i)} from {table.at('start', i)} to "
            f"{table.at('end', i)} {_REASONS[int(status[i])]}"
        )
    size = int(counts.sum())
    return Planned(counts, left, *(column[:size] for column in out))


def _room(size: int) -> tuple[Any, ...]:
    """Arrays of ``size`` for what is written of each child, cut from one piece of memory.

    NumPy asks the system for large pages where an array is large: one large array has most of it.
    """
    starts = np.cumsum([0, *(np.dtype(kind).itemsize * size for kind in _OF_A_CHILD)])
    whole = np.empty(starts[-1], dtype=np.uint8)
    return tuple(
        whole[a:b].view(kind) for a, b, kind in zip(starts, starts[1:], _OF_A_CHILD, strict=False)
    )


def children_frame(parents: Parents, planned: Planned, limits: Any) -> Any:
    """The children as a frame in the package of the parents', or as a dict of arrays."""
    counts, kind = planned.counts, parents.table.kind
    index = planned.parent
    columns: dict[str, Any]
    if kind == "numpy":
        columns = {"parent": index}
    else:
        column = parents.table.frame["parent_id"]
        if kind == "polars":
            owner = column.cast(str).gather(index)
            endings = [f"-{k}" for k in range(int(planned.sequence.max(initial=0)) + 1)]
            ids = owner + type(owner)(endings).gather(planned.sequence)
        else:
            owner = column.take(index).array
            ids = child_ids(parent_names(parents), counts, planned.sequence)
        columns = {"parent_id": owner, "child_id": ids}
    columns |= {
        "sequence": planned.sequence,
        "release_time": _columns.times_like(kind, planned.release, parents.zone),
        "expiry": _columns.times_like(kind, planned.expiry, parents.zone),
        "quantity": in_units(planned.lots, parents.lot, index),
        "limit_price": np.broadcast_to(np.nan, len(index)) if limits is None else limits[index],
        "participation": planned.participation,
    }
    return _columns.frame_like(kind, columns)


def parent_names(parents: Parents) -> list[str]:
    """The parents' ids, or the numbers of their rows."""
    if "parent_id" in parents.table:
        return list(map(str, parents.table.values("parent_id")))
    return list(map(str, range(len(parents.lots))))


def child_ids(parents: list[str], counts: Short, sequence: Short) -> list[str]:
    """``"{parent_id}-{sequence}"`` of all children."""
    most = int(counts.max(initial=0))
    if len(parents) == 1 and len(sequence):  # planned again, it does not start at 1
        return [f"{parents[0]}-{k}" for k in sequence.tolist()]
    suffixes = [f"-{k + 1}" for k in range(most)]
    by_count = [suffixes[:count] for count in range(most + 1)]
    pairs = zip(parents, counts.tolist(), strict=True)
    return [parent + suffix for parent, count in pairs for suffix in by_count[count]]
