"""The README's pictures: ``python -m allocation_o2.study.figures FOLDER``.

All are of the 20 S&P 500 stocks that the harness comes with, rebalanced every 21 trading days at
ten basis points.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from allocation_o2 import (
    Comparison,
    HierarchicalRiskParity,
    InverseVolatility,
    MinimumVariance,
    Momentum,
    compare,
    plot_performance,
    plot_weights,
)
from hft_py.results import pyplot
from qpp.datasets import sp500_prices

__all__ = ["four_allocators"]


def four_allocators() -> Comparison:
    """Two rules that need one number an asset, and two that need a covariance, 2005 to 2022."""
    prices = sp500_prices()
    prices = prices.tail(252 * 18 + 253)
    return compare(
        {
            "inverse volatility": InverseVolatility(),
            "momentum": Momentum(lookback_period=252),
            "minimum variance": MinimumVariance(),
            "hierarchical risk parity": HierarchicalRiskParity(),
        },
        prices,
        cost=0.001,
        step=21,
    )


def main(arguments: list[str] | None = None) -> None:
    """Draw both pictures into a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m allocation_o2.study.figures", description="Pictures of four allocators."
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    pyplot().switch_backend("agg")
    folder.mkdir(parents=True, exist_ok=True)
    found = four_allocators()
    for name, draw in (("weights", plot_weights), ("performance", plot_performance)):
        figure = draw(found)
        path = folder / f"{name}.png"
        figure.savefig(path, dpi=90)
        pyplot().close(figure)
        print(path)


if __name__ == "__main__":
    main()
