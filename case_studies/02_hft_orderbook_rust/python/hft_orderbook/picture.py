"""Depth over time as a heat map: ``python -m hft_orderbook.picture``.

Resting quantity by price and time, with best bid, best ask and mid on it, from a recorded
stream (``--recording``) or, without one, from synthetic flow.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from hft_orderbook.events import Events
from hft_orderbook.flow import synthetic_flow
from hft_orderbook.load import load_binance
from hft_orderbook.replay import depth_over_time, replay

COLUMNS = 900


def draw(
    events: Events, path: Path, *, tick_size: float, lot_size: float, ticks: int, title: str
) -> None:
    """Draw the depth within ``ticks`` of the prices visited and save it as an image."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.colors import LogNorm

    messages = int((events["flags"] & 1).sum())
    every = max(1, messages // COLUMNS)
    top = replay(events, every=every)
    mid = top["mid"].drop_nulls()
    low, high = int(_of(mid.min())) - ticks, int(_of(mid.max())) + ticks
    rows = min(400, high - low)
    high += -(high - low) % rows
    grid = depth_over_time(events, low=low, high=high, rows=rows, every=every) * lot_size
    seconds = (top["ts"] - top["ts"][0]).to_numpy() / 1e9
    figure, axes = plt.subplots(figsize=(11, 5.5), layout="constrained")
    shown = np.where(grid > 0, grid, np.nan)
    positive = shown[np.isfinite(shown)]
    extent = (0.0, float(seconds[-1]), low * tick_size, high * tick_size)
    image = axes.imshow(
        shown.T,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap="inferno",
        interpolation="nearest",
        norm=LogNorm(float(np.quantile(positive, 0.05)), float(np.quantile(positive, 0.999))),
    )
    for name, colour in (("bid", "#39e6ff"), ("ask", "#7dff6b")):
        axes.plot(
            seconds, top[name].to_numpy() * tick_size, color=colour, lw=1.4, label=f"best {name}"
        )
    axes.plot(seconds, top["mid"].to_numpy() * tick_size, color="white", lw=0.6, label="mid")
    axes.set_facecolor("black")
    axes.set(title=title, xlabel="seconds", ylabel="price")
    axes.legend(loc="upper right", framealpha=0.6)
    figure.colorbar(image, label="resting quantity", pad=0.01)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Command line; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m hft_orderbook.picture", description=__doc__)
    parser.add_argument("--recording", type=Path, help="a recorded Binance stream")
    parser.add_argument("--out", type=Path, default=Path("reports/depth.png"))
    parser.add_argument("--ticks", type=int, default=400, help="ticks beyond the prices visited")
    given = parser.parse_args(arguments)
    if given.recording is None:
        events, title = synthetic_flow(400_000, seed=1), "Synthetic flow"
        tick, lot = 1.0, 1.0
    else:
        events, title = load_binance(given.recording).events, given.recording.stem
        tick, lot = 0.1, 0.001
    draw(events, given.out, tick_size=tick, lot_size=lot, ticks=given.ticks, title=title)
    print(f"wrote {given.out}")


def _of(value: Any) -> float:
    return float(value)


if __name__ == "__main__":
    main()
