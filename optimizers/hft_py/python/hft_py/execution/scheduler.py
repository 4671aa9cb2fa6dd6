"""The schedule of one parent: made, followed, amended, cancelled."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.errors import UnscheduledQuantityWarning, warn
from hft_py.execution import _columns
from hft_py.execution._following import first_lots, joined, news, slice_starts, with_column
from hft_py.execution._parents import (
    Parents,
    in_units,
    limit_prices,
    read_parents,
)
from hft_py.execution._tables import Table
from hft_py.execution.children import MOST_SLICES, Planned, children_frame, plan
from hft_py.execution.config import STYLES, ExecutionConfig
from hft_py.execution.profiles import VolumeProfiles
from hft_py.execution.schedule import Schedule
from hft_py.results import pandas

__all__ = ["ExecutionScheduler"]

_LEAST = 1_000_000  # nanoseconds of a slice


class ExecutionScheduler:
    """Plans parents one at a time, and plans again as the market answers.

    Parameters
    ----------
    config
        Calendar, limits and models. Default: ``ExecutionConfig()``.
    profiles
        Expected volumes, needed for VWAP.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Examples
    --------
    >>> import datetime as dt
    >>> scheduler = ExecutionScheduler()
    >>> trade = {"parent_id": "A", "symbol": "XYZ", "side": "buy", "quantity": 100,
    ...     "start": dt.datetime(2024, 6, 3, 10), "end": dt.datetime(2024, 6, 3, 12)}
    >>> schedule = scheduler.schedule(trade, "twap", 4)

    At 10:40 the first child is over and the second at the market; 40 units are filled. What is
    neither filled nor at the market goes to the slices that are left:

    >>> later = scheduler.replan(schedule, dt.datetime(2024, 6, 3, 10, 40), filled=40)
    >>> later.children[["child_id", "quantity"]].to_dict("list")
    {'child_id': ['A-2', 'A-5', 'A-6'], 'quantity': [10, 25, 25]}
    >>> stopped = scheduler.cancel(later, dt.datetime(2024, 6, 3, 10, 50), filled=45)
    >>> len(stopped.children), stopped.leftover
    (0, 55)
    """

    def __init__(
        self,
        config: ExecutionConfig | None = None,
        *,
        profiles: VolumeProfiles | None = None,
        backend: str | None = None,
    ) -> None:
        self.config = ExecutionConfig() if config is None else config
        if not isinstance(self.config, ExecutionConfig):
            raise TypeError(f"config={checks.short(config)}, expected an ExecutionConfig")
        if profiles is not None and not isinstance(profiles, VolumeProfiles):
            raise TypeError(f"profiles={checks.short(profiles)}, expected VolumeProfiles")
        self.profiles = profiles
        self.backend = backend

    def schedule(self, trade: Any, style: str | None = None, slices: int = 8) -> Schedule:
        """The first schedule of a parent.

        Parameters
        ----------
        trade
            A mapping, a pandas series, or a frame of one row, with the columns of
            :func:`hft_py.execution.schedule_child_orders`.
        style, slices
            As there.

        Warns
        -----
        UnscheduledQuantityWarning
            A part fits in no slice: ``leftover``.
        """
        slices = checks.whole_number("slices", slices, least=1, most=MOST_SLICES)
        if hasattr(trade, "to_dict") and getattr(trade, "ndim", 0) == 1:
            trade = trade.to_dict()
        if isinstance(trade, Mapping):
            trade = pandas().DataFrame([dict(trade)])
        parents = read_parents(trade, style)
        if len(parents.lots) != 1:
            raise ValueError(f"trade has {len(parents.lots)} rows, expected one parent")
        planned = plan(parents, slices, self.config, self.profiles, backend=self.backend)
        starts, _ = slice_starts(parents, slices, self.config)
        return self._result(parents, slices, planned, starts, 0, 0, 0)

    def replan(
        self,
        schedule: Schedule,
        at: Any,
        *,
        filled: Any = None,
        volume: float | None = None,
        quantity: Any = None,
        end: Any = None,
        limit_price: float | None = None,
    ) -> Schedule:
        """Plan again from ``at`` on, by what has happened and what is wanted now.

        Children whose slice has begun stay at the market; what they and the fills leave is planned
        over the slices that have not. New children have new numbers.

        Parameters
        ----------
        schedule
            The last one.
        at
            The instant, with a time zone where the parent has one.
        filled
            What is filled since the start of the parent; a fill beyond the plan reduces what
            follows. Default: no news. Fills count to earlier children first, so a child at the
            market is never taken for smaller than it is, and the parent is never exceeded.
        volume
            What the market has traded since the start of the parent. POV catches up with it within
            its limit. The volume expected is scaled to it, by as much as the part of the expected
            volume that should have passed: with a tenth of it, a tenth of the way.
        quantity, end, limit_price
            What is amended. A quantity below what is filled is an error; below that and the child
            at the market, the child is reduced.

        Returns
        -------
        Schedule
        """
        if schedule.cancelled:
            raise ValueError(f"{schedule.parent_id!r} was cancelled: schedule a new parent")
        before, now = schedule._parents, self._instant(schedule, at)
        lots = int(before.lots[0])
        table = before.table
        filled_lots = schedule._filled
        if filled is not None:
            filled_lots = self._lots("filled", filled, before)
            if filled_lots < schedule._filled:
                raise ValueError(f"filled={filled}, less than the {schedule.filled} of before")
        if quantity is not None:
            lots = self._lots("quantity", quantity, before)
        if filled_lots > lots:
            raise ValueError(f"filled={filled} is more than the quantity {lots * before.lot[0]:g}")
        stop = int(before.end[0]) if end is None else self._instant(schedule, end, "end")
        if stop <= int(before.start[0]):
            raise ValueError(f"end={end}, expected a time after the start")
        if limit_price is not None:
            price = checks.real_number("limit_price", limit_price, above=0.0)
            table = Table(table.name, with_column(table.frame, "limit_price", price), (), table.key)

        waiting = schedule._starts[schedule._starts > now]
        start = int(waiting[0]) if len(waiting) else max(now, int(before.start[0]))
        planned = schedule._planned
        planned = dataclasses.replace(planned, expiry=np.minimum(planned.expiry, stop))
        # A randomised child may be released late in a slice that has begun: it stays.
        begun = planned.release < (start if len(waiting) else stop)
        begun &= planned.release < planned.expiry
        over = begun & (planned.expiry <= now)
        live = begun & ~over
        gone = schedule._over + int(planned.lots[over].sum())
        open_lots = planned.lots[live].copy()
        open_lots -= first_lots(filled_lots - gone, open_lots)
        open_lots = first_lots(lots - filled_lots, open_lots)
        at_market = int(open_lots.sum())
        rest = lots - filled_lots - at_market
        parents = dataclasses.replace(
            before, table=table, lots=np.array([lots]), end=np.array([stop])
        )
        made = None
        if rest and stop - start >= _LEAST and stop > now:
            carry, factor = news(parents, self.config, self.profiles, now=now, start=start,
                                 volume=volume, used=filled_lots + at_market)  # fmt: skip
            ahead = dataclasses.replace(parents, lots=np.array([rest]), start=np.array([start]))
            slices = min(max(len(waiting), 1), rest)
            starts, time = slice_starts(ahead, slices, self.config)
            if time >= slices * _LEAST:
                waiting = starts
                made = plan(ahead, slices, self.config, self.profiles, backend=self.backend,
                            carry=carry, volume_factor=factor)  # fmt: skip
        kept = live.copy()
        kept[live] = open_lots > 0
        children = joined(planned, kept, open_lots[open_lots > 0], made, rest, schedule._last)
        gone += int((planned.lots[live] - open_lots).sum())
        return self._result(parents, schedule.slices, children, waiting, filled_lots, gone,
                            schedule._last)  # fmt: skip

    def cancel(self, schedule: Schedule, at: Any, *, filled: Any = None) -> Schedule:
        """No child is left, at the market or to be released; what is not filled is ``leftover``.

        Parameters
        ----------
        schedule, at, filled
            As in :meth:`replan`.
        """
        last = self.replan(schedule, at, filled=filled)
        planned = last._planned
        left = np.array([int(last._parents.lots[0]) - last._filled])
        empty = (values[:0] for values in dataclasses.astuple(planned)[2:])
        none = Planned(np.zeros(1, dtype=np.int32), left, *empty)
        return self._result(last._parents, last.slices, none, last._starts[:0], last._filled,
                            last._over, last._last, cancelled=True)  # fmt: skip

    def _result(
        self,
        parents: Parents,
        slices: int,
        planned: Planned,
        starts: Any,
        filled: int,
        over: int,
        last: int,
        cancelled: bool = False,
    ) -> Schedule:
        def units(lots: Any) -> Any:
            return in_units(np.array([int(lots)]), parents.lot)[0].item()

        left = units(planned.left[0])
        if left and not cancelled:
            warn(
                f"{left} of {parents.table.who(0)} does not fit in its window at the participation "
                "allowed",
                UnscheduledQuantityWarning,
            )
        frame = children_frame(parents, planned, limit_prices(parents, self.config))
        return Schedule(
            str(parents.table.at("parent_id", 0)), STYLES[int(parents.style[0])], slices,
            units(parents.lots[0]), units(filled), left, frame, cancelled, parents, planned,
            starts, filled, over, max(last, int(planned.sequence.max(initial=0))),
        )  # fmt: skip

    def _lots(self, name: str, value: Any, parents: Parents) -> int:
        number = checks.real_number(name, value, least=0.0) / float(parents.lot[0])
        if abs(number - round(number)) > 1e-9 * max(number, 1.0):
            raise ValueError(f"{name}={value}, expected a multiple of the lot {parents.lot[0]:g}")
        return round(number)

    def _instant(self, schedule: Schedule, at: Any, name: str = "at") -> int:
        frame = pandas().DataFrame({name: [at]})
        found = _columns.times("replan", frame, name)
        aware = _columns.zone_of(frame[name]) is not None
        if aware != (schedule._parents.zone is not None):
            which = "without" if aware else "with"
            raise ValueError(f"{name}={at}, expected a time {which} a zone, as the parent's are")
        return int(found[0])
