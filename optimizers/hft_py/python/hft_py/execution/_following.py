"""What a parent that is planned again needs: its slices, the news of the market, its children."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py._frames import kind_of
from hft_py.execution._parents import Parents, expected_volumes, sessions_of
from hft_py.execution.baseline.trading_time import TradingTime
from hft_py.execution.children import Planned
from hft_py.execution.config import ExecutionConfig
from hft_py.execution.profiles import VolumeProfiles

Integers = npt.NDArray[np.int64]
_OF_A_CHILD = ("release", "expiry", "lots", "participation", "parent", "sequence")


def slice_starts(parents: Parents, slices: int, config: ExecutionConfig) -> tuple[Integers, int]:
    """The instants at which the slices of one parent begin, and its trading time."""
    sessions = sessions_of(parents, config.calendar)
    first, last = map(int, sessions.trading_time([parents.start[0], parents.end[0]]))
    found = [first + (last - first) * k // slices for k in range(slices)]
    return sessions.release(found), last - first


def news(
    parents: Parents,
    config: ExecutionConfig,
    profiles: VolumeProfiles | None,
    *,
    now: int,
    start: int,
    volume: float | None,
    used: int,
) -> tuple[float, float]:
    """Lots that POV is behind when the next slice starts, and the factor of volumes expected.

    ``used`` are lots that are filled or at the market.
    """
    if volume is None:
        return 0.0, 1.0
    seen = checks.real_number("volume", volume, least=0.0)
    cumulative, auctions, rows, scale = expected_volumes(parents, config, profiles)
    lot, row = float(parents.lot[0]), int(rows[0])
    if not np.isfinite(scale[0]):
        return config.participation_rate * seen / lot - used, 1.0
    clock = TradingTime(*sessions_of(parents, config.calendar).arrays)
    begin, here, there, stop = (
        float(scale[0]) * lot * sum(clock.volume(clock.of(t), cumulative[row], auctions[row]))
        for t in (int(parents.start[0]), now, start, int(parents.end[0]))
    )
    factor = 1.0
    if here > begin:
        factor += (here - begin) / (stop - begin) * (seen / (here - begin) - 1.0)
    coming = factor * max(there - here, 0.0)
    return config.participation_rate * (seen + coming) / lot - used, factor


def first_lots(amount: int, lots: Integers) -> Integers:
    """An amount given to children in their order, each at most its lots."""
    before = np.cumsum(lots) - lots
    given: Integers = np.clip(amount - before, 0, lots)
    return given


def joined(
    planned: Planned,
    kept: npt.NDArray[np.bool_],
    open_lots: Integers,
    made: Planned | None,
    rest: int,
    last: int,
) -> Planned:
    """Children at the market, and the new ones."""
    columns = [getattr(planned, name)[kept] for name in _OF_A_CHILD]
    columns[_OF_A_CHILD.index("lots")] = open_lots
    left = rest
    if made is not None:
        left = int(made.left[0])
        new = [getattr(made, name) for name in _OF_A_CHILD]
        new[_OF_A_CHILD.index("sequence")] = made.sequence + last
        columns = [np.concatenate(pair) for pair in zip(columns, new, strict=True)]
    return Planned(np.array([len(columns[0])], dtype=np.int32), np.array([left]), *columns)


def with_column(frame: Any, column: str, value: float) -> Any:
    """A frame with a column set to one value."""
    if kind_of(frame) == "polars":
        return frame.with_columns(sys.modules["polars"].lit(value).alias(column))
    return frame.assign(**{column: value})
