"""The README's pictures: ``python -m hft_py.execution.study.figures FOLDER``.

Four schedules over the real volume of a recording (345 seconds of Binance's BTC-USDT future), the
paper's frontier of costs. The recording lies in ``shared/data`` where the reader has it; its terms
forbid a copy. ``cost_figures`` beside this file draws the waterfall.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hft_py.execution import (
    AlmgrenChriss,
    ExecutionConfig,
    TradingCalendar,
    VolumeProfiles,
    schedule_child_orders,
)
from hft_py.execution.plotting import plot_frontier, plot_schedules
from hft_py.execution.study.cost_figures import RECORDING
from qpp.pictures import draw_into_folder

BIN = 15  # seconds


def recorded_volume(path: Path) -> tuple[Any, Any]:
    """Starts of bins, and what was traded in each, in coins."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pairs = (line.split(" ", 1) for line in lines if '"e":"trade"' in line)
        found = [(int(at), json.loads(message)) for at, message in pairs]
    time = np.array([at for at, _ in found])
    quantity = np.array([float(one.get("data", one)["q"]) for _, one in found])
    step = BIN * 10**9
    first = -(-int(time[0]) // step) * step
    place = (time - first) // step
    bins = int(place[-1])  # the last one is not whole
    kept = (place >= 0) & (place < bins)
    starts = (first + step * np.arange(bins)).view("M8[ns]")
    return starts, np.bincount(place[kept], quantity[kept], bins)


def schedules(path: Path) -> Any:
    """Four ways to buy a twentieth of what was traded, the volume known beforehand."""
    starts, volume = recorded_volume(path)
    start = pd.Timestamp(starts[0], tz="UTC")
    end = start + pd.Timedelta(seconds=BIN * len(starts))
    window = pd.DataFrame({"date": [start.date()], "open": [start], "close": [end]})
    config = ExecutionConfig(
        calendar=TradingCalendar.from_frame(window, "UTC"),
        participation_rate=0.1, risk_aversion=1e-2,
    )  # fmt: skip
    parent = pd.DataFrame({
        "parent_id": ["A"], "symbol": ["BTCUSDT"], "side": ["buy"], "lot": [0.001],
        "quantity": [round(volume.sum() / 20, 3)], "start": [start], "end": [end],
        "arrival_price": [61_800.0], "volatility": [0.002], "adv": [volume.sum()],
    })  # fmt: skip
    names = {"twap": "TWAP", "vwap": "VWAP", "is": "implementation shortfall", "pov": "POV, 10 %"}
    profiles = VolumeProfiles.of({"BTCUSDT": volume})
    made = {
        name: schedule_child_orders(parent, style, 20, config=config, profiles=profiles)
        for style, name in names.items()
    }
    title = "A twentieth of six minutes' volume, BTC-USDT future, 8 August 2024"
    return plot_schedules(made, (starts, volume), title=title)


def frontier() -> Any:
    """The paper's example."""
    model = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6, 2.5e-7, 0.0625)
    ax = plot_frontier(model.efficient_frontier(200))
    ax.set_title("Selling a million shares in five days (Almgren and Chriss's example)")
    return ax.figure


def figures() -> dict[str, Any]:
    """All of them; without the recording, the frontier alone."""
    made = {"execution_frontier": frontier()}
    if RECORDING.exists():
        made["execution_schedules"] = schedules(RECORDING)
    else:
        print(f"no recording at {RECORDING}: without the picture of schedules")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw them into a folder."""
    draw_into_folder("hft_py.execution.study.figures", figures, arguments)


if __name__ == "__main__":
    main()
