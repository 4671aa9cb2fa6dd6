"""The README's pictures: ``python -m allocation_o2.study.figures FOLDER``.

All are of the 20 S&P 500 stocks that the harness comes with, rebalanced every 21 trading days at
ten basis points.
"""

from __future__ import annotations

from typing import Any

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
from qpp.datasets import sp500_prices
from qpp.pictures import draw_into_folder

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


def _figures() -> dict[str, Any]:
    found = four_allocators()
    return {"weights": plot_weights(found), "performance": plot_performance(found)}


def main(arguments: list[str] | None = None) -> None:
    """Draw both pictures into a folder."""
    draw_into_folder("allocation_o2.study.figures", _figures, arguments)


if __name__ == "__main__":
    main()
