"""Depth over time as a heat map: ``python -m hft_orderbook.plotting``.

Resting quantity by price and time, the spread shaded between best bid and best ask, the mid as
a line; from a recorded stream (``--recording``) or, without one, from synthetic flow.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

import numpy as np

from hft_orderbook._units import Unit
from hft_orderbook._validation import Number
from hft_orderbook.events import LAST, Events
from hft_orderbook.flow import synthetic_flow
from hft_orderbook.load import load_binance
from hft_orderbook.replay import depth_over_time, replay

COLUMNS = 900
ROWS = 400
MAX_TICKS = 1_000_000


def draw(
    events: Events,
    path: Path,
    *,
    tick_size: Number = 1,
    lot_size: Number = 1,
    ticks: int = 400,
    title: str = "",
    price_unit: str = "ticks",
    quantity_unit: str = "lots",
) -> None:
    """Draw the depth within ``ticks`` of the prices visited and save it as an image.

    ``ValueError`` where there is nothing to draw: the book never has two sides.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.colors import LogNorm

    tick, lot = Unit("tick_size", tick_size), Unit("lot_size", lot_size)
    every = max(1, int(np.count_nonzero(events["flags"] & LAST)) // COLUMNS)
    top = replay(events, every=every)
    mid = top["mid"].drop_nulls()
    if mid.is_empty():
        raise ValueError("nothing to draw: the book never has levels on both sides")
    low, high = int(_of(mid.min())) - ticks, int(_of(mid.max())) + ticks + 1
    rows = min(ROWS, high - low)
    high += -(high - low) % rows
    grid = lot.values(depth_over_time(events, low=low, high=high, rows=rows, every=every))
    seconds = (top["ts"] - top["ts"][0]).to_numpy() / 1e9
    span = float(seconds[-1]) or 1.0  # a single sample has no width of its own
    figure, axes = plt.subplots(figsize=(11, 5.5), layout="constrained")
    shown = np.where(grid > 0, grid, np.nan)
    positive = grid[grid > 0]
    least, most = np.quantile(positive, [0.05, 0.999]) if len(positive) else (1.0, 1.0)
    image = axes.imshow(
        shown.T,
        origin="lower",
        aspect="auto",
        extent=(0.0, span, tick.value(low), tick.value(high)),
        cmap="inferno",
        interpolation="nearest",
        norm=LogNorm(float(least), max(float(most), float(least) * 1.01)),
    )
    bid, ask, middle = (
        tick.values(top[name].fill_null(np.nan).to_numpy()) for name in ("bid", "ask", "mid")
    )
    axes.fill_between(seconds, bid, ask, color="#39e6ff", lw=1.2, label="best bid to best ask")
    axes.plot(seconds, middle, color="white", lw=0.7, label="mid")
    axes.set_facecolor("black")
    axes.set(title=title, xlabel="seconds from the first sample", ylabel=f"price, {price_unit}")
    axes.legend(loc="upper right", framealpha=0.6)
    band = f"{tick.value((high - low) // rows):g} {price_unit}"
    label = f"resting quantity in a band of {band}, {quantity_unit}"
    figure.colorbar(image, label=label, pad=0.01)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Command line; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m hft_orderbook.plotting", description=__doc__)
    parser.add_argument("--recording", type=Path, help="a recorded Binance stream")
    parser.add_argument("--tick-size", default="0.1", help="of the recording; default 0.1")
    parser.add_argument("--lot-size", default="0.001", help="of the recording; default 0.001")
    parser.add_argument("--out", type=Path, default=Path("reports/depth.png"))
    parser.add_argument("--ticks", type=int, default=400, help="ticks beyond the prices visited")
    parser.add_argument("--title", help="default: instrument and day of the recording")
    parser.add_argument("--price-unit", help="default: USDT for a recording")
    parser.add_argument("--quantity-unit", help="default: BTC for a recording")
    given = parser.parse_args(arguments)
    if not 0 <= given.ticks <= MAX_TICKS:
        parser.error(f"--ticks {given.ticks}: expected 0 to {MAX_TICKS:,}")
    if given.out.is_dir():
        parser.error(f"--out {given.out}: is a directory")
    if not given.out.suffix:
        parser.error(f"--out {given.out}: expected a name that ends in .png, .svg or .pdf")
    try:
        if given.recording is None:
            events, sizes = synthetic_flow(400_000, seed=1), (1, 1)
            title, price, quantity = "Synthetic flow", "ticks", "lots"
        else:
            tick_size, lot_size = given.tick_size, given.lot_size
            found = load_binance(given.recording, tick_size=tick_size, lot_size=lot_size)
            events, sizes = found.events, (tick_size, lot_size)
            title = f"BTC-USDT perpetual future, {_day(events)}"
            price, quantity = "USDT", "BTC"
        draw(
            events,
            given.out,
            tick_size=sizes[0],
            lot_size=sizes[1],
            ticks=given.ticks,
            title=title if given.title is None else given.title,
            price_unit=given.price_unit or price,
            quantity_unit=given.quantity_unit or quantity,
        )
    except ImportError as error:
        parser.error(f"{error}: install the extra 'picture'")
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(f"wrote {given.out}")


def _day(events: Events) -> str:
    """Day and time of the first event, whose time is in nanoseconds since 1970."""
    since = datetime.timedelta(microseconds=int(events["ts"][:1].sum()) // 1000)
    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    try:
        start += since
    except OverflowError:
        return "at a time out of range"
    return f"{start.day} {start:%B %Y, from %H:%M} UTC"


def _of(value: Any) -> float:
    return float(value)


if __name__ == "__main__":
    main()
