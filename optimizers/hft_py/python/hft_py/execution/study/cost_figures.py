"""The waterfall of the README: ``python -m hft_py.execution.study.cost_figures FOLDER``.

Two hundred parents start in a recorded order book, one every second or so: purchases and sales of
five bitcoins within a minute, in eight slices. The children rest for a part of their life and then
take. The table shows what resting longer, or trading sooner, costs. Without the recording the book
is synthetic.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from hft_py.execution import ExecutionConfig, schedule_child_orders, simulate_execution
from hft_py.execution.waterfall import waterfall
from hft_py.results import pyplot

# Beside the repository; an installed package has no such folder.
_ROOT = Path(__file__).resolve().parents[:8][-1]
RECORDING = _ROOT / "shared/data/binance_usdm_btcusdt_20240808.gz"
PARENTS, QUANTITY, SECOND = 200, 5.0, 10**9
DELAY = 2 * SECOND  # from decision to arrival
AVERSION = 1.0  # three quarters are then traded in the first quarter of the minute


def recorded(path: Path) -> tuple[Any, dict[str, Any], str]:
    """The market, its options, and what it is; a synthetic one where there is no recording."""
    import hft_orderbook as book

    if path.exists():
        return book.load_binance(path), {}, "BTC-USDT future, 8 August 2024"
    events = book.synthetic_flow(400_000, seed=1)
    events["ts"] = np.linspace(0, 345 * SECOND, len(events)).astype(np.int64)
    return events, {"tick_size": "0.1", "lot_size": "0.001"}, "synthetic book"


def plans(path: Any, style: str, count: int = PARENTS) -> tuple[Any, Any]:
    """Parents of a minute each, and their children; ``path`` has the mids in the course of time."""
    import pandas as pd

    times, mids = path["ts"].to_numpy(), path["mid"].to_numpy()
    starts = np.linspace(times[0] + 5 * SECOND, times[-1] - 65 * SECOND, count).astype(np.int64)
    decided = mids[np.searchsorted(times, starts - DELAY, side="right") - 1]
    parents = pd.DataFrame(
        {
            "parent_id": [f"{style}-{i}" for i in range(count)],
            "symbol": "BTCUSDT",
            "side": np.where(np.arange(count) % 2, "sell", "buy"),
            "quantity": QUANTITY,
            "lot": 0.001,
            "start": pd.to_datetime(starts, utc=True),
            "end": pd.to_datetime(starts + 60 * SECOND, utc=True),
            "style": style,
            "decision_price": decided,
            "arrival_price": decided,
            "volatility": 0.03,
            "adv": 300_000.0,
        }
    )
    config = ExecutionConfig(risk_aversion=AVERSION)
    return schedule_child_orders(parents, style, slices=8, config=config), parents


def main(arguments: list[str] | None = None) -> None:
    """Print the table, draw the waterfall into a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m hft_py.execution.study.cost_figures", description=__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recording", type=Path, default=RECORDING)
    from hft_orderbook import replay

    given = parser.parse_args(arguments)
    market, options, name = recorded(given.recording)
    sizes = options or {"tick_size": market.tick_size, "lot_size": market.lot_size}
    path = replay(getattr(market, "events", market), **sizes)
    pyplot().switch_backend("agg")
    print("style patience  filled  cost bp  interval        sd bp")
    for style in ("twap", "is"):
        children, parents = plans(path, style)
        for patience in (0.0, 0.5, 1.0):
            found = simulate_execution(
                children, parents, market, latency=0.01, patience=patience, **options
            )
            costs = found.costs()
            row = costs.by("style").iloc[0]
            filled = found.parents["filled"].sum() / found.parents["quantity"].sum()
            print(
                f"{style:5s} {patience:8.1f} {filled:7.1%} {row['total_bp']:8.3f}  "
                f"[{row['low_bp']:.3f}, {row['high_bp']:.3f}]  {row['sd_bp']:.2f}"
            )
            if (style, patience) == ("twap", 1.0):
                title = f"{len(parents)} orders of {QUANTITY:g} BTC that only rest, {name}"
                figure = waterfall(costs, title=title)
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / "execution_waterfall.png"
    figure.savefig(path, dpi=90, metadata={"Software": None})
    print(path)


if __name__ == "__main__":
    main()
