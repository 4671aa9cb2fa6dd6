"""On which rows a portfolio is rebalanced."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks

PERIODS = {"week": "W", "month": "M", "quarter": "M", "year": "Y"}


def rows(rebalance: int | str | None, dates: Any, count: int, first: int) -> list[int]:
    """Rows with a trade, from ``first`` on; none on the last row, after which nothing is earned.

    The last row of a period is known only from the next one, so later data change no row.
    """
    if rebalance is None:
        found = [first]
    elif isinstance(rebalance, str):
        checks.choice("rebalance", rebalance, PERIODS)
        times = np.asarray(dates) if dates is not None else np.empty(0)
        if times.dtype.kind == "O" and len(times):
            times = np.array([np.datetime64(t.replace(tzinfo=None)) for t in dates])
        if times.dtype.kind != "M":
            raise ValueError(f"rebalance={rebalance!r} needs prices with dates: give a number")
        days = times.astype("datetime64[D]")
        if rebalance == "week":
            period = (days.astype(np.int64) + 3) // 7  # Monday is the first day
        else:
            period = days.astype(f"datetime64[{PERIODS[rebalance]}]").astype(np.int64)
            period = period // 3 if rebalance == "quarter" else period
        last = np.flatnonzero(period[1:] != period[:-1])
        found = [int(row) for row in last if row >= first]
    else:
        step = checks.whole_number("rebalance", rebalance, least=1)
        found = list(range(first, count, step))
    found = [row for row in found if row < count - 1]
    if not found:
        raise ValueError(
            f"rebalance={rebalance!r} trades on none of the {count} rows of prices (the first one "
            f"allowed is row {first})"
        )
    return found


def matching(dates: Any, among: Any) -> list[int]:
    """The row of each date among others; dates must all be there."""
    if among is None:
        raise ValueError("weights have dates and prices have none: give both dates, or arrays")
    place = {time: row for row, time in enumerate(among)}
    found = []
    for time in dates:
        if time not in place:
            raise ValueError(f"weights have the date {time}, which prices do not have")
        found.append(place[time])
    return found
