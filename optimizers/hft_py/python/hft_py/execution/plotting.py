"""Pictures of schedules and of the frontier of costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py.execution._tables import Table
from hft_py.results import pyplot

__all__ = ["plot_frontier", "plot_schedules"]


def plot_schedules(
    schedules: Mapping[str, Any],
    volume: tuple[Any, Any] | None = None,
    *,
    title: str = "",
    figure: Any = None,
) -> Any:
    """What is executed by when, a line a schedule, over bars of the market's volume.

    Parameters
    ----------
    schedules
        Frames of children by name.
    volume
        Starts of bars as ``datetime64`` in UTC, and their volumes. Default: no bars.
    title
        Above the picture.
    figure
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import datetime as dt
    >>> import matplotlib; matplotlib.use("agg")
    >>> from hft_py.execution import ExecutionScheduler
    >>> trade = {"parent_id": "A", "symbol": "XYZ", "side": "buy", "quantity": 100,
    ...     "start": dt.datetime(2024, 6, 3, 10), "end": dt.datetime(2024, 6, 3, 12)}
    >>> schedule = ExecutionScheduler().schedule(trade, "twap", 4)
    >>> len(plot_schedules({"TWAP": schedule.children}).axes)
    1
    """
    figure = pyplot().figure(figsize=(9, 4.5)) if figure is None else figure
    ax = figure.add_subplot()
    for name, children in schedules.items():
        table = Table("schedules", children, ("release_time", "expiry", "quantity"))
        released = table.instants("release_time").view("M8[ns]")
        expiry = table.instants("expiry").view("M8[ns]")
        done = np.concatenate([[0.0], np.cumsum(table.numbers("quantity"))])
        ax.plot(np.append(released[:1], expiry), done, marker=".", label=name)
    ax.set_ylabel("quantity released")
    ax.set_xlabel("UTC")
    ax.legend(frameon=False, loc="upper left")
    if volume is not None:
        behind = ax.twinx()
        times, heights = (np.asarray(one) for one in volume)
        behind.bar(times, heights, width=np.diff(times).min(), align="edge", color="0.85")
        behind.set_ylabel("volume of the market")
        ax.set_zorder(behind.get_zorder() + 1)
        ax.patch.set_visible(False)
    ax.set_title(title)
    figure.autofmt_xdate()
    figure.tight_layout()
    return figure


def plot_frontier(frontier: Any, ax: Any = None) -> Any:
    """Expected cost against its standard deviation; the axes are returned.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("agg")
    >>> from hft_py.execution import AlmgrenChriss
    >>> frontier = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6).efficient_frontier(20)
    >>> plot_frontier(frontier).get_ylabel()
    'expected cost'
    """
    ax = pyplot().subplots(figsize=(7, 4.5), layout="constrained")[1] if ax is None else ax
    risk, cost = frontier.standard_deviation, frontier.expected_cost
    ax.plot(risk, cost)
    # Labels stand at even distances along the curve, where they do not cover each other.
    ends = (max(np.ptp(values), np.finfo(float).tiny) for values in (risk, cost))
    steps = np.hypot(*(np.diff(v) / end for v, end in zip((risk, cost), ends, strict=True)))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    for place in np.unique(np.searchsorted(along, np.linspace(0.0, 0.999 * along[-1], 5))):
        label = f"λ = {frontier.risk_aversion[place]:.2g}"
        ax.annotate(label, (risk[place], cost[place]), (6, 6), textcoords="offset points")
        ax.plot(risk[place], cost[place], "o", color="C0")
    ax.margins(0.15)
    ax.set_xlabel("standard deviation of the cost")
    ax.set_ylabel("expected cost")
    return ax
